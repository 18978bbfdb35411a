"""``change-bot``: let the database serve another bot, after the former one is gone for good."""

import argparse
import asyncio
import sys

from bot.cli.command import BAD_SETTINGS, DONE, Command, settings_of
from core import installation
from core.bootstrap import bootstrap
from core.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="the former bot is stopped for good")


def _change_bot(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    if not given.yes:
        print("change-bot: stop the former bot for good, then add --yes", file=sys.stderr)
        return BAD_SETTINGS
    bot_id = installation.bot_id_of(settings.telegram.token.get_secret_value())
    asyncio.run(_changed(settings, bot_id))
    print(f"the database serves bot {bot_id} now; owners find it by its own name and begin with /start")
    return DONE


async def _changed(settings: Settings, bot_id: int) -> None:
    core = await bootstrap(settings, migrate=False)
    try:
        await core.store.run(installation.change_bot, bot_id)
    finally:
        await core.close()


COMMAND = Command(
    name="change-bot",
    about="let the database serve another bot (a new token of the same bot needs nothing)",
    example="change-bot --yes",
    run=_change_bot,
    add_arguments=_add_arguments,
)
