"""A registry of another service, in the chat: what it says counts, and what happens while it is down."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.cli.check_registry import check_registry
from bot.cli.report import Report
from bot.notifications import alarms
from core.bootstrap import Ports
from core.registry.breaker import BreakerState
from sandbox import Sandbox
from sandbox.registry import SandboxVehicle
from tests import factories
from tests.e2e.test_strict_registry import OTHER_CERTIFICATE, OTHER_KIND, REGISTERED, UNKNOWN, _begun
from tests.engines import make_sqlite
from tests.person import Person
from tests.world import (
    CHIEF,
    MORNING,
    PEOPLE,
    World,
    clock_at,
    eventually,
    registers,
    running,
    settings_for,
    takes_one,
    verifies,
)

NEW, ON_THE_ROAD, ELECTRIC, NOWHERE = range(4)
DOWN = "机动车登记系统暂时没有答复"


def vehicle(number: int, kind: str = "small", state: str = "new") -> SandboxVehicle:
    return SandboxVehicle(
        vin=factories.vin(number), certificate=factories.certificate(number), kind=kind, state=state
    )


def settings_over_http(sandbox: Sandbox, directory: Path, **http: Any) -> Any:
    asked = {"url": sandbox.registry_url, "token": sandbox.registry.token, "timeout_seconds": 0.5, **http}
    return settings_for(sandbox, directory, registry={"mode": "http", "http": asked})


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_at(MORNING), people=PEOPLE) as opened:
        opened.registry.add(
            vehicle(NEW), vehicle(ON_THE_ROAD, state="registered"), vehicle(ELECTRIC, "small_nev")
        )
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


async def at_the_vin(world: World) -> Person:
    owner = world.person()
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see("17 位车辆识别代号")
    await owner.settled()
    return owner


async def test_right_vehicle_goes_through_with_one_question(world: World) -> None:
    owner = await at_the_vin(world)
    await owner.say(f"{factories.vin(NEW)} {factories.certificate(NEW)}")
    await owner.see("请逐项核对")
    await verifies(owner)
    await takes_one(owner)
    assert world.sandbox.registry.asked == [factories.vin(NEW)]


@pytest.mark.parametrize(
    ("number", "words"), [(NOWHERE, UNKNOWN), (ELECTRIC, OTHER_KIND), (ON_THE_ROAD, REGISTERED)]
)
async def test_what_it_says_is_a_rule(world: World, number: int, words: str) -> None:
    owner = await at_the_vin(world)
    before = await world.store.read(_begun)
    await owner.say(factories.vin(number))
    await owner.see(words, fresh=True)
    assert await world.store.read(_begun) == before


async def test_other_certificate_is_refused(world: World) -> None:
    owner = await at_the_vin(world)
    await owner.say(factories.vin(NEW))
    await owner.see("请输入机动车整车出厂合格证编号")
    await owner.say(factories.certificate(ELECTRIC))
    await owner.see(OTHER_CERTIFICATE, fresh=True)
    await owner.say(factories.certificate(NEW))
    await owner.see("请逐项核对", fresh=True)


@pytest.mark.parametrize(
    "fault",
    [{"is_down": True}, {"slow": 2.0}, {"page": "<html>502</html>"}, {"token": "another"}],
    ids=["down", "slow", "a page", "another token"],
)
async def test_without_an_answer_nothing_changes_and_one_press_tries_again(
    world: World, fault: dict[str, Any]
) -> None:
    owner, registry = await at_the_vin(world), world.sandbox.registry
    before = await world.store.read(_begun)
    as_it_was = {name: getattr(registry, name) for name in fault}
    vars(registry).update(fault)
    await owner.say(factories.vin(NEW))
    await owner.see(DOWN, "自 2026年3月10日(周二) 10:0", "没有扣减选号次数", fresh=True)
    await owner.press("🔄 再试一次")
    await owner.see(DOWN)
    assert await world.store.read(_begun) == before
    vars(registry).update(as_it_was)
    await eventually(lambda: world.service.lookups._breaker.state != BreakerState.OPEN)  # type: ignore[union-attr]
    await owner.press("🔄 再试一次")
    await owner.see("请输入机动车整车出厂合格证编号", fresh=True)


async def test_what_turns_out_after_trying_again_is_said_at_the_vin(world: World) -> None:
    owner, registry = await at_the_vin(world), world.sandbox.registry
    registry.is_down = True
    await owner.say(factories.vin(NOWHERE))
    await owner.see(DOWN)
    registry.is_down = False
    await owner.press("🔄 再试一次")
    await owner.see(UNKNOWN, "17 位车辆识别代号")
    await owner.say(factories.vin(NEW))
    await owner.see("请输入机动车整车出厂合格证编号", fresh=True)


async def test_breaker_opens_and_closes(world: World) -> None:
    owner, registry = await at_the_vin(world), world.sandbox.registry
    registry.is_down = True
    await owner.say(factories.vin(NEW))
    await owner.see(DOWN)
    lookups = world.service.lookups
    lookups._breaker._open_seconds = 1000  # type: ignore[union-attr]
    await owner.press("🔄 再试一次")
    for _ in range(3):
        await owner.press("🔄 再试一次")
        await owner.settled()
    assert len(registry.asked) == 2  # the rest was not asked
    lookups._breaker._open_seconds = 0  # type: ignore[union-attr]
    registry.is_down = False
    await owner.press("🔄 再试一次")
    await owner.see("请输入机动车整车出厂合格证编号", fresh=True)
    assert len(registry.asked) == 3


def _forget(world: World) -> None:
    """Let all answers be older than they may be."""
    world.core.vehicle_registry._answers.clear()  # type: ignore[attr-defined]


async def test_right_code_is_not_used_up_while_nobody_answers(world: World) -> None:
    owner, registry = await at_the_vin(world), world.sandbox.registry
    await owner.say(f"{factories.vin(NEW)} {factories.certificate(NEW)}")
    await owner.press("【开始选号】")
    code = await owner.sms_code()
    _forget(world)
    registry.is_down = True
    await owner.say(code)
    await owner.see("没有答复", "什么都没有改变", fresh=True)
    registry.is_down = False
    await owner.say(code)
    await owner.see("第5步", fresh=True)


async def test_review_is_kept_and_goes_on(world: World) -> None:
    owner, registry = await at_the_vin(world), world.sandbox.registry
    await owner.say(f"{factories.vin(NEW)} {factories.certificate(NEW)}")
    await owner.see("请逐项核对")
    _forget(world)
    registry.is_down = True
    await owner.press("【开始选号】")
    await owner.see(DOWN)
    assert owner.sms == []
    registry.is_down = False
    await owner.press("🔄 再试一次")
    await owner.see("请逐项核对")
    await verifies(owner)


async def test_restart_while_it_is_down(tmp_path: Path, sandbox: Sandbox) -> None:
    await make_sqlite(tmp_path)
    settings, clock = settings_over_http(sandbox, tmp_path), clock_at(MORNING)
    async with running(settings, sandbox, clock, Ports(clock=clock)) as first:
        await first.release()
        owner = await at_the_vin(first)
        await owner.say(f"{factories.vin(NEW)} {factories.certificate(NEW)}")
        await owner.see("请逐项核对")
        sandbox.registry.is_down = True
    async with running(settings, sandbox, clock, Ports(clock=clock)) as second:
        owner = second.person()
        await owner.say("/preselect")
        await owner.see("请逐项核对")
        await owner.press("【开始选号】")
        await owner.see(DOWN)
    async with running(settings, sandbox, clock, Ports(clock=clock)) as third:
        owner = third.person()
        sandbox.registry.is_down = False
        await owner.press("🔄 再试一次")
        await owner.see("请逐项核对")
        await verifies(owner)


async def test_chiefs_hear_that_it_is_ill_and_well_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "_PATIENCE", 0.0)
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.settled()
    owner, registry = await at_the_vin(world), world.sandbox.registry
    world.service.lookups._breaker._open_seconds = 0  # type: ignore[union-attr]
    registry.is_down = True
    await owner.say(factories.vin(NEW))
    for _ in range(2):
        await owner.see(DOWN)
        await owner.press("🔄 再试一次")
        await owner.settled()
    await chief.see("机动车登记系统没有答复")
    registry.is_down = False
    await owner.press("🔄 再试一次")
    await chief.see("已恢复正常")


async def test_in_english(world: World) -> None:
    owner = await at_the_vin(world)
    await owner.say("/language")
    await owner.press("English")
    await owner.settled()
    world.sandbox.registry.is_down = True
    await owner.say("/preselect")
    await owner.say(factories.vin(NEW))
    await owner.see("The vehicle registry does not answer", "Try again")


async def test_check_asks_it(tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_over_http(sandbox, tmp_path)
    report = Report()
    await check_registry(settings, report)
    assert report.status == 0
    sandbox.registry.token = "another"
    await check_registry(settings, report)
    assert report.status == 1
    assert capsys.readouterr().out.splitlines() == [
        "registry: ok, it answers a question about a vehicle",
        "registry: HTTP 401 (refused; registry.http.url)",
    ]


async def test_page_of_its_vehicles(sandbox: Sandbox) -> None:
    async with ClientSession() as session, session.get(sandbox.registry_url) as answer:
        assert factories.vin(NEW) in await answer.text()


async def test_switch_of_the_page_is_for_the_page_alone(sandbox: Sandbox) -> None:
    async with ClientSession() as session:
        for origin, status in (("http://elsewhere.example", 403), (sandbox.url.rstrip("/"), 200)):
            switch = session.post(f"{sandbox.registry_url}/switch", headers={"Origin": origin})
            async with switch as answer:
                assert answer.status == status
    assert sandbox.registry.is_down


async def test_appeal_needs_an_answer_too(world: World) -> None:
    owner, registry = await at_the_vin(world), world.sandbox.registry
    await owner.say(factories.vin(ON_THE_ROAD))
    await owner.see(REGISTERED)
    _forget(world)
    registry.is_down = True
    await owner.press("【异常选号资料修改】")
    await owner.see_toast("什么都没有改变")
    registry.is_down = False
    await owner.press("【异常选号资料修改】")
    await owner.see("申诉", fresh=True)
