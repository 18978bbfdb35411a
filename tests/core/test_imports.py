"""Imports of the embedded registry take effect as a whole, and only when confirmed."""

from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.desk import ImportOver, ImportUnderWay
from core.ports import Tx
from core.registry import imports
from core.registry.imports import FORGOTTEN_AFTER, LEASE, UNDO_WITHIN, ImportRequest, ImportState
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from tests import factories
from tests.core.sql import sql

ADMIN = 1001


def vehicle(number: int, *, registered: bool = False) -> RegistryVehicle:
    return RegistryVehicle(
        vin=factories.vin(number),
        certificate=factories.certificate(number),
        kind=PlateKind.SMALL,
        registered=registered,
    )


def order(total: int, chat_id: int = ADMIN) -> ImportRequest:
    return ImportRequest(
        chat_id=chat_id, file_id="file", file_name="a.csv", digest="0" * 64, total=total, actor="chat:1001"
    )


def loaded(tx: Tx, vehicles: list[RegistryVehicle], chat_id: int = ADMIN) -> int:
    """Load an import up to the confirmation."""
    begun = imports.begin(tx, order(len(vehicles), chat_id))
    assert imports.put(tx, begun.import_id, vehicles, loaded=len(vehicles))
    assert imports.ready(tx, begun.import_id, imports.differences(tx, begun.import_id))
    return begun.import_id


def known(tx: Tx) -> list[tuple[str, bool]]:
    return [(vehicle.vin, vehicle.registered) for vehicle in imports.current(tx, 100)]


async def test_nothing_counts_before_it_is_confirmed(core: Core) -> None:
    number = await core.store.run(loaded, [vehicle(1), vehicle(2)])
    assert await core.store.read(known) == []
    await core.store.run(imports.confirm, number, "chat:1001")
    assert len(await core.store.read(known)) == 2


async def test_later_import_wins_and_can_be_undone(core: Core, clock: FixedClock) -> None:
    await core.store.run(imports.load, [vehicle(1), vehicle(2)])
    clock.advance(timedelta(seconds=1))
    number = await core.store.run(loaded, [vehicle(1, registered=True), vehicle(3)])
    found = (await core.store.read(imports.get, number)).differences
    assert found is not None
    assert (found.new, found.changed, found.same, found.registered) == (1, 1, 0, 1)
    await core.store.run(imports.confirm, number, "chat:1001")
    assert dict(await core.store.read(known))[factories.vin(1)] is True
    await core.store.run(imports.undo, number, "chat:1001")
    assert dict(await core.store.read(known)) == {factories.vin(1): False, factories.vin(2): False}


async def test_two_done_in_one_moment_count_in_their_order(core: Core) -> None:
    await core.store.run(imports.load, [vehicle(1)])
    await core.store.run(imports.load, [vehicle(1, registered=True)])
    assert await core.store.read(known) == [(factories.vin(1), True)]


async def test_admin_has_one_under_way_at_a_time(core: Core) -> None:
    number = await core.store.run(loaded, [vehicle(1)])
    with pytest.raises(ImportUnderWay):
        await core.store.run(imports.begin, order(1))
    await core.store.run(imports.drop, number, "chat:1001")
    assert (await core.store.run(imports.begin, order(1))).import_id != number


async def test_decision_is_made_once(core: Core) -> None:
    number = await core.store.run(loaded, [vehicle(1)])
    await core.store.run(imports.confirm, number, "chat:1001")
    for late in (imports.confirm, imports.drop):
        with pytest.raises(ImportOver):
            await core.store.run(late, number, "chat:1002")
    await core.store.run(imports.undo, number, "chat:1001")
    with pytest.raises(ImportOver):
        await core.store.run(imports.undo, number, "chat:1001")


async def test_half_loaded_import_cannot_be_confirmed(core: Core) -> None:
    begun = await core.store.run(imports.begin, order(2))
    await core.store.run(imports.put, begun.import_id, [vehicle(1)], loaded=1)
    with pytest.raises(ImportOver):
        await core.store.run(imports.confirm, begun.import_id, "chat:1001")


async def test_piece_that_comes_twice_counts_once(core: Core) -> None:
    begun = await core.store.run(imports.begin, order(2))
    for _ in range(2):
        assert await core.store.run(imports.put, begun.import_id, [vehicle(1)], loaded=1)
    assert await core.store.run(imports.put, begun.import_id, [vehicle(2)], loaded=2)
    assert not await core.store.run(imports.put, begun.import_id, [vehicle(1)], loaded=1)
    assert (await core.store.read(imports.differences, begun.import_id)).total == 2


async def test_import_of_a_dead_loader_is_taken_up_by_one(core: Core, clock: FixedClock) -> None:
    begun = await core.store.run(imports.begin, order(2))
    assert await core.store.run(imports.take_over_abandoned) is None
    clock.advance(LEASE + timedelta(seconds=1))
    taken = await core.store.run(imports.take_over_abandoned)
    assert taken is not None
    assert taken.import_id == begun.import_id
    assert await core.store.run(imports.take_over_abandoned) is None


async def test_forgotten_and_dropped_imports_leave_nothing(core: Core, clock: FixedClock) -> None:
    number = await core.store.run(loaded, [vehicle(1)])
    clock.advance(FORGOTTEN_AFTER + timedelta(seconds=1))
    await core.store.run(imports.purge)
    assert (await core.store.read(imports.get, number)).state == ImportState.DROPPED
    assert await core.store.read(sql, "SELECT 1 FROM registry_entry") == []


async def test_what_cannot_be_undone_any_more_is_tidied(core: Core, clock: FixedClock) -> None:
    await core.store.run(imports.load, [vehicle(1), vehicle(2)])
    clock.advance(timedelta(hours=1))
    number = await core.store.run(loaded, [vehicle(1, registered=True)])
    await core.store.run(imports.confirm, number, "chat:1001")
    clock.advance(UNDO_WITHIN - timedelta(minutes=1))
    while await core.store.run(imports.purge):
        pass
    assert len(await core.store.read(sql, "SELECT 1 FROM registry_entry")) == 3
    clock.advance(timedelta(minutes=2))
    while await core.store.run(imports.purge):
        pass
    assert len(await core.store.read(sql, "SELECT 1 FROM registry_entry")) == 2
    with pytest.raises(ImportOver):
        await core.store.run(imports.undo, number, "chat:1001")
    assert dict(await core.store.read(known)) == {factories.vin(1): True, factories.vin(2): False}


async def test_decisions_are_in_the_journal(core: Core) -> None:
    number = await core.store.run(loaded, [vehicle(1)])
    await core.store.run(imports.confirm, number, "chat:1001")
    rows = await core.store.read(sql, "SELECT actor, action, subject FROM audit WHERE action LIKE '%import%'")
    assert [tuple(row.values()) for row in rows] == [("chat:1001", "imported_vehicles", f"import:{number}")]
