"""``check``, the token: whether the Bot API knows it, and whether a webhook keeps updates from polling."""

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.bot_api.client import AiohttpRequest
from bot.bot_api.connecting import WEBHOOK_SET, has_webhook
from bot.bot_api.errors import reason_of
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
            if settings.telegram.mode == "polling" and await has_webhook(bot):
                report.warn(f"{WEBHOOK_SET}: until `run` removes it, polling receives nothing")
    except InvalidToken:
        report.bad("token", "rejected by the Bot API (telegram.token)", is_setting=True)
    except TelegramError as error:
        place = f"{settings.telegram.base_url} (telegram.base_url)"
        report.bad("token", f"{place} is unreachable: {reason_of(error)}")
