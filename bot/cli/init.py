"""``init``: create the database, the keys and the photo folder of a new deployment."""

import argparse
import asyncio

from bot.cli.command import DONE, Command, settings_of
from bot.cli.described import described
from core.bootstrap import bootstrap, claim
from core.db import exists
from core.db.copies import describe_postgres
from core.errors.installation import PhotoFolderOfAnother
from core.errors.photos import PhotoStoreError
from core.security.photo_files import owner_of
from core.settings import Settings
from core.settings.keys import KEY_FILE


def _init(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    _require_free_folder(settings)
    asyncio.run(_created(settings))
    path = settings.database.sqlite_path
    print(f"database: {described(settings)}")
    print(f"photos: {settings.photo_directory()}")
    if path is not None and not settings.security.keys:
        print(f"keys: {path.parent / KEY_FILE}; back it up separately: personal data are lost without it")
    print("next: xuanhao check, xuanhao release, xuanhao run; every night xuanhao backup (docs/backup.md)")
    return DONE


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
    about="create the database, the keys and the photo folder, once",
    run=_init,
)
