"""What waits for the turn of one chat."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.inbox.model import QueuedUpdate

ANY: Final = -1
"""In the place of an update id that nobody knows: below all of them."""


class ChatQueue:
    """The updates and jobs of one chat; exactly one of them holds the chat's turn at a time.

    Updates are ordered by id. A job waits for the updates that were queued before it, but not while
    the queue is paused after a failure: a redraw must not wait for an outage to end.
    """

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.updates: deque[QueuedUpdate] = deque()  # ascending by update id
        self.jobs: deque[tuple[int, asyncio.Future[None]]] = deque()  # the last update before it; its turn
        self.has_more = False  # the inbox holds updates of this chat that are not in memory
        self.left_in_inbox = 0  # how many of these have arrived since the last load
        self.is_loading = False
        self.first_arrival: int | None = None  # the first of those that came since the load began
        self.is_scheduled = False  # waits for a worker of the dispatcher
        self.is_busy = False  # the turn is held, or was just granted
        self.holder: asyncio.Task[object] | None = None  # the task that holds the turn, once it runs
        self.pause: asyncio.TimerHandle | None = None  # no update is handled before it ends

    @property
    def is_empty(self) -> bool:
        """Whether nothing is queued, handled or paused."""
        waits = self.updates or self.jobs or self.has_more
        return not (waits or self.is_busy or self.is_scheduled or self.pause)

    @property
    def is_ready(self) -> bool:
        """Whether an update could be handled now."""
        return bool(self.updates or self.has_more) and self.pause is None and not self.is_busy

    def leave(self, update: QueuedUpdate) -> None:
        """Leave an update in the inbox, from where it is loaded in its place."""
        self.has_more = True
        self.left_in_inbox += 1
        if self.first_arrival is None or update.update_id < self.first_arrival:
            self.first_arrival = update.update_id

    def has_earlier_than(self, loaded: Sequence[QueuedUpdate]) -> bool:
        """Return whether something that came during the load may belong before the last one loaded."""
        return bool(loaded) and self.first_arrival is not None and self.first_arrival < loaded[-1].update_id

    def acquit(self) -> None:
        """Forget the deaths counted for the updates that wait: another update was their cause."""
        self.updates = deque(replace(update, crashes=0) for update in self.updates)

    def add_job(self, turn: asyncio.Future[None]) -> None:
        """Queue a job behind the updates that wait now."""
        self.jobs.append((self.updates[-1].update_id if self.updates else -1, turn))

    def pop_job(self) -> asyncio.Future[None] | None:
        """Remove and return the next job; None when an update comes before it."""
        while self.jobs and not self.is_busy:
            last_before, turn = self.jobs[0]
            if self.pause is None and self.updates and self.updates[0].update_id <= last_before:
                return None
            self.jobs.popleft()
            if not turn.done():
                return turn
        return None
