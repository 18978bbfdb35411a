"""``check``, the token: whether the Bot API knows it, and whether a webhook keeps updates from polling."""

from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.bot_api.client import AiohttpRequest
from bot.cli.report import Report
from core.settings import Settings


async def check_token(settings: Settings, report: Report) -> None:
    """Check the bot's token."""
    bot = Bot(
        settings.telegram.token.get_secret_value(),
        base_url=settings.telegram.base_url,
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(),
    )
    try:
        async with bot:
            report.ok("token", f"the bot is @{bot.username}")
            await _check_webhook(bot, settings, report)
    except InvalidToken:
        report.bad("token", "rejected by the Bot API (telegram.token)")
    except TelegramError as error:
        place = f"{settings.telegram.base_url} (telegram.base_url)"
        report.bad("token", f"{place} is unreachable: {type(error).__name__}")


async def _check_webhook(bot: Bot, settings: Settings, report: Report) -> None:
    found = (await bot.get_webhook_info()).url
    if found and settings.telegram.mode == "polling":
        host = urlsplit(found).hostname or "another address"  # its path may be a secret
        report.warn(
            f"a webhook sends the bot's updates to {host}, and polling receives none while it is set: "
            "stop the program there"
        )
