"""Long polling: nothing is confirmed before it is stored, and no failure ends it.

PTB's own polling confirms updates that are only in memory, gets stuck at an update that it cannot parse, and
ends silently for good when its queue raises.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.bot_api.errors import reason_of
from bot.bot_api.webhooks import ALLOWED
from bot.inbox.errors import BadAnswerError, UnconfirmableError
from bot.inbox.model import RawUpdate
from bot.inbox.raw_update import is_storable
from bot.inbox.retry import RetryPolicy

_LOGGER = logging.getLogger(__name__)

LONG_POLL = 50
"""Time-out of a long poll in seconds, the maximum that Telegram allows."""

_LIMIT = 100  # updates per response, the maximum that Telegram sends
_READ_MARGIN = 10  # seconds a response may take beyond the long poll
_SHORT = 3  # failures whose pause is not exceeded where a longer one would only delay the other updates

POLLING = RetryPolicy(max_delay=timedelta(seconds=10))
"""Pauses between polls that fail: after an outage somebody is waiting for an answer."""

REFUSED = RetryPolicy(max_delay=timedelta(seconds=60))
"""Pauses while the token is refused: a Bot API of one's own, or a proxy, may do so while it restarts."""

_ILL_AFTER = 3  # failures in a row
_SILENT_AFTER = LONG_POLL + _READ_MARGIN + 30.0
"""Seconds without the end of a poll after which polling counts as hanging."""

Fetch = Callable[[int | None], Awaitable[list[dict[str, Any]]]]
"""Gets the updates from an offset on, which confirms all before it; None confirms nothing."""


def updates_of(
    request: BaseRequest,
    base_url: str,
    *,
    long_poll: int = LONG_POLL,
) -> Fetch:
    """Return a function that gets updates from a Bot API.

    Args:
        request: sends the calls; it needs a connection of its own, which a long poll occupies.
        base_url: the bot's, with its token: ``Bot.base_url``.
        long_poll: seconds, 0 to 50.
    """

    async def fetch(offset: int | None) -> list[dict[str, Any]]:
        asked = {"offset": offset, "limit": _LIMIT, "timeout": long_poll, "allowed_updates": list(ALLOWED)}
        try:
            answer: object = await request.post(
                f"{base_url}/getUpdates",
                RequestData([RequestParameter.from_input(key, value) for key, value in asked.items()]),
                read_timeout=long_poll + _READ_MARGIN,
            )
        except KeyError:  # {"ok": false}, with the status of a success
            raise BadAnswerError from None
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            raise BadAnswerError
        return answer

    return fetch


class Poller:
    """Fetches batches of updates, one after the other.

    Args:
        fetch: gets updates.
        accept: stores a batch; when it raises, nothing is confirmed and the same batch is fetched again.
        retry: pauses after failures.
        refused: pauses while the token is refused.
        on_webhook: called when the Bot API says that a webhook is set, which keeps updates from us.
        on_poll: is told when polling fails, and when it works again.
    """

    def __init__(
        self,
        fetch: Fetch,
        accept: Callable[[Sequence[RawUpdate]], Awaitable[None]],
        *,
        retry: RetryPolicy = POLLING,
        refused: RetryPolicy = REFUSED,
        on_webhook: Callable[[], Awaitable[None]] | None = None,
        on_poll: Callable[[bool], None] = lambda _works: None,
    ) -> None:
        self._fetch = fetch
        self._accept = accept
        self._retry = retry
        self._refused = refused
        self._on_webhook = on_webhook
        self._on_poll = on_poll
        self._offset: int | None = None
        self._failures = 0  # in a row
        self._ended_at = time.monotonic()  # the last poll, or when polling began

    async def run(self) -> None:
        """Poll until cancelled, whatever fails; a token that is wrong is noticed at the first contact."""
        self._failures, self._ended_at = 0, time.monotonic()
        self._offset = None  # another worker may have polled since, for weeks: see ``_poll_once``
        while True:
            try:
                await self._poll_once()
            except Exception as error:  # noqa: BLE001 - whatever it is, polling goes on
                self._failures += 1
                self._ended_at = time.monotonic()
                _log_failure(error, self._failures)
                self._on_poll(False)  # noqa: FBT003 - the one thing that it says
                if isinstance(error, Conflict) and "webhook" in error.message.lower() and self._on_webhook:
                    await self._on_webhook()
                await asyncio.sleep(self._pause_after(error))
            else:
                self._ended_at = time.monotonic()
                if self._failures:
                    self._on_poll(True)  # noqa: FBT003 - the same
                    self._failures = 0

    @property
    def trouble(self) -> str | None:
        """Why nothing is received; None if polling works."""
        if self._failures >= _ILL_AFTER:
            return f"polling has failed {self._failures} times in a row"
        silent = time.monotonic() - self._ended_at
        return f"no poll has ended for {silent:.0f} s" if silent > _SILENT_AFTER else None

    def _pause_after(self, error: Exception) -> float:
        if isinstance(error, InvalidToken):
            return self._refused.delay(self._failures, error)
        is_harmless = isinstance(error, UnconfirmableError)
        return self._retry.delay(min(self._failures, _SHORT) if is_harmless else self._failures, error)

    async def _poll_once(self) -> None:
        """Fetch and store a batch, and only then move the offset: the next request confirms it.

        An empty response means that everything before the offset is confirmed. The offset is then dropped,
        because after a week without updates Telegram may continue with smaller ids.
        """
        updates = await self._fetch(self._offset)
        if not updates:
            self._offset = None
            return
        await self._accept(updates)
        ids = [update["update_id"] for update in updates if is_storable(update)]
        if not ids:
            # Confirming an id beyond all others would confirm every later update as well.
            raise UnconfirmableError
        self._offset = max(ids) + 1


def _log_failure(error: Exception, failures: int) -> None:
    """Log what failed and how often in a row."""
    if isinstance(error, Conflict):
        if failures & (failures - 1) == 0:  # at the first, second, fourth, eighth, … failure
            _LOGGER.critical(
                "somebody else receives this bot's updates: %s",
                "a webhook is set"
                if "webhook" in error.message.lower()
                else "another program polls with the same token; stop it, or take a new token",
            )
    elif isinstance(error, RetryAfter):
        _LOGGER.warning("polling too fast")
    elif isinstance(error, InvalidToken):
        _LOGGER.error("the Bot API refuses the token (telegram.token), %d times in a row", failures)
    else:
        _LOGGER.warning("polling failed %d times in a row: %s", failures, reason_of(error))
