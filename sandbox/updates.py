"""The queue of updates: numbered, confirmed by the next offset, dropped when they expire."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import to_json

from sandbox.errors import ApiError

MESSAGE_LIFE = timedelta(hours=24)
PRESS_LIFE = timedelta(seconds=150)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LONGEST_POLL = 50
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A queued update; it is serialised once, and sent as often as it is requested."""

    update_id: int
    kind: str
    chat_id: int
    user_id: int
    raw: str
    until: datetime


def first_update_id() -> int:
    """Return the first update id; each start begins higher, even if the state was lost."""
    return int(time.time() * 1000) - 1_600_000_000_000


class UpdateQueue:
    """Updates that the bot has not confirmed yet."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.waiting: deque[Update] = deque()
        self.next_id = first_update_id()
        self.allowed: frozenset[str] | None = None
        self.on_push: Callable[[Update], None] | None = None
        self._poller: asyncio.Future[None] | None = None
        self._last_offset: int | None = None
        self._last_poll = 0.0
        self.closing = False

    def push(self, kind: str, body: dict[str, Any], *, chat_id: int, user_id: int) -> int | None:
        """Queue an update; return its id, or None if the bot did not ask for this kind."""
        if kind in NOT_BY_DEFAULT if self.allowed is None else kind not in self.allowed:
            return None
        update_id = self.next_id
        self.next_id += 1
        life = PRESS_LIFE if kind == "callback_query" else MESSAGE_LIFE
        raw = to_json({"update_id": update_id, kind: body}).decode()
        update = Update(
            update_id=update_id,
            kind=kind,
            chat_id=chat_id,
            user_id=user_id,
            raw=raw,
            until=self._now() + life,
        )
        self.waiting.append(update)
        if self.on_push is not None:
            self.on_push(update)
        self.wake()
        return update_id

    def repeat(self, update_id: int) -> bool:
        """Queue a waiting update a second time, as a webhook's retry does."""
        for update in list(self.waiting):
            if update.update_id == update_id and self.on_push is not None:
                self.on_push(update)
                return True
        return False

    def allow(self, kinds: object) -> None:
        """Set the kinds of updates from a list of names; an empty one means the default."""
        if isinstance(kinds, list):
            self.allowed = frozenset(kinds) or None

    def wake(self) -> None:
        """Wake the waiting poller."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def drop(self, description: str = CONFLICT) -> None:
        """End the waiting long poll with a 409."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(ApiError(409, description))

    def confirm_below(self, offset: int) -> None:
        """Drop updates below an offset; a negative one keeps only that many of the latest."""
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        while self.waiting and self.waiting[0].update_id < offset:
            self.waiting.popleft()

    def forget(self, update_id: int) -> None:
        """Drop one update that was delivered out of order."""
        if self.waiting and self.waiting[0].update_id == update_id:
            self.waiting.popleft()
            return
        for update in self.waiting:
            if update.update_id == update_id:
                self.waiting.remove(update)
                return

    def head(self, limit: int) -> list[Update]:
        """Return the first updates that have not expired; expired ones are dropped."""
        now = self._now()
        if any(update.until <= now for update in self.waiting):
            self.waiting = deque(update for update in self.waiting if update.until > now)
        return [self.waiting[index] for index in range(min(limit, len(self.waiting)))]

    async def poll(self, *, offset: int, limit: int, timeout: float) -> list[Update]:  # noqa: ASYNC109 - the API's
        """Serve getUpdates.

        Raises:
            ApiError: another poller came while this one waited.
        """
        self.drop()
        limit = self._against_hammering(offset, limit)
        self.confirm_below(offset)
        deadline = time.monotonic() + min(timeout, LONGEST_POLL)
        while not (batch := self.head(limit)):
            left = deadline - time.monotonic()
            if left <= 0 or self.closing:
                return []
            await self._wait(left)
        return batch

    def _against_hammering(self, offset: int, limit: int) -> int:
        """Return one update at a time to a client that repeats an offset at once, like the real server."""
        now = time.monotonic()
        again = offset == self._last_offset and now < self._last_poll + 0.5
        self._last_offset, self._last_poll = offset, now
        return 1 if again else min(max(limit, 1), 100)

    def close(self) -> None:
        """Answer the waiting poller and refuse others."""
        self.closing = True
        self.wake()

    async def _wait(self, seconds: float) -> None:
        poller: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller = poller
        handle = asyncio.get_running_loop().call_later(seconds, self.wake)
        try:
            await poller
        finally:
            handle.cancel()
            if self._poller is poller:
                self._poller = None
