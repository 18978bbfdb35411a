"""/list: filters, pages, the way to a card and back, the spreadsheet; confirming several; by a file."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.spreadsheets import Table, workbook
from core.audit import COMMAND_LINE
from core.clock import to_millis
from core.people.admins import Role, RoleAssignment
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.preselection.bulk_confirmation import confirm_one
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, gives
from tests.person import Person
from tests.world import CHIEF, World, eventually, office, open_world

CLOSING = timedelta(hours=7)
"""From the test's start, ten in the morning, to the closing of the counter."""


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        yield world


async def reserve(world: World, *numbers: int) -> dict[int, int]:
    """Reserve A1001 for the owner 1, and so on; return the preselections."""
    found = {}
    for number in numbers:
        _, found[number] = await world.store.run(reserved, world.core, number, f"A1{number:03}")
    return found


async def ends_at(world: World, preselection_id: int, deadline: datetime) -> None:
    """Set a deadline, and the selection long before it: deadlines are counted again every minute."""
    long_ago = to_millis(deadline - timedelta(days=30))
    values = f"deadline = {to_millis(deadline)}, reserved_at = {long_ago}"
    change = f"UPDATE preselection SET {values} WHERE preselection_id = "  # noqa: S608
    await world.store.run(lambda tx: sql(tx, f"{change}{preselection_id}") and None)


def tail(number: int) -> str:
    return factories.vin(number)[-6:]


async def state(world: World, preselection_id: int) -> PreselectionState:
    return (await world.store.read(get, preselection_id)).state


async def rows_of(person: Person) -> list[list[Any]]:
    """Wait for a spreadsheet; return its rows."""
    await person._until(lambda: person.last.document is not None, 15, "no file came")
    book = CalamineWorkbook.from_filelike(BytesIO(person.read_file(str(person.last.document))))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


async def test_filters_count_what_they_list(world: World) -> None:
    made = await reserve(world, 1, 2, 3, 4)
    now = world.clock.now()
    await ends_at(world, made[1], now + CLOSING)
    await ends_at(world, made[2], now + timedelta(days=1))
    await ends_at(world, made[3], now + timedelta(days=20))
    await world.store.run(
        lambda tx: (
            sql(tx, "INSERT INTO unreachable (chat_id, since, reason) VALUES (5003, 1, 'blocked')") and None
        )
    )
    chief = world.person(CHIEF)
    await chief.say("/list")
    await chief.press("粤K")
    shown = await chief.see("待办理 粤K", "全部,共 4 个", "A1001", f"车架号后六位 {tail(3)}", "📵 联系不上")
    labels = [label for label in shown.buttons if "到期" in label or "联系" in label or "全部" in label]
    assert labels[:4] == ["● 全部 4", "今天到期 1", labels[2], "联系不上 1"]
    await chief.press("今天到期 1")
    shown = await chief.see("今天到期,共 1 个", "A1001")
    assert "A1002" not in shown.words
    await chief.say("联系不上")
    shown = await chief.see("联系不上,共 1 个", "A1003", fresh=True)
    await chief.press("已上牌未确认 0")
    await chief.see("没有登记系统已上牌而未确认的预选")
    await chief.say("随便")
    await chief.see("用法", fresh=True)
    await chief.say("/list 今天 粤K")
    await chief.see("今天到期,共 1 个", fresh=True)
    await chief.say("/list 粤K 大型新能源汽车")
    await chief.see("共 0 个", "没有待办理的预选", fresh=True)


async def test_card_leads_back_to_its_page(world: World) -> None:
    await reserve(world, *range(1, 11))
    chief = world.person(CHIEF)
    await chief.say("/list 粤K")
    await chief.see("共 10 个", "第 1 / 2 页")
    await chief.press("›")
    await chief.see("第 2 / 2 页", "9. ")
    await chief.press("10")
    await chief.see("粤K·A1010", "已被预选")
    await chief.press("确认上牌")
    await chief.say(tail(10))
    await chief.see("窗口确认", fresh=True)
    await chief.press("确认已上牌")
    await chief.see("粤K·A1010", "已上牌")
    await chief.press("« 返回名单")
    shown = await chief.see("共 9 个", "第 2 / 2 页")
    assert "A1010" not in shown.words


