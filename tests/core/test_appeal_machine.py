"""A state machine over appeals and the selections that they concern, compared with a plain model."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.appeals import AppealState, queue
from core.clock import FixedClock, to_millis
from core.db import MemoryDatabase, MemoryStore
from core.errors.appeals import AppealAboutOwnNumber, AppealDecided, AppealNotNeeded, AppealWaits
from core.errors.preselection import StepOutOfOrder, VinAwarded, VinPreselected
from core.ports import Row, Tx
from core.preselection.quotas import remaining_quota
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.appealing import appealed, approves, rejects
from tests.core.sql import sql
from tests.core.tools import NOON, agreed, build, registered, release, verifies_again

OWNERS, VEHICLES = 3, 2
OWNER, VEHICLE, WHICH = st.integers(0, OWNERS - 1), st.integers(0, VEHICLES - 1), st.integers(0, 99)


class Appealing(RuleBasedStateMachine):
    """Three owners who claim two vehicles, an admin at the counter, and a reviewer."""

    @initialize()
    def begin(self) -> None:
        self.clock = FixedClock(NOON)
        self.database = MemoryDatabase(self.clock)
        caps = {
            "sms": {"per_phone_per_day": 100, "per_chat_per_day": 100},
            "registry": {"open_living_numbers": 99},
        }
        self.core = asyncio.run(build(MemoryStore(self.database), self.clock, caps, hours="00:00-24:00"))
        self.place = self.core.offices["粤K"]
        self.accounts = [self.run(registered, self.core, number) for number in range(OWNERS)]
        self.run(release, self.core, "A####")
        self.serials = count()
        self.holder: dict[int, tuple[int, str]] = {}  # vehicle: owner, serial
        self.awarded: dict[int, int] = {}  # vehicle: owner
        self.used = dict.fromkeys(range(VEHICLES), 0)
        self.appeals: dict[int, tuple[int, int, AppealState]] = {}  # number: owner, vehicle, state
        self.selects(0, 0)
        self.owner_appeals(1, 0)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        self.clock.advance(timedelta(minutes=2))
        return self.database.run(function, *args, **kwargs)

    def outcome(self, wanted: type[Exception] | None, *call: Any) -> Any:
        """Return the result of a step, after asserting that it was refused exactly as the model says."""
        if wanted is None:
            return self.run(*call)
        with pytest.raises(wanted):
            self.run(*call)
        return None

    def one_of(self, which: int) -> int | None:
        """Return one of the appeals ever submitted, preferably a pending one."""
        waiting = [number for number, (_, _, state) in self.appeals.items() if state == AppealState.PENDING]
        numbers = sorted(waiting if waiting and which % 4 else self.appeals)
        return numbers[which % len(numbers)] if numbers else None

    @rule(owner=OWNER, vehicle=VEHICLE)
    def selects(self, owner: int, vehicle: int) -> None:
        serial = f"A{next(self.serials):04d}"
        refusal: type[Exception] | None = None
        if vehicle in self.holder:
            refusal = VinPreselected
        elif self.awarded.get(vehicle, owner) != owner:
            refusal = VinAwarded

        def steps(tx: Tx) -> str | None:
            begun = agreed(tx, self.core, self.accounts[owner], vehicle)
            verifies_again(tx, self.core, self.accounts[owner], begun)
            return self.core.selection.compose(
                tx, self.accounts[owner], begun, self.place, [serial], received_at=tx.now
            ).taken

        if self.outcome(refusal, steps) is not None:
            self.holder[vehicle] = (owner, serial)

    @rule(vehicle=VEHICLE)
    def is_revoked(self, vehicle: int) -> None:
        if vehicle in self.holder:
            _, serial = self.holder.pop(vehicle)
            plate = Plate(office="粤K", kind=PlateKind.SMALL, serial=serial)
            self.run(self.core.counter.revoke, plate, "本人申请", "chat:1")

    @rule(vehicle=VEHICLE)
    def loses_a_chance(self, vehicle: int) -> None:
        self.run(lambda tx: tx.run("vehicles.add", vin=factories.vin(vehicle)))
        if self.run(lambda tx: self.charge(tx, vehicle)):
            self.used[vehicle] += 1

    def charge(self, tx: Tx, vehicle: int) -> Row | None:
        """Charge a draw, however soon it follows another."""
        now = to_millis(tx.now)
        return tx.one("vehicles.charge_batch", vin=factories.vin(vehicle), quota=5, now=now, gap_before=now)

    def refusal(self, owner: int, vehicle: int) -> type[Exception] | None:
        """Return the reason why an owner cannot appeal about a vehicle."""
        if (owner, vehicle, AppealState.PENDING) in self.appeals.values():
            return AppealWaits
        held_by = self.holder.get(vehicle, (None, ""))[0]
        if held_by == owner:
            return AppealAboutOwnNumber
        is_free = held_by is None and self.awarded.get(vehicle, owner) == owner and not self.used[vehicle]
        return AppealNotNeeded if is_free else None

    @rule(owner=OWNER, vehicle=VEHICLE)
    def owner_appeals(self, owner: int, vehicle: int) -> None:
        number = self.outcome(
            self.refusal(owner, vehicle), appealed, self.core, self.accounts[owner], vehicle
        )
        if number is not None:
            self.appeals[number] = (owner, vehicle, AppealState.PENDING)

    @rule(which=WHICH)
    def owner_tries_anew(self, which: int) -> None:
        number = self.one_of(which)
        if number is None:
            return
        owner, vehicle, state = self.appeals[number]
        refusal = self.refusal(owner, vehicle)
        if state not in {AppealState.REJECTED, AppealState.WITHDRAWN}:
            refusal = StepOutOfOrder

        def steps(tx: Tx) -> int:
            self.core.appeals.renew(tx, self.accounts[owner], number)
            return self.core.appeals.submit(tx, self.accounts[owner]).appeal_id

        anew = self.outcome(refusal, steps)
        if anew is not None:
            self.appeals[anew] = (owner, vehicle, AppealState.PENDING)

    @rule(which=WHICH)
    def owner_withdraws(self, which: int) -> None:
        self._ends(which, AppealState.WITHDRAWN)

    @rule(which=WHICH)
    def reviewer_rejects(self, which: int) -> None:
        self._ends(which, AppealState.REJECTED)

    @rule(which=WHICH)
    def reviewer_approves(self, which: int) -> None:
        number = self._ends(which, AppealState.APPROVED)
        if number is not None:
            owner, vehicle, _ = self.appeals[number]
            if self.holder.get(vehicle, (owner, ""))[0] != owner:  # what they have gained since stays theirs
                self.holder.pop(vehicle)
            self.awarded[vehicle] = owner
            self.used[vehicle] = 0

    def _ends(self, which: int, target: AppealState) -> int | None:
        """End a pending appeal; any other must stay unchanged."""
        number = self.one_of(which)
        if number is None:
            return None
        owner, vehicle, state = self.appeals[number]
        refusal = None if state == AppealState.PENDING else AppealDecided
        calls = {
            AppealState.WITHDRAWN: (self.core.appeals.withdraw, self.accounts[owner], number),
            AppealState.REJECTED: (rejects, self.core, number),
            AppealState.APPROVED: (approves, self.core, number),
        }
        self.outcome(refusal, *calls[target])
        if refusal is not None:
            return None
        self.appeals[number] = (owner, vehicle, target)
        return number

    # --- invariants ------------------------------------------------------------------------------

    @invariant()
    def database_tells_the_same(self) -> None:
        if not hasattr(self, "appeals"):
            return
        rows = self.database.run(
            sql, "SELECT appeal_id, account_id, vin, state FROM appeal WHERE state <> 'dropped'"
        )
        vins = {factories.vin(number): number for number in range(VEHICLES)}
        owners = {account.account_id: number for number, account in enumerate(self.accounts)}
        found = {
            row["appeal_id"]: (owners[row["account_id"]], vins[row["vin"]], AppealState(row["state"]))
            for row in rows
        }
        assert found == self.appeals
        waiting = [number for number, (_, _, state) in self.appeals.items() if state == AppealState.PENDING]
        assert [queued.appeal_id for queued in self.database.run(queue, ["粤K"])] == sorted(waiting)

    @invariant()
    def nobody_holds_what_another_was_awarded(self) -> None:
        if not hasattr(self, "appeals"):
            return
        rows = self.database.run(
            sql,
            "SELECT p.vin FROM preselection AS p JOIN vin_right AS r ON r.vin = p.vin"
            " WHERE p.state IN ('verified', 'reserved') AND p.account_id <> r.account_id",
        )
        assert rows == []

    @invariant()
    def chances_are_those_of_the_model(self) -> None:
        if not hasattr(self, "appeals"):
            return
        left = [
            self.database.run(remaining_quota, self.place, factories.vin(one)).batches
            for one in range(VEHICLES)
        ]
        assert left == [5 - self.used[one] for one in range(VEHICLES)]


TestAppealing = Appealing.TestCase
TestAppealing.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
