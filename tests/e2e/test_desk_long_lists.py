"""The desk of a whole country: many offices, many people, long texts; nothing exceeds a message."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.availability import maintenance
from core.people.admins import Role, RoleAssignment
from core.ports import Tx
from core.values import offices
from tests.person import Person
from tests.world import CHIEF, World, office, open_world

CODES = ["粤K", *(office.code for office in offices.offered() if office.code != "粤K")][:110]


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, offices=[office(code) for code in CODES]) as world:
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


async def test_blacklist_of_many_offices_can_be_narrowed(chief: Person) -> None:
    await chief.say("/blacklist")
    await chief.see("共 0 人")
    await chief.say(f"/blacklist {CODES[100]}")
    await chief.see("黑名单", CODES[100])
    assert f"● {CODES[100]}" in chief.last.buttons


@pytest.mark.parametrize(
    ("command", "empty", "everywhere"),
    [("/blacklist", "共 0 人", "全部机关"), ("/appeals", "没有待审核的申诉", "全部")],
)
async def test_each_of_many_offices_has_a_button(
    chief: Person, command: str, empty: str, everywhere: str
) -> None:
    """Those of the first page, of the next, and of the page with the chosen one; then back again."""
    await chief.say(command)
    shown = await chief.see(empty)
    assert {CODES[0], CODES[11]} <= set(shown.buttons)
    assert CODES[12] not in shown.buttons
    for _ in range(9):
        await chief.press("机关 →")
        await chief.settled()
    assert "机关 →" not in chief.last.buttons
    await chief.press(CODES[109])
    await chief.settled()
    assert CODES[108] in chief.last.buttons
    await chief.press("← 机关")
    await chief.settled()
    assert {CODES[96], CODES[107]} <= set(chief.last.buttons)
    await chief.press(everywhere)
    await chief.settled()
    assert CODES[0] in chief.last.buttons


async def test_many_people_at_the_desk_are_paged(world: World, chief: Person) -> None:
    def give(tx: Tx) -> None:
        for number in range(150):
            assignment = RoleAssignment(role=Role.CLERK, office=CODES[number % len(CODES)])
            world.core.admins.add(tx, 900_000 + number, assignment, "test")

    await world.store.run(give)
    await chief.say("/admins")
    shown = await chief.see("管理员", "900010")
    assert "900020" not in shown.words
    await chief.press("›")
    await chief.see("900020")


async def test_long_texts_are_cut_on_the_page_of_the_journal(world: World, chief: Person) -> None:
    def happen(tx: Tx) -> None:
        for number in range(10):
            maintenance.begin(tx, "粤K", f"{number}" + "长" * 499, "chat:1001")
            maintenance.end(tx, "粤K", "chat:1001")

    await world.store.run(happen)
    await chief.say("/audit 开始系统维护")
    shown = await chief.see("操作记录", "9长长")
    assert shown.words.count("…") == 10
