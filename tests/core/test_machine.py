"""A state machine over selection, held against a plain model."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.accounts import Account
from core.clock import FixedClock
from core.db import MemoryDatabase, MemoryStore
from core.errors import Refusal
from core.plates import PlateKind
from core.pool import count
from core.ports import Tx
from core.selection import chances
from tests import invented
from tests.core.tools import NOON, build, release, verified

OWNERS = 3
GRACE = timedelta(seconds=5)


@dataclass
class Model:
    """One owner, as a plain reckoning has them."""

    account: Account
    begun: int
    batches: int = 5
    wishes: int = 20
    batch: dict[str, datetime] = field(default_factory=dict)
    kept: dict[str, datetime] = field(default_factory=dict)
    tried_at: datetime | None = None
    seen_at: datetime = NOON
    number: str | None = None


class Selecting(RuleBasedStateMachine):
    """Three owners over a pool of sixty numbers."""

    @initialize()
    def begin(self) -> None:
        self.clock = FixedClock(NOON)
        self.database = MemoryDatabase(self.clock)
        self.core = asyncio.run(build(MemoryStore(self.database), self.clock))
        self.place = self.core.offices["粤K"]
        for mask in ("A100#", "A11##"):
            self.run(release, self.core, mask)
        self.size = 110
        self.models = [Model(*self.run(verified, self.core, n)) for n in range(OWNERS)]
        self.draws = 0

    def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        return self.database.run(function, *args, **kwargs)

    def living(self, holds: dict[str, datetime]) -> set[str]:
        return {serial for serial, until in holds.items() if until >= self.clock.now()}

    def held_by_others(self, me: Model) -> set[str]:
        others = (one for one in self.models if one is not me)
        return {
            serial
            for one in others
            for serial in self.living(one.batch)
            | self.living(one.kept)
            | ({one.number} if one.number else set())
        }

    def is_selecting(self, me: Model) -> bool:
        return me.number is None and self.clock.now() - me.seen_at <= timedelta(minutes=30)

    @rule(who=st.integers(0, OWNERS - 1), without_four=st.booleans())
    def draw(self, who: int, without_four: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        me = self.models[who]
        now = self.clock.now()
        self.draws += 1
        try:
            drawn = self.run(
                self.core.selection.draw,
                me.begun,
                self.place,
                nonce=str(self.draws),
                at=now,
                without_four=without_four,
            )
        except Refusal:
            assert not self.is_selecting(me) or me.batches == 0
            return
        assert self.is_selecting(me)
        serials = set(drawn.batch.serials)
        assert not serials & self.held_by_others(me)
        assert not serials & self.living(me.kept)
        assert not without_four or not any("4" in serial for serial in serials)
        me.batches -= bool(serials)
        me.seen_at = now
        me.batch = dict.fromkeys(serials, now + timedelta(seconds=90) + GRACE)
        self.restart(me)

    def restart(self, me: Model) -> None:
        until = self.clock.now() + timedelta(seconds=180) + GRACE
        me.kept = dict.fromkeys(self.living(me.kept), until)

    @rule(who=st.integers(0, OWNERS - 1), index=st.integers(0, 9))
    def pick(self, who: int, index: int) -> None:
        me = self.models[who]
        known = sorted(me.batch)
        if not known:
            return
        serial = known[index % len(known)]
        lives = serial in self.living(me.batch) and self.is_selecting(me)
        try:
            self.run(self.core.selection.pick, me.begun, self.place, serial, at=self.clock.now())
        except Refusal:
            assert not lives
            return
        assert lives
        until = next(iter(me.batch.values()))
        for other in [one for one in me.kept if one in self.from_batch(me)]:
            del me.kept[other]
        me.batch[serial] = until
        me.kept[serial] = until
        me.seen_at = self.clock.now()
        self.restart(me)

    def from_batch(self, me: Model) -> set[str]:
        return set(me.batch)

    @rule(who=st.integers(0, OWNERS - 1), index=st.integers(0, 4))
    def claim(self, who: int, index: int) -> None:
        me = self.models[who]
        known = sorted(me.kept)
        if not known:
            return
        serial = known[index % len(known)]
        lives = serial in self.living(me.kept) and self.is_selecting(me)
        try:
            self.run(self.core.selection.claim, me.account, me.begun, self.place, serial, at=self.clock.now())
        except Refusal:
            assert not lives
            return
        assert lives
        self.won(me, serial)

    def won(self, me: Model, serial: str) -> None:
        assert serial not in self.held_by_others(me)
        me.number, me.batch, me.kept = serial, {}, {}

    @rule(
        who=st.integers(0, OWNERS - 1),
        numbers=st.lists(st.integers(1100, 1199), min_size=1, max_size=5, unique=True),
    )
    def compose(self, who: int, numbers: list[int]) -> None:
        me = self.models[who]
        wishes = [f"A{number}" for number in numbers]
        now = self.clock.now()
        hasty = me.tried_at is not None and now - me.tried_at < timedelta(seconds=8)
        may = self.is_selecting(me) and me.wishes >= len(wishes) and not hasty
        free = [wish for wish in wishes if wish not in self.held_by_others(me)]
        try:
            tried = self.run(self.core.selection.compose, me.account, me.begun, self.place, wishes, at=now)
        except Refusal:
            assert not may
            return
        assert may
        assert tried.taken == (free[0] if free else None)
        me.tried_at = me.seen_at = now
        if tried.taken:
            self.won(me, tried.taken)
        else:
            me.wishes -= len(wishes)

    @precondition(lambda self: self.draws)
    @rule(seconds=st.sampled_from([1, 8, 30, 60, 91, 96, 181, 600]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds, milliseconds=1))

    @invariant()
    def shown_chances_are_quota_less_used(self) -> None:
        if not hasattr(self, "models"):
            return

        def look(tx: Tx) -> list[tuple[int, int]]:
            left = [chances(tx, self.place, invented.vin(number)) for number in range(OWNERS)]
            return [(one.batches, one.wishes) for one in left]

        assert self.database.read(look) == [(one.batches, one.wishes) for one in self.models]

    @invariant()
    def free_and_taken_make_the_segments(self) -> None:
        if not hasattr(self, "models"):
            return
        taken = {
            serial
            for one in self.models
            for serial in self.living(one.batch)
            | self.living(one.kept)
            | ({one.number} if one.number else set())
        }
        counted = self.database.read(count, self.place, PlateKind.SMALL)
        assert (counted.released, counted.taken) == (self.size, len(taken))

    @invariant()
    def no_number_is_held_twice(self) -> None:
        if not hasattr(self, "models"):
            return
        for me in self.models:
            mine = self.living(me.batch) | self.living(me.kept) | ({me.number} if me.number else set())
            assert not mine & self.held_by_others(me)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()


TestSelecting = Selecting.TestCase
TestSelecting.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
