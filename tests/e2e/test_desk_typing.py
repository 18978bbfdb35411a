"""The desk as people really type: other dates, blanks, commas and widths, and half a command too many."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
