"""``init``: write the settings file, then create database, keys and photo folder of a new deployment."""

import argparse
import asyncio
import os
from pathlib import Path

from bot.cli.command import DONE, Command, settings_of
from bot.cli.described import described
from core.bootstrap import bootstrap, claim
from core.db import exists
from core.db.copies import describe_postgres
from core.errors.installation import PhotoFolderOfAnother
from core.errors.photos import PhotoStoreError
from core.errors.settings import SettingsFileMissing, SettingsFileNotWritten
from core.security.photo_files import owner_of
from core.settings import Settings
from core.settings.keys import KEY_FILE

_EXAMPLE = "config.example.toml"
_NEXT = """\
next:
  xuanhao check                          validates everything
  xuanhao admin-link                     prints a one-time link that makes you the first chief
  xuanhao release 粤K small "A####"      releases numbers
  xuanhao run                            runs the bot
  xuanhao backup DIR                     every night (docs/backup.md)"""


def _init(given: argparse.Namespace) -> int:
    try:
        settings = settings_of(given)
    except SettingsFileMissing:
        _write_settings(given.config)
        print(f"settings: {given.config.absolute()} written, readable by you only")
        print("next: enter telegram.token and your [[offices]] there, then repeat this command")
        return DONE
    _require_free_folder(settings)
    asyncio.run(_created(settings))
    path = settings.database.sqlite_path
    print(f"database: {described(settings)}")
    print(f"photos: {settings.photo_directory()}")
    if path is not None and not settings.security.keys:
        print(f"keys: {path.parent / KEY_FILE}; back it up separately: personal data are lost without it")
    print(_NEXT)
    return DONE


def _write_settings(path: Path) -> None:
    """Write the commented example, with mode 0600.

    Raises:
        SettingsFileNotWritten: the folder does not exist, or this user may not write there.
    """
    packaged = Path(__file__).with_name(_EXAMPLE)  # of an installed wheel; else of the source tree
    text = (packaged if packaged.exists() else Path(__file__).parents[2] / _EXAMPLE).read_bytes()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
    except OSError as error:
        raise SettingsFileNotWritten(path, error.strerror or type(error).__name__) from None


def _require_free_folder(settings: Settings) -> None:
    """Refuse the photo folder of another database before one is created.

    An existing database is left to ``bootstrap``.

    Raises:
        PhotoFolderOfAnother: the folder is marked, and there is no database yet.
        PhotoStoreError: the folder cannot be read.
    """
    path, photos = settings.database.sqlite_path, settings.photo_directory()
    try:
        owner = owner_of(photos)
    except OSError as error:
        raise PhotoStoreError(f"{photos}: {error.strerror} (photos.directory)") from error
    if owner is None:
        return
    is_there = bool(describe_postgres(settings.database.url)[1]) if path is None else exists(path)
    if not is_there:
        raise PhotoFolderOfAnother(photos)


async def _created(settings: Settings) -> None:
    core = await bootstrap(settings, create=True, migrate=False)
    try:
        await claim(core)
    finally:
        await core.close()


COMMAND = Command(
    name="init",
    about="write the settings file; once it is filled in, create the database, the keys and the photo folder",
    example="init --config /etc/xuanhao/config.toml",
    run=_init,
)
