"""One chat's queue: what waits for the chat's turn, and who has the turn now."""

import asyncio
from collections import deque

from bot.inbox.model import Waiting


class Lane:
    """The turn of one chat; exactly one update or job has it at a time.

    Updates wait in the order of their ids. Jobs wait behind the updates that were there before them,
    but pass a chat that is resting after a failure: a sweep must not wait for an outage to end.
    """

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.updates: deque[Waiting] = deque()  # ascending by update id
        self.jobs: deque[tuple[int, asyncio.Future[None]]] = deque()  # behind which update; its turn
        self.has_more = False  # the inbox holds updates of this chat that are not in memory
        self.is_loading = False
        self.is_queued = False  # stands in the line of lanes that are ready
        self.is_busy = False  # somebody has the turn, or has just been promised it
        self.holder: asyncio.Task[object] | None = None  # who that is, once it runs
        self.rest: asyncio.TimerHandle | None = None  # after a failure no update goes before its end

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done for this chat, now or later."""
        waits = self.updates or self.jobs or self.has_more
        return not (waits or self.is_busy or self.is_queued or self.rest)

    @property
    def is_ready(self) -> bool:
        """Whether an update could be handled now."""
        return bool(self.updates or self.has_more) and self.rest is None and not self.is_busy

    def next_job(self) -> asyncio.Future[None] | None:
        """Take out the job whose turn it is, if it is a job's."""
        while self.jobs and not self.is_busy:
            behind, turn = self.jobs[0]
            if self.rest is None and self.updates and self.updates[0].update_id <= behind:
                return None
            self.jobs.popleft()
            if not turn.done():
                return turn
        return None

    def join(self, turn: asyncio.Future[None]) -> None:
        """Let a job wait behind what waits now."""
        self.jobs.append((self.updates[-1].update_id if self.updates else -1, turn))
