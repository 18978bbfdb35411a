"""``migrate``: apply pending database migrations."""

import argparse
import asyncio

from bot.cli.command import DONE, Command, settings_of
from core.database import open_database
from core.settings import Settings


def _migrate(given: argparse.Namespace) -> int:
    return asyncio.run(_migrated(settings_of(given)))


async def _migrated(settings: Settings) -> int:
    opened = await open_database(settings, migrate=True)
    await opened.store.close()
    for migration in opened.migrated:
        print(f"{migration} applied")
    print("the database schema is up to date" + ("" if opened.migrated else "; nothing was pending"))
    return DONE


COMMAND = Command(name="migrate", about="apply pending database migrations", example="migrate", run=_migrate)
