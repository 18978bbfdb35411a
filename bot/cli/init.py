"""``init``: create the database, the keys and the photo folder of a new deployment."""

import argparse
import asyncio

from bot.cli.command import DONE, Command, settings_of
from bot.cli.described import described
from core.bootstrap import bootstrap, claim
from core.settings import Settings
from core.settings.keys import KEY_FILE


def _init(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    asyncio.run(_created(settings))
    path = settings.database.sqlite_path
    print(f"database: {described(settings)}")
    print(f"photos: {settings.photo_directory()}")
    if path is not None and not settings.security.keys:
        print(f"keys: {path.parent / KEY_FILE}; back it up separately: personal data are lost without it")
    print("next: xuanhao check, xuanhao release, xuanhao run; every night xuanhao backup (docs/backup.md)")
    return DONE


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
