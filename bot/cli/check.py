"""``check``: validates the settings, the database, the keys, the photo folder and the bot token."""

import argparse
import asyncio
from pathlib import Path

from bot.cli.check_database import FoundInDatabase, check_calendar, check_database
from bot.cli.check_registry import check_registry
from bot.cli.check_sms import check_sms
from bot.cli.check_token import check_token
from bot.cli.command import DONE, Command
from bot.cli.described import NO_ID, counted, folder_warnings, rows_of, warnings_of
from bot.cli.passphrase import add_passphrase, passphrase_of
from bot.cli.progress import Bars
from bot.cli.report import Report
from bot.photos import barcodes
from bot.photos.formats import HEIC_INSTALLED
from bot.wiring.monitoring import metrics_of
from core.backup import verify
from core.clock import CHINA, SystemClock
from core.errors.installation import PhotoFolderOfAnother
from core.errors.photos import PhotoStoreError
from core.errors.settings import MonitoringMissing
from core.security.photo_files import ORPHANS, FilePhotos, owner_of
from core.settings import Settings, load_settings


async def check(settings: Settings, config: Path) -> int:
    """Print a line per subject; return exit status 0 if the service can run, else that of ``run``."""
    report = Report()
    report.ok("settings")
    for line in (*settings.advice(), *warnings_of(config), *folder_warnings(settings)):
        report.warn(line)
    found = await check_database(settings, report)
    check_calendar(settings, report, found.entered_years if found is not None else frozenset())
    if found is not None:
        _check_photos(settings.photo_directory(), found, report)
    _check_monitoring(settings, report)
    await check_sms(settings, report)
    await check_registry(settings, report)
    await check_token(settings, report, found.webhooks if found is not None else frozenset())
    return report.status


def _check_monitoring(settings: Settings, report: Report) -> None:
    if settings.monitoring is None:
        return
    try:
        metrics_of(settings)
    except MonitoringMissing as error:
        report.bad("monitoring", error)
    else:
        report.ok("monitoring", f"on {settings.monitoring.listen} port {settings.monitoring.port}")


def _check_photos(folder: Path, found: FoundInDatabase, report: Report) -> None:
    photos = FilePhotos(folder, found.vault, SystemClock())
    try:
        owner = owner_of(folder)
        if found.database_id is not None and owner not in {None, found.database_id}:
            report.bad("photos", PhotoFolderOfAnother(folder))
            return
        photos.delete(photos.put(b"a trial"))
        orphans, absent = photos.orphans(), photos.missing(found.photos)
    except (PhotoStoreError, OSError) as error:
        report.bad("photos", f"{error} (photos.directory)")
        return
    report.ok("photos", "the folder is writable")
    if orphans:
        report.note(f"{counted(orphans, 'photo')} that no row names: set aside in {ORPHANS}, for thirty days")
    if absent:
        report.warn(f"{counted(absent, 'photo')} that the database names: there is no file")
    missing = {"HEIC": not HEIC_INSTALLED, "barcodes": not barcodes.INSTALLED}
    for what in (what for what, is_missing in missing.items() if is_missing):
        report.warn(f'{what} cannot be read; to enable: pip install "xuanhao[photos]"')


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backup", type=Path, metavar="DIR", help="verify the backup in this folder instead of the service"
    )
    add_passphrase(parser)


def _check(given: argparse.Namespace) -> int:
    if given.backup is not None:
        return check_backup(given.backup, passphrase_of(given))
    return asyncio.run(check(load_settings(given.config), given.config))


def check_backup(folder: Path, passphrase: str | None) -> int:
    """Print what is in a backup, and whether it can be put back; return the exit status."""
    with Bars() as bars:
        verified = verify(folder, passphrase=passphrase, progress=bars)
    manifest = verified.manifest
    print(f"backup: ok, taken at {manifest.taken_at.astimezone(CHINA):%Y-%m-%d %H:%M} (China)")
    print(f"  by version {manifest.version}, {manifest.engine.value}, schema {manifest.database_schema}")
    print(f"  database {manifest.database_id or NO_ID}: {rows_of(manifest)}")
    print(f"  {counted(len(manifest.photos), 'photo')}")
    if manifest.missing_photos:
        print(f"  warning: {counted(manifest.missing_photos, 'photo')} that the database names: not in it")
    if verified.keys is not None:
        print("  keys: ok, the passphrase opens them")
    elif manifest.has_keys:
        print("  keys: in it, encrypted; not checked without the passphrase")
    else:
        if passphrase is not None:
            print("  warning: the passphrase is not used, since there are no keys in this backup")
        print("  keys: not in it; keys.toml, or [security] of the settings, is needed to put it back")
    return DONE


COMMAND = Command(
    name="check",
    about="validate the settings, database, disk, keys, photos, calendar, SMS gateway and bot token",
    example="check --config /etc/xuanhao/config.toml",
    run=_check,
    add_arguments=_add_arguments,
)
