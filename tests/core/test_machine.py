"""A state machine over the selection, compared with a plain model after each step."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from core.clock import FixedClock, from_millis, to_millis
from core.db import QUERIES, MemoryDatabase, MemoryStore
from core.errors.counter import PlateNotReserved, VinTailMismatch
from core.errors.offices import OfficeClosed
from core.errors.pool import SegmentOverlaps
from core.errors.preselection import VinBeingSelected, VinPreselected, VinRegistered
from core.errors.selection import (
    HoldEnded,
    NoBatchesLeft,
    NotInBatch,
    NoWishesLeft,
    TriedTooSoon,
    WishesRefused,
)
from core.errors.verification import VerificationLapsed
from core.people.accounts import Account
from core.pool import batches as pool_batches
from core.pool import free_list
from core.pool.free_list import FreeList, list_free, read_free_list, snapshot_key
from core.pool.releases import Release, withhold
from core.pool.segments import count, open_ranks, purge
from core.ports import Tx
from core.preselection import get
from core.preselection.quotas import remaining_quota
from core.snapshots import SnapshotNeeded, Snapshots
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.journals import checked, keep_seeds, written
from tests.core.model import (
    BATCH,
    GAP,
    GRACE,
    IDLE,
    QUOTA_BATCHES,
    QUOTA_WISHES,
    SHORTLIST,
    Begun,
    DrawRecord,
    Hold,
    Model,
    Vehicle,
    serials_of,
)
from tests.core.sql import sql
from tests.core.tools import NOON, agreed, build, code_for, registered

OWNERS, VEHICLES = 3, 4
MASKS = ["1200#", "1201#", "1210#", "120##", "A144#", "B50##"]
OWNER, VEHICLE = st.integers(0, OWNERS - 1), st.integers(0, VEHICLES - 1)
WISHES = [
    ["12000", "12001", "12002", "12003"],
    ["12000"],
    ["12009", "12008"],
    ["12010", "12104"],
    ["A1440", "B5001"],
]
WISH = st.sampled_from([f"1200{digit}" for digit in "0012344"])


DAY = 24 * 3_600_000


def day_of(at: int) -> int:
    """Return the ordinal of a time's day in China."""
    return (at + 8 * 3_600_000) // DAY


def is_open(at: int) -> bool:
    """Return whether a time is within the office's hours, 08:00 to 23:00 in China."""
    return 8 * 3_600_000 <= (at + 8 * 3_600_000) % DAY < 23 * 3_600_000


def has_drawn(begun: Begun) -> bool:
    """Return whether an owner has, or had, a batch."""
    return begun.last_draw is not None


