"""/blacklist: the list, its filters, spreadsheet and cards; and two admins changing one ban."""

from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from core.people import blacklist
from core.people.blacklist import Cause, NewBan
from core.ports import Tx
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered, reserved
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, gives
from tests.person import Person, Shown
from tests.world import CHIEF, World, eventually, office, open_world


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    """Two offices, an owner with a voided number, and eleven identities banned by hand."""
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        for number in range(10, 21):
            world.forward(seconds=1)
            await world.store.run(bars, world, number)
        world.forward(seconds=1)
        await world.store.run(_voids, world)
        yield world


def bars(tx: Tx, world: World, number: int, code: str = "粤K") -> None:
    new_ban = NewBan(
        identity_hash=world.core.accounts.identity_hash(factories.identity(number)),
        office=code,
        reason=f"=冒用{number}",
        cause=Cause.ADMIN,
        until=tx.now + timedelta(days=number),
        actor="chat:1001",
    )
    blacklist.add_ban(tx, new_ban)


def _voids(tx: Tx, world: World) -> None:
    reserved(tx, world.core, 2, "A1234")
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")
    world.core.counter.void(tx, plate, "资料有误", "chat:1001")


async def lists(admin: Person, rest: str = "") -> Shown:
    """Request the list; return it, which is a new message."""
    before = sum(shown.from_bot for shown in admin.history)
    await admin.say(f"/blacklist {rest}".strip())
    await eventually(lambda: sum(shown.from_bot for shown in admin.history) > before, within=15)
    return admin.last


async def test_newest_ban_stands_first_page_by_page(place: World) -> None:
    chief = place.person(CHIEF)
    shown = await lists(chief)
    assert "共 12 人" in shown.words
    first = shown.words.partition("\n\n")[2].splitlines()[0]
    assert first == f"1. 测**主 {factories.identity(2)[:4]}**********{factories.identity(2)[-4:]}"
    assert "2. (未注册的身份)" in shown.words
    assert "=冒用20" in shown.words
    assert [button for button in shown.buttons if button.isdigit()] == [str(one) for one in range(1, 9)]
    await chief.press("›")
    await chief.see("12. (未注册的身份)", "=冒用10")
    assert "‹" in chief.last.buttons
    assert "›" not in chief.last.buttons


async def test_list_is_narrowed_by_cause_and_office(place: World) -> None:
    chief = place.person(CHIEF)
    await place.store.run(bars, place, 40, "粤A")
    assert "共 13 人" in (await lists(chief)).words
    await chief.press("作废")
    await chief.see("共 1 人", "资料有误")
    await chief.press("逾期")
    await chief.see("共 0 人", "没有符合条件的记录")
    assert "📄 导出 XLSX" not in chief.last.buttons
    await chief.press("人工")
    await chief.see("共 12 人")
    await chief.press("粤A")
    await chief.see("共 1 人", "=冒用40")
    assert "共 12 人" in (await lists(chief, "粤K")).words


async def test_sheet_holds_the_list_masked(place: World) -> None:
    chief = place.person(CHIEF)
    await lists(chief)
    await chief.press("作废")
    await chief.see("共 1 人")
    await chief.press("全部")
    await chief.see("共 12 人")
    await chief.press("📄 导出 XLSX")
    await eventually(lambda: any(shown.document for shown in chief.history), within=15)
    (document,) = [shown.document for shown in chief.history if shown.document]
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(chief.read_file(document))).get_sheet_by_index(0).to_python()
    )
    assert rows[0] == ["姓名", "身份证号", "发牌机关", "列入", "截止", "来源", "原因"]
    assert len(rows) == 13
    assert rows[1][0] == "测**主"
    assert rows[1][5:] == ["作废", "资料有误"]
    assert rows[2][6] == "=冒用20"  # as text: a formula would show its result
    assert factories.identity(2) not in str(rows)


async def test_ban_is_shortened_lengthened_and_lifted_from_its_card(place: World) -> None:
    chief = place.person(CHIEF)
    await lists(chief)
    await chief.press("1")
    await chief.see("截止:2028年3月10日", "因预选 1 产生")
    await chief.press("⏪ 缩短")
    for wrong, answer in (
        ("2029-01-01 太长", "须早于现在的"),
        ("从轻", "没有看懂时间"),
        ("2027-01-01", "按下面的例子输入"),
        ("2026-03-10 今天", "截止日期须晚于今天"),
    ):
        await chief.say(wrong)
        await chief.see(answer, fresh=True)
    await chief.say("2027-01-01 从轻")
    await chief.see("更改黑名单期限?", "现在到 2028年3月10日")
    await chief.press("更改期限")
    await chief.see("期限已改为到 2027年1月1日", "截止:2027年1月1日", "原因:资料有误")
    await chief.press("⏩ 延长")
    await chief.say("2026-06-01 太短")
    await chief.see("须晚于现在的", fresh=True)
    await chief.say("2027-06-01 再犯")
    await chief.see("更改黑名单期限?")
    await chief.press("更改期限")
    await chief.see("截止:2027年6月1日")
    await chief.press("🔎 全部记录")
    await chief.see("查询结果", "黑名单改为到 2027-06-01,原因:再犯", "黑名单改为到 2027-01-01,原因:从轻")


