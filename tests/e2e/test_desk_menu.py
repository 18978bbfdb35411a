"""The desk's menu and forms, and what a command that fails leaves behind."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.desk.commands import DESK, WITHOUT_WORDS
from bot.desk.form_steps import FORMS
from bot.desk.menu import GROUPS
from bot.texts.desk import menu
from bot.texts.desk.menu import LABELS
from core.clock import CHINA
from core.people import blacklist
from core.people.blacklist import Cause, NewBan
from core.ports import Tx
from core.preselection import PreselectionState, get
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered, reserved, verified
from tests.e2e.test_desk import DESK_PEOPLE, HOLDER, WRITTEN, gives
from tests.e2e.test_practice import TRIED
from tests.person import Person, as_typed
from tests.world import CHIEF, World, eventually, office, open_world

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


def test_every_command_is_in_one_group() -> None:
    grouped = [name for group in GROUPS.values() for name in group]
    assert sorted([*grouped, "desk"]) == sorted(DESK)


def test_every_command_in_a_group_has_a_label() -> None:
    assert set(LABELS) == {name for group in GROUPS.values() for name in group}


def _has(person: Person, label: str) -> bool:
    return any(label in button for shown in person.history for button in shown.buttons)


@pytest.mark.parametrize(
    "typed", ["/comfirm 粤KA5678 000003", "/confirm粤KA5678 000003", "/确认 粤KA5678 000003"]
)
async def test_unknown_command_withdraws_the_question_and_proposes_the_nearest(
    world: World, chief: Person, typed: str
) -> None:
    _, other = await world.store.run(reserved, world.core, 2, "A1234")
    await world.store.run(reserved, world.core, 3, "A5678")
    await chief.say("/confirm 粤KA1234 000002")
    await chief.see("窗口确认", "粤K·A1234")
    await chief.say(typed)
    shown = await chief.see("没有这个命令", "您想用的是不是 /confirm", fresh=True)
    assert "A1234" not in shown.words
    assert "/withhold" in shown.words
    await eventually(lambda: not _has(chief, "确认已上牌"), within=15)
    await chief.press("/confirm 粤KA5678 000003" if "comfirm" in typed else "/confirm")
    await chief.see("粤K·A5678", fresh=True)
    assert (await world.store.read(get, other)).state == PreselectionState.RESERVED


async def test_failed_command_brings_no_former_page_back(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    for page, typed, said in (
        ("/find 粤KA1234", "/confirm 粤KA1234 999999", "后六位不符"),
        ("/audit 粤K", "/void 粤KA9999 资料有误", "没有待确认的预选"),
        ("/start", "/revoke 粤KA9999 本人申请", "没有待确认的预选"),
    ):
        await chief.say(page)
        await chief.settled()
        await chief.say(typed)
        shown = await chief.see(said, "请选一类", fresh=True)
        assert "【预选号牌】" not in shown.buttons
        assert "查询结果" not in shown.words


async def test_reviewer_hears_of_their_own_commands_only(world: World) -> None:
    reviewer = await gives(world, "reviewer")
    await reviewer.say("/comfirm 粤KA1234 000001")
    shown = await reviewer.see("没有这个命令", "/appeals")
    assert "/confirm" not in shown.words
    assert not _has(reviewer, "/confirm")
    await reviewer.say("/desk")
    await reviewer.see("待办事项", fresh=True)
    assert [label for label in reviewer.last.buttons if "申诉" in label or "号段" in label] == ["📨 申诉"]


async def test_home_leads_to_the_desk_and_its_menu_to_every_command(world: World, chief: Person) -> None:
    await chief.say("/start")
    await chief.press("🗂 管理")
    await chief.see("没有待办事项")
    await chief.press("窗口办理")
    await chief.press("作废(列黑名单)")
    await chief.see("请输入(不用写命令)", "粤K12345 原因")
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say("粤KA1234")
    await chief.see("用法", fresh=True)
    await chief.say("资料有误 粤ka1234")
    await chief.see("号码作废?", "粤K·A1234", fresh=True)
    await chief.press("不做更改")
    await chief.see("请选一类")


async def test_release_is_filled_in_step_by_step(world: World, chief: Person) -> None:
    await chief.say("/release")
    await chief.see("用法:/release 粤K 小型汽车 A####")
    await chief.press("一步一步填写")
    await chief.see("哪个发牌机关", "第 1/5 步")
    await chief.press("粤K")
    await chief.press("小型新能源汽车")
    await chief.say("A####")
    await chief.see("应为 6 位", "例如 D#####", fresh=True)
    await chief.say("d#####")
    await chief.see("✓ D#####", "什么时候投放", fresh=True)
    await chief.press("« 上一步")
    await chief.see("请输入号段", "✓ 小型新能源汽车")
    await chief.say("F#####")
    await chief.see("什么时候投放", fresh=True)
    await chief.say("昨天")
    await chief.see("没有看懂时间", fresh=True)
    await chief.press("立即")
    await chief.press("按规定")
    await chief.see("F#####", "随机选号:立即开放")
    await chief.press("确认投放")
    await chief.see("已投放")
    assert [row["mask"] for row in await world.store.read(sql, "SELECT mask FROM segment")] == [
        "A####",
        "F#####",
    ]


async def test_ban_and_grant_and_closed_day_are_filled_in(world: World, chief: Person) -> None:
    await world.store.run(verified, world.core, 2)
    await chief.say("/ban")
    await chief.press("一步一步填写")
    await chief.say(factories.identity(9))
    await chief.see("尚未注册的身份", "到什么时候", fresh=True)
    await chief.press("« 上一步")
    await chief.say(f"{HOLDER}")
    await chief.press("3年")
    await chief.say("倒卖号牌")
    await chief.see("到 2029年3月10日", "原因:倒卖号牌", fresh=True)
    await chief.press("列入黑名单")
    await chief.see("已列入黑名单")
    await chief.say("/grant")
    await chief.press("一步一步填写")
    await chief.say(factories.vin(2))
    await chief.press("+2")
    await chief.press("+5")
    await chief.say("系统故障")
    await chief.see("随机选号 +2 次,自编号牌 +5 个", fresh=True)
    await chief.say("/closed")
    await chief.press("一步一步填写")
    await chief.press("粤A")
    await chief.press("3月12日")
    await chief.say("停电")
    await chief.see("2026年3月12日", "停电", fresh=True)


async def test_span_half_day_and_hours_are_filled_in(chief: Person) -> None:
    await chief.say("/closed")
    await chief.press("一步一步填写")
    await chief.press("粤K")
    await chief.say("停电")
    await chief.see("写法不对", fresh=True)
    await chief.say("3月12日至3月13日")
    await chief.say("上午停电,1月1日通知过")  # taken as it is: no half day, and no date
    await chief.see("2026年3月12日", "共 2 天", "原因:上午停电,1月1日通知过", fresh=True)
    await chief.press("确认不办公")
    await chief.see("如有误")
    await chief.say("/closed")
    await chief.press("一步一步填写")
    await chief.press("粤K")
    await chief.say("3月16日 下午")
    await chief.say("检修")
    await chief.see("3月16日 窗口办公时间 09:00-12:00", "原因:检修", fresh=True)
    await chief.say("/hours")
    await chief.press("一步一步填写")
    await chief.press("粤K")
    await chief.press("3月17日")
    await chief.press("网上选号时间")
    await chief.say("两点")
    await chief.see("写法不对", fresh=True)
    await chief.say("09:00-12:00、14:00-16:00")
    await chief.say("窗口系统升级")
    await chief.see("3月17日 网上选号时间 09:00-12:00,14:00-16:00", "原因:窗口系统升级", fresh=True)


def _ban_dialog(tx: Tx) -> str:
    return str(sql(tx, "SELECT args FROM dialog"))


async def test_cancel_ends_what_is_open_at_the_desk(chief: Person) -> None:
    for typed, open_page in (("/release 粤K C####", "投放号段?"), ("/grant", "用法")):
        await chief.say(typed)
        await chief.see(open_page, fresh=True)
        await chief.say("/cancel")
        await chief.see("已取消,未作任何更改", "请选一类", fresh=True)
    await chief.press("返回首页")
    await chief.say("/cancel")
    await chief.see("没有正在进行的预选", fresh=True)


async def test_form_keeps_no_identity_in_clear(world: World, chief: Person) -> None:
    await chief.say("/ban")
    await chief.press("一步一步填写")
    await chief.say(factories.identity(9))
    await chief.see("到什么时候", fresh=True)
    assert factories.identity(9) not in await world.store.read(_ban_dialog)


async def test_further_ban_keeps_the_first_and_one_cause_is_lifted(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say("/void 粤KA1234 资料有误")
    await chief.press("确认作废")
    await chief.see("列入黑名单到 2028年3月10日")
    await chief.say(f"/ban {HOLDER} 倒卖号牌 3年")
    await chief.see("再记一项原因", "1. 作废", "资料有误", "期限取最晚的:到 2029年3月10日", fresh=True)
    await chief.press("列入黑名单")
    await chief.see("到 2029年3月10日")
    await chief.say(f"/unban {HOLDER} 误操作")
    await chief.see("解除哪一项", "1. 作废", "2. 人工")
    await chief.press("解除第 2 项")
    await chief.see("已解除这一项", "仍在黑名单上,到 2028年3月10日", "资料有误")
    await chief.say("/audit 列入黑名单")
    await chief.see("原因:倒卖号牌", fresh=True)


async def test_question_names_an_identity_that_is_not_registered(chief: Person) -> None:
    number = factories.identity(9)
    await chief.say(f"/ban {number} 冒用身份")
    await chief.see(f"{number[:4]}**********{number[-4:]}(尚未注册的身份)")
    await chief.press("列入黑名单")
    await chief.see("已列入黑名单")
    await chief.say(f"/unban {number} 误列")
    await chief.see(f"{number[:4]}**********{number[-4:]}(尚未注册的身份)", fresh=True)
    await chief.press("解除")
    await chief.see("没有通知任何人")


async def test_identity_that_another_office_barred_looks_like_any_other_unregistered_one(
    world: World, chief: Person
) -> None:
    """A chief who may not know of it bars for the own office; the later end counts for the person."""
    barred, unknown = factories.identity(9), factories.identity(8)
    own = await gives(world, "chief", "粤A")
    new_ban = NewBan(
        identity_hash=world.core.accounts.identity_hash(barred),
        office="粤K",
        reason="套牌",
        cause=Cause.ADMIN,
        until=datetime(2035, 1, 1, tzinfo=CHINA),
        actor=f"chat:{CHIEF}",
    )
    await world.store.run(blacklist.add_ban, new_ban)
    answers = {}
    for number in (unknown, barred):
        await own.say(f"/ban {number} 冒用身份")
        question = await own.see("列入黑名单?", "原因:冒用身份", fresh=True)
        await own.press("列入黑名单")
        done = await own.see("已列入黑名单,到 2028年3月10日", fresh=True)
        answers[number] = (
            question.words.replace(number[-4:], "0000").replace(number[:4], "1111"),
            done.words,
        )
    assert answers[unknown] == answers[barred]
    assert "套牌" not in str(answers)
    await own.say(f"/ban {barred} 再犯 3年")
    await own.see("再记一项原因", "冒用身份", "期限取最晚的:到 2029年3月10日", fresh=True)
    assert "套牌" not in own.last.words
    await own.press("不做更改")
    await chief.say(f"/unban {barred} 误列")
    await chief.see(
        "1. 人工(粤K,到 2035年1月1日", ":套牌", "2. 人工(粤A,到 2028年3月10日", ":冒用身份", fresh=True
    )
    await own.say(f"/unban {barred} 误列")
    await own.see("列入原因:冒用身份", fresh=True)
    await own.press("解除第 1 项")
    await own.see("✅ 已解除", fresh=True)
    assert "套牌" not in own.last.words
    await chief.say(f"/unban {barred} 误列")
    await chief.see("列入原因:套牌(到 2035年1月1日", fresh=True)
    await own.say("/audit 列入黑名单")
    await own.see("原因:冒用身份", fresh=True)
    assert "套牌" not in own.last.words


async def test_ban_that_another_office_lifts_meanwhile_is_not_told(world: World, chief: Person) -> None:
    barred = factories.identity(9)
    own = await gives(world, "chief", "粤A")
    await chief.say(f"/ban {barred} 套牌")
    await chief.press("列入黑名单")
    await chief.see("已列入黑名单")
    await own.say(f"/ban {barred} 冒用身份")
    await own.see("列入黑名单?", fresh=True)
    await chief.say(f"/unban {barred} 误列")
    await chief.press("解除")
    await chief.see("✅ 已解除")
    await own.press("列入黑名单")
    await own.see("已列入黑名单,到 2028年3月10日")
    assert "处理" not in own.last.words.replace("待办", "")


async def test_maintenance_without_a_switch_shows_what_runs(chief: Person) -> None:
    await chief.say("/maintenance 全部 开 系统升级")
    await chief.press("开始维护")
    await chief.say("/maintenance 粤K")
    await chief.see("全部发牌机关:维护中,车主看到:系统升级", "粤K:没有在维护", fresh=True)
    await chief.say("/desk")
    await chief.see("🛠 全部发牌机关:维护中", fresh=True)
    await chief.say("/maintenance 粤K")
    await chief.press("结束维护")
    await chief.press("结束维护")
    await chief.see("系统维护已结束")


async def test_office_is_implied_where_there_is_one(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "chief", "粤K")
    tail = factories.vin(2)[-6:]
    for written in (f"A1234 {tail}", f"{tail} A1234", f"{tail} 粤KA1234"):
        await clerk.say(f"/confirm {written}")
        await clerk.see("窗口确认", "粤K·A1234", fresh=True)
    await clerk.say("／release B####")
    await clerk.see("B####", "随机选号:立即开放", fresh=True)


# --- every command: in the manual, in the menu, typed, and in the practice -------------------------


def documented() -> set[str]:
    """Return the commands that have a section in the manual of the desk."""
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    return set(re.findall(r"^### /(\w+)$", manual, re.MULTILINE))


def test_manual_tests_and_practice_have_the_commands_that_are_routed() -> None:
    assert documented() == set(DESK)
    assert set(WRITTEN) == set(DESK)
    assert set(TRIED) == set(DESK)


async def test_every_command_opens_from_the_menu(chief: Person) -> None:
    opened = set()
    for group, names in GROUPS.items():
        for name in names:
            await chief.say("/desk")
            await chief.see("待办", fresh=True)
            await chief.press(menu.GROUPS[group]())
            await chief.press(as_typed(LABELS[name]()))
            opened.add(name)
            if name == "clock":  # which has a page only while the clock is in doubt
                await chief.see_toast("服务器时间没有疑问")
                continue
            answer = "请输入" if name not in WITHOUT_WORDS | set(FORMS) else ""
            shown = await chief.see(answer, fresh=True)
            assert "没有这个命令" not in shown.words, name
            assert "请选一项" not in shown.words, name
    assert opened | {"desk"} == documented()


async def test_every_command_is_known_as_it_is_typed(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await world.store.run(registered, world.core, 3)
    for name in sorted(documented()):
        await chief.say(f"/{name} {WRITTEN[name]}")
        shown = await chief.see("", fresh=True)
        assert "没有这个命令" not in shown.words, name
