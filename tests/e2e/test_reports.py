"""The desk's reports as admins use them: pictures, pages, spreadsheets, links."""

from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from python_calamine import CalamineWorkbook

from core.clock import CHINA
from core.notifications.queue import Plan, lease, mark_failed, plan
from core.people.admins import EVERYWHERE, Role, RoleAssignment
from core.pool.releases import Release, withhold
from core.ports import Tx
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from sandbox import PersonSpec
from tests import factories
from tests.core.sql import sql
from tests.core.tools import remind, reserved
from tests.person import Person, Shown, as_typed
from tests.world import CHIEF, OWNER, PEOPLE, World, office, open_world

CLERK = 3001
DESK_PEOPLE = (
    *PEOPLE,
    PersonSpec(chat_id=CLERK, last_name="赵", first_name="窗口", phone="+8613800138009"),
)


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        yield world


async def gives(world: World, role: Role, place: str) -> Person:
    """Assign a role; return the person."""
    await world.store.run(
        world.core.admins.add, CLERK, RoleAssignment(role=role, office=place), f"chat:{CHIEF}"
    )
    return world.person(CLERK)


def size_of(person: Person, shown: Shown) -> tuple[int, int]:
    """Return the size of a picture that a person sees."""
    assert shown.photo
    with Image.open(BytesIO(person.read_file(shown.photo))) as picture:
        return picture.size


async def sheets_of(person: Person) -> dict[str, list[list[Any]]]:
    """Press for the spreadsheet; return its contents, sheet by sheet."""
    await person.press("导出 XLSX")
    await person._until(lambda: person.last.document is not None, 15, "no file came")
    book = CalamineWorkbook.from_filelike(BytesIO(person.read_file(str(person.last.document))))
    return {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names
    }


def plate(serial: str) -> Plate:
    return Plate(office="粤K", kind=PlateKind.SMALL, serial=serial)


# --- /segments ------------------------------------------------------------------------------


async def test_segments_are_shown_as_picture_and_figures(world: World) -> None:
    await world.store.run(reserved, world.core, 1, "A1234")
    mask = parse_mask(PlateKind.SMALL, "A888#")
    await world.store.run(withhold, world.core.offices["粤K"], mask, "chat:1")
    chief = world.person(CHIEF)
    await chief.say("/segments 粤k")
    shown = await chief.see(
        "粤K 茂名市 号段:1 段 10,000 个,已用 1(<0.1%)", "暂不投放 A888# 10 个", "自编:开放"
    )
    assert size_of(chief, shown)[0] == 900
    sheets = await sheets_of(chief)
    (row,) = sheets["号段"][1:]
    assert row[:6] == ["小型汽车", "A####", 10_000, 1, 0, 9_999]


async def test_withheld_masks_that_were_never_released_are_listed(world: World) -> None:
    """A mask within a segment stands there; one that is partly released, here with the rest of it."""
    place, chief = world.core.offices["粤K"], world.person(CHIEF)
    for written in ("A888#", "D8888", "@6666"):
        mask = parse_mask(PlateKind.SMALL, written)
        await world.store.run(withhold, place, mask, f"chat:{CHIEF}", reason="拟公开拍卖")
    await chief.say("/segments 粤K")
    shown = await chief.see("从未投放:小型汽车 D8888、小型汽车 @6666,共 24 个", "暂不投放 A888#")
    assert "从未投放:小型汽车 A888#" not in shown.words
    (first, second) = (await sheets_of(chief))["未投放的暂不投放"][1:]
    assert [*first[:4], first[5]] == ["小型汽车", "D8888", 1, 1, "拟公开拍卖"]
    assert second[:4] == ["小型汽车", "@6666", 24, 23]


