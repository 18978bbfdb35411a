"""Writes down which updates are done: many in one transaction, while their chats go on.

A crash before it is written costs nothing but one more look at the present screen.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from bot.inbox.retry import RetryPolicy
from bot.inbox.store import WorkerInbox

_LOGGER = logging.getLogger(__name__)
_LAST_TRY = 0.3  # seconds for what is left at the end
_BATCH = 500


class Finisher:
    """Closes updates in the inbox.

    Args:
        inbox: where the updates are stored.
        retry: delays after failures of the database; it never gives up.
        written: is told which are closed.
    """

    def __init__(
        self, inbox: WorkerInbox, retry: RetryPolicy, written: Callable[[Iterable[int]], None]
    ) -> None:
        self._inbox = inbox
        self._retry = retry
        self._written = written
        self._done: list[int] = []
        self._some = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, update_id: int) -> None:
        """Take in an update whose reply is out."""
        self._done.append(update_id)
        self._some.set()

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._keep_writing(), name="receipt-finisher")

    async def stop(self) -> None:
        """Write what is left, if the database does it at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_TRY):
                await self._write()

    async def _keep_writing(self) -> None:
        """Write whenever there is something."""
        failures = 0
        while True:
            await self._some.wait()
            failures = 0 if await self._write() else failures + 1
            if failures:
                await asyncio.sleep(self._retry.delay(failures))

    async def _write(self) -> bool:
        """Write what there is; False when the database failed."""
        batch = self._done[:_BATCH]
        if not batch:
            return True
        try:
            await self._inbox.mark_done(batch)
        except Exception as error:  # noqa: BLE001 - whatever it was, the rows stay and it is tried again
            _LOGGER.warning("%d done updates could not be closed: %s", len(batch), type(error).__name__)
            return False
        del self._done[: len(batch)]
        if not self._done:
            self._some.clear()
        self._written(batch)
        return True
