"""Downloads and parses attachments, a few at a time, before the step that uses them.

Photos and tables have queues of their own, so neither holds up the other. Each chat's updates are handled in
order, so a chat has one attachment in its queue at most; those who have sent few come before those who have
sent many. A full queue, and a chat that sends too fast, are answered in words instead of waiting.
"""

import asyncio
import heapq
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from math import ceil

from bot.dialog.events import Attachment, Received
from bot.dialog.progress import Progress
from bot.dialog.result import AttachmentTarget
from bot.dialog.screen import ReadingQueue
from bot.errors.attachments import AttachmentsBusy, AttachmentsTooFast, AttachmentTooLarge
from bot.i18n.language import speaking
from core.bootstrap import Core

_WINDOW = 60.0  # seconds
_MOST_CHATS = 1000  # chats remembered before those that have been quiet for a window are dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """How many attachments are read at a time, and how many wait."""

    in_hand: int  # downloaded or parsed at a time; bounds memory
    parsing: int  # parsed at a time, each in a process of its own
    waiting: int
    per_chat: int  # per minute


LIMITS: Mapping[ReadingQueue, QueueLimits] = {
    ReadingQueue.PHOTOS: QueueLimits(in_hand=4, parsing=min(2, os.cpu_count() or 1), waiting=16, per_chat=10),
    ReadingQueue.TABLES: QueueLimits(in_hand=1, parsing=1, waiting=8, per_chat=20),
}


class Turns:
    """Grants turns at reading, to few at a time.

    Args:
        limits: how many.
    """

    def __init__(self, limits: QueueLimits) -> None:
        self.parsing = asyncio.Semaphore(limits.parsing)
        self._limits = limits
        self._running = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []  # a heap
        self._counted = 0
        self._recent: dict[int, deque[float]] = {}  # by chat, when its turns of the last minute began to wait

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Hold a turn.

        Raises:
            AttachmentsTooFast: the chat has had its turns of this minute.
            AttachmentsBusy: the queue is full.
        """
        recent = self._recent_of(chat_id)
        if len(self._waiting) >= self._limits.waiting:
            raise AttachmentsBusy
        recent.append(_now())
        if self._running < self._limits.in_hand:
            self._running += 1
        else:
            await self._wait(len(recent))
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, rank: int) -> None:
        """Wait for a turn; a lower rank comes first, and among equals who came first."""
        self._counted += 1
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = rank, self._counted, granted
        heapq.heappush(self._waiting, place)
        try:
            await granted
        except asyncio.CancelledError:
            if not granted.cancelled():
                self._pass_on()  # it was granted just now
            elif place in self._waiting:
                self._waiting.remove(place)
                heapq.heapify(self._waiting)
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            *_, granted = heapq.heappop(self._waiting)
            if not granted.done():  # else its chat was cancelled just now
                granted.set_result(None)
                return
        self._running -= 1

    def _recent_of(self, chat_id: int) -> deque[float]:
        """Return the chat's turns of the last minute.

        Raises:
            AttachmentsTooFast: there are too many.
        """
        start = _now() - _WINDOW
        if len(self._recent) > _MOST_CHATS:
            self._recent = {chat: times for chat, times in self._recent.items() if times[-1] > start}
        times = self._recent.get(chat_id, deque())
        while times and times[0] <= start:
            times.popleft()
        if len(times) >= self._limits.per_chat:
            raise AttachmentsTooFast(seconds=max(ceil(times[0] - start), 1))
        return self._recent.setdefault(chat_id, times)


class AttachmentReader:
    """Downloads and parses attachments.

    Args:
        core: the services.
        fetch: downloads an attachment, up to a size in bytes.
        progress: shows that a chat is being worked for.
    """

    def __init__(
        self,
        core: Core,
        fetch: Callable[[Attachment, int], Awaitable[Received]],
        progress: Progress,
    ) -> None:
        self._core = core
        self._fetch = fetch
        self._progress = progress
        self._turns = {queue: Turns(limits) for queue, limits in LIMITS.items()}

    async def read(self, chat_id: int, event: Attachment, target: AttachmentTarget) -> object:
        """Download and parse an attachment, and show meanwhile that this is under way.

        Raises:
            XuanhaoError: it cannot be fetched or used, or must wait.
        """
        handler = target.handler
        lasting = handler.queue != ReadingQueue.PHOTOS
        with speaking(target.language):
            async with self._progress.shown(chat_id, handler.waiting, lasting=lasting):
                return await self._read(chat_id, event, target)

    async def _read(self, chat_id: int, event: Attachment, target: AttachmentTarget) -> object:
        handler = target.handler
        turns = self._turns[handler.queue]
        async with turns.turn(chat_id):
            try:
                received = await self._fetch(event, handler.most_bytes)
            except AttachmentTooLarge as error:
                raise handler.too_large(error.most_bytes) from None
            received = replace(received, prefetched=target.prefetched)
            async with turns.parsing:
                with speaking(target.language):
                    return await handler.parse(self._core, received)


def _now() -> float:
    return asyncio.get_running_loop().time()
