"""Long polling that confirms updates only after they are stored.

PTB's own polling confirms updates that are only in memory, gets stuck at an update that it cannot parse, and
ends silently for good when its queue raises.
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
"""Seconds for which the messenger holds a request while there are no updates; it allows no more."""

_LIMIT = 100  # updates per response, the most that the messenger sends
_READ_MARGIN = 10  # seconds a response may take beyond the long poll

Fetch = Callable[[int | None], Awaitable[list[dict[str, Any]]]]
"""Gets the updates from an offset on, which confirms all before it; None confirms nothing."""


def updates_of(
    request: BaseRequest,
    base_url: str,
    *,
    allowed: Sequence[str] = ("message", "edited_message", "callback_query", "my_chat_member"),
    long_poll: int = LONG_POLL,
) -> Fetch:
    """Return a function that gets updates from a Bot API.

    Args:
        request: sends the calls; it needs a connection of its own, which a long poll occupies.
        base_url: the bot's, with its token: ``Bot.base_url``.
        allowed: the kinds of updates to receive.
        long_poll: seconds, 0 to 50.
    """

    async def fetch(offset: int | None) -> list[dict[str, Any]]:
        asked = {"offset": offset, "limit": _LIMIT, "timeout": long_poll, "allowed_updates": list(allowed)}
        answer: object = await request.post(
            f"{base_url}/getUpdates",
            RequestData([RequestParameter.from_input(key, value) for key, value in asked.items()]),
            read_timeout=long_poll + _READ_MARGIN,
        )
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            raise BadAnswerError
        return answer

    return fetch


class Poller:
    """Fetches batches of updates, one after the other.

    Args:
        fetch: gets updates.
        accept: stores a batch; when it raises, nothing is confirmed and the same batch is fetched again.
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
            TokenRefusedError: the messenger does not know the token; a retry would not help.
        """
        failures = 0
        while True:
            try:
                await self._poll_once()
            except InvalidToken:
                break
            except (TelegramError, XuanhaoError) as error:
                failures += 1
                self._log_failure(error, failures)
                await asyncio.sleep(self._retry.delay(failures, error))
            else:
                failures = 0
        raise TokenRefusedError

    async def _poll_once(self) -> None:
        """Fetch and store a batch, and only then move the offset: the next request confirms it.

        An empty response means that everything before the offset is confirmed. The offset is then dropped,
        because after a week without updates the messenger may continue with smaller ids.
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

    def _log_failure(self, error: Exception, failures: int) -> None:
        """Log the class of an error and how often it happened, but not its message."""
        if isinstance(error, Conflict):
            _LOGGER.critical(
                "somebody else receives this bot's updates: a second poller, or a webhook is set"
            )
        elif isinstance(error, RetryAfter):
            _LOGGER.warning("polling too fast")
        else:
            _LOGGER.warning("polling failed %d times in a row: %s", failures, type(error).__name__)
