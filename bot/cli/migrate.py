"""``migrate``: apply pending database migrations."""

import argparse
import asyncio

from bot.cli.command import DONE, Command, settings_of
from core.bootstrap import bootstrap
from core.settings import Settings


def _migrate(given: argparse.Namespace) -> int:
    asyncio.run(_migrated(settings_of(given)))
    print("the database schema is up to date")
    return DONE


async def _migrated(settings: Settings) -> None:
    core = await bootstrap(settings)
    await core.close()


COMMAND = Command(name="migrate", about="apply pending database migrations", run=_migrate)