async def test_spreadsheet_has_columns_masks_owners_and_is_recorded(world: World) -> None:
    await reserve(world, 1, 2)
    chief = world.person(CHIEF)
    await chief.say("/list 粤K")
    await chief.press("导出 XLSX")
    head, *rows = await rows_of(chief)
    assert head[:5] == ["号牌号码", "号牌种类", "车辆识别代号", "证书编号", "车主"]
    assert [row[0] for row in rows] == ["粤K·A1001", "粤K·A1002"]
    assert rows[0][2:5] == [factories.vin(1), factories.certificate(1), "测**主"]
    assert "测试车主" not in str(rows)
    await chief.say("/audit 导出名单")
    await chief.see("导出名单:待办理", "发牌机关 粤K", fresh=True)


async def test_other_offices_and_reviewers_have_no_list(world: World) -> None:
    await reserve(world, 1)
    reviewer = await gives(world, "reviewer")
    await reviewer.say("/list 粤K")
    await reviewer.see("没有这个命令", fresh=True)
    clerk = await gives(world, "clerk", "粤A")
    await clerk.say("/list 粤K")
    await clerk.see("您没有该发牌机关的权限", fresh=True)


async def test_ticked_ones_are_confirmed_together(world: World) -> None:
    made = await reserve(world, 1, 2, 3)
    clerk = await gives(world, "clerk")
    await clerk.say("/list")
    await clerk.press("☑️ 多选")
    await clerk.press("⬜️ 1")
    await clerk.press("⬜️ 3")
    await clerk.see("待办理")
    await clerk.press("✅ 确认上牌(2)")
    shown = await clerk.see("确认下列 2 个号码已上牌", f"粤K·A1001 车架号后六位 {tail(1)}", "粤K·A1003")
    assert "A1002" not in shown.words
    # A colleague is faster with one of them.
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1003")
    await world.store.run(world.core.counter.revoke, plate, "本人申请", f"chat:{CHIEF}")
    await clerk.press("✅ 确认这 2 个已上牌")
    await clerk.see("已确认上牌 1 个,共 2 个", "✅ 粤K·A1001", "⚠️ 粤K·A1003", "王主任")
    assert [await state(world, made[number]) for number in (1, 2, 3)] == [
        PreselectionState.REGISTERED,
        PreselectionState.RESERVED,
        PreselectionState.CANCELLED,
    ]
    done = await world.store.read(sql, "SELECT actor, subject FROM audit WHERE action = 'registered'")
    assert done == [{"actor": f"chat:{CLERK}", "subject": f"preselection:{made[1]}"}]
    await clerk.press("« 返回名单")
    await clerk.see("共 1 个", "A1002")
    chief = world.person(CHIEF)
    await chief.say("/undo 粤KA1001 点错了号码")
    await chief.see("撤回", fresh=True)


async def sends(world: World, person: Person, content: bytes, name: str = "登记.csv") -> None:
    await person.say("/list 粤K")
    await person.press("📥 按文件确认")
    await person.see("请发送登记系统导出的")
    await person.send_file(content, name)


async def test_file_is_previewed_and_then_confirmed(world: World) -> None:
    made = await reserve(world, 1, 2, 3)
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1003")
    await world.store.run(world.core.counter.register, plate, tail(3), actor="chat:1")
    lines = (
        "序号,车架号,办理人,号牌号码",
        f"1,{factories.vin(1)},甲,粤K·A1001",
        f"2,{tail(9)},甲,粤KA1002",
        f"3,{tail(3)},甲,粤ka1003",
        f"4,{tail(4)},甲,粤KA9999",
        f"5,{tail(5)},甲,京AA1234",
        "6,,甲,粤KA1002",
        f"7,{tail(1)},甲,粤KA1001",
        f"8,{tail(1)},甲,不是号码",
    )
    clerk = await gives(world, "clerk")
    await sends(world, clerk, "\n".join(lines).encode("gbk"))
    await eventually(lambda: any("将确认上牌" in shown.words for shown in clerk.history), within=20)
    preview = next(shown.words for shown in reversed(clerk.history) if "将确认上牌" in shown.words)
    for said in (
        "共 8 行",
        "将确认上牌:1",
        "已经确认过:1",
        "没有待办理的预选:1",
        "车辆识别代号不符:1",
        "其他发牌机关的号码:1",
        "重复的行:1",
        "看不懂的行:2",
        "第 3 行 粤K·A1002:车辆识别代号不符",
    ):
        assert said in preview, preview
    assert await state(world, made[1]) == PreselectionState.RESERVED
    await clerk.press("✅ 确认这 1 个已上牌")
    await clerk.see("确认下列 1 个号码已上牌")
    await clerk.press("✅ 确认这 1 个已上牌")
    await clerk.see("已确认上牌 1 个")
    assert await state(world, made[1]) == PreselectionState.REGISTERED
    assert await state(world, made[2]) == PreselectionState.RESERVED


