"""``check``: validates the settings, the database, the photo folder and the bot token."""

import argparse
import asyncio
from pathlib import Path

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.bot_api.client import AiohttpRequest
from bot.cli.command import DONE, FAILED, Command
from bot.cli.described import missing_offices, warnings_of
from bot.cli.passphrase import add_passphrase, passphrase_of
from bot.cli.progress import Bars
from bot.photos import barcodes
from bot.photos.formats import HEIC_INSTALLED
from core import appeals
from core.backup import verify
from core.bootstrap import Core, bootstrap, claim
from core.clock import CHINA
from core.errors.base import XuanhaoError
from core.errors.photos import PhotoStoreError
from core.ports import Row, Tx
from core.security.photo_files import ORPHANS, FilePhotos
from core.settings import Settings, load_settings


async def check(settings: Settings, config: Path) -> int:
    """Print a line per check; return exit status 0 if the service can run, else 1."""
    print("settings: ok")
    for line in (*settings.advice(), *warnings_of(config)):
        print(f"  warning: {line}")
    good = [await _check_database(settings), await _check_token(settings)]
    return DONE if all(good) else FAILED


async def _check_database(settings: Settings) -> bool:
    try:
        core = await bootstrap(settings)
        try:
            await claim(core)
            offices, photos = await core.store.read(_offices), await core.store.read(appeals.photo_keys)
        except BaseException:
            await core.close()
            raise
    except PhotoStoreError as error:
        print(f"photos: {error} (photos.directory)")
        return False
    except XuanhaoError as error:
        print(f"database: {error}")
        return False
    year = core.clock.now().astimezone(CHINA).year
    await core.close()
    print("database: ok, the schema is up to date")
    for unknown in (one for one in (year, year + 1) if not core.calendar.has_schedule(one)):
        print(f"  warning: no holiday schedule for {unknown}; add it under [calendar] when it is published")
    for line in missing_offices(offices, settings):
        print(f"  warning: {line}")
    return _check_photos(core, photos)


def _offices(tx: Tx) -> list[Row]:
    return tx.all("backup.offices")


def _check_photos(core: Core, named: frozenset[str]) -> bool:
    try:
        core.photos.delete(core.photos.put(b"a trial"))
    except PhotoStoreError as error:
        print(f"photos: {error} (photos.directory)")
        return False
    print("photos: ok, the folder is writable")
    if isinstance(core.photos, FilePhotos):
        orphans, absent = core.photos.orphans(), core.photos.missing(named)
        if orphans:
            print(f"  {orphans:,} photos that no row names are set aside in {ORPHANS}, for thirty days")
        if absent:
            print(f"  warning: {absent:,} photos that the database names have no file")
    missing = {"HEIC": not HEIC_INSTALLED, "barcodes": not barcodes.INSTALLED}
    for what in (what for what, is_missing in missing.items() if is_missing):
        print(f'  warning: {what} cannot be read; to enable: pip install "xuanhao[photos]"')
    return True


async def _check_token(settings: Settings) -> bool:
    bot = Bot(
        settings.telegram.token.get_secret_value(),
        base_url=settings.telegram.base_url,
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(),
    )
    try:
        async with bot:
            print(f"token: ok, the bot is @{bot.username}")
    except InvalidToken:
        print("token: rejected by the Bot API (telegram.token)")
        return False
    except TelegramError as error:
        print(
            f"token: {settings.telegram.base_url} (telegram.base_url) is unreachable: {type(error).__name__}"
        )
        return False
    return True


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
    about="validate the settings, the database, the photo folder and the bot token",
    run=_check,
    add_arguments=_add_arguments,
)
