"""A database that fails at any call of a selection in the chat: no partial change, no false message."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from bot.inbox.retry import RetryPolicy
from core.ports import Tx
from tests.core.sql import dump
from tests.e2e.selecting import WAYS, Step, books_agree, opens_pool, owners, stands_before_step_5, told
from tests.person import Person
from tests.store.faults import CallCounter, FailingTx, InjectedFaultError
from tests.world import World, eventually, open_world, poller_of

pytestmark = pytest.mark.both_engines

T = TypeVar("T")
OWNERS = 90
NOT_DONE = "刚才的操作没有生效"
DONE_UNSEEN = "刚才的操作已生效"
APPLYING, FINISHING = "inbox.applied", "dialog.shown"
"""The first query of a step's transaction, and that of the transaction that records what was shown."""


class OneKind(CallCounter):
    """Fails the n-th call of each transaction that starts with a given query."""

    def __init__(self, switch: "Switch") -> None:
        super().__init__(switch.call, after=switch.after)
        self._switch = switch

    def call(self, query: str, action: Callable[[], T]) -> T:
        if (self.calls or [query])[0] != self._switch.first:
            self.calls.append(query)
            return action()
        try:
            return super().call(query, action)
        except InjectedFaultError:
            self._switch.hits += 1
            raise


class Switch:
    """Wraps every function of the store, optionally with faults."""

    def __init__(self) -> None:
        self.counter: CallCounter | None = None
        self.first = ""
        self.call = 0
        self.after = False
        self.hits = 0

    def wrap(self, tx: Tx) -> Tx:
        if self.counter is not None:
            return self.counter.wrap(tx)
        return FailingTx(tx, OneKind(self)) if self.first else tx

    def always(self, first: str, call: int, *, after: bool = False) -> None:
        """Fail that call of every such transaction, until repaired."""
        self.first, self.call, self.after, self.hits = first, call, after, 0

    def mend(self) -> None:
        self.first, self.counter = "", None


class Place:
    """The program with a switch in its store, and owners before step 5."""

    def __init__(self, world: World, switch: Switch) -> None:
        self.world, self.switch = world, switch
        self._numbers = count(1)

    async def owner(self) -> Person:
        """Bring one more owner to the page of random selection."""
        owner = await stands_before_step_5(self.world, next(self._numbers))
        await self.at_rest()  # what they see may not be stored yet
        return owner

    async def at_rest(self) -> None:
        """Wait until every update has been fetched and handled, and that is stored."""
        await eventually(lambda: not self.world.sandbox.world.updates.waiting)
        async with asyncio.timeout(5):
            await self.world.service.dispatcher.idle()

    async def everything(self) -> dict[str, list[str]]:
        """Return every row except those of the inbox, which counts the attempts."""
        rows = await self.world.store.read(dump)
        return {name: rows[name] for name in rows if name != "inbox"}


@pytest.fixture
async def place(engine: str, tmp_path: Path) -> AsyncIterator[Place]:
    """The program without its scheduler, so that only the steps call the database; with short timeouts."""
    switch = Switch()
    async with open_world(engine, tmp_path, people=owners(OWNERS), wrap_tx=switch.wrap) as world:
        await world.stop_jobs()
        quick = RetryPolicy(
            max_tries=2,
            max_tries_in_outage=2,
            first_delay=timedelta(milliseconds=2),
            max_delay=timedelta(milliseconds=4),
        )
        dispatcher = world.service.dispatcher
        for impatient in (dispatcher, poller_of(world)):
            impatient._retry = quick
        await opens_pool(world)
        yield Place(world, switch)


@WAYS
@pytest.mark.parametrize(
    ("engine", "after"),
    [
        ("sqlite", False),
        ("sqlite", True),
        pytest.param("postgres", False, marks=pytest.mark.postgres),
        pytest.param("postgres", True, marks=[pytest.mark.postgres, pytest.mark.soak]),
    ],
)
async def test_step_that_cannot_be_made_is_told_and_changes_nothing(
    place: Place,
    way: Sequence[Step],
    after: bool,  # noqa: FBT001 - a parameter
) -> None:
    """At each call of the step's transaction, at every attempt; then the same press succeeds."""
    owner, failures = await place.owner(), 0
    for name, do, seen in way:
        for call in count(1):
            before, said = await place.everything(), len(told(owner))
            place.switch.always(APPLYING, call, after=after)
            await do(owner)
            await place.at_rest()
            place.switch.mend()
            if not place.switch.hits:
                break
            failures += 1
            assert await place.everything() == before, (name, call)
            (words,) = told(owner)[said:]
            assert NOT_DONE in words
        await owner.see(seen)
        await books_agree(place.world)
    assert failures > 60


@WAYS
async def test_shown_step_is_never_called_undone(place: Place, way: Sequence[Step]) -> None:
    """The step is committed; only the record that it was shown fails."""
    deepest = 0
    for call in count(1):
        owner, hits = await place.owner(), 0
        for _name, do, seen in way:
            place.switch.always(FINISHING, call)
            await do(owner)
            await place.at_rest()
            place.switch.mend()
            hits += place.switch.hits
            assert any(seen in words for words in told(owner)), owner.screen()
            assert not any(NOT_DONE in words for words in told(owner))
            assert any(DONE_UNSEEN in words for words in told(owner)) == bool(hits)
        await books_agree(place.world)
        if not hits:
            break
        deepest = call
    assert deepest >= 2


@WAYS
@pytest.mark.parametrize(
    ("engine", "after"),
    [("sqlite", False), ("sqlite", True), pytest.param("postgres", False, marks=pytest.mark.postgres)],
)
async def test_one_failure_is_mended_without_the_owner(
    place: Place,
    way: Sequence[Step],
    after: bool,  # noqa: FBT001 - a parameter
) -> None:
    """At the n-th call that a press causes, from the inbox to the last record: the step is shown."""
    for call in count(1):
        owner, hits = await place.owner(), 0
        for name, do, seen in way:
            counter = place.switch.counter = CallCounter(call, after=after)
            await do(owner)
            await owner.see(seen)
            await place.at_rest()
            place.switch.mend()
            hits += len(counter.calls) >= call
            assert not any(NOT_DONE in words or DONE_UNSEEN in words for words in told(owner)), (name, call)
        await books_agree(place.world)
        owner.leave()
        if not hits:
            break
    assert call > 25
