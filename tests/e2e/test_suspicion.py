"""Suspected abuse through the chat: noticed, read by a reviewer, asked about, answered, and over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.preselection.quotas import remaining_quota
from tests import factories
from tests.core.sql import sql
from tests.e2e.appealing import APPEALING, REVIEWER, appoints, decides, fills_in
from tests.person import Person
from tests.world import CHIEF, OTHER, World, office, open_world, reaches_selection

RULES = {"pace_presses": 2, "pace_seconds": 60}


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00")]
    async with open_world(engine, tmp_path, people=APPEALING, suspicion=RULES, offices=offices) as world:
        await world.release()
        yield world


async def presses_fast(world: World, owner: Person) -> None:
    """Draw three batches in a row, and let the job look."""
    await reaches_selection(owner)
    for left in (5, 4, 3):
        await owner.press(f"【随机一次({left})】" if left == 5 else f"【换一批({left})】")
        await owner.see("本车第", f"{left - 1}")
    await world.service.jobs.suspect()


async def opens_suspicion(reviewer: Person) -> None:
    await reviewer.say("/desk")
    await reviewer.see("异常选号嫌疑 1")
    await reviewer.press("① 异常选号嫌疑")
    await reviewer.see("异常选号嫌疑 1", "规则:")


@pytest.mark.both_engines
async def test_owner_is_asked_answers_and_selects_again(world: World) -> None:
    """All of it: noticed, evidence, suspension with its reason, answer with photos, approval, selection."""
    owner, reviewer = world.person(), await appoints(world)
    await presses_fast(world, owner)
    await owner.press("粤K·")  # nothing is refused because of it
    await owner.press("« 返回")
    await opens_suspicion(reviewer)
    await reviewer.see("车主账号", "最快时 3 次操作只用", "系统没有拒绝任何操作")
    await reviewer.press("要求提供发票")
    await reviewer.see("要求提供发票?", "暂停该车主选号")
    await reviewer.press("确认要求")
    await reviewer.see("已要求提供发票,选号暂停", "车主还没有答复")
    before = await world.store.read(remaining_quota, world.core.offices["粤K"], factories.vin(0))
    await owner.press("【换一批(2)】")
    await owner.see("选号已暂停", "60 秒内换一批和提交自编共超过 2 次", "已预选的号码照常有效")
    assert await world.store.read(remaining_quota, world.core.offices["粤K"], factories.vin(0)) == before
    await world.service.jobs.tell()
    await owner.see("审核人员于", "要求您提供购车发票", fresh=True)
    await owner.press("【提交发票和说明】")
    await owner.see("选号已暂停")
    await owner.press("【提交发票和说明】")
    await owner.see("答复异常选号核查")
    await fills_in(owner)
    await owner.press("【提交申诉】")
    await owner.see("申诉编号:1", "待审核")
    await owner.say("/preselect")
    await owner.see("您的答复(申诉 1)正在审核")
    await opens_suspicion(reviewer)
    await reviewer.see("答复:申诉 1,待审核")
    await reviewer.press("审核答复")
    await reviewer.see("本申诉答复异常选号嫌疑 1(操作过快)")
    await reviewer.press("审核通过")
    await reviewer.see("恢复该车主选号")
    await reviewer.press("确认通过")
    await reviewer.see("车主的选号已恢复")
    await world.service.jobs.tell()
    await owner.see("您的答复已审核通过,选号已恢复", fresh=True)
    await owner.say("/preselect")
    await owner.press("【换一批(2)】")
    await owner.see("本车第")


async def test_dismissal_keeps_its_reason_and_the_second_hears_of_it(world: World) -> None:
    owner, reviewer, chief = world.person(), await appoints(world), world.person(CHIEF)
    await presses_fast(world, owner)
    for person in (reviewer, chief):
        await opens_suspicion(person)
        await person.press("无异常")
    await reviewer.say("家人代为操作,已电话核实")
    await reviewer.see("无异常?", "家人代为操作")
    await reviewer.press("✅ 确认")
    await reviewer.see("嫌疑 1 已处理:无异常", "没有待办")
    await chief.press("经核对,属正常操作")
    await chief.see(f"已由赵审核({REVIEWER})处理:嫌疑无异常")
    rows = await world.store.read(sql, "SELECT reason FROM suspicion")
    assert [row["reason"] for row in rows] == ["家人代为操作,已电话核实"]
    await chief.say("/audit 嫌疑无异常")
    await chief.see("无异常,原因:家人代为操作")


async def test_rejected_answer_tells_why_and_a_dismissal_lifts_the_suspension(world: World) -> None:
    owner, reviewer = world.person(), await appoints(world)
    await presses_fast(world, owner)
    await opens_suspicion(reviewer)
    await reviewer.press("要求提供发票")
    await reviewer.press("确认要求")
    await reviewer.see("选号暂停")
    await owner.say("/preselect")
    await owner.press("【提交发票和说明】")
    await fills_in(owner)
    await owner.press("【提交申诉】")
    await owner.see("申诉编号:1")
    await decides(reviewer, "/reject 1 购车发票与车辆识别代号不符")
    await reviewer.press("确认不通过")
    await reviewer.see("审核不通过")
    await world.service.jobs.tell()
    await owner.see("申诉 1 审核不通过", "选号仍然暂停", fresh=True)
    await opens_suspicion(reviewer)
    await reviewer.see("答复:申诉 1,审核不通过")
    await reviewer.press("无异常")
    await reviewer.press("已在窗口核对证件和发票")
    await reviewer.see("车主的选号随即恢复")
    await reviewer.press("✅ 确认")
    await reviewer.see("已处理")
    await world.service.jobs.tell()
    await owner.see("选号已恢复", fresh=True)
    await owner.press("【预选号牌】")
    await owner.see("本车第3批")


async def test_reserved_number_is_shown_to_a_suspended_owner(world: World) -> None:
    owner, reviewer = world.person(OTHER), await appoints(world)
    await presses_fast(world, owner)
    await owner.press("粤K·")
    await owner.press("确定选用")
    await owner.see("完成号牌预选")
    await opens_suspicion(reviewer)
    await reviewer.press("要求提供发票")
    await reviewer.press("确认要求")
    await reviewer.see("选号暂停")
    await owner.say("/start")
    await owner.see("您的选号已暂停", "您已预选")
    await owner.press("【预选号牌】")
    await owner.see("完成号牌预选")


async def test_page_of_an_office_tells_of_a_suspension(world: World) -> None:
    """The page of an office tells of it before anything is filled in."""
    owner, reviewer = world.person(OTHER), await appoints(world)
    await presses_fast(world, owner)
    await owner.say("/cancel")
    await owner.press("确定放弃")
    await opens_suspicion(reviewer)
    await reviewer.press("要求提供发票")
    await reviewer.press("确认要求")
    await reviewer.see("选号暂停")
    await owner.say("/offices")
    await owner.say("粤K")
    await owner.press("【预选号牌】")
    await owner.see("选号已暂停", "要求您提供购车发票")
    await owner.press("【我的选号】")


async def test_one_more_vehicle_waits_for_the_end_of_a_suspension(world: World) -> None:
    owner, reviewer = world.person(OTHER), await appoints(world)
    await presses_fast(world, owner)
    await owner.press("粤K·")
    await owner.press("确定选用")
    await owner.see("完成号牌预选")
    await opens_suspicion(reviewer)
    await reviewer.press("要求提供发票")
    await reviewer.press("确认要求")
    await reviewer.see("选号暂停")
    await owner.press("为另一辆车预选")
    await owner.see("选号已暂停", "要求您提供购车发票")
    await owner.press("【我的选号】")


async def test_rules_are_public_with_their_values(world: World) -> None:
    stranger = world.person()
    await stranger.say("/pool")
    await stranger.press("【异常选号如何认定】")
    await stranger.see("60 秒内换一批和提交自编共超过 2 次", "系统不会因为嫌疑拒绝任何人选号")
    await stranger.press("« 号池公示")
    await stranger.see("号池公示 · ")


async def test_second_draw_within_the_pause_waits_and_costs_nothing(tmp_path: Path) -> None:
    places = [office(draw_gap_seconds=60, hours="00:00-24:00")]
    async with open_world("sqlite", tmp_path, people=APPEALING, offices=places) as world:
        await world.release()
        owner = world.person()
        await reaches_selection(owner)
        await owner.press("【随机一次(5)】")
        await owner.see("本车第")
        await owner.press("【换一批(4)】")
        await owner.see_toast("秒再试(未扣减次数)")
        ways = await world.store.read(sql, "SELECT way FROM selecting_press")
        assert [row["way"] for row in ways] == ["draw", "draw"]
        world.forward(seconds=60)
        await owner.press("【换一批(4)】")
        await owner.see("本车第")
        assert await world.store.read(sql, "SELECT random_used FROM vehicle") == [{"random_used": 2}]
