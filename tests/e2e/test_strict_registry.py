"""The strict registry in the chat: exact messages, unchanged state; a correct vehicle passes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.ports import Tx
from core.registry import imports
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from tests import factories
from tests.core.sql import dump
from tests.person import Person
from tests.world import World, agrees, open_world, registers, takes_one, verifies

UNKNOWN = "登记系统中没有该车辆的信息,请核对车辆识别代号;如无误,请联系销售商或车辆管理所。"
REGISTERED = "该车辆已上牌,不能选号,请核对输入!"
OTHER_KIND = "该车辆应使用其他种类的号牌,请返回修改号牌种类。"
OTHER_CERTIFICATE = "证书编号与该车辆登记的编号不一致,请核对输入。"

NEW, ON_THE_ROAD, ELECTRIC, NOWHERE = range(4)


def _vehicle(number: int, kind: PlateKind = PlateKind.SMALL, *, registered: bool = False) -> RegistryVehicle:
    return RegistryVehicle(
        vin=factories.vin(number),
        certificate=factories.certificate(number),
        kind=kind,
        registered=registered,
    )


@pytest.fixture
async def strict(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, registry={"mode": "strict"}) as world:
        vehicles = [
            _vehicle(NEW),
            _vehicle(ON_THE_ROAD, registered=True),
            _vehicle(ELECTRIC, PlateKind.SMALL_NEV),
        ]
        await world.store.run(imports.load, vehicles)
        await world.release()
        yield world


async def _at_the_vin(world: World) -> Person:
    owner = world.person()
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see("17 位车辆识别代号")
    await owner.settled()
    return owner


def _begun(tx: Tx) -> dict[str, list[str]]:
    """Return all preselections and vehicles."""
    rows = dump(tx)
    return {name: rows[name] for name in ("preselection", "vehicle", "selecting", "audit")}


@pytest.mark.parametrize(("number", "words"), [(NOWHERE, UNKNOWN), (ELECTRIC, OTHER_KIND)])
async def test_vehicle_that_is_refused_is_asked_for_again(strict: World, number: int, words: str) -> None:
    owner = await _at_the_vin(strict)
    before = await strict.store.read(_begun)
    await owner.say(factories.vin(number))
    await owner.see(words, "17 位车辆识别代号", fresh=True)
    assert await strict.store.read(_begun) == before
    await owner.say(factories.vin(NEW))
    await owner.see("请输入机动车整车出厂合格证编号", fresh=True)


async def test_registered_vehicle_is_refused_exactly(strict: World) -> None:
    owner = await _at_the_vin(strict)
    before = await strict.store.read(_begun)
    await owner.say(factories.vin(ON_THE_ROAD))
    await owner.see(REGISTERED, "到车辆管理所核实", fresh=True)
    assert await strict.store.read(_begun) == before
    await owner.press("修改车辆识别代号")
    await owner.see("17 位车辆识别代号", fresh=True)
    await owner.say(factories.vin(NEW))
    await owner.see("请输入机动车整车出厂合格证编号", fresh=True)


async def test_other_kind_is_put_right_by_choosing_it(strict: World) -> None:
    await strict.release("D0####", PlateKind.SMALL_NEV)
    owner = await _at_the_vin(strict)
    await owner.say(factories.vin(ELECTRIC))
    await owner.see(OTHER_KIND)
    await owner.press("修改发牌机关/号牌种类")
    await agrees(owner, ELECTRIC, kind="小型新能源汽车")


@pytest.mark.parametrize("certificate", [factories.certificate(ELECTRIC), factories.certificate(9)])
async def test_other_certificate_is_refused_exactly(strict: World, certificate: str) -> None:
    owner = await _at_the_vin(strict)
    await owner.say(factories.vin(NEW))
    await owner.see("请输入机动车整车出厂合格证编号")
    await owner.settled()
    before = await strict.store.read(_begun)
    await owner.say(certificate)
    await owner.see(OTHER_CERTIFICATE, "合格证编号\n请输入", fresh=True)
    assert await strict.store.read(_begun) == before
    await owner.say(factories.certificate(NEW))
    await owner.see("请逐项核对", fresh=True)


async def test_right_vehicle_goes_through(strict: World) -> None:
    owner = await _at_the_vin(strict)
    await owner.say(factories.vin(NEW))
    await owner.say(factories.certificate(NEW))
    await owner.see("请逐项核对", "选号服务说明")
    await verifies(owner)
    await takes_one(owner)


async def test_what_the_registry_learns_meanwhile_counts(strict: World) -> None:
    """Registered elsewhere between the review and the code: refused at each of the remaining steps."""
    owner = await _at_the_vin(strict)
    await owner.say(factories.vin(NEW))
    await owner.say(factories.certificate(NEW))
    await owner.see("请逐项核对")
    await strict.store.run(imports.load, [_vehicle(NEW, registered=True)])
    await owner.press("【开始选号】")
    await owner.see(REGISTERED, fresh=True)
    assert owner.sms == []
    await strict.store.run(imports.load, [_vehicle(NEW)])
    await owner.say("/preselect")
    await owner.press("【开始选号】")
    code = await owner.sms_code()
    await strict.store.run(imports.load, [_vehicle(NEW, registered=True)])
    await owner.say(code)
    await owner.see(REGISTERED, fresh=True)