async def test_lifted_ban_leaves_the_list(place: World) -> None:
    chief = place.person(CHIEF)
    await lists(chief)
    await chief.press("1")
    await chief.press("✅ 解除")
    await chief.say("已查明")
    await chief.see("从黑名单中解除?")
    await chief.press("✅ 解除")
    await chief.see("已解除,并会通知本人")
    assert "共 11 人" in (await lists(chief)).words


async def test_clerk_reads_the_list_of_the_own_office_alone(place: World) -> None:
    clerk = await gives(place, "clerk")
    await place.store.run(bars, place, 40, "粤A")
    shown = await lists(clerk)
    assert "共 12 人" in shown.words
    await clerk.press("1")
    card = await clerk.see("因预选 1 产生")
    assert "⏪ 缩短" not in card.buttons
    await clerk.say("/blacklist 粤A")
    await clerk.see("您没有该发牌机关的权限", fresh=True)
    await clerk.say("/blacklist 粤B")
    await clerk.see("不受理该发牌机关", fresh=True)
    await clerk.say("/blacklist 粤K 粤A")
    await clerk.see("用法:/blacklist", fresh=True)
    await place.store.run(sql, "DELETE FROM admin")
    await lists(clerk)
    await clerk.see("没有这个命令")


async def test_chief_of_another_office_lifts_nothing_here(place: World) -> None:
    clerk = await gives(place, "chief", "粤A")
    assert "共 0 人" in (await lists(clerk)).words
    for command, words in (
        (f"/unban {factories.identity(10)} 查明", "您所管的发牌机关没有将此人列入黑名单"),
        (f"/ban {factories.identity(10)} until 2030-01-01 再犯", "列入黑名单?"),
    ):
        await clerk.say(command)
        await clerk.see(words, fresh=True)


async def _two_ask(place: World, command: str, words: str) -> tuple[Person, Person]:
    clerk, chief = await gives(place, "chief"), place.person(CHIEF)
    for person in (clerk, chief):
        await person.say(command)
        await person.see(words)
    return clerk, chief


@pytest.mark.parametrize(
    ("command", "words", "button", "done"),
    [
        (f"/ban {factories.identity(7)} 冒用", "列入黑名单?", "⛔ 列入黑名单", "列入黑名单"),
        (f"/ban {HOLDER} until 2027-01-01 从轻", "再记一项原因?", "⛔ 列入黑名单", "列入黑名单"),
        (f"/unban {HOLDER} 查明", "从黑名单中解除?", "✅ 解除", "从黑名单中解除"),
        (f"/usertype {HOLDER} counter", "修改用户类型?", "✅ 确认", "修改用户类型"),
    ],
)
async def test_second_admin_sees_who_was_faster(
    place: World, command: str, words: str, button: str, done: str
) -> None:
    clerk, chief = await _two_ask(place, command, words)
    await clerk.press(button)
    await clerk.settled()
    await chief.press(button)
    await chief.see(f"已由赵窗口({CLERK})处理:{done}。未作任何更改")


async def test_second_admin_sees_who_has_granted(place: World) -> None:
    clerk, chief = await gives(place, "chief", "all"), place.person(CHIEF)
    for person in (clerk, chief):
        await person.say(f"/grant {factories.vin(2)} random=1 补偿")
        await person.see("增加选号机会?")
    await clerk.press("确认增加")
    await clerk.see("已增加选号机会")
    await chief.press("确认增加")
    await chief.see(f"已由赵窗口({CLERK})处理:增加选号机会。未作任何更改")


async def test_second_admin_sees_who_has_moved_the_identity(place: World) -> None:
    await place.store.run(registered, place.core, 5)
    clerk, chief = await _two_ask(
        place, f"/identity {factories.identity(5)} {HOLDER} 已核对原件", "转移身份?"
    )
    for admin in (clerk, chief):  # the receiver has another identity, and must be named
        await admin.say("测试车主")
        await admin.settled()
    await clerk.press("转移身份")
    await clerk.settled()
    await chief.press("转移身份")
    await chief.see(f"已由赵窗口({CLERK})处理:身份移入账号。未作任何更改")