class Selecting(RuleBasedStateMachine):
    """Three owners, four vehicles that any of them may claim, and a pool that is soon empty."""

    queries: ClassVar[Path] = QUERIES

    @initialize()
    def begin(self) -> None:
        self.clock = FixedClock(NOON)
        self.database = MemoryDatabase(self.clock, queries=self.queries)
        caps = {
            "sms": {"per_phone_per_day": 100, "per_chat_per_day": 100},
            "registry": {"open_living_numbers": 99},
        }
        quotas: dict[str, Any] = {"random_batches": QUOTA_BATCHES, "compose_total": QUOTA_WISHES}
        self.core = asyncio.run(build(MemoryStore(self.database), self.clock, caps, **quotas))
        self.place = self.core.offices["粤K"]
        self.model = Model(vehicles={number: Vehicle() for number in range(VEHICLES)})
        self.accounts: list[Account] = [self.run(registered, self.core, n) for n in range(OWNERS)]
        self.begun: dict[int, Begun] = {}
        self.lists: list[FreeList] = []
        self.release(MASKS[0], compose_now=True)
        for number in range(OWNERS):
            self.starts(number, number)
            self.verifies(number)

    def one_of(self, who: int, those: Callable[[Begun], object] = bool) -> Begun:
        """Return an owner with a preselection that satisfies a predicate."""
        some = [one for one in sorted(self.begun) if those(self.begun[one])]
        self.who = some[who % len(some)]
        return self.begun[self.who]

    # --- what the rules are made of ------------------------------------------------------------

    def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        return self.database.run(function, *args, **kwargs)

    @property
    def now(self) -> int:
        return to_millis(self.clock.now())

    def outcome(self, wanted: type[Exception] | None, call: Callable[[], Any]) -> Any:
        """Return the result of a step, after asserting that it was refused exactly as the model says."""
        if wanted is None:
            return call()
        with pytest.raises(wanted) as caught:
            call()
        assert caught.type is wanted
        return None

    def received(self, begun: Begun, late: int) -> int:
        """Return the receipt time of a press that is handled ``late`` milliseconds afterwards."""
        return max(self.now - late, begun.acted_at)

    def refusal(self, begun: Begun, at: int, *, within_hours: bool = False) -> type[Exception] | None:
        """Return why an owner cannot act in step 5 now, None if they can."""
        if begun.state == "agreed" or not self.model.holds_lease(begun, at):
            return VerificationLapsed
        if within_hours and not is_open(at):
            return OfficeClosed
        same_opening = is_open(begun.verified_at) and day_of(at) == day_of(begun.verified_at)
        return VerificationLapsed if within_hours and not same_opening else None

    # --- the rules ------------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.segments) < 4)
    @rule(mask=st.sampled_from(MASKS), compose_now=st.booleans())
    def release(self, mask: str, compose_now: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        first = not self.model.segments
        overlaps = bool(self.model.released() & serials_of(mask))
        order = Release(
            office=self.place,
            mask=parse_mask(PlateKind.SMALL, mask),
            actor="test",
            compose_now=compose_now,
        )
        segment = self.outcome(
            SegmentOverlaps if overlaps else None, lambda: self.run(self.core.pools.release, order)
        )
        if segment is None:
            return
        days = day_of(to_millis(segment.compose_from)) - day_of(self.now)
        assert days == 0 if compose_now or first else 8 <= days <= 14
        self.model.segments[mask] = to_millis(segment.compose_from)

    @precondition(lambda self: len(self.model.withheld) < 2)
    @rule(mask=st.sampled_from(["12005", "121##", "B####"]))
    def withhold(self, mask: str) -> None:
        if mask not in self.model.withheld:
            self.run(withhold, self.place, parse_mask(PlateKind.SMALL, mask), "chat:1001")
            self.model.withheld.append(mask)

    @precondition(lambda self: len(self.begun) < OWNERS)
    @rule(who=OWNER, what=VEHICLE)
    def starts(self, who: int, what: int) -> None:
        """Go through phase 1, unless a preselection is in progress."""
        who = next(one % OWNERS for one in range(who, who + OWNERS) if one % OWNERS not in self.begun)
        success = self.model.vehicles[what].success
        wanted = {None: None, "reserved": VinPreselected, "registered": VinRegistered}[success]
        number = self.outcome(wanted, lambda: self.run(agreed, self.core, self.accounts[who], what))
        if number is not None:
            self.begun[who] = Begun(number, what)

    @precondition(lambda self: any(begun.state == "agreed" for begun in self.begun.values()))
    @rule(who=OWNER)
    def verifies(self, who: int) -> None:
        agreed_ones = [one for one, begun in sorted(self.begun.items()) if begun.state == "agreed"]
        who = agreed_ones[who % len(agreed_ones)]
        begun = self.begun[who]
        vehicle = self.model.vehicles[begun.vehicle]
        wanted: type[Exception] | None = None
        if not is_open(self.now):
            wanted = OfficeClosed
        elif vehicle.success:
            wanted = VinPreselected if vehicle.success == "reserved" else VinRegistered
        elif vehicle.lease and vehicle.lease[0] != begun.number and vehicle.lease[1] >= self.now:
            wanted = VinBeingSelected

        def verify(tx: Tx) -> bool:
            code = code_for(tx, self.core, self.accounts[who], begun.number)
            result = self.core.preselections.verify(
                tx, self.accounts[who], begun.number, code, office=self.place, received_at=tx.now
            )
            return result.right

        if self.outcome(wanted, lambda: self.run(verify)):
            begun.state, begun.verified_at = "verified", self.now
            self.model.renew(begun, self.now, self.now)

    def has_lapsed(self, begun: Begun) -> bool:
        """Return whether an owner must go back to step 3."""
        return begun.state == "verified" and self.refusal(begun, self.now, within_hours=True) is not None

    @precondition(lambda self: any(map(self.has_lapsed, self.begun.values())))
    @rule(who=OWNER)
    def lapses(self, who: int) -> None:
        begun = self.one_of(who, self.has_lapsed)
        self.run(self.core.preselections.lapse, begun.number)
        begun.state = "agreed"

    @precondition(lambda self: self.begun)
    @rule(who=OWNER, without_four=st.booleans(), late=st.sampled_from([0, 0, 4000]))
    def draws(self, who: int, without_four: bool, late: int) -> None:  # noqa: FBT001 - drawn by Hypothesis
        begun = self.one_of(who)
        at, model, now = self.received(begun, late), self.model, self.now
        vehicle = model.vehicles[begun.vehicle]
        wanted = self.refusal(begun, at, within_hours=True)
        if wanted is None and not vehicle.batches:
            wanted = NoBatchesLeft
        nonce, n = f"press-{len(model.draws)}", len(model.draws) + 1
        drawn = self.outcome(
            wanted,
            lambda: self.run(
                self.core.selection.draw,
                begun.number,
                self.place,
                nonce=nonce,
                received_at=from_millis(at),
                without_four=without_four,
            ),
        )
        if drawn is None:
            return
        model.end(begun.number, "batch")
        model.end_draws(begun.number, now)
        model.renew(begun, now, at)
        free = model.drawable(now, without_four=without_four)
        serials = list(drawn.batch.serials)
        assert (drawn.batch.n, len(serials)) == (n, min(10, len(free)))
        assert len(set(serials)) == len(serials)
        assert set(serials) <= free
        vehicle.batches -= bool(serials)
        until = now + BATCH if serials else now - 1
        model.draws.append(DrawRecord(begun.number, now, until, serials, vehicle))
        model.holds.update({serial: Hold("batch", begun.number, until, n) for serial in serials})
        begun.last_draw = n
        model.restart_shortlist(begun.number, at)

    @precondition(lambda self: self.begun)
    @rule(who=OWNER, indices=st.lists(st.integers(0, 9), min_size=1, max_size=3))
    def goes_on(self, who: int, indices: list[int]) -> None:
        """Draw, look, and shortlist one number; once or more."""
        key = sorted(self.begun)[who % len(self.begun)]
        for index in indices:
            self.draws(sorted(self.begun).index(key), without_four=False, late=0)
            self.waits(4000)
            drawn = [one for one in sorted(self.begun) if has_drawn(self.begun[one])]
            if key in drawn:
                self.is_sent(drawn.index(key))
                self.picks(drawn.index(key), index, late=0)

    @precondition(lambda self: any(map(has_drawn, self.begun.values())))
    @rule(who=OWNER)
    def is_sent(self, who: int) -> None:
        """The messenger has shown the batch: its time starts now, once."""
        begun, now = self.one_of(who, has_drawn), self.now
        record = self.model.batch_of(begun, now)
        if record is None:
            return

        def sent(tx: Tx) -> None:
            batch = pool_batches.last_batch(tx, begun.number, received_at=tx.now)
            assert batch is not None
            as_read_before = replace(batch, sent=False)  # by another worker, before it was sent
            self.core.selection.sent(tx, as_read_before, self.place, received_at=tx.now)

        self.run(sent)
        if record.state == "unsent":
            record.state, record.until = "sent", now + BATCH
            for hold in self.model.held_by(begun.number, "batch", now).values():
                if hold.draw == begun.last_draw:
                    hold.until = now + BATCH

    @precondition(lambda self: any(map(has_drawn, self.begun.values())))
    @rule(who=OWNER, index=st.integers(0, 10), late=st.sampled_from([0, 0, 4000]))
    def picks(self, who: int, index: int, late: int) -> None:
        begun = self.one_of(who, has_drawn)
        at, model = self.received(begun, late), self.model
        known = model.draws[(begun.last_draw or 0) - 1].serials
        serial = known[index] if index < len(known) else "12999"
        record, hold = model.batch_of(begun, at), model.holds.get(serial)
        wanted = self.refusal(begun, at)
        if wanted is None and record is None:
            wanted = HoldEnded
        elif wanted is None and serial not in known:
            wanted = NotInBatch
        elif wanted is None and (hold is None or hold.owner != begun.number):
            wanted = HoldEnded  # another owner was first, after it had expired
        pick = partial(self.core.selection.pick, received_at=from_millis(at))
        self.outcome(wanted, lambda: self.run(pick, begun.number, self.place, serial))
        if wanted is not None or record is None:
            return
        for other in model.held_by(begun.number, "shortlist", at).values():
            if other.draw == begun.last_draw:
                other.state, other.until = "batch", record.until
        model.holds[serial].state, model.holds[serial].until = "shortlist", at + SHORTLIST
        model.renew(begun, self.now, at)
        model.restart_shortlist(begun.number, at)

    def keeps(self, begun: Begun) -> bool:
        """Return whether an owner has, or had, a shortlist."""
        return any(
            hold.owner == begun.number and hold.state == "shortlist" for hold in self.model.holds.values()
        )

    def some_kept(self, begun: Begun, index: int) -> str:
        """Return a number that is, or was, on an owner's shortlist; or one that never was."""
        kept = [one for one, hold in self.model.holds.items() if hold.owner == begun.number]
        kept.sort(key=lambda one: (self.model.holds[one].state != "shortlist", one))
        return kept[index % len(kept)] if kept else "12000"

    @precondition(lambda self: any(map(self.keeps, self.begun.values())))
    @rule(who=OWNER, index=st.integers(0, 4), late=st.sampled_from([0, 0, 4000]))
    def unpicks(self, who: int, index: int, late: int) -> None:
        begun = self.one_of(who, self.keeps)
        self.takes_off(begun, self.some_kept(begun, index), self.received(begun, late))

    def takes_off(self, begun: Begun, serial: str, at: int) -> None:
        """Remove a number from an owner's shortlist, if it is on it."""
        model = self.model
        hold = model.held_by(begun.number, "shortlist", at).get(serial)
        wanted = self.refusal(begun, at) or (None if hold else HoldEnded)
        self.outcome(
            wanted,
            lambda: self.run(
                self.core.selection.unpick, begun.number, self.place, serial, received_at=from_millis(at)
            ),
        )
        if wanted is not None or hold is None:
            return
        record = model.batch_of(begun, at)
        back = record is not None and hold.draw == begun.last_draw
        if record and back:
            hold.state, hold.until = "batch", record.until
        else:
            del model.holds[serial]
        model.renew(begun, self.now, at)
        model.restart_shortlist(begun.number, at)

    def still_keeps(self, begun: Begun) -> bool:
        """Return whether an owner has a current shortlist."""
        return bool(self.model.held_by(begun.number, "shortlist", self.now))

    @precondition(lambda self: any(map(self.still_keeps, self.begun.values())))
    @rule(who=OWNER)
    def thinks_again(self, who: int) -> None:
        """Remove the latest number from the shortlist: back to its batch, or to the pool."""
        begun = self.one_of(who, self.still_keeps)
        kept = self.model.held_by(begun.number, "shortlist", self.now)
        self.takes_off(begun, max(kept, key=lambda one: (kept[one].draw or 0, one)), self.now)

    @precondition(lambda self: any(map(self.keeps, self.begun.values())))
    @rule(who=OWNER, index=st.integers(0, 4), late=st.sampled_from([0, 0, 4000]))
    def claims(self, who: int, index: int, late: int) -> None:
        begun = self.one_of(who, self.keeps)
        self.takes_for_good(begun, self.some_kept(begun, index), self.received(begun, late))

    def takes_for_good(self, begun: Begun, serial: str, at: int) -> None:
        """Claim a number, if it is on the owner's shortlist."""
        held = serial in self.model.held_by(begun.number, "shortlist", at)
        wanted = self.refusal(begun, at) or (None if held else HoldEnded)
        self.outcome(
            wanted,
            lambda: self.run(
                self.core.selection.claim,
                self.accounts[self.who],
                begun.number,
                self.place,
                serial,
                received_at=from_millis(at),
            ),
        )
        if wanted is None:
            self.model.reserve(self.begun.pop(self.who), serial, self.now)

    @precondition(lambda self: self.shortlisted() and self.begun)
    @rule(who=OWNER, index=st.integers(0, 9), late=st.sampled_from([0, 4000]))
    def claims_what_is_not_theirs(self, who: int, index: int, late: int) -> None:
        """Claim a number on another's shortlist, or one of their own that has expired."""
        begun, kept = self.one_of(who), self.shortlisted()
        at, serial = self.received(begun, late), kept[index % len(kept)]
        if serial in self.model.held_by(begun.number, "shortlist", at):
            return
        arguments = (self.accounts[self.who], begun.number, self.place, serial)
        claim = partial(self.core.selection.claim, received_at=from_millis(at))
        self.outcome(self.refusal(begun, at) or HoldEnded, lambda: self.run(claim, *arguments))

    def shortlisted(self) -> list[str]:
        """Return every number that is, or was, on a shortlist."""
        return sorted(serial for serial, hold in self.model.holds.items() if hold.state == "shortlist")

    @precondition(lambda self: self.begun)
    @rule(who=OWNER, wishes=st.one_of(st.sampled_from(WISHES), st.lists(WISH, min_size=1, max_size=5)))
    def composes(self, who: int, wishes: list[str]) -> None:
        begun = self.one_of(who)
        now, model = self.now, self.model
        vehicle = model.vehicles[begun.vehicle]
        bad = [wish for index, wish in enumerate(wishes) if not self.may_wish(wish, wishes[:index])]
        wanted = self.refusal(begun, now, within_hours=True)
        if wanted is None and bad:
            wanted = WishesRefused
        elif wanted is None and vehicle.wishes < len(wishes):
            wanted = NoWishesLeft
        elif wanted is None and vehicle.tried_at is not None and now - vehicle.tried_at < GAP:
            wanted = TriedTooSoon
        arguments = (self.accounts[self.who], begun.number, self.place, wishes)
        compose = partial(self.core.selection.compose, received_at=self.clock.now())
        tried = self.outcome(wanted, lambda: self.run(compose, *arguments))
        if tried is None:
            return
        vehicle.tried_at = now
        own = [model.held_by(begun.number, state, now) for state in ("batch", "shortlist")]
        good = [wish for wish in wishes if model.is_free(wish, now) or any(wish in held for held in own)]
        assert tried.taken == (good[0] if good else None)
        if good:
            model.reserve(self.begun.pop(self.who), good[0], now)
            return
        vehicle.wishes -= len(wishes)
        model.renew(begun, now, now)
        states = [model.holds[wish].state for wish in wishes]
        said = {"registered": "used", "resting": "resting"}
        reasons = [said.get(state, "preselected") for state in states]
        assert tried.reasons == tuple(zip(wishes, reasons, strict=True))
        assert len(tried.suggestions) <= 6
        assert all(
            model.is_free(suggestion, now) and self.may_wish(suggestion, wishes)
            for suggestion in tried.suggestions
        )

    def may_wish(self, wish: str, before: list[str]) -> bool:
        """Return whether a wish is in a segment open to self-composition, not withheld and not repeated."""
        open_now = [mask for mask, since in self.model.segments.items() if since <= self.now]
        composable = set().union(*(serials_of(mask) for mask in open_now))
        return wish in composable - self.model.kept_back() and wish not in before

    @precondition(lambda self: any(map(self.still_keeps, self.begun.values())))
    @rule(who=OWNER, index=st.integers(0, 1), off=st.sampled_from([-1, 0, 1]), claimed=st.booleans())
    def decides_at_the_last(self, who: int, index: int, off: int, claimed: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        """Press in the very millisecond in which a shortlisted number expires."""
        begun = self.one_of(who, self.still_keeps)
        kept = sorted(self.model.held_by(begun.number, "shortlist", self.now))
        serial = kept[index % len(kept)]
        until = self.model.holds[serial].until
        span = 0 if until is None else until + off - self.now
        if span >= 0:
            self.clock.advance(timedelta(milliseconds=span))
            (self.takes_for_good if claimed else self.takes_off)(begun, serial, self.now)

    @precondition(lambda self: self.begun and self.model.living(self.now))
    @rule(who=OWNER, tries=st.lists(st.integers(3, 5), min_size=1, max_size=3))
    def composes_in_vain(self, who: int, tries: list[int]) -> None:
        """Wish for numbers of others; once, or until no wishes are left."""
        for most in tries:
            self.clock.advance(timedelta(milliseconds=GAP))
            begun = self.one_of(who)
            taken = [one for one, hold in self.model.living(self.now).items() if hold.owner != begun.number]
            wishes = [serial for serial in sorted(taken) if self.may_wish(serial, [])]
            if wishes:
                self.composes(who, wishes[:most])

    def holds(self, begun: Begun) -> list[str]:
        """Return what an owner holds and may wish for."""
        mine = (one for one, hold in self.model.living(self.now).items() if hold.owner == begun.number)
        return [serial for serial in sorted(mine) if self.may_wish(serial, [])]

    @precondition(lambda self: any(map(self.holds, self.begun.values())))
    @rule(who=OWNER, index=st.integers(0, 9))
    def composes_what_they_hold(self, who: int, index: int) -> None:
        begun = self.one_of(who, self.holds)
        held = self.holds(begun)
        self.composes(sorted(self.begun).index(self.who), [held[index % len(held)]])

    @precondition(lambda self: self.begun and len(self.model.holds) > len(self.model.living(self.now)))
    @rule(who=OWNER)
    def composes_what_ran_out(self, who: int) -> None:
        """Wish for a number whose hold has expired."""
        over = sorted(self.model.holds.keys() - self.model.living(self.now).keys())
        wishes = [serial for serial in over if self.may_wish(serial, [])]
        if wishes:
            self.clock.advance(timedelta(milliseconds=GAP))
            self.composes(who, wishes[:1])

    @precondition(lambda self: self.begun)
    @rule(who=OWNER)
    def abandons(self, who: int) -> None:
        begun = self.one_of(who)
        self.begun.pop(self.who)
        self.run(self.core.preselections.abandon, self.accounts[self.who], begun.number)
        for state in ("batch", "shortlist"):
            self.model.end(begun.number, state)
        self.model.end_draws(begun.number, self.now)
        self.model.settle_unsent(begun.number)
        if (self.model.vehicles[begun.vehicle].lease or (0, 0))[0] == begun.number:
            self.model.vehicles[begun.vehicle].lease = None

    @precondition(lambda self: any(vehicle.success for vehicle in self.model.vehicles.values()))
    @rule(what=VEHICLE, right=st.booleans())
    def is_registered(self, what: int, right: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        """The counter confirms a number, with the correct last six of the VIN or wrong ones."""
        known = {n: serial for serial, n in self.reservations().items()}
        what = sorted(known)[what % len(known)]
        vehicle, serial = self.model.vehicles[what], known[what]
        last_six = factories.vin(what if right else what + 1)[-6:]
        wanted: type[Exception] | None = None if right else VinTailMismatch
        if vehicle.success == "registered":
            wanted = PlateNotReserved
        plate = Plate(office="粤K", kind=PlateKind.SMALL, serial=serial)
        done = self.outcome(
            wanted, lambda: self.run(self.core.counter.register, plate, last_six, actor="chat:1001")
        )
        if done is not None:
            vehicle.success = self.model.holds[serial].state = "registered"

    @precondition(lambda self: any(vehicle.success for vehicle in self.model.vehicles.values()))
    @rule(what=VEHICLE)
    def is_revoked(self, what: int) -> None:
        """An admin cancels a reservation: the number is free immediately."""
        known = {n: serial for serial, n in self.reservations().items()}
        what = sorted(known)[what % len(known)]
        vehicle, serial = self.model.vehicles[what], known[what]
        wanted = PlateNotReserved if vehicle.success == "registered" else None
        plate = Plate(office="粤K", kind=PlateKind.SMALL, serial=serial)
        revoke = partial(self.core.counter.revoke, reason="r", actor="chat:1001")
        if self.outcome(wanted, lambda: self.run(revoke, plate)) is not None:
            vehicle.success = None
            self.model.holds[serial].state, self.model.holds[serial].until = "resting", self.now

    def reservations(self) -> dict[str, int]:
        """Return the owners and vehicles of reservations, as in the database."""
        text = "SELECT serial, vin FROM preselection WHERE state IN ('reserved', 'registered')"
        vins = {factories.vin(number): number for number in range(VEHICLES)}
        return {row["serial"]: vins[row["vin"]] for row in self.database.read(sql, text)}

    @rule(what=VEHICLE)
    def is_granted(self, what: int) -> None:
        vin = factories.vin(what)
        granted = "random_granted = random_granted + 1, compose_granted = compose_granted + 2"
        changed = self.run(sql, f"UPDATE vehicle SET {granted} WHERE vin = '{vin}' RETURNING vin")  # noqa: S608 - ours
        if changed:
            self.model.vehicles[what].batches += 1
            self.model.vehicles[what].wishes += 2

    @rule()
    def settles_unsent(self) -> None:
        """Chances of unshown batches come back when the batch has expired: once, and three of a vehicle."""
        unsent = [draw for draw in self.model.draws if draw.serials and draw.state == "unsent"]
        lost = [draw for draw in unsent if draw.until < self.now + GRACE]
        assert self.run(self.core.cleanup.settle_unsent) == len(lost)
        for draw in lost:
            draw.state = "settled"
            draw.vehicle.settle()

    @rule()
    def purges(self) -> None:
        self.run(purge)

    @rule()
    def reads_list(self) -> None:
        """Read the free numbers on a snapshot, as for the tail of a large pool."""
        self.lists = [*self.lists[-1:], self.database.read(read_free_list, self.place, PlateKind.SMALL)]

    @precondition(lambda self: self.begun)
    @rule(span=st.sampled_from([1, 4000, 8000, 30_000, BATCH - 1, BATCH, BATCH + 1, SHORTLIST + 1]))
    def waits(self, span: int) -> None:
        self.clock.advance(timedelta(milliseconds=span))

    @precondition(lambda self: self.begun and len(self.model.draws) > 2)
    @rule(span=st.sampled_from([IDLE, IDLE + 1, 11 * 3_600_000, 24 * 3_600_000]))
    def is_away(self, span: int) -> None:
        self.clock.advance(timedelta(milliseconds=span))
        self.run(keep_seeds, self.core)

    # --- invariants ------------------------------------------------------------------------------

    @invariant()
    def holds_are_those_of_model(self) -> None:
        columns = "serial, state, preselection_id AS owner, held_until AS until"
        for_good = f"SELECT {columns} FROM plate WHERE held_until IS NULL OR held_until >= {self.now}"  # noqa: S608 - ours
        held = f"SELECT {columns} FROM hold WHERE held_until >= {self.now}"  # noqa: S608 - ours
        rows = self.database.read(sql, f"{for_good} UNION ALL {held}")
        assert len({row["serial"] for row in rows}) == len(rows)  # in exactly one of the tables
        found = {row.pop("serial"): row for row in rows}
        wanted = {
            serial: {"state": hold.state, "owner": hold.owner, "until": hold.until}
            for serial, hold in self.model.living(self.now).items()
        }
        assert found == wanted

    @invariant()
    def lists_put_right_are_what_is_free(self) -> None:
        def put_right(tx: Tx, known: FreeList) -> list[str]:
            ranks = open_ranks(tx, self.place, PlateKind.SMALL)
            snapshots = Snapshots({snapshot_key(self.place, PlateKind.SMALL): known})
            places = map(ranks.split, list_free(tx, self.place, PlateKind.SMALL, ranks, snapshots))
            return [segment.mask.unrank(position) for segment, position in places]

        with patch.object(free_list, "LARGEST_SCAN_INSIDE", 0):
            for known in self.lists:
                with suppress(SnapshotNeeded):  # too old, or of other segments
                    assert self.database.read(put_right, known) == self.model.listed(self.now)

    @invariant()
    def shown_chances_are_quota_less_used(self) -> None:
        def look(tx: Tx) -> list[tuple[int, int]]:
            left = [remaining_quota(tx, self.place, factories.vin(number)) for number in range(VEHICLES)]
            return [(quota.batches, quota.wishes) for quota in left]

        wanted = [(vehicle.batches, vehicle.wishes) for vehicle in self.model.vehicles.values()]
        assert self.database.read(look) == wanted
        assert all(left >= 0 for pair in wanted for left in pair)

    @invariant()
    def free_and_taken_make_released(self) -> None:
        counted = self.database.read(count, self.place, PlateKind.SMALL)
        taken = len(self.model.living(self.now))
        size = len(self.model.released())
        assert (counted.released, counted.taken, counted.free) == (size, taken, size - taken)

    @invariant()
    def counted_ways_are_those_of_the_numbers(self) -> None:
        names = "p.segment_id, s.way, count(*) AS taken FROM plate AS p JOIN preselection AS s"
        counted = self.database.read(
            sql,
            f"SELECT {names} ON s.preselection_id = p.preselection_id "
            "WHERE p.state IN ('reserved', 'registered') GROUP BY p.segment_id, s.way ORDER BY 1, 2",
        )
        kept = "SELECT segment_id, way, numbers AS taken FROM selected_count WHERE numbers > 0 ORDER BY 1, 2"
        assert self.database.read(sql, kept) == counted

    @invariant()
    def draw_numbers_have_no_gap(self) -> None:
        numbers = [row["n"] for row in self.database.read(sql, "SELECT n FROM draw ORDER BY n")]
        assert numbers == list(range(1, len(self.model.draws) + 1))

    @invariant()
    def successes_are_those_of_model(self) -> None:
        wanted = {number for number, vehicle in self.model.vehicles.items() if vehicle.success}
        found = self.reservations()
        assert set(found.values()) == wanted
        assert len(found) == len(wanted)

    @invariant()
    def states_are_those_of_model(self) -> None:
        states = {begun.number: self.database.read(get, begun.number).state for begun in self.begun.values()}
        assert states == {begun.number: begun.state for begun in self.begun.values()}

    def teardown(self) -> None:
        if hasattr(self, "database"):
            try:
                self.verifies_journal()
            finally:
                self.database.close()

    def verifies_journal(self) -> None:
        """Publish the last seeds; then anybody can recompute all draws from the public journal."""
        self.clock.advance(timedelta(days=1))
        self.run(keep_seeds, self.core)
        with TemporaryDirectory() as folder:
            report = checked(self.database.read(written, "粤K"), Path(folder) / "journal.jsonl")
        assert (report.draws_verified, report.draws_open) == (len(self.model.draws), 0)


EXAMPLES, STEPS = 50, 40
"""An ordinary run."""

TestSelecting = Selecting.TestCase
TestSelecting.settings = hypothesis_settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
