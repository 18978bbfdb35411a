"""Tells other workers at once what waits for them; without it they find out at their next heartbeat."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Final

from core.ports import Listening, Store, Tx

_LOGGER = logging.getLogger(__name__)
_CHATS_AT_ONCE: Final = 200  # a payload holds 8,000 bytes
_GONE: Final = "gone"
_LISTEN_AGAIN: Final = 1.0  # seconds
_LAST_TRY: Final = 0.3  # seconds for telling the others at the end


class HandOver:
    """Wakes other workers, and is woken by them.

    Args:
        store: the database; on one without ``listen`` there are no other workers.
        worker: this worker's name.
        on_chats: is called with the chats of which updates were handed to this worker.
        on_gone: is called when a worker has ended and what it held is free.
    """

    def __init__(
        self,
        store: Store,
        worker: str,
        on_chats: Callable[[Iterable[int]], None],
        on_gone: Callable[[], None],
    ) -> None:
        self._store = store
        self._worker = worker
        self._on_chats = on_chats
        self._on_gone = on_gone
        self._pending: dict[str, set[int]] = {}
        self._telling: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        if isinstance(self._store, Listening):
            self._listening = asyncio.create_task(self._listen(self._store), name="hand-over")

    async def stop(self) -> None:
        """Stop listening."""
        tasks = [task for task in (self._listening, self._telling) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self, handed: Mapping[str, Collection[int]]) -> None:
        """Wake the workers to which updates of some chats were handed; this returns at once."""
        for worker, chats in handed.items():
            self._pending.setdefault(worker, set()).update(chats)
        if self._pending and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell_all(), name="hand-over-tell")

    async def tell_gone(self) -> None:
        """Tell the others that this worker has ended and has freed what it held."""
        if isinstance(self._store, Listening):
            with contextlib.suppress(TimeoutError):  # they find out at their next heartbeat
                async with asyncio.timeout(_LAST_TRY):
                    await self._notify(_GONE)

    async def _tell_all(self) -> None:
        """Tell what is pending; what comes meanwhile is told together."""
        while self._pending:
            pending, self._pending = self._pending, {}
            for worker, chats in pending.items():
                left = iter(chats)
                while some := list(islice(left, _CHATS_AT_ONCE)):
                    await self._notify(" ".join(map(str, (worker, *some))))

    async def _notify(self, payload: str) -> None:
        try:
            await self._store.run(_notify, payload)
        except Exception as error:  # noqa: BLE001 - they look for themselves at their next heartbeat
            _LOGGER.warning("other workers could not be woken: %s", type(error).__name__)

    async def _listen(self, store: Listening) -> None:
        while True:
            try:
                await store.listen(self._hear)
            except Exception as error:  # noqa: BLE001 - the heartbeat finds what was missed
                _LOGGER.warning("the database does not wake this worker: %s", type(error).__name__)
            await asyncio.sleep(_LISTEN_AGAIN)

    def _hear(self, payload: str) -> None:
        worker, *chats = payload.split()
        if worker == self._worker:
            self._on_chats([int(chat) for chat in chats])
        elif worker == _GONE:
            self._on_gone()


def _notify(tx: Tx, payload: str) -> None:
    tx.all("inbox.notify", payload=payload)
