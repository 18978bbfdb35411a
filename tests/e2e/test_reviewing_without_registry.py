"""A reviewer's work while the registry of another service is down, and when it answers again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Ports
from core.ports import Tx
from core.registry.breaker import BreakerState
from sandbox import Sandbox
from tests import factories
from tests.core.appealing import appealed
from tests.core.tools import registered, reserved
from tests.e2e.test_desk import DESK_PEOPLE, gives
from tests.e2e.test_registry_over_http import settings_over_http, vehicle
from tests.engines import make_sqlite
from tests.person import Person
from tests.world import MORNING, World, clock_at, eventually, running

VEHICLE = 2
NO_ANSWER = "登记系统自"
NOT_COMPARED = "是否已上牌、号牌种类和证书无法核对"
NOT_NOW = "现在不能审核通过"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_at(MORNING), people=DESK_PEOPLE) as opened:
        opened.registry.add(vehicle(VEHICLE))
        yield opened
        assert not opened.contract_violations, opened.contract_violations


@pytest.fixture
async def world(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[World]:
    await make_sqlite(tmp_path)
    settings = settings_over_http(sandbox, tmp_path, failures=2, pause_seconds=0.3)
    clock = clock_at(MORNING)
    async with running(settings, sandbox, clock, Ports(clock=clock)) as opened:
        await opened.release()
        yield opened


async def appeal_about(world: World, number: int) -> int:
    """Return the number of an appeal about a vehicle for which somebody else has reserved a number."""

    def made(tx: Tx) -> int:
        reserved(tx, world.core, number, f"A123{number}")
        return appealed(tx, world.core, registered(tx, world.core, 20 + number), number)

    await world.service.lookups.look_up(factories.vin(number))
    appeal_id = await world.store.run(made)
    forget(world)
    return appeal_id


def forget(world: World) -> None:
    """Let all answers be older than they may be."""
    world.core.vehicle_registry._answers.clear()  # type: ignore[attr-defined]


async def answering(world: World) -> None:
    """Wait until the breaker lets questions through again."""
    breaker = world.service.lookups._breaker  # type: ignore[union-attr]
    await eventually(lambda: breaker.state != BreakerState.OPEN)


async def opens(reviewer: Person, number: int) -> None:
    await reviewer.say("/appeals")
    await reviewer.press(f"{number} · 粤K")


async def sees_the_photos(reviewer: Person) -> None:
    await eventually(lambda: reviewer.last.photo is not None, within=15)
    await reviewer.settled()


async def state_of(world: World, number: int) -> str:
    return (await world.store.read(world.core.appeals.get, number)).state


async def test_appeal_is_read_while_it_is_down_and_approved_afterwards(world: World) -> None:
    reviewer, number = await gives(world, "reviewer"), await appeal_about(world, VEHICLE)
    world.sandbox.registry.is_down = True
    await opens(reviewer, number)
    await reviewer.see(f"申诉 {number}", NO_ANSWER, NOT_COMPARED, "已预选:粤K·A1232")
    await sees_the_photos(reviewer)
    await reviewer.press("✅ 审核通过")
    await reviewer.see(NOT_NOW, f"申诉 {number}", "自 2026年3月10日(周二) 10:0")
    assert await state_of(world, number) == "pending"
    world.sandbox.registry.is_down = False
    await answering(world)
    await reviewer.press("✅ 审核通过")
    await reviewer.see("审核通过?", "撤销 粤K·A1232 的预选", fresh=True)
    await reviewer.press("确认通过")
    await reviewer.see("审核通过:", fresh=True)
    assert await state_of(world, number) == "approved"


async def test_what_it_says_is_on_the_card_again(world: World) -> None:
    reviewer, number = await gives(world, "reviewer"), await appeal_about(world, VEHICLE)
    world.sandbox.registry.is_down = True
    await opens(reviewer, number)
    await reviewer.see(NOT_COMPARED)
    world.sandbox.registry.is_down = False
    await answering(world)
    await reviewer.press("« 申诉队列")
    world.core.vehicle_registry._failures.clear()  # type: ignore[attr-defined]
    await reviewer.press(f"{number} · 粤K")
    shown = await reviewer.see("登记系统:未上牌", fresh=True)
    assert NOT_COMPARED not in shown.words


async def test_it_fails_between_question_and_answer(world: World) -> None:
    reviewer, number = await gives(world, "reviewer"), await appeal_about(world, VEHICLE)
    await opens(reviewer, number)
    await sees_the_photos(reviewer)
    await reviewer.press("✅ 审核通过")
    await reviewer.see("审核通过?", fresh=True)
    forget(world)
    world.sandbox.registry.is_down = True
    await reviewer.press("确认通过")
    await reviewer.see(NOT_NOW, NOT_COMPARED)
    assert await state_of(world, number) == "pending"


@pytest.mark.parametrize("fault", [{"is_down": True}, {"slow": 2.0}], ids=["down", "slow"])
async def test_rejection_needs_no_registry(world: World, fault: dict[str, Any]) -> None:
    reviewer, number = await gives(world, "reviewer"), await appeal_about(world, VEHICLE)
    vars(world.sandbox.registry).update(fault)
    await opens(reviewer, number)
    await reviewer.see(NOT_COMPARED)
    await sees_the_photos(reviewer)
    await reviewer.press("❌ 审核不通过")
    await reviewer.say("照片与登记的姓名不一致")
    await reviewer.press("确认不通过")
    await reviewer.see("审核不通过,会通知申诉人", fresh=True)
    assert await state_of(world, number) == "rejected"


async def test_typed_commands(world: World) -> None:
    reviewer, number = await gives(world, "reviewer"), await appeal_about(world, VEHICLE)
    world.sandbox.registry.is_down = True
    await reviewer.say(f"/approve {number}")
    await reviewer.see("登记系统自", "没有答复", "再试一次", fresh=True)
    await reviewer.say(f"/reject {number} 照片看不清")
    await reviewer.see("请先查看两张照片", NOT_COMPARED, fresh=True)
    await sees_the_photos(reviewer)
    await reviewer.say(f"/reject {number} 照片看不清")
    await reviewer.press("确认不通过")
    await reviewer.see("审核不通过,会通知申诉人", fresh=True)


async def test_in_english(world: World) -> None:
    reviewer, number = await gives(world, "reviewer"), await appeal_about(world, VEHICLE)
    await reviewer.say("/language")
    await reviewer.press("English")
    await reviewer.settled()
    world.sandbox.registry.is_down = True
    await opens(reviewer, number)
    await reviewer.see("Registry silent since", "not compared")
    await sees_the_photos(reviewer)
    await reviewer.press("✅ Approve")
    await reviewer.see("cannot be approved now")