async def test_workbook_whose_numbers_lost_their_zeros_is_read(world: World) -> None:
    made = await reserve(world, 1)
    rows: Sequence[Sequence[str | int]] = [("粤KA1001", 1)]
    content = workbook([Table(title="登记", columns=("号牌号码", "车辆识别代号"), rows=rows)])
    clerk = await gives(world, "clerk")
    await sends(world, clerk, content, "登记.xlsx")
    await clerk.see("将确认上牌:1", within=20)
    await clerk.press("✅ 确认这 1 个已上牌")
    await clerk.press("✅ 确认这 1 个已上牌")
    await clerk.see("已确认上牌 1 个")
    assert await state(world, made[1]) == PreselectionState.REGISTERED


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "缺少或重复:号牌号码、车辆识别代号"),
        ("号牌号码,号牌号码\n1,2\n".encode(), "缺少或重复"),
        ("号牌号码,车架号\n".encode(), "没有数据行"),
        (b"\x00\x01\x02", "不是 CSV 或 XLSX"),
    ],
)
async def test_useless_file_changes_nothing(world: World, content: bytes, said: str) -> None:
    clerk = await gives(world, "clerk")
    await sends(world, clerk, content)
    await clerk.see(said, within=20)


async def test_interrupted_run_goes_on_and_confirms_nothing_twice(world: World) -> None:
    made = await reserve(world, 1, 2, 3)

    async def dies(_wanted: object) -> None:
        """Confirm the first one only, as if the process had been killed then."""
        await world.store.run(_confirms, world, made[1])

    engine = world.service.engine
    handlers = engine._handlers
    engine._handlers = type(handlers)(**{**_fields(handlers), "confirm": dies})
    clerk = await gives(world, "clerk")
    await clerk.say("/list")
    await clerk.press("☑️ 多选")
    await clerk.press("全选本页")
    await clerk.press("✅ 确认上牌(3)")
    await clerk.press("✅ 确认这 3 个已上牌")
    await clerk.see("正在确认上牌", "继续")
    engine._handlers = handlers
    await clerk.press("⏩ 继续")
    await clerk.see("已确认上牌 3 个,共 3 个", within=30)
    done = await world.store.read(
        sql, "SELECT subject FROM audit WHERE action = 'registered' ORDER BY subject"
    )
    assert [row["subject"] for row in done] == [f"preselection:{made[number]}" for number in (1, 2, 3)]
    told = await world.store.read(sql, "SELECT count(*) AS n FROM notice WHERE purpose LIKE 'registered:%'")
    assert told == [{"n": 3}]


def _confirms(tx: Tx, world: World, preselection_id: int) -> None:
    confirm_one(tx, world.core.counter, world.core.admins, preselection_id, CLERK)


def _fields(handlers: Any) -> dict[str, Any]:
    return {name: getattr(handlers, name) for name in handlers.__dataclass_fields__}


async def test_question_is_withdrawn_when_the_role_at_its_office_has_ended(world: World) -> None:
    made = await reserve(world, 1, 2)
    clerk = await gives(world, "clerk")
    here, elsewhere = (RoleAssignment(role=Role.CLERK, office=code) for code in ("粤K", "粤A"))
    await world.store.run(world.core.admins.add, CLERK, elsewhere, COMMAND_LINE)
    await clerk.say("/list 粤K")
    await clerk.press("多选")
    await clerk.press("全选本页")
    await clerk.press("确认上牌")
    await clerk.see("确认下列 2 个号码已上牌?")
    await world.store.run(world.core.admins.remove, CLERK, here, COMMAND_LINE)
    await clerk.press("确认这 2 个已上牌")
    await clerk.see("您没有该发牌机关的权限")
    assert "正在确认上牌" not in clerk.last.words
    assert await state(world, made[1]) == PreselectionState.RESERVED
