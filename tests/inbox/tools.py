"""Shared tools of the inbox's tests: invented updates, recording handlers, a complete service."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.inbox import (
    DeadLetter,
    Dispatcher,
    InboxService,
    QueuedUpdate,
    RetryPolicy,
    WorkerInbox,
    mark_applied,
    mark_done,
)
from bot.inbox.dispatcher import DispatchLimits, Handle
from bot.inbox.store import Lease
from core.errors.store import StoreUnavailable
from core.ports import Store, Tx
from tests.inbox.schema import add_effect

P = ParamSpec("P")
T = TypeVar("T")

HASTY = RetryPolicy(first_delay=timedelta(milliseconds=2), max_delay=timedelta(milliseconds=20))
"""Delays short enough for tests."""


class BackwardsCipher:
    """A trivial cipher that refuses input it has not produced."""

    def encrypt(self, data: bytes, /) -> bytes:
        return b"!" + data[::-1]

    def decrypt(self, data: bytes, /) -> bytes:
        if not data.startswith(b"!"):
            raise ValueError("not mine")
        return data[:0:-1]


def message(update_id: int, chat_id: int = 7, text: str = "你好") -> dict[str, Any]:
    """Return a message as the messenger serialises it."""
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1772424000,
            "chat": {"id": chat_id, "type": "private"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "甲"},
            "text": text,
        },
    }


def messages(*update_ids: int) -> list[dict[str, Any]]:
    """Return messages of one chat."""
    return [message(update_id) for update_id in update_ids]


def lease(worker: str = "one", *, seconds: float = 30, is_alone: bool = True) -> Lease:
    return Lease(worker=worker, span=timedelta(seconds=seconds), is_alone=is_alone)


def worker_inbox(store: Store, worker: str = "one", *, is_alone: bool = True) -> WorkerInbox:
    return WorkerInbox(store, BackwardsCipher(), lease(worker, is_alone=is_alone))


class Recorder:
    """A handler that records the chats served, with a delay and the requested errors."""

    def __init__(self, delay: Callable[[], float] = lambda: 0.0) -> None:
        self.handled: list[QueuedUpdate] = []
        self.errors: dict[int, Exception] = {}  # by update id; raised every time
        self.failures: dict[int, list[Exception]] = {}  # by update id; raised in sequence
        self.dead_letters: list[DeadLetter] = []
        self._delay = delay

    async def __call__(self, update: QueuedUpdate) -> None:
        await asyncio.sleep(self._delay())
        update.decode()
        if update.update_id in self.errors:
            raise self.errors[update.update_id]
        if waiting := self.failures.get(update.update_id):
            raise waiting.pop(0)
        self.handled.append(update)

    async def on_dead_letter(self, letter: DeadLetter) -> None:
        self.dead_letters.append(letter)

    @property
    def ids(self) -> list[int]:
        return [update.update_id for update in self.handled]

    def ids_of(self, chat_id: int) -> list[int]:
        return [update.update_id for update in self.handled if update.chat_id == chat_id]


class Gate:
    """A handler that blocks until it is opened."""

    def __init__(self, inner: Handle, *, only: int | None = None) -> None:
        self.entered: list[int] = []
        self.opened = asyncio.Event()
        self._inner = inner
        self._only = only  # the one chat that is blocked; None blocks all

    async def __call__(self, update: QueuedUpdate) -> None:
        self.entered.append(update.update_id)
        if self._only in {None, update.chat_id}:
            await self.opened.wait()
        await self._inner(update)


def applying(store: Store) -> Handle:
    """Return a handler whose step has one effect, in the transaction that marks the update as applied."""

    async def handle(update: QueuedUpdate) -> None:
        await store.run(_apply, update.update_id, update.chat_id)

    return handle


def finishing(store: Store, inner: Handle) -> Handle:
    """Return a handler that marks each update done after an inner one has handled it."""

    async def handle(update: QueuedUpdate) -> None:
        await inner(update)
        await store.run(mark_done, update.update_id)

    return handle


def _apply(tx: Tx, update_id: int, chat_id: int) -> None:
    if mark_applied(tx, update_id):
        add_effect(tx, update_id, chat_id)


class FailingStore:
    """A store that fails on request, before executing anything."""

    def __init__(self, inner: Store) -> None:
        self.is_down = False
        self.refused = 0
        self._inner = inner

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._look()
        return await self._inner.run(function, *args, **kwargs)

    async def run_for(
        self, caller: int, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self._look()
        return await self._inner.run_for(caller, function, *args, **kwargs)

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self._look()
        return await self._inner.read(function, *args, **kwargs)

    async def close(self) -> None:
        await self._inner.close()

    def _look(self) -> None:
        if self.is_down:
            self.refused += 1
            raise StoreUnavailable


@asynccontextmanager
async def receiving(  # noqa: PLR0913 - what a test may vary, all with defaults
    store: Store,
    handle: Handle,
    *,
    worker: str = "one",
    is_alone: bool = True,
    limits: DispatchLimits | None = None,
    recorder: Recorder | None = None,
    every: float = 10,
) -> AsyncIterator[InboxService]:
    """Run the whole inbox with a handler, after which each update is marked done."""
    inbox = worker_inbox(store, worker, is_alone=is_alone)
    dispatcher = Dispatcher(
        inbox,
        finishing(store, handle),
        retry=HASTY,
        limits=limits,
        on_dead_letter=recorder.on_dead_letter if recorder else None,
    )
    service = InboxService(inbox, dispatcher, heartbeat=timedelta(seconds=every))
    await service.start()
    try:
        yield service
    finally:
        await service.stop(limit=0.1)


async def take_in(service: InboxService, updates: Iterable[dict[str, Any]]) -> None:
    """Deliver updates and handle them."""
    await service.accept(list(updates))
    async with asyncio.timeout(20):
        await service.dispatcher.idle()
