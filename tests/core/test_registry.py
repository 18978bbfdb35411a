"""The vehicle registry: open mode checks the format only, strict mode an embedded table."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.preselection import CertificateMismatch, KindMismatch, VehicleUnknown, VinRegistered
from core.preselection import Papers, PreselectionState, get
from core.registry.imports import load
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.core.tools import agreed, build, registered
from tests.engines import open_test_store


def vehicle(number: int = 0, *, kind: PlateKind = PlateKind.SMALL, done: bool = False) -> RegistryVehicle:
    return RegistryVehicle(
        vin=factories.vin(number), certificate=factories.certificate(number), kind=kind, registered=done
    )


@pytest.fixture
async def strict(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    async with open_test_store(engine, tmp_path, clock) as store:
        yield await build(store, clock, {"registry": {"mode": "strict"}})


async def informed(core: Core) -> int:
    """Bring an owner to the entry of the VIN."""
    account = await core.store.run(registered, core, 0)
    place = core.offices["粤K"]
    begun = (await core.store.run(core.preselections.choose, account, place, PlateKind.SMALL)).preselection_id
    await core.store.run(core.preselections.agree, account, begun)
    return begun


async def test_known_vehicle_goes_on(strict: Core) -> None:
    await strict.store.run(load, [vehicle()])
    account = await strict.store.run(registered, strict, 0)
    begun = await strict.store.run(agreed, strict, account, 0)
    assert (await strict.store.read(get, begun)).state == PreselectionState.AGREED


async def test_open_registry_knows_nothing(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    begun = await core.store.run(agreed, core, account, 0)
    assert (await core.store.read(get, begun)).state == PreselectionState.AGREED


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        ([], VehicleUnknown),
        ([vehicle(1)], VehicleUnknown),
        ([vehicle(done=True)], VinRegistered),
        ([vehicle(kind=PlateKind.SMALL_NEV)], KindMismatch),
    ],
)
async def test_vehicle_is_held_against_table(
    strict: Core, known: list[RegistryVehicle], refusal: type[Exception]
) -> None:
    await strict.store.run(load, known)
    begun = await informed(strict)
    with pytest.raises(refusal):
        await strict.store.run(strict.preselections.enter_vin, begun, factories.vin(0))
    assert (await strict.store.read(get, begun)).vin is None


async def test_certificate_is_held_against_table(strict: Core) -> None:
    await strict.store.run(load, [vehicle()])
    begun = await informed(strict)
    await strict.store.run(strict.preselections.enter_vin, begun, factories.vin(0))
    other = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=factories.certificate(5))
    with pytest.raises(CertificateMismatch):
        await strict.store.run(strict.preselections.enter_certificate, begun, other)


async def test_confirmation_judges_once_more(strict: Core) -> None:
    """The table may have changed between the entry and the confirmation."""
    await strict.store.run(load, [vehicle()])
    account = await strict.store.run(registered, strict, 0)
    begun = await strict.store.run(agreed, strict, account, 0)
    await strict.store.run(strict.preselections.correct, begun)
    assert await strict.store.run(load, [vehicle(done=True)]) == 1
    with pytest.raises(VinRegistered):
        await strict.store.run(strict.preselections.confirm, account, begun)


async def test_loading_again_changes_vehicle(strict: Core) -> None:
    await strict.store.run(load, [vehicle(kind=PlateKind.SMALL_NEV), vehicle(1)])
    assert await strict.store.run(load, [vehicle()]) == 1
    account = await strict.store.run(registered, strict, 0)
    assert await strict.store.run(agreed, strict, account, 0)
