"""A command of the desk with something missing says in its first line what is missing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desk.commands import DESK, WITHOUT_WORDS
from bot.desk.required import REQUIRED
from tests import factories
from tests.core.tools import reserved
from tests.e2e.test_desk import DESK_PEOPLE
from tests.person import Person
from tests.world import CHIEF, World, office, open_world


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


_ID, _VIN, _WHO = factories.identity(9), factories.vin(2), "是谁(聊天号、证件号、手机号或号牌)"
_LACKS = (
    ("/release", "发牌机关、号段"),
    ("/release 粤K", "号段"),
    ("/release 粤K small", "号段"),
    ("/release 粤K small B#### from", "时间"),
    ("/withhold 粤K 原因不详", "号段"),
    ("/unwithhold", "发牌机关、号段、原因"),
    ("/confirm", "号牌、车辆识别代号的后六位"),
    ("/confirm 粤KA1234", "车辆识别代号的后六位"),
    ("/void 粤KA1234", "原因"),
    ("/void 资料有误", "号牌"),
    ("/revoke", "号牌、原因"),
    ("/undo", "要撤回的事项、原因"),
    ("/undo 粤KA1234", "原因"),
    ("/undo 2026-12-31 点错了", "发牌机关"),
    ("/closed 粤K 盘点", "日期"),
    ("/closed 粤K 12月31日", "原因"),
    ("/closed 12月31日 盘点", "发牌机关"),
    ("/hours 粤K 12月31日 盘点", "「窗口」「网上」或「全部」、几点到几点或「不开放」"),
    ("/hours 粤K 12月31日 窗口 盘点", "几点到几点或「不开放」"),
    ("/hours 粤K 12月31日 窗口 09:00-12:00", "原因"),
    ("/approve 那一件", "申诉编号"),
    ("/reject", "申诉编号、原因"),
    ("/reject 12", "原因"),
    ("/reject 照片看不清", "申诉编号"),
    ("/ban 5002", "原因"),
    ("/ban 5002 until 2028-01-01", "原因"),
    ("/ban 违规", _WHO),
    ("/unban 5002", "原因"),
    (f"/identity {_ID}", f"{_WHO}、原因"),
    (f"/identity {_ID} 5003", "原因"),
    (f"/identity {_ID} 已核对原件", _WHO),
    ("/usertype 5002", "用户类型"),
    ("/usertype counter", _WHO),
    (f"/grant {_VIN} 系统故障", "增加的次数"),
    (f"/grant {_VIN} random=1", "原因"),
    ("/grant random=1 系统故障", "车辆识别代号"),
    ("/find", "要查询的号码"),
    ("/note 已电话", "关于谁或哪件事"),
    ("/note 粤KA1234", "文字内容"),
    ("/broadcast", "发牌机关、文字内容"),
    ("/audit", "要查的内容"),
    ("/maintenance 粤K on", "文字内容"),
    ("/maintenance 粤K 系统升级", "「开」或「关」"),
    ("/admins add 3001", "角色"),
    ("/admins add 窗口 粤K", "聊天号(一串数字)"),
    ("/admins name 3001", "姓名"),
    ("/admins link 粤K", "角色"),
)


async def test_first_line_names_what_is_missing(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    for command, lacks in _LACKS:
        await chief.say(command)
        shown = await chief.see(f"缺少{lacks}。", "用法:", fresh=True)
        assert shown.words.startswith(f"缺少{lacks}。\n"), command


async def test_what_is_wrong_but_complete_is_not_called_missing(chief: Person) -> None:
    for odd in ("/desk 粤K", "/segments 粤K 粤A", "/list 粤K 随便", "/admins add 3001 窗口 粤K 粤A"):
        await chief.say(odd)
        assert "缺少" not in (await chief.see("用法:", fresh=True)).words


async def test_clerk_of_one_office_is_not_asked_for_it(world: World, chief: Person) -> None:
    await chief.say("/admins add 3001 负责人 粤K")
    await chief.press("确认添加")
    await chief.see("已添加")
    clerk = world.person(3001)
    await clerk.say("/release")
    assert (await clerk.see("用法:", fresh=True)).words.startswith("缺少号段。")


def test_every_command_that_needs_arguments_says_which() -> None:
    assert set(REQUIRED) == set(DESK) - WITHOUT_WORDS


@pytest.mark.parametrize("command", ["/void", "/revoke"])
async def test_reason_without_a_visible_sign_is_none(world: World, chief: Person, command: str) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say(f"{command} 粤KA1234 \u200b")
    await chief.see("请写明原因")


async def test_reason_on_a_card_without_a_visible_sign_is_none(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say("/find 粤KA1234")
    await chief.press("⛔ 作废")
    await chief.say("\u200b")
    await chief.see("请写明原因")
