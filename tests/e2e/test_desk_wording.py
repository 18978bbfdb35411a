"""What the desk says where it said too little, or in the other language's words."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.core.appealing import appealed
from tests.core.sql import sql
from tests.core.tools import registered, reserved
from tests.e2e.test_desk import DESK_PEOPLE, gives
from tests.person import Person
from tests.world import CHIEF, World, office, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00", undo_minutes=60), office("粤A")]
    desk = {"two_chiefs": ["unban", "grant"]}
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices, desk=desk) as world:
        await world.release()
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


async def speaks_english(chief: Person) -> None:
    await chief.say("/start")
    await chief.press("🌐 English")
    await chief.settled()


async def waits(world: World) -> int:
    """Let an appeal wait about a vehicle that another owner has a number for; return its number."""
    await world.store.run(reserved, world.core, 2, "A1234")
    owner = await world.store.run(registered, world.core, 22)
    return await world.store.run(appealed, world.core, owner, 2)


@pytest.mark.parametrize("has_photos", [True, False], ids=["control", "without"])
async def test_appeal_without_photos_is_approved_with_a_warning_only(
    world: World, chief: Person, *, has_photos: bool
) -> None:
    number = await waits(world)
    if not has_photos:
        await world.store.run(sql, "DELETE FROM appeal_photo")
    await chief.say(f"/approve {number}")
    await chief.see("请先查看两张照片", fresh=True)
    await chief.settled()
    await chief.press("✅ 审核通过")
    question = await chief.see("审核通过?", fresh=True)
    assert ("没有照片,无法核对" in question.words) is not has_photos
    await chief.press("确认通过")
    await chief.see(f"申诉 {number} 审核通过", fresh=True)
    await chief.say("/audit 审核通过")
    assert ("申诉审核通过(没有照片)" in (await chief.see("申诉审核通过", fresh=True)).words) is not has_photos


async def test_question_of_holidays_says_how_an_entry_is_corrected(chief: Person) -> None:
    await chief.say("/holidays 2027 休 1月1日至1月3日 班 1月9日")
    await chief.see("录错了:用 /holidays 把这一年重新写全,再录一次", fresh=True)


async def test_hours_that_move_no_deadline_do_not_speak_of_none(chief: Person) -> None:
    await chief.say("/hours 粤K 2026-12-31 窗口 09:00-12:00 盘点")
    shown = await chief.see("登记当天的时间?", "没有号码的办理截止时间需要顺延", fresh=True)
    assert "0 个" not in shown.words
    await chief.say("/hours 粤K 2026-12-31 网上 09:00-12:00 盘点")
    shown = await chief.see("网上", "可以撤销", fresh=True)
    assert "顺延" not in shown.words


async def test_ticking_says_what_it_leads_to(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say("/list 粤K")
    await chief.press("☑️ 多选")
    await chief.see("点编号选上或取消", "先列出所选的号码请您核对,确认后才办理", fresh=True)


async def test_clerk_is_shown_what_of_undo_they_may(world: World, chief: Person) -> None:
    clerk = await gives(world, "clerk")
    for asked in ("/help", "/undo", "/undo 粤KA1234"):
        await clerk.say(asked)
        shown = await clerk.see("/undo", "撤回本人一小时内的", fresh=True)
        assert "撤回审核通过" not in shown.words
        assert "取消尚未开放的投放" not in shown.words
    await chief.say("/help")
    await chief.see("/undo 申诉 12", "撤回审核通过", fresh=True)


async def test_each_language_has_its_own_words(chief: Person) -> None:
    await chief.say("/usertype 5002")
    chinese = await chief.see("用法:/usertype", "新车车主|车主/驾驶人|窗口注册用户|单位用户", fresh=True)
    assert "new_owner" not in chinese.words
    await chief.say("/grant LSVTEST02RM000106")
    await chief.see("随机=1 自编=5 原因", fresh=True)
    await speaks_english(chief)
    await chief.say("/usertype 5002")
    english = await chief.see("Usage: /usertype", "new_owner|owner_driver|counter|unit", fresh=True)
    assert "车主" not in english.words
    await chief.say("/desk")
    await chief.press("Counter")
    await chief.press("User type")
    await chief.see("For example: 5551234 counter", fresh=True)


async def test_practice_says_what_needs_two_chiefs_otherwise(chief: Person) -> None:
    await chief.say("/rehearse")
    await chief.press("练习管理")
    await chief.see("平时「解除黑名单、增加选号机会」要另一位负责人同意", "练习中只有您一位", fresh=True)


@pytest.mark.parametrize("command", ["/find 粤KA1234", "/list 粤K", "/segments 粤K", "/blacklist 粤K"])
async def test_english_lines_begin_with_a_capital(world: World, chief: Person, command: str) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await speaks_english(chief)
    await chief.say(command)
    await chief.settled()
    shown = chief.last
    lines = [*shown.words.splitlines(), *shown.buttons]
    assert len(lines) > 3
    assert [line for line in lines if line[:1].islower()] == []


async def test_lines_of_the_journal_begin_with_a_capital(world: World, chief: Person) -> None:
    await chief.say("/closed 粤K 12月31日 盘点")
    await chief.press("确认不办公")
    await speaks_english(chief)
    await chief.say("/audit 粤K")
    shown = await chief.see("Released A####", fresh=True)
    said = [line for line in shown.words.splitlines() if " — " in line]
    assert said
    assert [line for line in said if line[0].islower()] == []
