"""The webhook at the Bot API: sets ours, removes ours, and leaves that of another program alone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, NoReturn

from telegram import Bot, WebhookInfo
from telegram.error import RetryAfter, TelegramError

from bot.bot_api.errors import reason_of
from bot.bot_api.rate_limits import retry_after_seconds

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY = 60.0  # seconds
_FIRST_GAP, _LONGEST_GAP = 1.0, 60.0  # seconds between two tries; doubled each time

ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates to receive."""


OnLook = Callable[[bool], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWebhook:
    """What is known of the webhook that this installation has set or sets."""

    get: Callable[[], Awaitable[frozenset[str]]]  # the URLs that it has set, or would set
    note: Callable[[str | None], Awaitable[None]]  # records the one that it has set; None: removed


def foreign_webhook(url: str, token: str) -> str:
    """Return what is said about a webhook that this installation has not set, and what to do."""
    shown = url.replace(token, "…")  # some programs have the token in the path
    return (
        f"a webhook of another program is set on this token: {shown} gets the updates, polling gets none. "
        "Stop that program, or take a new token; if nobody needs it, "
        "`xuanhao run --remove-webhook` removes it"
    )


async def url_of_webhook(bot: Bot) -> str:
    """Return the URL of the webhook that is set, or an empty text.

    Raises:
        TelegramError: the Bot API did not say.
    """
    return (await bot.get_webhook_info()).url


async def clear_webhook(bot: Bot, own: OwnWebhook, *, any_url: bool = False) -> None:
    """Remove the webhook that this installation has set; name that of another. A failure is only logged.

    The updates that wait for it come by polling.

    Args:
        bot: the Bot API client.
        own: says which URL is ours.
        any_url: remove it whosever it is.
    """
    try:
        url = await url_of_webhook(bot)
        if not url:
            return
        if not any_url and url not in await own.get():
            _LOGGER.critical("%s", foreign_webhook(url, bot.token))
            return
        await bot.delete_webhook(drop_pending_updates=False)
        await own.note(None)
        _LOGGER.warning("the webhook was removed, as updates are polled: %s", url.replace(bot.token, "…"))
    except Exception as error:  # noqa: BLE001 - polling goes on, and fails again if one is set
        _LOGGER.warning("whether a webhook is set could not be found out: %s", _reason(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOrder:
    """The webhook that is to be set."""

    url: str
    secret_token: str = field(repr=False)
    connections: int


async def keep_webhook(bot: Bot, order: WebhookOrder, own: OwnWebhook, on_look: OnLook) -> NoReturn:
    """Set the webhook, and look now and then whether it still is and is delivered to; until cancelled.

    Args:
        bot: the Bot API client.
        order: the webhook that is to be set.
        own: records it.
        on_look: is told at each look whether updates arrive.
    """
    while True:
        await _set_until_it_works(bot, order, own, on_look)
        await _watch(bot, order, on_look)


async def _set_until_it_works(bot: Bot, order: WebhookOrder, own: OwnWebhook, on_look: OnLook) -> None:
    gap = _FIRST_GAP
    while True:
        try:
            await own.note(order.url)  # before: a webhook that is set must never be taken for another's
            await bot.set_webhook(
                order.url,
                max_connections=order.connections,
                allowed_updates=list(ALLOWED),
                secret_token=order.secret_token,
                drop_pending_updates=False,
            )
        except RetryAfter as error:
            gap = retry_after_seconds(error)
            _LOGGER.warning("the Bot API asks for a pause of %d s", gap)
        except Exception as error:  # noqa: BLE001 - network or database: nothing arrives until it works
            _LOGGER.error("the webhook could not be set (telegram.webhook): %s", _reason(error))  # noqa: TRY400
            on_look(False)  # noqa: FBT003 - whether it works
        else:
            _LOGGER.info("the webhook is set: %s", order.url)
            return
        await asyncio.sleep(gap)
        gap = min(2 * gap, _LONGEST_GAP)


def _reason(error: Exception) -> str:
    return reason_of(error) if isinstance(error, TelegramError) else type(error).__name__


async def _watch(bot: Bot, order: WebhookOrder, on_look: OnLook) -> None:
    """Return when the webhook is no longer ours; log what keeps deliveries from arriving."""
    logged = 0.0
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            info = await bot.get_webhook_info()
        except TelegramError as error:
            _LOGGER.warning("the webhook could not be looked at: %s", reason_of(error))
            on_look(False)  # noqa: FBT003 - whether it works
            continue
        if info.url != order.url:
            other = info.url.replace(bot.token, "…") or "none"
            _LOGGER.critical("the webhook is another one now: %s; ours is set again", other)
            return
        failed_at = 0.0 if info.last_error_date is None else info.last_error_date.timestamp()
        has_failed = failed_at > logged and info.pending_update_count > 0
        if failed_at > logged:
            logged = failed_at
            _log_delivery(info)
        on_look(not has_failed)


def _log_delivery(info: WebhookInfo) -> None:
    _LOGGER.warning(
        "the messenger could not deliver to the webhook: %s (%d updates wait there)",
        info.last_error_message,
        info.pending_update_count,
    )
