"""What this worker does when another one has left or died."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.inbox import InboxService, Workers
from bot.ticker import guarded


class Succession:
    """Takes over in the background what other workers have held."""

    def __init__(self, inbox: Callable[[], InboxService], workers: Workers) -> None:
        self._inbox = inbox
        self._workers = workers
        self._background: set[asyncio.Task[None]] = set()

    def of_one_gone(self) -> None:
        """Take what a worker has given up: its updates, and the lead if it had that."""
        for work in (self._inbox().take_over, self._workers.beat):
            self._begin(work)

    def of_one_dead(self, worker: str) -> None:
        """Take what a worker has held that has died."""

        async def succeed() -> None:
            await self._workers.bury(worker)
            self.of_one_gone()

        self._begin(succeed)

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(guarded("take over", work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)
