"""``check``: validates the settings, the database, the photo folder and the bot token."""

import argparse
import asyncio

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.bot_api.client import AiohttpRequest
from bot.cli.command import DONE, FAILED, Command
from bot.photos import barcodes
from bot.photos.formats import HEIC_INSTALLED
from core.bootstrap import Core, bootstrap
from core.clock import CHINA
from core.errors.base import XuanhaoError
from core.errors.photos import PhotoStoreError
from core.settings import Settings, load_settings


async def check(settings: Settings) -> int:
    """Print a line per check; return exit status 0 if the service can run, else 1."""
    print("settings: ok")
    for line in settings.advice():
        print(f"  warning: {line}")
    good = [await _check_database(settings), await _check_token(settings)]
    return DONE if all(good) else FAILED


async def _check_database(settings: Settings) -> bool:
    try:
        core = await bootstrap(settings)
    except XuanhaoError as error:
        print(f"database: {error}")
        return False
    year = core.clock.now().astimezone(CHINA).year
    await core.close()
    print("database: ok, the schema is up to date")
    for unknown in (one for one in (year, year + 1) if not core.calendar.has_schedule(one)):
        print(f"  warning: no holiday schedule for {unknown}; add it under [calendar] when it is published")
    return _check_photos(core)


def _check_photos(core: Core) -> bool:
    try:
        core.photos.delete(core.photos.put(b"a trial"))
    except PhotoStoreError as error:
        print(f"photos: {error} (photos.directory)")
        return False
    print("photos: ok, the folder is writable")
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


def _check(given: argparse.Namespace) -> int:
    return asyncio.run(check(load_settings(given.config)))


COMMAND = Command(
    name="check",
    about="validate the settings, the database, the photo folder and the bot token",
    run=_check,
)
