"""A database that fails at any call of a selection in the chat: nothing half done, nothing told in vain."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.receipt.patience import Patience
from bot.sandbox import PersonSpec
from core.ports import Tx
from tests import invented
from tests.core.sql import dump, sql
from tests.core.tools import reserved, verified
from tests.person import Person
from tests.store.faults import CallCounter, FailingTx, InjectedFaultError
from tests.world import World, eventually, open_world

T = TypeVar("T")
OWNERS = 90
TAKEN = ("A0001", "A0002")
NOT_DONE = "刚才的操作没有生效"
DONE_UNSEEN = "刚才的操作已生效"
APPLYING, FINISHING = "inbox.applied", "dialog.shown"
"""With which query a step's transaction begins, and the one that notes what has been shown."""


class OneKind(CallCounter):
    """Fails the n-th call of each transaction that begins with a certain query."""

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
    """What stands between the store and every function: nothing, or faults on order."""

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
        """Fail that call of every transaction that begins so, until mended."""
        self.first, self.call, self.after, self.hits = first, call, after, 0

    def mend(self) -> None:
        self.first, self.counter = "", None


class Place:
    """The program with a switch in its store, and owners who stand before step 5."""

    def __init__(self, world: World, switch: Switch) -> None:
        self.world, self.switch = world, switch
        self._numbers = count(1)

    async def owner(self) -> Person:
        """Bring one more owner to the page of random selection."""
        number = next(self._numbers)
        await self.world.store.run(verified, self.world.core, number)
        owner = self.world.person(5000 + number)
        await owner.say("/preselect")
        await owner.see("第5步")
        await owner.settled(quiet=0.005)
        return owner

    async def at_rest(self) -> None:
        """Wait until every update has been fetched and handled, and that is written down."""
        await eventually(lambda: not self.world.sandbox.world.updates.waiting)
        async with asyncio.timeout(5):
            await self.world.service.dispatcher.idle()

    async def everything(self) -> dict[str, list[str]]:
        """Return every row but those of the inbox, which counts the tries."""
        rows = await self.world.store.read(dump)
        return {name: rows[name] for name in rows if name != "inbox"}


@pytest.fixture
async def place(engine: str, tmp_path: Path) -> AsyncIterator[Place]:
    """The program without its ticks, so that nothing but the steps calls the database; it is impatient."""
    people = [
        PersonSpec(chat_id=5000 + n, first_name=f"{n}", last_name="车主", phone=invented.phone(n))
        for n in range(1, OWNERS)
    ]
    switch = Switch()
    async with open_world(engine, tmp_path, people=tuple(people), wrap_tx=switch.wrap) as world:
        world.service.jobs.stop()
        quick = Patience(
            tries=2,
            tries_in_outage=2,
            first_gap=timedelta(milliseconds=2),
            longest_gap=timedelta(milliseconds=4),
        )
        dispatcher = world.service.dispatcher
        for impatient in (dispatcher, dispatcher._finisher, world.service._poller):
            impatient._patience = quick
        await world.release()
        for number, serial in enumerate(TAKEN, 800):
            await world.store.run(reserved, world.core, number, serial)
        yield Place(world, switch)


Do = Callable[[Person], Awaitable[Any]]
Step = tuple[str, Do, str]
"""A name, what an owner does, and what is seen when it has gone through."""


async def _presses(owner: Person, label: str) -> None:
    await owner.press(label, answered=False)


RANDOM: Sequence[Step] = (
    ("draw", lambda owner: _presses(owner, "【随机一次(5)】"), "本批 10 个号码"),
    ("pick", lambda owner: _presses(owner, "粤K·"), "备选:"),
    ("ask", lambda owner: _presses(owner, "【确认选号】"), "不能更改、不能退回"),
    ("take", lambda owner: _presses(owner, "确定选用"), "完成号牌预选"),
)
COMPOSED: Sequence[Step] = (
    ("compose", lambda owner: _presses(owner, "【自编选号】"), "您还可以自编20个号牌"),
    ("wish", lambda owner: owner.say(" ".join(TAKEN)), "粤K·A0002"),
    ("submit", lambda owner: _presses(owner, "提交"), "剩余自编号牌个数将减少2个"),
    ("try", lambda owner: _presses(owner, "确认提交"), "您还可以自编18个号牌"),
    ("add", lambda owner: _presses(owner, "💡"), "本次要提交的号码"),
)
WAYS = pytest.mark.parametrize("way", [RANDOM, COMPOSED], ids=["random", "composed"])


