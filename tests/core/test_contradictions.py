"""Reservations that the registry contradicts neither expire nor bar; several are confirmed at once."""

from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.desk import NotYourOffice
from core.people.admins import Admin, Role, RoleAssignment
from core.people.scope import Scope
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.preselection.contradictions import (
    ContradictedReservation,
    Contradiction,
    contradicted,
    contradicted_by_import,
    contradiction_of,
)
from core.preselection.known_registrations import confirm_known
from core.registry import imports
from core.registry.imports import ImportRequest
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from tests import factories
from tests.core.interceptor import Interceptor
from tests.core.sql import sql
from tests.core.tools import expire, release, remind, reserved

EVERYWHERE = Scope(offices=("粤K",), everywhere=True)


def chief(office: str = "") -> Admin:
    return Admin(chat_id=1001, assignments=frozenset({RoleAssignment(role=Role.CHIEF, office=office)}))


def vehicle(number: int, kind: PlateKind = PlateKind.SMALL, *, registered: bool = True) -> RegistryVehicle:
    return RegistryVehicle(
        vin=factories.vin(number),
        certificate=factories.certificate(number),
        kind=kind,
        registered=registered,
    )


@pytest.fixture
async def three(core: Core) -> list[int]:
    """Return three reservations: of the vehicles 1, 2 and 3."""

    def begin(tx: Tx) -> list[int]:
        release(tx, core, "#####")
        return [reserved(tx, core, number, f"1234{number}")[1] for number in (1, 2, 3)]

    return await core.store.run(begin)


def states(tx: Tx, numbers: list[int]) -> list[PreselectionState]:
    return [get(tx, number).state for number in numbers]


def bans(tx: Tx) -> int:
    return len(sql(tx, "SELECT * FROM ban"))


async def test_registered_and_those_of_another_kind_do_not_expire(
    core: Core, clock: FixedClock, three: list[int]
) -> None:
    await core.store.run(imports.load, [vehicle(1), vehicle(2, PlateKind.SMALL_NEV, registered=False)])
    clock.advance(timedelta(days=6))
    await core.store.run(remind)
    clock.advance(timedelta(days=60))
    assert await expire(core) == 1
    assert await core.store.read(states, three) == [
        PreselectionState.RESERVED,
        PreselectionState.RESERVED,
        PreselectionState.EXPIRED,
    ]
    known = [one.preselection_id for one in await core.store.read(_found, Contradiction.REGISTERED)]
    other = [one.preselection_id for one in await core.store.read(_found, Contradiction.KIND)]
    assert (known, other) == (three[:1], three[1:2])


async def test_import_that_takes_effect_while_the_expiry_waits_for_the_row_counts(
    core: Core, clock: FixedClock, three: list[int]
) -> None:
    """On PostgreSQL the rows were chosen before; here the import takes effect between the two queries."""
    clock.advance(timedelta(days=60))

    def late(tx: Tx) -> int:
        def load(query: str) -> None:
            if query == "preselection.overdue":
                imports.load(tx, [vehicle(1)])

        return core.expiry.expire_due(Interceptor(tx, after=load), "粤K", limit=2).handled

    assert await core.store.run(late) == 1
    changed = {row["preselection_id"] for row in await core.store.read(_moved)}
    assert changed == {three[1]}


def _moved(tx: Tx) -> list[dict[str, object]]:
    return sql(tx, "SELECT preselection_id FROM preselection WHERE deadline_before IS NOT NULL")


def _found(tx: Tx, contradiction: Contradiction) -> list[ContradictedReservation]:
    return list(contradicted(tx, contradiction, EVERYWHERE, 10))


async def test_undone_import_contradicts_nothing(core: Core, three: list[int]) -> None:
    def load(tx: Tx) -> int:
        request = ImportRequest(chat_id=1, file_id="", file_name="", digest="", total=1, actor="chat:1001")
        begun = imports.begin(tx, request)
        imports.put(tx, begun.import_id, [vehicle(1)], loaded=1)
        imports.ready(tx, begun.import_id, imports.differences(tx, begun.import_id))
        return begun.import_id

    number = await core.store.run(load)
    would = await core.store.read(contradicted_by_import, number)
    assert [one.preselection_id for one in would] == three[:1]
    assert await core.store.read(contradiction_of, three[0]) is None  # it is not in effect yet
    await core.store.run(imports.confirm, number, "chat:1001")
    assert await core.store.read(contradiction_of, three[0]) is not None
    await core.store.run(imports.undo, number, "chat:1001")
    assert await core.store.read(contradiction_of, three[0]) is None


async def test_appeal_overrides_what_the_registry_said_before_it(
    core: Core, clock: FixedClock, three: list[int]
) -> None:
    await core.store.run(imports.load, [vehicle(1)])
    clock.advance(timedelta(minutes=1))
    at = round(clock.now().timestamp() * 1000)

    def award(tx: Tx) -> None:
        account = get(tx, three[0]).account_id
        sql(
            tx,
            "INSERT INTO appeal (account_id, office, vin, state, created_at, updated_at) "  # noqa: S608
            f"VALUES ({account}, '粤K', '{factories.vin(1)}', 'draft', {at}, {at})",
        )
        appeal = sql(tx, "SELECT appeal_id FROM appeal")[0]["appeal_id"]
        sql(
            tx,
            "INSERT INTO vin_right (vin, account_id, appeal_id, since) "  # noqa: S608
            f"VALUES ('{factories.vin(1)}', {account}, {appeal}, {at})",
        )

    await core.store.run(award)
    assert await core.store.read(contradiction_of, three[0]) is None
    clock.advance(timedelta(minutes=1))
    await core.store.run(imports.load, [vehicle(1)])  # what it says after the appeal counts
    assert await core.store.read(contradiction_of, three[0]) is not None


async def test_confirmed_at_once_are_those_known_as_registered(core: Core, three: list[int]) -> None:
    await core.store.run(imports.load, [vehicle(1), vehicle(2), vehicle(3, registered=False)])
    done = await core.store.run(confirm_known, core.counter, three, chief(), "chat:1001")
    assert ([one.preselection_id for one in done.registered], done.skipped) == (three[:2], 1)
    assert await core.store.read(states, three) == [
        PreselectionState.REGISTERED,
        PreselectionState.REGISTERED,
        PreselectionState.RESERVED,
    ]
    again = await core.store.run(confirm_known, core.counter, three, chief(), "chat:1002")
    assert (again.registered, again.skipped) == ((), 3)
    assert await core.store.read(bans) == 0


async def test_admin_of_another_office_confirms_nothing(core: Core, three: list[int]) -> None:
    await core.store.run(imports.load, [vehicle(1)])
    with pytest.raises(NotYourOffice):
        await core.store.run(confirm_known, core.counter, three, chief("粤A"), "chat:1001")
    assert await core.store.read(states, three) == [PreselectionState.RESERVED] * 3
