"""``check``: validates the settings, the database, the photo folder and the bot token."""

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.bot_api.client import AiohttpRequest
from bot.clock_watch import comparison
from bot.photos import barcodes
from bot.photos.formats import HEIC_INSTALLED
from core.bootstrap import Core, bootstrap
from core.clock import CHINA
from core.errors.base import XuanhaoError
from core.errors.photos import PhotoStoreError
from core.settings import Settings


async def check(settings: Settings) -> int:
    """Print a line per check; return exit status 0 if the service can run, else 1."""
    print("settings: ok")  # noqa: T201 - the command line prints
    for line in settings.advice():
        print(f"  warning: {line}")  # noqa: T201 - the same
    good = [await _check_database(settings), await _check_token(settings)]
    return 0 if all(good) else 1


async def _check_database(settings: Settings) -> bool:
    try:
        core = await bootstrap(settings)
    except XuanhaoError as error:
        print(f"database: {error}")  # noqa: T201 - the same
        return False
    year = core.clock.now().astimezone(CHINA).year
    host, database = core.clock.now(), await core.store.read(lambda tx: tx.now)
    await core.close()
    print(await comparison(settings, host, database))  # noqa: T201 - the same
    print("database: ok, the schema is up to date")  # noqa: T201 - the same
    for unknown in (one for one in (year, year + 1) if not core.calendar.has_schedule(one)):
        print(  # noqa: T201 - the same
            f"  warning: no holiday schedule for {unknown}; add it under [calendar] when it is published"
        )
    return _check_photos(core)


def _check_photos(core: Core) -> bool:
    try:
        core.photos.delete(core.photos.put(b"a trial"))
    except PhotoStoreError as error:
        print(f"photos: {error} (photos.directory)")  # noqa: T201 - the same
        return False
    print("photos: ok, the folder is writable")  # noqa: T201 - the same
    missing = {"HEIC": not HEIC_INSTALLED, "barcodes": not barcodes.INSTALLED}
    for what in (what for what, is_missing in missing.items() if is_missing):
        print(f'  warning: {what} cannot be read; to enable: pip install "xuanhao[photos]"')  # noqa: T201 - the same
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
            print(f"token: ok, the bot is @{bot.username}")  # noqa: T201 - the same
    except InvalidToken:
        print("token: rejected by the Bot API (telegram.token)")  # noqa: T201 - the same
        return False
    except TelegramError as error:
        print(  # noqa: T201 - the same
            f"token: {settings.telegram.base_url} (telegram.base_url) is unreachable: {type(error).__name__}"
        )
        return False
    return True