def _told(owner: Person) -> list[str]:
    return [one.words for one in owner.history if one.from_bot]


async def _agree(place: Place) -> None:
    """Quota, plates, journal and notices tell one story."""
    tables = await place.world.store.read(_books)
    for vin, used, drawn in tables["draws"]:
        assert used == drawn, vin
    for vin, used, failed in tables["wishes"]:
        assert used == failed, vin
    taken = tables["reserved"]
    assert sorted(taken) == sorted(tables["plates"])
    assert sorted(tables["journal"]) == sorted((f"preselection:{number}",) for number, _ in taken)
    assert len({serial for _, serial in taken}) == len(taken)


def _books(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
    def rows(text: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in sql(tx, text)]

    return {
        "draws": rows(
            "SELECT v.vin, v.random_used, (SELECT count(*) FROM draw AS d JOIN preselection AS p"
            " USING (preselection_id) WHERE p.vin = v.vin AND d.numbers <> '[]') AS drawn FROM vehicle AS v"
        ),
        "wishes": rows(
            "SELECT v.vin, v.compose_used, (SELECT count(*) FROM failed_wish AS f WHERE f.vin = v.vin)"
            " AS failed FROM vehicle AS v"
        ),
        "reserved": rows("SELECT preselection_id, serial FROM preselection WHERE state = 'reserved'"),
        "plates": rows("SELECT preselection_id, serial FROM plate WHERE state = 'reserved'"),
        "journal": rows("SELECT subject FROM audit WHERE action = 'reserved'"),
    }


@WAYS
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_step_that_cannot_be_made_is_told_and_changes_nothing(
    place: Place,
    way: Sequence[Step],
    after: bool,  # noqa: FBT001 - a parameter
) -> None:
    """At each call of the step's transaction, at every try; then the same press goes through."""
    owner, failures = await place.owner(), 0
    for name, do, seen in way:
        for call in count(1):
            before, said = await place.everything(), len(_told(owner))
            place.switch.always(APPLYING, call, after=after)
            await do(owner)
            await place.at_rest()
            place.switch.mend()
            if not place.switch.hits:
                break
            failures += 1
            assert await place.everything() == before, (name, call)
            (told,) = _told(owner)[said:]
            assert NOT_DONE in told
        await owner.see(seen)
        await _agree(place)
    assert failures > 60


@WAYS
async def test_shown_step_is_never_called_undone(place: Place, way: Sequence[Step]) -> None:
    """The step is committed; what cannot be written down is that it has been shown."""
    deepest = 0
    for call in count(1):
        owner, hits = await place.owner(), 0
        for _name, do, seen in way:
            place.switch.always(FINISHING, call)
            await do(owner)
            await place.at_rest()
            place.switch.mend()
            hits += place.switch.hits
            assert any(seen in told for told in _told(owner)), owner.screen()
            assert not any(NOT_DONE in told for told in _told(owner))
            assert any(DONE_UNSEEN in told for told in _told(owner)) == bool(hits)
        await _agree(place)
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
    """At the n-th call of whatever a press sets off, from the inbox to the last note: the step is shown."""
    for call in count(1):
        owner, hits = await place.owner(), 0
        for name, do, seen in way:
            counter = place.switch.counter = CallCounter(call, after=after)
            await do(owner)
            await owner.see(seen)
            await place.at_rest()
            place.switch.mend()
            hits += len(counter.calls) >= call
            assert not any(NOT_DONE in told or DONE_UNSEEN in told for told in _told(owner)), (name, call)
        await _agree(place)
        owner.leave()
        if not hits:
            break
    assert call > 25
