"""The figures of a span add up, whatever has happened, and agree with a plain model."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.db import MemoryDatabase, MemoryStore
from core.errors.base import Refusal
from core.people.blacklist import Cause, NewBan, add_ban
from core.people.scope import Scope
from core.pool.releases import Release
from core.ports import Tx
from core.preselection import Papers, PreselectionState, get
from core.preselection.desk_extension import DeskExtension
from core.preselection.undoing import Deed
from core.reporting.spans import Span, last_days, month_before, month_of
from core.reporting.turnover import Flow, Stats, stats
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.core.sql import sql
from tests.core.tools import (
    NOON,
    build,
    expire,
    registered,
    release,
    remind,
    reserved,
    verified,
    verifies_again,
)
from tests.engines import open_test_store

K = Scope(offices=("粤K",))
SMALL, NEV = PlateKind.SMALL, PlateKind.SMALL_NEV
STAFF = ("chat:3001", "chat:3002")
EVERYWHERE = Scope(offices=(), everywhere=True)


def plate(serial: str) -> Plate:
    return Plate(office="粤K", kind=SMALL, serial=serial)


async def figures(core: Core, days: int = 7, scope: Scope = K) -> Stats:
    return await core.store.read(
        lambda tx: stats(tx, scope, last_days(tx.now.astimezone(CHINA).date(), days))
    )


async def test_days_without_anything_are_all_there(core: Core) -> None:
    found = await figures(core, 90)
    assert (len(found.days), len(found.hours), found.total.selected, found.waiting) == (90, 24, 0, 0)
    assert found.days[-1].day == NOON.astimezone(CHINA).date()


async def test_figures_add_up_with_what_happened(core: Core, clock: FixedClock) -> None:
    """Five selections: one each confirmed, voided, revoked, expired, and one still reserved."""
    await core.store.run(release, core, "A10##")
    for number in range(1, 5):
        await core.store.run(reserved, core, number, f"A100{number}")
    await core.store.run(core.counter.register, plate("A1001"), factories.vin(1)[-6:], actor="chat:1")
    await core.store.run(core.counter.void, plate("A1002"), "wrong", "chat:1")
    await core.store.run(core.counter.revoke, plate("A1003"), "asked for", "chat:1")
    clock.advance(timedelta(days=6))
    await core.store.run(remind)
    clock.advance(timedelta(days=2))
    assert await expire(core) == 1
    await core.store.run(reserved, core, 5, "A1005")
    found = await figures(core, 30)
    total = found.total
    assert (total.random, total.composed, total.selected) == (0, 5, 5)
    assert (total.registered, total.void, total.revoked, total.expired) == (1, 1, 1, 1)
    assert (total.banned, found.waiting) == (2, 1)
    ended = total.registered + total.void + total.revoked + total.expired
    assert total.selected == ended + found.waiting
    assert [day.day.isoformat() for day in found.days if day.selected] == ["2026-03-10", "2026-03-18"]
    assert sum(hour.composed for hour in found.hours) == 5
    assert found.appeals.waiting == 0


async def test_random_selection_is_told_from_composition(core: Core) -> None:
    await core.store.run(release, core, "A10##")
    account, begun = await core.store.run(verified, core, 1)
    place = core.offices["粤K"]

    def selects(tx: Tx) -> None:
        drawn = core.selection.draw(tx, begun, place, nonce="n", without_four=False, received_at=tx.now)
        chosen = drawn.batch.serials[0]
        core.selection.pick(tx, begun, place, chosen, received_at=tx.now)
        core.selection.claim(tx, account, begun, place, chosen, received_at=tx.now)

    await core.store.run(selects)
    total = (await figures(core)).total
    assert (total.random, total.composed) == (1, 0)


@pytest.mark.parametrize(
    ("at", "day", "hour"),
    [
        (datetime(2026, 3, 10, 0, 0, tzinfo=CHINA), date(2026, 3, 10), 0),
        (datetime(2026, 3, 9, 23, 59, 59, tzinfo=CHINA), date(2026, 3, 9), 23),
    ],
)
async def test_day_and_hour_are_those_of_china(
    engine: str, tmp_path: Path, at: datetime, day: date, hour: int
) -> None:
    clock = FixedClock(at)
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, hours="00:00-24:00")
        await store.run(release, core, "A10##")
        await store.run(reserved, core, 1, "A1001")
        clock.advance(timedelta(days=1))
        found = await figures(core)
        assert [day.day for day in found.days if day.composed] == [day]
        assert [hour.hour for hour in found.hours if hour.composed] == [hour]


async def test_what_is_older_than_the_span_is_left_out(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    clock.advance(timedelta(days=6))
    assert (await figures(core, 7)).total.selected == 1
    clock.advance(timedelta(days=1))
    assert (await figures(core, 7)).total.selected == 0
    assert (await figures(core, 30)).total.selected == 1


async def test_longer_ban_of_the_same_identity_counts_once(core: Core) -> None:
    for days in (10, 20):
        new_ban = NewBan(
            identity_hash=b"x" * 32,
            office="粤K",
            reason="test",
            cause=Cause.ADMIN,
            until=NOON + timedelta(days=days),
            actor="chat:1",
        )
        await core.store.run(add_ban, new_ban)
    found = await figures(core)
    assert (found.total.banned, found.ban_entries) == (1, 2)
    written = await core.store.read(sql, "SELECT count(*) AS n FROM audit WHERE action = 'banned'")
    assert written == [{"n": found.ban_entries}]


async def test_figures_of_other_offices_are_left_out(core: Core) -> None:
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    assert (await figures(core, scope=Scope(offices=("粤A",)))).total.selected == 0
    assert (await figures(core, scope=Scope(offices=()))).total.selected == 0
    assert (await figures(core, scope=Scope(offices=(), everywhere=True))).total.selected == 1


# --- any history, any span -----------------------------------------------------------------------

STEPS = ("select", "select nev", "confirm", "void", "revoke", "undo", "extend", "expire", "wait", "wait long")
Step = tuple[str, int]


class History:
    """Lives through a history, and keeps a plain model of it: what came in and went out, and when."""

    def __init__(self, core: Core, clock: FixedClock) -> None:
        self.core, self.clock = core, clock
        self.kinds: dict[int, PlateKind] = {}
        self.waiting: set[int] = set()
        self.ended: dict[int, Deed] = {}
        self.events: list[tuple[datetime, PlateKind, str, int]] = []
        self.staff: list[tuple[datetime, str, str]] = []

    async def begin(self) -> None:
        await self.core.store.run(release, self.core, "A####")
        order = Release(
            office=self.core.offices["粤K"], mask=parse_mask(NEV, "D#####"), actor="test", compose_now=True
        )
        await self.core.store.run(self.core.pools.release, order)

    async def live(self, steps: Sequence[Step]) -> None:
        for step, number in steps:
            self.clock.advance(timedelta(minutes=7 + number % 50))
            await getattr(self, step.replace(" ", "_"))(number)

    def note(self, begun: int, figure: str, sign: int) -> None:
        self.events.append((self.clock.now(), self.kinds[begun], figure, sign))

    async def select(self, _number: int, kind: PlateKind = SMALL) -> None:
        owner = len(self.kinds) + 1
        serial = f"A{owner:04}" if kind == SMALL else f"D{owner:05}"
        begun = await self.core.store.run(_selects, self.core, owner, kind, serial)
        self.kinds[begun] = kind
        self.waiting.add(begun)
        self.note(begun, "composed", 1)

    async def select_nev(self, number: int) -> None:
        await self.select(number, NEV)

    async def confirm(self, number: int) -> None:
        await self.end(number, Deed.CONFIRM)

    async def void(self, number: int) -> None:
        await self.end(number, Deed.VOID)

    async def revoke(self, number: int) -> None:
        await self.end(number, Deed.REVOKE)

    async def end(self, number: int, deed: Deed) -> None:
        if not self.waiting:
            return
        begun = sorted(self.waiting)[number % len(self.waiting)]
        actor = STAFF[number % 2]

        def act(tx: Tx) -> None:
            found = get(tx, begun)
            plate, counter = found.plate, self.core.counter
            assert plate is not None
            if deed == Deed.CONFIRM:
                counter.register(tx, plate, found.required_vin, actor=actor)
            else:
                (counter.void if deed == Deed.VOID else counter.revoke)(tx, plate, "资料有误", actor)

        await self.core.store.run(act)
        self.waiting.discard(begun)
        self.ended[begun] = deed
        figure = {Deed.CONFIRM: "registered", Deed.VOID: "void", Deed.REVOKE: "revoked"}[deed]
        self.note(begun, figure, -1)
        self.staff.append((self.clock.now(), actor, figure))

    async def undo(self, number: int) -> None:
        if not self.ended:
            return
        begun = sorted(self.ended)[number % len(self.ended)]
        actor, deed = STAFF[number % 2], self.ended[begun]
        try:
            await self.core.store.run(
                lambda tx: self.core.undoing.undo(tx, begun, "点错了", actor, expected=deed)
            )
        except Refusal:
            return
        del self.ended[begun]
        self.waiting.add(begun)
        self.note(begun, "given_back", 1)
        self.staff.append((self.clock.now(), actor, "given_back"))

    async def extend(self, number: int) -> None:
        if self.waiting:
            begun = sorted(self.waiting)[number % len(self.waiting)]
            try:
                await self.core.store.run(_extends, self.core, begun)
            except Refusal:
                return

    async def expire(self, _number: int) -> None:
        await self.core.store.run(remind)
        await expire(self.core)
        for begun in sorted(self.waiting):
            if (await self.core.store.read(get, begun)).state == PreselectionState.EXPIRED:
                self.waiting.discard(begun)
                self.note(begun, "expired", -1)

    async def wait(self, number: int) -> None:
        self.clock.advance(timedelta(hours=number % 30))

    async def wait_long(self, number: int) -> None:
        self.clock.advance(timedelta(days=number % 9))

    # --- what the model says ---

    def waited_at(self, at: datetime, kind: PlateKind) -> int:
        return sum(sign for when, one, _, sign in self.events if when < at and one == kind)

    def counted(self, span: Span, kind: PlateKind) -> Counter[str]:
        return Counter(
            figure for when, one, figure, _ in self.events if span.since <= when < span.until and one == kind
        )

    async def check(self, span: Span) -> None:
        for scope in (K, EVERYWHERE):
            found = await self.core.store.read(stats, scope, span)
            for figures in found.kinds:
                assert figures.waited == self.waited_at(span.since, figures.kind)
                assert figures.waiting == self.waited_at(span.until, figures.kind)
                assert figures.waited + figures.came_in == figures.went_out + figures.waiting
                assert _flow(figures) == dict(self.counted(span, figures.kind))
            total = found.total
            assert found.waited + total.came_in == total.went_out + found.waiting
            for figure in ("random", "composed", "given_back", "registered", "expired", "void", "revoked"):
                assert getattr(total, figure) == sum(getattr(kind, figure) for kind in found.kinds)
            for figure in ("registered", "void", "revoked", "given_back"):
                by_staff = sum(getattr(one, figure) for one in found.staff)
                assert by_staff == getattr(total, figure)
            self.check_staff(found, span)

    def check_staff(self, found: Stats, span: Span) -> None:
        expected = Counter(
            (actor, figure) for when, actor, figure in self.staff if span.since <= when < span.until
        )
        counted = {
            (one.actor, figure): getattr(one, figure)
            for one in found.staff
            for figure in ("registered", "void", "revoked", "given_back")
            if getattr(one, figure)
        }
        assert counted == dict(expected)


def _flow(figures: Flow) -> dict[str, int]:
    names = ("random", "composed", "given_back", "registered", "expired", "void", "revoked")
    return {name: getattr(figures, name) for name in names if getattr(figures, name)}


def _extends(tx: Tx, core: Core, begun: int) -> None:
    deadline = get(tx, begun).deadline
    assert deadline is not None
    wanted = DeskExtension(workdays=2, reason="住院", actor=STAFF[0])
    core.desk_extensions.extend(tx, begun, deadline, wanted)


def _selects(tx: Tx, core: Core, owner: int, kind: PlateKind, serial: str) -> int:
    account, place = registered(tx, core, owner), core.offices["粤K"]
    begun = core.preselections.choose(tx, account, place, kind).preselection_id
    core.preselections.agree(tx, account, begun)
    core.preselections.enter_vin(tx, begun, factories.vin(owner))
    papers = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=factories.certificate(owner))
    core.preselections.enter_certificate(tx, begun, papers)
    core.preselections.confirm(tx, account, begun)
    verifies_again(tx, core, account, begun)
    assert core.selection.compose(tx, account, begun, place, [serial], received_at=tx.now).taken == serial
    return begun


async def _core_of(store: Any, clock: FixedClock) -> Core:
    caps = {"sms": {"per_day": 100_000}, "registry": {"open_living_numbers": 99}}
    return await build(store, clock, caps, hours="00:00-24:00")


def _spans(today: date, chosen: Sequence[tuple[int, int]]) -> list[Span]:
    found = [
        Span(first=today - timedelta(days=ago), last=today - timedelta(days=ago - length))
        for ago, length in chosen
    ]
    return [*found, last_days(today, 7), month_of(today), month_before(today)]


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 300)), max_size=25),
    chosen=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), min_size=1, max_size=4),
)
def test_any_span_of_any_history_adds_up(steps: list[Step], chosen: list[tuple[int, int]]) -> None:
    async def live() -> None:
        clock = FixedClock(NOON)
        with MemoryDatabase(clock) as database:
            history = History(await _core_of(MemoryStore(database), clock), clock)
            await history.begin()
            await history.live(steps)
            for span in _spans(clock.now().astimezone(CHINA).date(), chosen):
                await history.check(span)

    asyncio.run(live())


async def test_a_long_history_adds_up_on_either_engine(engine: str, tmp_path: Path) -> None:
    dice, clock = random.Random(2026), FixedClock(NOON)
    async with open_test_store(engine, tmp_path, clock) as store:
        history = History(await _core_of(store, clock), clock)
        await history.begin()
        steps = [(dice.choice(("select", *STEPS)), dice.randint(0, 300)) for _ in range(90)]
        await history.live(steps)
        figures = {figure for _, _, figure, _ in history.events}
        assert figures >= {"composed", "registered", "void", "revoked", "expired", "given_back"}
        today = clock.now().astimezone(CHINA).date()
        for span in _spans(today, [(dice.randint(0, 60), dice.randint(0, 30)) for _ in range(12)]):
            await history.check(span)


async def test_a_deed_that_was_taken_back_stays_in_the_figures_of_its_month(
    engine: str, tmp_path: Path
) -> None:
    clock = FixedClock(datetime(2026, 5, 30, 22, 0, tzinfo=CHINA))
    async with open_test_store(engine, tmp_path, clock) as store:
        history = History(await _core_of(store, clock), clock)
        await history.begin()
        await history.live([("select", 0), ("confirm", 0), ("wait", 29), ("undo", 0)])
        await history.live([("wait", 20), ("void", 0), ("undo", 0)])
        for first in (date(2026, 5, 1), date(2026, 6, 1)):
            await history.check(month_of(first))
        found = await store.read(stats, K, month_of(date(2026, 5, 1)))
        assert (found.total.registered, found.total.given_back, found.waiting) == (1, 0, 0)
