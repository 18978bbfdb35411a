"""The desk's slips put right: taking back, extending, hours of single days, holidays; over the messenger."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from core.availability.closed_days import days_of
from core.clock import CHINA
from core.errors.offices import OfficeClosed
from core.ports import Tx
from core.preselection import PreselectionState, get
from tests import factories
from tests.core.appealing import appealed, approves
from tests.core.sql import sql
from tests.core.tools import registered, reserved, verified
from tests.e2e.test_desk import DESK_PEOPLE, HOLDER, gives
from tests.person import Person
from tests.world import CHIEF, World, office, open_world

TAIL = factories.vin(2)[-6:]


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00", undo_minutes=60)]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


async def test_wrong_confirmation_is_taken_back_by_the_button_below_it(world: World, chief: Person) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    owner = world.person(HOLDER)
    await owner.say("/start")
    await chief.say(f"/confirm 粤KA1234 {TAIL}")
    await chief.see("当天可由负责人撤回")
    await chief.press("确认已上牌")
    await chief.see("已确认上牌", "如有误")
    await chief.press("撤回")
    await chief.see("请输入原因")
    await chief.say("确认错了号码")
    await chief.see("撤回「确认上牌」?", "办理截止:2026年3月17日(周二) 17:00")
    await chief.press("确认撤回")
    await chief.see("已撤回「确认上牌」")
    await world.service.jobs.tell()
    await owner.see("预选已恢复", "确认错了号码")
    assert (await world.store.read(get, begun)).state == PreselectionState.RESERVED


async def test_void_is_taken_back_by_command_and_the_ban_ends(world: World, chief: Person) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    other = await gives(world, "chief")
    await other.say("/void 粤KA1234 资料有误")
    await other.press("确认作废")
    await other.see("已作废", "如有误")
    await chief.say("/find 粤KA1234")
    await chief.say("/undo 粤K·A1234 点错了")
    await chief.see("撤回「号码作废」?", "解除由此列入的黑名单")
    await chief.press("确认撤回")
    await chief.see("恢复预选")
    assert await world.store.read(sql, "SELECT 1 FROM ban WHERE lifted_at IS NULL") == []
    assert (await world.store.read(get, begun)).state == PreselectionState.RESERVED
    await chief.say("/undo 粤KA1234 再来一次")
    await chief.see("⛔ 不能撤回:没有可以撤回的操作")


async def test_approval_is_taken_back_and_the_number_returns(world: World, chief: Person) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    owner = await world.store.run(registered, world.core, 3)
    number = await world.store.run(appealed, world.core, owner, 2)
    await world.store.run(approves, world.core, number)
    await chief.say("/undo 粤KA1234 看错了照片")
    await chief.see(f"请用 /undo 申诉 {number}")
    await chief.say(f"/undo 申诉 {number} 看错了照片")
    await chief.see("撤回「申诉审核通过」?", "粤K·A1234 还给原预选人")
    await chief.press("确认撤回")
    await chief.see("重新待审核")
    assert (await world.store.read(get, begun)).state == PreselectionState.RESERVED
    assert await world.store.read(sql, "SELECT state FROM appeal") == [{"state": "pending"}]
    assert await world.store.read(sql, "SELECT 1 FROM vin_right") == []


async def test_scheduled_release_is_redated_and_cancelled(world: World, chief: Person) -> None:
    await chief.say("/release 粤K small B#### from 2026-03-20T09:00")
    await chief.see("开放之前可以取消或改期")
    await chief.press("确认投放")
    await chief.see("已投放", "如有误")
    await chief.say("/undo 粤KB#### 改到 2026-03-25 09:00 日期写错了")
    await chief.see("投放改期?", "2026年3月25日(周三) 09:00")
    await chief.press("确认改期")
    await chief.see("已改期")
    await chief.say("/undo B####,粤K 自编日期写错,领导要求取消")
    await chief.see("取消定时投放?")
    await chief.press("确认撤回")
    await chief.see("已取消")
    await chief.say("/undo 粤K small A#### 领导要求取消")
    await chief.see("⛔ 不能撤回:号段已经开放")


async def test_deadline_is_extended_from_the_card_as_often_as_it_may_be(world: World) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    clerk, owner = await gives(world, "clerk"), world.person(HOLDER)
    await owner.say("/start")
    for days, deadline in ((3, "2026年3月20日(周五)"), (1, "2026年3月23日(周一)")):
        await clerk.say("/find 粤KA1234")
        await clerk.press("延期")
        await clerk.say(f"{days} 住院,有证明")
        await clerk.see("延长办理截止时间?", deadline)
        await clerk.press("确认延期")
        await clerk.see("延长到", fresh=True)
    await world.service.jobs.tell()
    await owner.see("经窗口办理", "2026年3月23日(周一) 17:00", "住院,有证明")
    await clerk.press("延期")
    await clerk.say("1 住院")
    await clerk.see("最多可延期 2 次")
    await clerk.say("住院 11 天")
    await clerk.see("1 至 10 个工作日")
    reserved_one = await world.store.read(get, begun)
    assert reserved_one.deadline == datetime(2026, 3, 23, 17, tzinfo=CHINA)
    rows = await world.store.read(sql, "SELECT details FROM audit WHERE action = 'moved_deadline'")
    assert all("住院" in row["details"] for row in rows)


async def test_range_moves_a_deadline_once_and_is_shown_until_it_is_removed(
    world: World, chief: Person
) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    owner = world.person(HOLDER)
    await owner.say("/start")
    await chief.say("/closed 粤K 2026-03-16 至 2026-03-18 停电")
    await chief.see("共 3 天", "将顺延 1 个号码")
    await chief.press("确认不办公")
    await chief.see("顺延了 1 个办理截止时间")
    await world.service.jobs.tell()
    told = await owner.see("3月16日至3月18日 停电 不办公", "2026年3月20日(周五) 17:00")
    assert "3月16日至3月18日 不开放" in told.words
    moved = "SELECT 1 FROM notice WHERE purpose LIKE 'moved%'"
    assert len(await world.store.read(sql, moved)) == 1
    await chief.say("/closed 粤K")
    await chief.see("3月16日 窗口不办公", "停电", fresh=True)
    await chief.press("↩️ 3月17日")
    await chief.say("提前来电")
    await chief.see("已经顺延的办理截止时间不会提前")
    await chief.press("确认撤回")
    await chief.see("恢复平时的时间")
    assert (await world.store.read(get, begun)).deadline == datetime(2026, 3, 20, 17, tzinfo=CHINA)


async def test_span_is_taken_back_by_the_button_below_it(world: World, chief: Person) -> None:
    await chief.say("/closed 粤K 3月16日至3月18日 停电")
    await chief.press("确认不办公")
    await chief.see("共 3 天", "如有误")
    await chief.press("撤回")
    await chief.say("日子写错")
    await chief.see("3月16日 窗口不办公", "3月18日 窗口不办公", "日子写错")
    await chief.press("确认撤回")
    await chief.see("2026年3月16日", "共 3 天", "恢复平时的时间")
    assert await world.store.read(sql, "SELECT 1 FROM closed_day") == []


async def test_all_that_is_entered_for_a_day_is_taken_back_together(world: World, chief: Person) -> None:
    await chief.say("/closed 粤K 2026-12-31 盘点")
    await chief.press("确认不办公")
    await chief.say("/hours 粤K 2026-12-31 网上 不开放 系统升级")
    await chief.press("确认登记")
    await chief.say("/undo 粤K 2026-12-31 写错日期")
    await chief.see("窗口不办公", "网上选号时间 不开放", "登记原因:盘点、系统升级", fresh=True)
    await chief.press("确认撤回")
    await chief.see("已撤销")
    await chief.say("/closed 粤K")
    await chief.see("今天起没有登记")


async def test_deadlines_follow_entered_holidays_and_never_shorten(world: World, chief: Person) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    for days, deadline in (("休 3月13日", 18), ("休 3月12日至3月13日", 19), ("休 3月13日 班 3月14日", 19)):
        await chief.say(f"/holidays 2026 {days}")
        await chief.press("确认录入")
        await chief.see("已录入 2026 年", fresh=True)
        await world.service.jobs.recount_entered()
        found = (await world.store.read(get, begun)).deadline
        assert found == datetime(2026, 3, deadline, 17, tzinfo=CHINA)


async def test_half_day_moves_a_deadline_that_lies_in_it_to_the_next_day(world: World, chief: Person) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say("/closed 粤K 3月17日 下午 停电")
    await chief.see("窗口办公时间 09:00-12:00", "将顺延 1 个号码")
    await chief.press("确认登记")
    await chief.see("顺延了 1 个")
    assert (await world.store.read(get, begun)).deadline == datetime(2026, 3, 18, 17, tzinfo=CHINA)


async def test_hours_of_a_day_close_the_selection(world: World, chief: Person) -> None:
    await chief.say("/hours 粤K 2026-03-10 网上 00:00-09:00 系统升级")
    await chief.press("确认登记")
    await chief.see("已登记")
    days = await world.store.read(days_of, world.core.offices["粤K"], world.core.calendar)
    assert not days.office.hours.is_open(datetime(2026, 3, 10, 10, tzinfo=CHINA))
    assert days.office.hours.is_open(datetime(2026, 3, 11, 10, tzinfo=CHINA))
    _, begun = await world.store.run(verified, world.core, 2)

    def draws(tx: Tx) -> None:
        place = days.office
        world.core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)

    with pytest.raises(OfficeClosed):
        await world.store.run(draws)
    await chief.say("/hours 粤K")
    await chief.see("3月10日 网上选号时间 00:00-09:00", "系统升级")


async def test_holidays_of_next_year_end_the_warning(world: World, chief: Person) -> None:
    world.forward(days=270)
    await chief.say("/start")
    await chief.see("2027 年的放假调休安排尚未收录", "/holidays 2027", fresh=True)
    await chief.say("/holidays 2027")
    await chief.see("⚠️ 尚未收录")
    await chief.say(
        "元旦:1月1日(周五)至3日(周日)放假调休,共3天。1月10日(周日)上班。春节:2月5日至11日放假,共7天。"
    )
    await chief.see("放假(10 天):1月1日至1月3日、2月5日至2月11日", "补班(1 天):1月10日")
    await chief.press("确认录入")
    await chief.see("已录入 2027 年")
    await chief.say("/start")
    assert "尚未收录" not in (await chief.see("号牌预选", fresh=True)).words
    await chief.say("/holidays 2027 1月1日 班 1月10日")
    await chief.see("没有写明是休还是班")
