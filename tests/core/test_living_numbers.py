"""One account has at most two numbers waiting for registration, where the registry is open (domain.md, 5)."""

import asyncio
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from core.bootstrap import Core, Ports, bootstrap
from core.clock import FixedClock
from core.errors.selection import TooManyLiving
from core.people.accounts import Account
from core.ports import Tx
from core.preselection.living import count_living
from core.registry.lookup import OpenRegistry
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.interceptor import Interceptor
from tests.core.sql import sql
from tests.core.tools import ForeseenBytes, agreed, registered, release, settings, verifies_again

POSTGRES = [pytest.param("postgres", marks=pytest.mark.postgres)]


def takes(tx: Tx, core: Core, account: Account, vehicle: int, serial: str) -> None:
    """Take a number for another vehicle, from the first step to the last."""
    begun = agreed(tx, core, account, vehicle)
    verifies_again(tx, core, account, begun)
    composes(tx, core, account, begun, vehicle, serial)


def composes(tx: Tx, core: Core, account: Account, begun: int, vehicle: int, serial: str) -> None:
    place = core.offices["粤K"]
    taken = core.selection.compose(tx, account, begun, place, [serial], received_at=tx.now).taken
    assert taken == serial


async def owner_with(core: Core, clock: FixedClock, numbers: int) -> Account:
    """Return an owner who has reserved some numbers, each for a vehicle of its own."""
    await core.store.run(release, core, "A####")
    account = await core.store.run(registered, core, 0)
    for number in range(numbers):
        await reserves(core, clock, account, number)
    return account


async def reserves(core: Core, clock: FixedClock, account: Account, vehicle: int) -> None:
    begun = await core.store.run(agreed, core, account, vehicle)
    await core.store.run(verifies_again, core, account, begun)
    await core.store.run(composes, core, account, begun, vehicle, f"A000{vehicle}")
    clock.advance(timedelta(minutes=1))


async def test_third_number_is_refused_at_the_first_step(core: Core, clock: FixedClock) -> None:
    account = await owner_with(core, clock, 2)
    with pytest.raises(TooManyLiving) as refused:
        await core.store.run(agreed, core, account, 2)
    assert refused.value.most == 2


async def test_number_that_is_registered_or_ended_makes_room(core: Core, clock: FixedClock) -> None:
    account = await owner_with(core, clock, 2)
    first = Plate(office="粤K", kind=PlateKind.SMALL, serial="A0000")
    await core.store.run(core.counter.register, first, factories.vin(0)[-6:], actor="chat:1")
    await reserves(core, clock, account, 2)
    second = Plate(office="粤K", kind=PlateKind.SMALL, serial="A0001")
    await core.store.run(lambda tx: core.counter.revoke(tx, second, reason="r", actor="chat:1"))
    await reserves(core, clock, account, 3)
    with pytest.raises(TooManyLiving):
        await core.store.run(agreed, core, account, 4)


async def test_strict_registry_has_no_such_limit(core: Core, clock: FixedClock) -> None:
    """There, nobody can invent a vehicle."""
    ports = Ports(
        clock=clock, store=core.store, vehicle_registry=OpenRegistry(), random_bytes=ForeseenBytes()
    )
    strict = await bootstrap(settings({"registry": {"mode": "strict"}}), ports)
    account = await owner_with(strict, clock, 4)
    assert await core.store.read(count_living, account.account_id) == 4


async def test_claim_beyond_the_limit_is_refused_by_the_write(core: Core, clock: FixedClock) -> None:
    """A preselection that was begun before the limit was reached; the number stays on the shortlist."""
    account = await owner_with(core, clock, 1)
    begun = await core.store.run(agreed, core, account, 1)
    await core.store.run(verifies_again, core, account, begun)
    place = core.offices["粤K"]

    def shortlists(tx: Tx) -> str:
        batch = core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False).batch
        core.selection.pick(tx, begun, place, batch.serials[0], received_at=tx.now)
        return batch.serials[0]

    serial = await core.store.run(shortlists)
    core.selection._most_living = 1  # as after the setting was lowered
    with pytest.raises(TooManyLiving):
        await core.store.run(
            lambda tx: core.selection.claim(tx, account, begun, place, serial, received_at=tx.now)
        )
    held = await core.store.read(sql, f"SELECT state FROM hold WHERE serial = '{serial}'")  # noqa: S608
    assert held == [{"state": "shortlist"}]


class CheckedFirst(Interceptor):
    """Counts the reserved numbers at the beginning of its transaction, and relies on it at the end."""

    counted: int | None = None

    def count(self, account: Account) -> None:
        self.counted = count_living(self._tx, account.account_id)

    def one(self, query: str, /, **values: Any) -> Any:
        if query == "preselection.living":
            return {"living": self.counted}
        return super().one(query, **values)

    def run(self, query: str, /, **values: Any) -> int:
        if query == "preselection.reserve":
            values["most"] = None
        return super().run(query, **values)


async def living_after_two_at_once(core: Core, clock: FixedClock, between: type[Interceptor]) -> int:
    """An owner with one number takes a second, and in another worker begins and takes a third meanwhile."""
    account = await owner_with(core, clock, 1)
    begun = await core.store.run(agreed, core, account, 1)
    await core.store.run(verifies_again, core, account, begun)
    reserved, begins = Event(), Event()

    def first(tx: Tx) -> None:
        composes(tx, core, account, begun, 1, "A0001")
        reserved.set()
        begins.wait(5)
        Event().wait(0.3)  # the other goes as far as it can

    def second(tx: Tx) -> None:
        reserved.wait(5)
        other = between(tx)
        if isinstance(other, CheckedFirst):
            other.count(account)
        begins.set()
        takes(other, core, account, 2, "A0002")

    await asyncio.gather(core.store.run(first), core.store.run(second), return_exceptions=True)
    return await core.store.read(count_living, account.account_id)


@pytest.mark.parametrize("engine", POSTGRES, indirect=True)
async def test_two_workers_do_not_exceed_the_limit(core: Core, clock: FixedClock) -> None:
    assert await living_after_two_at_once(core, clock, Interceptor) == 2


@pytest.mark.parametrize("engine", POSTGRES, indirect=True)
async def test_control_who_counts_first_and_writes_later_exceeds_it(core: Core, clock: FixedClock) -> None:
    assert await living_after_two_at_once(core, clock, CheckedFirst) == 3
