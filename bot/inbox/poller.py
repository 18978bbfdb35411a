"""Asks the messenger for updates, and confirms them only when they are written down.

The library's own polling confirms updates that lie in memory alone, is stuck at one that it cannot
parse, and ends for good when its queue raises, without anybody being told; so this is a loop of ours.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.inbox.errors import BadAnswerError, TokenRefusedError
from bot.inbox.model import RawUpdate
from bot.inbox.retry import RetryPolicy
from core.errors import XuanhaoError

_LOGGER = logging.getLogger(__name__)

LONG_POLL = 50
"""Seconds the messenger holds a request while nothing has come; more it does not grant."""

_LIMIT = 100  # updates an answer; more the messenger does not give
_ON_THE_WAY = 10  # seconds an answer may take beyond the long poll

Fetch = Callable[[int | None], Awaitable[list[dict[str, Any]]]]
"""Asks for updates from an offset on, which confirms all before it; None confirms nothing."""


def updates_of(
    request: BaseRequest,
    base_url: str,
    *,
    allowed: Sequence[str] = ("message", "edited_message", "callback_query", "my_chat_member"),
    long_poll: int = LONG_POLL,
) -> Fetch:
    """Return what asks a Bot API for updates.

    Args:
        request: carries the call; it should have no other work, or a connection could be missing.
        base_url: of the bot, with its token: ``Bot.base_url``.
        allowed: the kinds of updates to be told of.
        long_poll: seconds, 0 to 50.
    """

    async def fetch(offset: int | None) -> list[dict[str, Any]]:
        asked = {"offset": offset, "limit": _LIMIT, "timeout": long_poll, "allowed_updates": list(allowed)}
        answer: object = await request.post(
            f"{base_url}/getUpdates",
            RequestData([RequestParameter.from_input(key, value) for key, value in asked.items()]),
            read_timeout=long_poll + _ON_THE_WAY,
        )
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            raise BadAnswerError
        return answer

    return fetch


class Poller:
    """Fetches batches and hands them on, one after the other.

    Args:
        fetch: asks for updates.
        accept: writes a batch down; when it raises nothing is confirmed and the same is asked again.
        retry: delays after failures; only a refused token ends polling.
    """

    def __init__(
        self,
        fetch: Fetch,
        accept: Callable[[Sequence[RawUpdate]], Awaitable[None]],
        *,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._fetch = fetch
        self._accept = accept
        self._retry = retry or RetryPolicy()
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            TokenRefusedError: the messenger does not know the token; asking again would not help.
        """
        failures = 0
        while True:
            try:
                await self._poll_once()
            except InvalidToken:
                break
            except (TelegramError, XuanhaoError) as error:
                failures += 1
                self._complain(error, failures)
                await asyncio.sleep(self._retry.delay(failures, error))
            else:
                failures = 0
        raise TokenRefusedError

    async def _poll_once(self) -> None:
        """Ask, write down, and only then move the offset, which confirms with the next question.

        An empty answer means that everything before the offset is confirmed and forgotten; then it is
        dropped, for after a quiet week the messenger begins anew with ids that may be smaller.
        """
        updates = await self._fetch(self._offset)
        if not updates:
            self._offset = None
            return
        await self._accept(updates)
        ids = [update["update_id"] for update in updates if type(update.get("update_id")) is int]
        if not ids:
            raise BadAnswerError
        self._offset = max(ids) + 1

    def _complain(self, error: Exception, failures: int) -> None:
        """Say what is wrong, without what it says: class and count."""
        if isinstance(error, Conflict):
            _LOGGER.critical(
                "somebody else receives this bot's updates: a second poller, or a webhook is set"
            )
        elif isinstance(error, RetryAfter):
            _LOGGER.warning("polling too fast")
        else:
            _LOGGER.warning("polling failed %d times in a row: %s", failures, type(error).__name__)
