"""Each command of the desk, sent by those without permission: strangers, former admins, other offices.

As a control a chief of the right office sends the same text, to show that it is well-formed.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desk.commands import DESK
from core.ports import Tx
from tests.core.sql import sql
from tests.core.tools import registered, reserved
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, WRITTEN, gives
from tests.e2e.test_reports import sheets_of
from tests.world import CHIEF, World, office, open_world

UNKNOWN, NOT_HERE = "没有这个命令", "您没有该发牌机关的权限"
ELSEWHERE = {
    **dict.fromkeys(DESK, NOT_HERE),
    **dict.fromkeys(("vehicles", "clock", "holidays"), "不属于任何一个发牌机关"),  # for chiefs of all
    "grant": "只能给最近一次在您的发牌机关预选的车辆",
    "unban": "您所管的发牌机关没有将此人列入黑名单",
    "approve": "没有这个申诉编号",
    "reject": "没有这个申诉编号",
    "desk": "没有待办事项",  # of their own office only
}
"""What a chief of 粤A is answered about 粤K."""
TABLES = (
    "segment",
    "withholding",
    "preselection",
    "ban",
    "closed_day",
    "special_hours",
    "holiday",
    "maintenance",
    "broadcast",
    "vehicle",
    "admin",
)


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        await world.store.run(registered, world.core, 3)
        yield world


def everything(tx: Tx) -> str:
    """Return everything that the desk may change."""
    return json.dumps({name: sql(tx, f"SELECT * FROM {name}") for name in TABLES}, default=str)  # noqa: S608 - ours


async def test_ex_admin_is_a_stranger_to_every_command(world: World) -> None:
    clerk, chief = await gives(world, "chief"), world.person(CHIEF)
    await chief.press(f"移除 {CLERK} 负责人 粤K")
    await chief.press("确认移除")
    await chief.see("已移除")
    before = await world.store.read(everything)
    for name, rest in WRITTEN.items():
        await clerk.say(f"/{name} {rest}")
        await clerk.see(UNKNOWN, fresh=True)
    assert await world.store.read(everything) == before


async def test_admin_of_another_office_is_refused_every_command(world: World) -> None:
    clerk = await gives(world, "chief", "粤A")
    before = await world.store.read(everything)
    for name, rest in WRITTEN.items():
        await clerk.say(f"/{name} {rest}")
        shown = await clerk.see(ELSEWHERE[name], fresh=True)
        assert "A1234" not in shown.words
    assert await world.store.read(everything) == before


async def test_control_finds_that_the_right_chief_is_not_refused(world: World) -> None:
    clerk = await gives(world, "chief", "粤K")
    for name, rest in WRITTEN.items():
        if ELSEWHERE[name] == NOT_HERE:
            await clerk.say(f"/{name} {rest}")
            await clerk.settled()
            assert NOT_HERE not in clerk.last.words
            assert UNKNOWN not in clerk.last.words


async def test_admins_come_as_a_sheet(world: World) -> None:
    await gives(world, "clerk", "粤K")
    chief = world.person(CHIEF)
    await chief.say("/admins")
    await chief.see("管理员", fresh=True)
    rows = (await sheets_of(chief))["管理员名单"]
    assert rows[0] == ["聊天号", "姓名", "角色", "发牌机关", "到期日"]
    chief_row = [float(CHIEF), "王主任", "负责人", "全部发牌机关", ""]
    assert rows[1:] == [chief_row, [float(CLERK), "", "窗口", "粤K", ""]]
