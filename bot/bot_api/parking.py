"""Slots for handlers: a handler that only waits gives its slot to another one.

Few handlers may run at a time. One that waits for its chat's allowance, for a pause that the Bot API asked
for, or for a photo does nothing meanwhile: inside ``parked()`` it does not count as running, and it waits for
a free slot before it goes on. So any number of slow chats holds up nobody else.

The slot is found through a context variable, because what waits (the rate limiter) is far from what counts
(the dispatcher). Tasks that a handler starts inherit it. A task that outlives its handler calls ``leave()``
first. Outside of a handler all of this does nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar


class Slots:
    """A counting semaphore that prefers those who come back from parking.

    Args:
        running: how many may run at a time.
        parked: how many may be parked at a time; further ones keep their slots while they wait.
        on_free: called whenever a slot has become free for which nobody waits.
    """

    def __init__(self, running: int, parked: int, on_free: Callable[[], None] | None = None) -> None:
        self._on_free = on_free
        self.parked = 0  # handlers that have given their slot back for now
        self._free = running
        self._most_parked = parked
        self._returning: deque[asyncio.Future[None]] = deque()
        self._starting: deque[asyncio.Future[None]] = deque()

    @property
    def free(self) -> int:
        """How many may start to run now."""
        return self._free

    @property
    def may_park(self) -> bool:
        """Whether one more may be parked."""
        return self.parked < self._most_parked

    async def take(self, *, is_returning: bool = False) -> None:
        """Wait for a free slot, and take it."""
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._returning if is_returning else self._starting).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()  # it was granted just now
            raise

    def take_free(self) -> bool:
        """Take a slot if one is free now; return whether one was."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def give(self) -> None:
        """Give a slot back, to the first who waits."""
        for waiting in (self._returning, self._starting):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
        if self._on_free is not None:
            self._on_free()


class Slot:
    """One handler's slot; it was taken before, and ``end`` gives it back."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._is_held = True
        self._waits = 0  # several of the handler's tasks may be parked
        self._has_ended = False

    def park(self) -> None:
        """Begin to wait; the slot is free for others."""
        self._waits += 1
        if self._is_held and not self._has_ended and self._slots.may_park:
            self._is_held = False
            self._slots.parked += 1
            self._slots.give()

    def abandon(self) -> None:
        """End to wait because of a cancellation: the handler is about to end, and needs no slot for that."""
        self._waits -= 1

    async def unpark(self) -> None:
        """End to wait; go on when a slot is free."""
        self._waits -= 1
        if not self._needs_slot():
            return
        await self._slots.take(is_returning=True)
        if not self._needs_slot():  # another task of the handler was faster, or waits still
            self._slots.give()
            return
        self._is_held = True
        self._slots.parked -= 1

    def _needs_slot(self) -> bool:
        return not (self._is_held or self._has_ended or self._waits)

    def end(self) -> None:
        """Give the slot back for good."""
        self._has_ended = True
        if self._is_held:
            self._slots.give()
        else:
            self._slots.parked -= 1


_SLOT: ContextVar[Slot | None] = ContextVar("slot", default=None)


def occupy(slots: Slots) -> Slot:
    """Make a slot that was just taken that of the current task; the caller ends it."""
    slot = Slot(slots)
    _SLOT.set(slot)
    return slot


def leave() -> None:
    """Make the current task independent of the handler that has started it."""
    _SLOT.set(None)


@asynccontextmanager
async def parked() -> AsyncIterator[None]:
    """Count the handler as waiting within the block; what the block raises waits for a slot, too."""
    if (slot := _SLOT.get()) is None:
        yield
        return
    slot.park()
    try:
        yield
    except asyncio.CancelledError:
        slot.abandon()
        raise
    except Exception:
        await slot.unpark()  # the handler may catch it and go on
        raise
    await slot.unpark()


@asynccontextmanager
async def parked_if_slow(seconds: float) -> AsyncIterator[None]:
    """Count the handler as waiting once the block has taken this long: for a call that usually is quick."""
    if (slot := _SLOT.get()) is None:
        yield
        return
    is_parked = False

    def park() -> None:
        nonlocal is_parked
        is_parked = True
        slot.park()

    timer = asyncio.get_running_loop().call_later(seconds, park)
    try:
        yield
    except asyncio.CancelledError:
        if is_parked:
            slot.abandon()
        raise
    except Exception:
        if is_parked:
            await slot.unpark()
        raise
    finally:
        timer.cancel()
    if is_parked:
        await slot.unpark()
