"""Steps 1 to 4 as an owner meets them: what is said before any effort, shown for checking, and typed."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.bot_api.deep_links import payload_of
from core.clock import CHINA
from core.people.accounts import UserType
from core.values.plates import PlateKind
from tests import factories
from tests.core.sql import sql
from tests.person import Person
from tests.world import CHIEF, OTHER, OWNER, World, agrees, eventually, office, open_world, registers

IDENTITY = factories.identity(0)
EVENING = datetime(2026, 3, 10, 23, 30, tzinfo=CHINA)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Replace the common fixture: what is tested here does not depend on the engine."""
    async with open_world("sqlite", tmp_path) as opened:
        await opened.release()
        yield opened


async def _to_vin(owner: Person) -> None:
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see("17 位车辆识别代号")


# --- said at the first step -----------------------------------------------------------------


async def test_kind_without_numbers_says_so_first_and_can_be_waited_for(world: World) -> None:
    owner = world.person()
    await registers(owner)
    assert "小型汽车" in (await owner.see("第1步")).buttons
    await owner.press("小型新能源汽车 · 暂无号段")
    shown = await owner.see("目前没有开放的号段")
    assert {"小型汽车", "大型新能源汽车 · 暂无号段", "« 返回"} < set(shown.buttons)
    await owner.press("🔔 开放时提醒我")
    shown = await owner.see("开放时会提醒您")
    assert "🔔 开放时提醒我" not in shown.buttons
    await world.release("D0####", PlateKind.SMALL_NEV)
    await world.service.jobs.tell()
    await owner.see("新投放号段")
    await owner.press("« 返回")
    await owner.press("小型新能源汽车")
    await owner.see("业务须知")


