"""``check``: validates the settings, the database, the keys, the photo folder and the bot token."""

import argparse
import asyncio
from pathlib import Path

from bot.cli.check_database import check_calendar, check_database
from bot.cli.check_token import check_token
from bot.cli.command import DONE, FAILED, Command
from bot.cli.described import folder_warnings, warnings_of
from bot.cli.passphrase import add_passphrase, passphrase_of
from bot.cli.progress import Bars
from bot.cli.report import Report
from bot.photos import barcodes
from bot.photos.formats import HEIC_INSTALLED
from core.backup import verify
from core.clock import CHINA, SystemClock
from core.errors.installation import PhotoFolderOfAnother
from core.errors.photos import PhotoStoreError
from core.security.photo_files import ORPHANS, FilePhotos, owner_of
from core.security.vault import Vault
from core.settings import Settings, load_settings


async def check(settings: Settings, config: Path) -> int:
    """Print a line per subject; return exit status 0 if the service can run, else 1."""
    report = Report()
    report.ok("settings")
    for line in (*settings.advice(), *warnings_of(config), *folder_warnings(settings)):
        report.warn(line)
    check_calendar(settings, report)
    found = await check_database(settings, report)
    if found is not None:
        _check_photos(settings.photo_directory(), *found, report)
    await check_token(settings, report)
    return DONE if report.is_good else FAILED


def _check_photos(
    folder: Path, vault: Vault, named: frozenset[str], database_id: str | None, report: Report
) -> None:
    photos = FilePhotos(folder, vault, SystemClock())
    try:
        owner = owner_of(folder)
        if database_id is not None and owner not in {None, database_id}:
            report.bad("photos", PhotoFolderOfAnother(folder))
            return
        photos.delete(photos.put(b"a trial"))
        orphans, absent = photos.orphans(), photos.missing(named)
    except (PhotoStoreError, OSError) as error:
        report.bad("photos", f"{error} (photos.directory)")
        return
    report.ok("photos", "the folder is writable")
    if orphans:
        report.note(f"{orphans:,} photos that no row names are set aside in {ORPHANS}, for thirty days")
    if absent:
        report.warn(f"{absent:,} photos that the database names have no file")
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
    rows = ", ".join(f"{count:,} {subject.replace('_', ' ')}" for subject, count in manifest.counts.items())
    print(f"  database {manifest.database_id}: {rows}; {len(manifest.photos):,} photos")
    if verified.keys is not None:
        print("  keys: ok, the passphrase opens them")
    elif manifest.has_keys:
        print("  keys: in it, encrypted; not checked without the passphrase")
    else:
        print("  keys: not in it; keys.toml, or [security] of the settings, is needed to put it back")
    return DONE


COMMAND = Command(
    name="check",
    about="validate the settings, the database, the keys, the photo folder and the bot token",
    run=_check,
    add_arguments=_add_arguments,
)
