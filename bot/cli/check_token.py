"""``check``, the token: whether the Bot API knows it, and whether a webhook keeps updates from polling."""

from telegram.error import InvalidToken, TelegramError

from bot.bot_api.errors import reason_of
from bot.bot_api.webhooks import foreign_webhook, url_of_webhook
from bot.cli.command import bot_of
from bot.cli.report import Report
from core.settings import Settings


async def check_token(settings: Settings, report: Report, own: frozenset[str]) -> None:
    """Check the bot's token, and whether the webhook that is set fits the mode.

    Args:
        settings: name the token, and the webhook of webhook mode.
        report: where it is said.
        own: the URLs of webhooks that this installation has set.
    """
    try:
        async with bot_of(settings) as bot:
            report.ok("token", f"the bot is @{bot.username}")
            _check_webhook(await url_of_webhook(bot), settings, report, own)
    except InvalidToken:
        report.bad("token", "rejected by the Bot API (telegram.token)", is_setting=True)
    except TelegramError as error:
        place = f"{settings.telegram.base_url} (telegram.base_url)"
        report.bad("token", f"{place} is unreachable: {reason_of(error)}")


def _check_webhook(url: str, settings: Settings, report: Report, own: frozenset[str]) -> None:
    telegram = settings.telegram
    token = telegram.token.get_secret_value()
    wanted = telegram.webhook.public_url if telegram.webhook is not None else None
    if telegram.mode == "webhook":
        if url != wanted:
            shown = url.replace(token, "…") or "none"
            report.note(f"the webhook that is set now is {shown}; `run` sets {wanted}")
    elif url and (url == wanted or url in own):
        report.warn(f"the webhook {url} is set: until `run` removes it, polling receives nothing")
    elif url:
        report.warn(foreign_webhook(url, token))