async def test_kind_without_numbers_starts_no_selection(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await owner.press("小型新能源汽车")
    await owner.press("先填写信息")
    await owner.press("【阅读并同意】")
    await owner.say(f"{factories.VIN} {factories.CERTIFICATE}")
    shown = await owner.see("请逐项核对", "目前没有开放的号段")
    assert not any("开始选号" in label for label in shown.buttons)
    await owner.press("✅ 确认信息")
    shown = await owner.see("第3步 选号服务说明")
    assert not any("开始选号" in label for label in shown.buttons)
    assert owner.sms == []


async def test_closed_hours_are_said_first_and_data_can_be_entered(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, at=EVENING) as world:
        await world.release()
        owner = world.person()
        await registers(owner)
        await owner.see("第1步", "现在不在选号服务时间内", "2026年3月11日(周三) 08:00")
        await owner.press("🔔 开放时提醒我")
        assert "🔔 开放时提醒我" not in (await owner.see("开放时会提醒您")).buttons
        await agrees(owner)
        assert not any("开始选号" in label for label in owner.last.buttons)
        await owner.press("✅ 确认信息")
        await owner.see("第3步", "现在不在选号服务时间内")
        world.forward(hours=9)
        await world.tick()
        await owner.press("【开始选号】")
        await owner.see("第4步")


async def test_maintenance_is_said_first(world: World) -> None:
    chief, owner = world.person(CHIEF), world.person()
    await chief.say("/maintenance 粤K on 系统升级")
    await chief.press("开始维护")
    await registers(owner)
    await owner.see("第1步", "系统维护中", "系统升级")
    await owner.press("🔔 开放时提醒我")
    await agrees(owner)
    assert not any("开始选号" in label for label in owner.last.buttons)
    await world.service.jobs.tell()
    assert not any("选号服务已开放" in one.words for one in owner.history)
    await chief.say("/maintenance 粤K off")
    await chief.press("结束维护")
    await chief.see("系统维护已结束")
    await world.service.jobs.tell()
    await owner.see("选号服务已开放")


async def test_used_up_vehicle_is_told_with_its_vin(world: World) -> None:
    used = f"INSERT INTO vehicle (vin, random_used, compose_used) VALUES ('{factories.vin(3)}', 5, 20)"  # noqa: S608 - ours
    await world.store.run(sql, used)
    owner = world.person()
    await _to_vin(owner)
    await owner.say(factories.vin(3))
    await owner.see("均已用完")
    await owner.press("修改车辆识别代号")
    await owner.say(f"{factories.VIN} {factories.CERTIFICATE}")
    await owner.see("请逐项核对")


# --- typed in any way -----------------------------------------------------------------------


async def test_certificate_may_come_first(world: World) -> None:
    owner = world.person()
    await _to_vin(owner)
    await owner.say(factories.CERTIFICATE)
    await owner.see("已记下证书编号", factories.CERTIFICATE)
    await owner.say("LSVTESTX3RMO00001")
    await owner.see("没有字母 I、O、Q", factories.CERTIFICATE)
    await owner.press("是,用 LSV TESTX3 RM000001")
    await owner.see("请逐项核对", "LSV TESTX3 RM000001", factories.CERTIFICATE)


async def test_wrong_certificate_keeps_the_right_vin(world: World) -> None:
    owner = world.person()
    await _to_vin(owner)
    await owner.say(f"{factories.VIN} ABCD123")
    await owner.see("编号应为 14–15 位", "LSV TESTX3 RM000001")
    await owner.say(factories.CERTIFICATE)
    await owner.see("请逐项核对")


async def test_import_is_known_by_its_vin_and_can_be_changed(world: World) -> None:
    owner = world.person()
    await _to_vin(owner)
    await owner.say("TEST20260001 WVWZZZ1JZXW000010")
    await owner.press("核对无误")
    await owner.see("请逐项核对", "货物进口证明书编号:TEST20260001")
    await owner.press("这是国产车")
    await owner.see("编号应为 14–15 位", "合格证编号")
    await owner.say(factories.CERTIFICATE)
    await owner.see("请逐项核对", "合格证编号", f"{factories.CERTIFICATE}(已修改)")


async def test_vehicle_of_another_kind_needs_another_certificate(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    await owner.press("修改车辆识别代号")
    await owner.say("WVWZZZ1JZXW000010")
    await owner.press("核对无误")
    await owner.see("请输入货物进口证明书编号", "WVW ZZZ1JZ XW000010")
    await owner.say("WVWZZZ1JZXW000010")
    await owner.see("这是车辆识别代号")
    await owner.say("TEST20260001")
    await owner.see("请逐项核对", "→ TEST20260001(已修改)")


async def test_office_is_taken_as_it_is_typed(tmp_path: Path) -> None:
    offices = [office("粤K"), office("粤A"), office("粤G")]
    async with open_world("sqlite", tmp_path, offices=offices) as world:
        await world.release()
        owner = world.person()
        await owner.say(f"/start {payload_of('粤K')}")
        await owner.press("【预选号牌】")
        await owner.press("同意并继续")
        await owner.say("测试车主")
        await owner.say(IDENTITY)
        await owner.send_contact()
        await owner.press("确认注册")
        await owner.press("« 返回")
        await owner.see("第1步", "粤K")
        await owner.say("广州")
        await owner.see("只能在注册地的发牌机关预选号牌", fresh=True)
        account = await world.store.read(world.core.accounts.require, OWNER)
        await world.store.run(world.core.counter.set_user_type, account, UserType.COUNTER, "chat:1")
        for typed, chosen in (("广州", "粤A"), ("粤g", "粤G"), ("茂名市", "粤K")):
            await owner.say(typed)
            await owner.see("第1步", f"发牌机关:{chosen}", fresh=True)


# --- shown for checking ---------------------------------------------------------------------


async def test_review_shows_all_in_full_and_does_not_stay(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    shown = await owner.see("请逐项核对", "测试车主", IDENTITY, "13800138001", factories.certificate(0))
    await owner.press("【开始选号】")
    await owner.see("第4步", "138****8001")
    assert not any(IDENTITY in one.words for one in owner.history)
    await owner.say("/preselect")
    await owner.press("修改信息")
    shown = await owner.see("请逐项核对", IDENTITY)
    await owner.say("/start")  # a new message takes its place
    await eventually(lambda: shown.message_id not in owner.me.messages)
    assert not any(IDENTITY in one.words for one in owner.history)


async def test_review_is_masked_after_ten_minutes(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    world.forward(minutes=10)
    await world.tick()
    shown = await owner.see("请逐项核对", "测**主", "138****8001")
    assert IDENTITY not in shown.words
    await owner.press("显示完整信息")
    await owner.see("请逐项核对", IDENTITY)


async def test_correction_is_marked_until_the_next_one(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    await owner.press("修改姓名")
    await owner.say("测试车王")
    await owner.see("请逐项核对", "测试车主 → 测试车王(已修改)")
    await owner.press("修改车辆识别代号")
    await owner.say(factories.vin(5))
    shown = await owner.see("请逐项核对", "(已修改)", "车主:测试车王")
    assert shown.words.count("已修改") == 1
    await owner.press("【开始选号】")
    await owner.see("第4步")
    kept = await world.store.read(lambda tx: tx.one("preselection.reviewed", preselection_id=1))
    assert kept is not None
    assert kept["reviewed_sealed"] is None


async def test_every_page_leads_back_to_the_one_before(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    await owner.press("修改发牌机关/号牌种类")
    await owner.see("第1步 基本信息", "请选择号牌种类")
    await owner.press("« 返回")
    await owner.see("请逐项核对")
    await owner.press("修改发牌机关/号牌种类")
    await owner.press("小型汽车")  # as before: nothing to agree to
    await owner.see("请逐项核对")
    await owner.press("修改证书编号")
    await owner.press("« 返回")
    await owner.see("请逐项核对")


# --- the code -------------------------------------------------------------------------------


async def test_code_is_good_after_a_correction_of_the_telephone(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    await owner.press("【开始选号】")
    code = await owner.sms_code()
    await owner.see("第4步", "验证码已发送,5分钟内有效")
    await owner.press("« 返回")
    await owner.press("修改信息")
    await owner.press("修改手机号")
    await owner.send_contact()  # the same one
    await owner.see("请逐项核对")
    world.forward(minutes=3)
    await owner.press("【开始选号】")
    await owner.see("验证码已发送至 138****8001,仍然有效")
    assert len(owner.sms) == 1
    await owner.say(code)
    await owner.see("第5步")


async def test_page_counts_down_until_another_code_can_be_sent(world: World) -> None:
    owner = world.person(OTHER)
    await registers(owner, 1)
    await agrees(owner, 1)
    await owner.press("【开始选号】")
    await owner.sms_code()
    await owner.see("验证码已发送", "秒后可以重新发送")
    world.forward(seconds=46)
    await world.tick()
    shown = await owner.see("没有收到?1")
    assert "🔄 重新发送" not in shown.buttons
    world.forward(seconds=15)
    await world.tick()
    shown = await owner.see("验证码已发送,5分钟内有效")
    assert "🔄 重新发送" in shown.buttons
    assert "还可输入" not in shown.words
    await owner.say("000000")
    shown = await owner.see("验证码不正确", "还可输入 4 次", fresh=True)
    assert shown.words.count("还可输入") == 1


async def test_registration_does_not_lead_into_a_kind_without_numbers(world: World) -> None:
    owner = world.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.say(f"测试车主 {factories.identity(0)}")
    await owner.send_contact()
    await owner.press("确认注册并预选 小型新能源汽车 · 暂无号段")
    shown = await owner.see("目前没有开放的号段")
    assert "🔔 开放时提醒我" in shown.buttons
    await owner.press("小型汽车")
    await owner.see("业务须知")
