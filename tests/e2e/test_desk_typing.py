"""The desk as people really type: other dates, blanks, commas and widths, and half a command too many."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import invented
from tests.core.tools import reserved, verified
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


@pytest.mark.parametrize(
    ("asked", "button", "mistyped"),
    [
        ("/release 粤K small B####", "确认投放", "/release 粤K small B#### from 2026-13-01"),
        ("/void 粤KA1234 资料有误", "确认作废", "/void 粤KA12"),
        ("/broadcast 粤K 窗口搬迁", "在此注册的全部车主", "/broadcast 粤K"),
        ("/admins add 3001 clerk 粤K", "确认添加", "/admins add x clerk"),
    ],
)
async def test_mistyped_command_leaves_no_older_question_open(
    world: World, chief: Person, asked: str, button: str, mistyped: str
) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say(asked)
    await chief.see("?")
    assert any(button in label for label in chief.last.buttons)
    await chief.say(mistyped)
    await chief.settled()
    assert not any(button in label for shown in chief.history for label in shown.buttons)


async def test_office_and_number_are_read_in_any_width(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    tail = invented.vin(2)[-6:]
    for written in ("粤ｋ ａ１２３４", "粤K · A1234", "粤k-a1234"):
        await chief.say(f"/confirm {written}，{tail}")
        await chief.see("窗口确认", "粤K·A1234", fresh=True)
    await chief.say("/segments 粤Ｋ")
    await chief.see("粤K 茂名市 号段")


async def test_ban_until_a_day_in_words_ends_on_that_day(world: World, chief: Person) -> None:
    await world.store.run(verified, world.core, 2)
    await chief.say("/ban +86 138 0000 0002 2027年1月1日 违规")
    await chief.see("到 2027年1月1日(周五)", "原因:违规")
    await chief.settled()
    assert all("138" not in shown.text for shown in chief.history if not shown.from_bot)


async def test_question_of_a_release_says_when_it_may_be_composed(world: World, chief: Person) -> None:
    await chief.say("/release 粤K 小型汽车 b#### from 2026/12/1 9:00")
    await chief.see(
        "随机选号:2026年12月1日(周二) 09:00起", "2026年12月9日(周三) 至 2026年12月15日(周二) 之间抽签决定"
    )
    await chief.say("/release 粤A small A####")
    await chief.see("随机选号:立即开放", "自编选号:同时开放")
    await chief.say("/release 粤A small A#### compose drawn")
    await chief.see("2026年3月18日(周三) 至 2026年3月24日(周二) 之间抽签决定")
    await chief.say("/release 粤A small A#### compose 3月12日")
    await chief.see("自编选号:2026年3月12日(周四) 00:00起")


async def test_roles_and_types_are_read_in_words(world: World, chief: Person) -> None:
    await world.store.run(verified, world.core, 2)
    await chief.say("/usertype 5002 窗口注册用户")
    await chief.see("新车车主 → 窗口注册用户")
    await chief.say("/admins add 3001 窗口 ALL")
    await chief.see("窗口(全部发牌机关)")
    await chief.say("/maintenance ALL ON\n系统升级")
    await chief.see("车主将看到:系统升级")


async def test_chances_of_one_kind_are_given_once(world: World, chief: Person) -> None:
    vin = invented.vin(2)
    await chief.say(f"/grant {vin} random=1 random=2 补偿")
    await chief.see("用法:/grant")
    await chief.say(f"/grant {vin} Random=1，compose = 5,系统故障,补偿")
    await chief.see("随机选号 +1 次,自编号牌 +5 个", "系统故障,补偿")