async def test_many_segments_have_pages(world: World) -> None:
    place = world.core.offices["粤K"]
    for letter in "BCDEFGHJKLMNPQRSTUVWX":
        order = Release(office=place, mask=parse_mask(PlateKind.SMALL, f"{letter}88##"), actor="test")
        await world.store.run(world.core.pools.release, order)
    chief = world.person(CHIEF)
    await chief.say("/segments 粤K")
    await chief.see("22 段", "第 1 / 4 页", "F88##")
    seen = {one for one in (chief.last.words).split() if "##" in one}
    for number in (2, 3, 4):
        await chief.press("›")
        await chief.see(f"第 {number} / 4 页")
        seen |= {one for one in chief.last.words.split() if "##" in one}
    assert "›" not in chief.last.buttons
    assert len(seen) == 22
    assert len((await sheets_of(chief))["号段"]) == 23


async def test_office_is_chosen_where_there_are_several(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/segments")
    await chief.see("请选择发牌机关")
    await chief.press("粤A 广州市")
    shown = await chief.see("尚未投放任何号段")
    assert size_of(chief, shown) == (900, 272)


async def test_only_office_is_shown_at_once(world: World) -> None:
    clerk = await gives(world, Role.CLERK, "粤K")
    await clerk.say("/segments")
    await clerk.see("粤K 茂名市 号段")
    assert "选择发牌机关" not in str(clerk.last.buttons)


@pytest.mark.parametrize("command", ["/segments", "/stats", "/audit"])
async def test_other_offices_reports_are_refused(world: World, command: str) -> None:
    other = await gives(world, Role.CHIEF, "粤A")
    await other.say(f"{command} 粤K")
    await other.see("您没有该发牌机关的权限")
    await other.say("/segments 粤X")
    await other.see("本服务不受理", fresh=True)
    await world.store.run(sql, "DELETE FROM admin")
    await other.say(f"{command} 粤A")
    await other.see("没有这个命令", fresh=True)


async def test_open_report_closes_with_the_role(world: World) -> None:
    clerk = await gives(world, Role.CLERK, "粤K")
    await clerk.say("/segments")
    await clerk.see("粤K 茂名市 号段")
    await world.store.run(sql, "DELETE FROM admin")
    await clerk.press("导出 XLSX")
    await clerk.see("您没有这项权限")
    assert clerk.last.document is None


# --- /stats ---------------------------------------------------------------------------------


async def test_figures_add_up_from_release_to_the_end(world: World) -> None:
    """Selected, confirmed, voided, revoked, expired; on the screen and in the spreadsheet."""
    core, run = world.core, world.store.run
    for number in range(1, 5):
        await run(reserved, core, number, f"A100{number}")
    await run(core.counter.register, plate("A1001"), factories.vin(1)[-6:], actor="chat:1")
    await run(core.counter.void, plate("A1002"), "wrong", "chat:1")
    await run(core.counter.revoke, plate("A1003"), "asked for", "chat:1")

    def remind_in_six_days(tx: Tx) -> None:
        world.forward(days=6)  # in the transaction, or the sender would come first; it finds no such chats
        remind(tx)

    await run(remind_in_six_days)
    world.forward(days=2)
    await world.service.jobs.ends()
    await run(reserved, core, 5, "A1005")
    chief = world.person(CHIEF)
    await chief.say("/stats 粤K")
    await chief.press("30 天")
    shown = await chief.see(
        "近 30 天",
        "期初待办理 0 + 选定 5 + 撤回恢复 0",
        "– 确认上牌 1 – 过期 1 – 作废 1 – 取消 1",
        "= 期末待办理 1",
        "随机 0 · 自编 5 · 列入黑名单 2",
        "= 待审 0",
    )
    assert size_of(chief, shown)[0] == 1000
    sheets = await sheets_of(chief)
    sums = {row[0]: row[1] for row in sheets["合计"][1:]}
    days, hours = sheets["每日"][1:], sheets["时段"][1:]
    assert (len(days), len(hours), sums["选定号码"]) == (30, 24, 5)
    assert [sum(row[column] for row in days) for column in range(1, 10)] == [0, 5, 5, 0, 1, 1, 1, 1, 2]
    kinds, staff = sheets["按号牌种类"][1:], sheets["按办理人员"][1:]
    assert kinds[-1] == ["合计", 0, 5, 0, 1, 1, 1, 1, 1]
    assert [sum(row[column] for row in kinds[:-1]) for column in range(1, 9)] == kinds[-1][1:]
    assert staff == [["管理员 1", 1, 1, 1, 0]]
    assert {row[0]: row[1] for row in sheets["申诉"][1:]}["期末待审"] == 0
    assert sum(row[3] for row in hours) == 5
    await chief.say("/audit 2026-03-18")
    await chief.see("号码 粤K·A1004 过期收回", "系统", fresh=True)


async def test_figures_of_all_own_offices_and_of_one(world: World) -> None:
    await world.store.run(reserved, world.core, 1, "A1001")
    chief = world.person(CHIEF)
    await chief.say("/stats")
    await chief.see("全部发牌机关 近 7 天", "选定 1")
    await chief.press("选择发牌机关")
    await chief.press("粤A 广州市")
    await chief.see("粤A 广州市 近 7 天", "选定 0")
    await chief.press("选择发牌机关")
    await chief.press("全部")
    await chief.see("全部发牌机关", "选定 1")


async def test_figures_of_a_month_and_of_any_span(world: World) -> None:
    """The demo clock stands in March 2026."""
    core, run = world.core, world.store.run
    await run(reserved, core, 1, "A1001")
    world.forward(days=19)
    await run(reserved, core, 2, "A1002")
    await run(core.counter.register, plate("A1002"), factories.vin(2)[-6:], actor="chat:3001")
    today = world.clock.now().astimezone(CHINA).date()
    chief = world.person(CHIEF)
    for typed, title in (
        ("/stats 粤K 本月", today.strftime("%Y-%m-01")),
        (f"/stats {today:%Y-%m} 粤k", today.strftime("%Y-%m-01")),
        (f"/stats 粤K {today:%Y年%-m月}", today.strftime("%Y-%m-01")),
    ):
        await chief.say(typed)
        await chief.see(title, "期初待办理", fresh=True)
    await chief.say(f"/stats 粤K {today.isoformat()} 至 {today.isoformat()}")
    await chief.see("期初待办理 1 + 选定 1 + 撤回恢复 0", "– 确认上牌 1", "= 期末待办理 1", fresh=True)
    await chief.press("上月")
    await chief.see("2026年2月", "期初待办理 0 + 选定 0")
    assert "● 上月" in chief.last.buttons
    await chief.press("7 天")
    await chief.see("近 7 天")
    for typed, refusal in (
        ("/stats 粤K 2031-05", "还没有开始"),
        ("/stats 粤K 2026-02-30", "没有"),
        (f"/stats 粤K {today.isoformat()} 至 2026-01-01", "先后写反"),
        ("/stats 粤K 2024-01-01 至 2026-03-01", "一次最多统计 366 天"),
        ("/stats 粤K 一个季度", "用法"),
    ):
        await chief.say(typed)
        await chief.see(refusal, fresh=True)


async def test_reviewer_sees_figures_but_no_segments(world: World) -> None:
    reviewer = await gives(world, Role.REVIEWER, EVERYWHERE)
    await reviewer.say("/stats")
    await reviewer.see("全部发牌机关 近 7 天")
    for command in ("/segments", "/audit 粤K"):
        await reviewer.say(command)
        await reviewer.see("没有这个命令", fresh=True)


# --- /audit ---------------------------------------------------------------------------------


async def test_journal_is_read_in_words_page_by_page(world: World) -> None:
    await world.store.run(reserved, world.core, 1, "A1001")
    await world.store.run(world.core.counter.void, plate("A1001"), "合格证<不符>", f"chat:{CHIEF}")
    chief = world.person(CHIEF)
    await chief.say("/audit 粤KA1001")
    await chief.see(
        f"王主任({CHIEF}) · 粤K\n号码 粤K·A1001 作废,原因:合格证<不符> — 预选 1",
        "车主(账号 1) · 粤K\n选定号码 粤K·A1001(自编选号)",
        "开始预选(小型汽车) — 预选 1(粤K·A1001)",
        "列入黑名单,到 2028-03-10,原因:合格证<不符> — 黑名单 1",
    )
    rows = (await sheets_of(chief))["操作记录"]
    assert len(rows) == 1 + 7
    assert [as_typed(str(cell)) for cell in rows[1][2:4]] == [
        f"王主任({CHIEF})",
        "列入黑名单,到 2028-03-10,原因:合格证<不符>",
    ]
    await chief.say("/audit 2026-03")
    await chief.see("第 1 页", fresh=True)
    await chief.press("›")
    await chief.see("第 2 页")
    await chief.press("‹")
    await chief.see("第 1 页")


async def test_personal_numbers_are_neither_shown_nor_kept(world: World) -> None:
    await world.store.run(reserved, world.core, 1, "A1001")
    chief = world.person(CHIEF)
    for written, shown in (
        (factories.identity(1), "身份证号(不显示)"),
        (factories.phone(1), "手机号(不显示)"),
    ):
        await chief.say(f"/audit {written}")
        await chief.see(shown, "选定号码 粤K·A1001")
        await chief.settled()
        kept = await world.store.read(sql, "SELECT args FROM dialog")
        journal = await world.store.read(sql, "SELECT details, subject FROM audit")
        assert written not in f"{kept} {journal} {[shown.words for shown in chief.history if shown.from_bot]}"


async def test_what_the_journal_does_not_know_is_said(world: World) -> None:
    chief = world.person(CHIEF)
    for odd in ("king", "粤KA12", "2026-02-31", "voided banned", "粤K 粤A", "x" * 300):
        await chief.say(f"/audit {odd}")
        await chief.see("没有看懂要查什么", fresh=True)
    await chief.say("/audit 粤KZ9999")
    await chief.see("没有符合条件的记录", fresh=True)
    assert "📄 导出 XLSX" not in chief.last.buttons


# --- /desk ----------------------------------------------------------------------------------


def sets_aside(tx: Tx) -> None:
    sql(
        tx,
        "INSERT INTO inbox (update_id, chat_id, received_at, state, worker, lease_until, note) "
        "VALUES (99999999, 5001, 1773100000000, 'broken', 'w', 0, 'KeyError')",
    )


async def test_desk_at_rest_says_so(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/desk")
    shown = await chief.see("没有待办事项")
    assert size_of(chief, shown)[0] == 900
    assert len((await sheets_of(chief))["待办"]) == 1


async def test_second_admin_learns_who_dealt_with_it(world: World) -> None:
    await world.store.run(sets_aside)
    chief, other = world.person(CHIEF), await gives(world, Role.CHIEF, EVERYWHERE)
    for person in (chief, other):
        await person.say("/desk")
        await person.see("搁置的消息 1", "消息 99999999 无法处理")
        await person.press("① 搁置的消息")
        await person.see("原因:KeyError")
    await chief.press("✓ 已处理")
    shown = await chief.see("已记为处理完毕")
    assert "搁置的消息" not in shown.words
    await other.press("✓ 已处理")
    shown = await other.see(f"已由王主任({CHIEF})处理")
    assert "搁置的消息" not in shown.words
    await chief.say("/audit handled")
    await chief.see(f"王主任({CHIEF})", "处理了待办事项:搁置的消息 — 消息 99999999", fresh=True)


async def test_desk_lists_what_waits_and_leads_on(world: World) -> None:
    place = world.core.offices["粤K"]
    opens = world.clock.now() + timedelta(days=3)
    order = Release(office=place, mask=parse_mask(PlateKind.SMALL, "B10##"), actor="test", opens_at=opens)
    await world.store.run(world.core.pools.release, order)
    await world.store.run(reserved, world.core, 1, "A1001")

    def fails(tx: Tx) -> None:
        plan(tx, Plan(chat_id=5001, purpose="voided", subject="preselection:1", due_at=tx.now))
        for notification in lease(tx, "worker", 100):
            mark_failed(tx, notification, "worker", "BadRequest")

    await world.store.run(fails)
    chief = world.person(CHIEF)
    await chief.say("/desk")
    await chief.see(
        "通知发送失败 1 · 定时投放 1", "粤K·A1001 作废通知没能发出", "粤K 小型汽车 B10## 将于 3月13日"
    )
    rows = (await sheets_of(chief))["待办"]
    assert [row[0] for row in rows] == ["事项", "通知发送失败", "定时投放"]
    await chief.press("② 定时投放")
    await chief.see("B10##", "定时投放:3月13日")
    await chief.say("/desk")
    await chief.press("① 粤K·A1001")
    await chief.see("通知发送失败", "原因:消息被拒收")
    await chief.press("🔎 粤K·A1001")
    await chief.see("粤K·A1001", factories.vin(1)[-6:])


async def test_failed_notice_without_a_number_names_its_owner(world: World) -> None:
    account, _ = await world.store.run(reserved, world.core, 1, "A1001")

    def fails(tx: Tx) -> None:
        details: dict[str, object] = {"office": "粤K", "reason": "x", "until": 0}
        plan(
            tx,
            Plan(chat_id=account.chat_id, purpose="banned", subject="ban:1", due_at=tx.now, details=details),
        )
        for notification in lease(tx, "worker", 100):
            if notification.purpose == "banned":
                mark_failed(tx, notification, "worker", "BadRequest")

    await world.store.run(fails)
    chief = world.person(CHIEF)
    await chief.say("/desk")
    await chief.see("测**主 1101**********", "138****0001", "黑名单通知没能发出")
    assert factories.identity(1) not in chief.last.words
    (row,) = (await sheets_of(chief))["待办"][1:]
    assert row[3].startswith("测**主 1101**********")
    world.forward(days=1)
    await world.service.jobs.ends()
    await world.service.jobs.tell()
    shown = await chief.see("今日待办", "测**主 1101**********", "黑名单通知没能发出", fresh=True)
    assert factories.identity(1) not in shown.words


async def test_many_items_have_pages(world: World) -> None:
    for number in range(1, 9):
        await world.store.run(reserved, world.core, number, f"A100{number}")
    world.forward(days=6)
    clerk = await gives(world, Role.CLERK, "粤K")
    await clerk.say("/desk")
    await clerk.see("临近到期 8", "第 1 / 2 页", "⑥ 粤K·A1006")
    await clerk.press("›")
    await clerk.see("② 粤K·A1008 办理截止 3月17日 17:00")
    await clerk.press("‹")
    await clerk.see("第 1 / 2 页")
    await clerk.press("② 粤K·A1002")
    await clerk.see("粤K·A1002", factories.vin(2)[-6:])


async def test_summary_comes_once_and_can_be_turned_off(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/desk")
    await chief.see("没有待办事项")
    await world.store.run(sets_aside)
    world.forward(days=1)
    await world.service.jobs.ends()
    await world.service.jobs.tell()
    await chief.see("今日待办", "搁置的消息 1")
    told = len([shown for shown in chief.history if "今日待办" in shown.words])
    await world.service.jobs.ends()
    await world.service.jobs.tell()
    await chief.press("查看待办事项")
    await chief.see("① 消息 99999999 无法处理")
    await chief.press("每日提要:开")
    await chief.see_toast("不再发送每日提要")
    world.forward(days=1)
    await world.service.jobs.ends()
    await world.service.jobs.tell()
    await chief.settled()
    assert told == 1
    assert len([shown for shown in chief.history if "今日待办" in shown.words]) == 1


async def test_help_on_a_picture_comes_as_a_message_of_its_own(world: World) -> None:
    """The picture is not sent again."""
    chief = world.person(CHIEF)
    await chief.say("/desk")
    page = await chief.see("没有待办事项")
    await chief.say("/help")
    await chief.see("管理命令", fresh=True)
    await chief.settled()
    assert "没有待办事项" not in chief.last.words
    assert [shown.message_id for shown in chief.history if shown.photo] == [page.message_id]


async def test_owner_has_no_way_into_a_report(world: World) -> None:
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.see("预选号牌")
    await world.store.run(sql, "UPDATE dialog SET screen = 'desk_desk', args = '{}'")
    await owner.say("hello")
    await owner.see("没有看懂", "点【预选号牌】开始", fresh=True)
    assert owner.last.photo is None
