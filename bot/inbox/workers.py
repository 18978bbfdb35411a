"""The workers that serve one database: who lives, who leads, and whose chats are whose.

Each worker has a row with a lease, which its heartbeat renews. One of them has the lead: it polls, or keeps
the webhook set, and runs the periodic jobs. The lead does not make them correct: whatever they do is claimed
row by row, so a second worker that still takes itself for the leader does no harm. When the leader is killed,
another worker takes the lead as soon as the lease has expired; one that is stopped gives it up.

A chat belongs to the living worker at the place ``|chat_id| mod number of workers``, in the order of their
names; that worker handles its updates and redraws its screens. While unfinished updates of the chat are held
by another worker, because the workers have changed, further ones are handed to that one (``store.py``): all
that waits of one chat is in one place, and in order.

A process that is alone on its database (SQLite) leads for ever and has all chats, without any row.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.clock import to_millis
from core.ports import Row, Store, Tx

_LOGGER = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=15)
"""How long a worker counts as living, and keeps its updates and the lead, after its last heartbeat."""

_LAST_TRY = 0.5  # seconds for giving up the lead at the end

_KEPT = timedelta(days=1)
"""How long the row of a dead worker is kept."""


def new_worker_name() -> str:
    """Return a name that no other process has, nor this one before its restart."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The chats of one worker: those whose id leaves this remainder."""

    place: int = 0
    count: int = 1

    def has(self, chat_id: int) -> bool:
        """Return whether a chat is one of them."""
        return abs(chat_id) % self.count == self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A worker to which an update is handed, and the end of its lease in milliseconds."""

    worker: str
    lease_until: int


def owner_of(tx: Tx, chat_id: int) -> Holder | None:
    """Return the living worker to which a chat belongs; None if none has registered."""
    living = _living(tx)
    if not living:
        return None
    row = living[abs(chat_id) % len(living)]
    return Holder(worker=row["name"], lease_until=row["lease_until"])


def _living(tx: Tx) -> list[Row]:
    return tx.all("workers.living", now=to_millis(tx.now))


class Workers:
    """This worker among the others.

    Args:
        store: the database.
        name: this worker's name.
        is_alone: no other process can use the database.
        lease: how long this worker counts as living after a heartbeat.
        replaces: a worker of this host that is certainly dead, whose work is free at once.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        *,
        is_alone: bool,
        lease: timedelta = LEASE,
        replaces: str | None = None,
    ) -> None:
        self.name = name
        self.share = Share()
        self._store = store
        self._is_alone = is_alone
        self._lease = lease
        self._replaces = replaces
        self._heart: asyncio.Task[None] | None = None
        self._at_row = asyncio.Lock()  # who writes this worker's row: one after the other
        self._led, self._lost = asyncio.Event(), asyncio.Event()
        self._loses_at: asyncio.TimerHandle | None = None
        self._has_left = False

    @property
    def leads(self) -> bool:
        """Whether this worker has the lead, as far as it knows."""
        return self._led.is_set()

    async def start(self) -> None:
        """Register this worker, and keep it registered.

        Raises:
            StoreError: the database failed.
        """
        if self._is_alone:
            self._take_lead(None)
            return
        if self._replaces is not None:
            await self._store.run(_end, self._replaces)
        await self.beat()
        self._heart = asyncio.create_task(self._heartbeat(), name="workers-heartbeat")

    async def beat(self) -> None:
        """Renew the lease, take the lead if it is free, and learn which workers live.

        Raises:
            StoreError: the database failed.
        """
        async with self._at_row:
            if self._is_alone or self._has_left:
                return
            begun = asyncio.get_running_loop().time()
            has_lead, self.share = await self._store.run(_beat, self.name, self._lease)
            if has_lead and not self._has_left:
                # By the steady clock of this host, and a little earlier than others may take it.
                self._take_lead(begun + 0.8 * self._lease.total_seconds())
            else:
                self._lose_lead()

    async def bury(self, worker: str) -> None:
        """Free what another worker holds that has certainly died.

        Raises:
            StoreError: the database failed.
        """
        if not self._is_alone and not self._has_left:
            await self._store.run(_end, worker)

    async def leave(self) -> None:
        """Let others lead, and be handed nothing more; what this worker holds it keeps until it ends."""
        self._has_left = True
        self._lose_lead()
        if self._heart is None:
            return
        self._heart.cancel()
        await asyncio.gather(self._heart, return_exceptions=True)
        try:
            async with asyncio.timeout(_LAST_TRY), self._at_row:  # a beat after it would add the row again
                await self._store.run(_leave, self.name)
        except Exception as error:  # noqa: BLE001 - the leases expire
            _LOGGER.warning("this worker could not take its leave: %s", type(error).__name__)

    async def while_leading(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run some work whenever this worker leads, and cancel it when it does not, until the work ends."""
        while True:
            await self._led.wait()
            tasks = [asyncio.ensure_future(work()), asyncio.ensure_future(self._lost.wait())]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                if tasks[0].done():
                    tasks[0].result()
                    return
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            _LOGGER.warning("another worker may take the lead")

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                await asyncio.shield(self.beat())  # if this is cancelled, ``leave`` waits for its end
            except Exception as error:  # noqa: BLE001 - the next one is soon; until then the lease runs out
                _LOGGER.warning("this worker could not renew its lease: %s", type(error).__name__)

    def _take_lead(self, until: float | None) -> None:
        if self._loses_at is not None:
            self._loses_at.cancel()
        if until is not None:
            self._loses_at = asyncio.get_running_loop().call_at(until, self._lose_lead)
        if not self._led.is_set() and not self._is_alone:
            _LOGGER.info("this worker has the lead: %s", self.name)
        self._lost.clear()
        self._led.set()

    def _lose_lead(self) -> None:
        if self._loses_at is not None:
            self._loses_at.cancel()
            self._loses_at = None
        self._led.clear()
        self._lost.set()


def _beat(tx: Tx, name: str, lease: timedelta) -> tuple[bool, Share]:
    """Renew a worker's lease; return whether it leads, and its share of the chats."""
    now, until = to_millis(tx.now), to_millis(tx.now + lease)
    tx.run("workers.beat", name=name, now=now, lease_until=until)
    has_lead = tx.run("workers.take_lead", name=name, now=now, lease_until=until) == 1
    tx.run("workers.bury", before=to_millis(tx.now - _KEPT))
    names = [row["name"] for row in _living(tx)]
    return has_lead, Share(place=names.index(name), count=len(names))


def _leave(tx: Tx, name: str) -> None:
    tx.run("workers.leave", name=name)
    tx.run("workers.give_up_lead", name=name)


def _end(tx: Tx, name: str) -> None:
    """Free what a dead worker has held: updates, notifications, and the lead."""
    _leave(tx, name)
    tx.run("inbox.release", worker=name)
    tx.run("notices.release", worker=name)
