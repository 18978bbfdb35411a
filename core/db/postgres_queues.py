"""Runs functions on PostgreSQL until they succeed: those that wait for one pool in a queue of their own."""

import asyncio
import logging
import random
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, Final, TypeVar, cast

from core.db.postgres_attempts import AttemptResult, Attempts, Call, PoolBusy
from core.db.postgres_tx import Pool
from core.errors.store import StoreError, StoreLocked, StoreUnavailable

T = TypeVar("T")

LOG = logging.getLogger(__name__)

ATTEMPTS: Final = 6
"""Maximum runs of a function."""

GAP: Final = 0.01
"""Base of the random delay before a retry, in seconds; the upper bound doubles with each retry."""

GROUP_SIZE: Final = 50
"""Maximum functions per shared transaction."""

KNOWN: Final = 20_000
"""Maximum callers of which the last pool is remembered."""

MISSES: Final = 4
"""A caller's pool is forgotten after this number of functions in a row that did not lock it."""


_Queue = deque[tuple[Call, asyncio.Future[AttemptResult]]]
"""The functions that wait for one pool, and the future of each."""


class Queues:
    """Runs functions again and again, in threads.

    Args:
        attempts: makes one attempt.
        in_thread: runs a call in a thread of the store.
        check: replaces lost connections; blocks.
        patient: how many functions that have waited for a lock in vain may occupy a thread.
    """

    def __init__(
        self,
        attempts: Attempts,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
        check: Callable[[], None],
        patient: int,
    ) -> None:
        self._attempts = attempts
        self._in_thread = in_thread
        self._check = check
        self._patient = asyncio.Semaphore(patient)
        self._queues: dict[Pool, _Queue] = {}
        self._known: OrderedDict[int, tuple[Pool, int]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, call: Callable[..., T]) -> T:
        """Run a reading function."""
        return await self._again_and_again(call, reading=True)

    async def run(self, call: Callable[..., T], caller: int | None) -> T:
        """Run a function, in the queue of the pool that its caller's last one has locked."""
        pool, _ = self._known.get(caller, (None, 0)) if caller is not None else (None, 0)
        return await self._again_and_again(call, pool=pool, caller=caller)

    async def _again_and_again(
        self,
        call: Callable[..., T],
        *,
        reading: bool = False,
        pool: Pool | None = None,
        caller: int | None = None,
    ) -> T:
        attempt, waited_in_vain, may_move = 1, False, not reading
        while True:
            if pool is not None:
                outcome = await self._queued(pool, call)
            else:
                once = partial(self._attempts.single, call, reading=reading, may_move=may_move)
                async with self._patient if waited_in_vain else nullcontext():
                    outcome = await self._in_thread(once)
            why = outcome.again
            if why is None:
                self._note(caller, outcome.pool)
                return cast("T", _value(outcome))
            if isinstance(why, PoolBusy):
                pool = outcome.pool
                continue
            if outcome.alone:  # it has not had an attempt of its own
                pool, may_move = None, False
                continue
            if attempt >= ATTEMPTS:
                raise why
            LOG.info("a transaction is run again: %s", why)
            if isinstance(why, StoreUnavailable):
                await self._in_thread(self._check)  # other connections may be lost as well
            elif pool is not None and not (isinstance(why, StoreLocked) and outcome.pool == pool):
                pool, may_move = None, False
            waited_in_vain = waited_in_vain or isinstance(why, StoreLocked)
            await asyncio.sleep(random.uniform(0, GAP * 2**attempt))  # noqa: S311 - a gap is no secret
            attempt += 1

    def _note(self, caller: int | None, pool: Pool | None) -> None:
        """Remember which pool a caller's function has locked."""
        if caller is None:
            return
        known, misses = self._known.pop(caller, (None, 0))
        if pool is not None:
            self._known[caller] = (pool, 0)
        elif known is not None and misses < MISSES:
            self._known[caller] = (known, misses + 1)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)

    async def _queued(self, pool: Pool, call: Call) -> AttemptResult:
        """Run a function with others that wait for the same pool; return what became of it."""
        future: asyncio.Future[AttemptResult] = asyncio.get_running_loop().create_future()
        if (queue := self._queues.get(pool)) is None:
            queue = self._queues[pool] = deque()
            # The task begins one iteration of the loop later, so all that are ready now share a commit.
            task = asyncio.ensure_future(self._serve(pool, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.append((call, future))
        return await future

    async def _serve(self, pool: Pool, queue: _Queue) -> None:
        while queue:
            some = [queue.popleft() for _ in range(min(GROUP_SIZE, len(queue)))]
            try:
                outcomes = await self._in_thread(
                    partial(self._attempts.together, pool, [call for call, _ in some])
                )
            except Exception as error:  # a bug in here must not leave callers waiting forever
                LOG.exception("a shared transaction failed")
                failure = StoreError(f"a shared transaction failed ({type(error).__name__})")
                outcomes = [AttemptResult(error=failure) for _ in some]
            untried = []
            for (call, future), outcome in zip(some, outcomes, strict=True):
                if outcome.is_untried:
                    untried.append((call, future))
                elif not future.done():
                    future.set_result(outcome)
            queue.extendleft(reversed(untried))
        del self._queues[pool]


def _value(outcome: AttemptResult) -> Any:  # noqa: ANN401 - whatever the function returned
    if outcome.error is not None:
        raise outcome.error
    return outcome.value
