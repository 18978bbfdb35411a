"""``backup``: write a backup into a folder, beside the running service."""

import argparse
import asyncio
from pathlib import Path

from bot.cli.command import DONE, Command
from bot.cli.described import NO_ID, counted, rows_of
from bot.cli.passphrase import VARIABLE, add_passphrase, passphrase_of
from bot.cli.progress import Bars
from core.backup import take
from core.database import prepare_backup
from core.db.schema import known_schema
from core.settings import load_settings

_KEYS_LEFT_OUT = f"""\
  the keys are not in this backup: without them nobody can read the personal data in it. Keep keys.toml, or
  [security] of the settings, at another place; or give a passphrase (--passphrase-file or {VARIABLE})"""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="where backups are kept, one folder each")
    add_passphrase(parser)


def _backup(given: argparse.Namespace) -> int:
    passphrase, settings = passphrase_of(given), load_settings(given.config)
    asyncio.run(prepare_backup(settings))
    with Bars() as bars:
        folder, manifest = take(settings, given.folder, passphrase=passphrase, progress=bars)
    print(f"backup: {folder}")
    which = f"{manifest.database_id or NO_ID}, schema {manifest.database_schema}"
    print(f"  database {which}: {rows_of(manifest)}")
    if manifest.database_schema < known_schema():
        print(f"  the schema is older than the {known_schema()} of this program; restore will migrate it")
    print(f"  {counted(len(manifest.photos), 'photo')}")
    if manifest.missing_photos:
        missing = counted(manifest.missing_photos, "photo")
        print(
            f"  warning: {missing} that the database names: there is no file in {settings.photo_directory()}"
        )
    print("  the keys are in it, encrypted" if manifest.has_keys else _KEYS_LEFT_OUT)
    print("  the settings file is not in it")
    return DONE


COMMAND = Command(
    name="backup",
    about="write a backup of database and photos into a folder, also while the service runs",
    example="backup /var/backups/xuanhao",
    run=_backup,
    add_arguments=_add_arguments,
)
