"""Free text at the desk stays as it was typed; what stands before it is still read in any width."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.person import as_typed
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved, verified
from tests.e2e.test_desk import DESK_PEOPLE
from tests.person import Person
from tests.world import CHIEF, World, office, open_world

WORDS = "资料不符，共２处；请核实（Ａ栏）！见：①"
SHOWN = as_typed(WORDS)
_VIN, _ID = factories.vin(2), factories.identity(9)
_COMMANDS = (
    "/void 粤ｋａ１２３４ {}",
    "/revoke 粤KA1234，{}",
    "/closed 粤Ｋ，２０２６－１２－３１，{}",
    "/closed 粤K {} 12月31日 上午",
    "/hours 粤Ｋ １２月３１日 窗口 ０９：００－１２：００ {}",
    "/ban ５００３ until 2028-01-01 {}",
    f"/identity {_ID} 5003 {{}}",
    "/usertype 5003 counter {}",
    f"/grant {_VIN} random＝1，{{}}",
    "/maintenance 粤Ｋ on {}",
    "/withhold 粤Ｋ small A88## {}",
)


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        await world.store.run(verified, world.core, 3)
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


async def test_reason_is_shown_as_it_was_typed(chief: Person) -> None:
    for command in _COMMANDS:
        await chief.say(command.format(WORDS))
        await chief.see(SHOWN, fresh=True)


async def test_reason_is_recorded_as_it_was_typed(world: World, chief: Person) -> None:
    await chief.say(f"/closed 粤K 12月31日 {WORDS}")
    await chief.press("确认不办公")
    await chief.see("窗口不办公", "撤回")
    await chief.say(f"/undo 粤Ｋ ２０２６－１２－３１ {WORDS}")
    await chief.see("撤销", SHOWN, fresh=True)
    (row,) = await world.store.read(sql, "SELECT reason FROM closed_day")
    assert row["reason"] == WORDS


async def test_note_is_kept_as_it_was_typed(world: World, chief: Person) -> None:
    await chief.say(f"/note 粤ＫＡ１２３４ {WORDS}")
    await chief.see(SHOWN, fresh=True)
    (row,) = await world.store.read(sql, "SELECT body FROM note")
    assert row["body"] == WORDS


async def test_broadcast_keeps_its_wide_spaces(chief: Person) -> None:
    await chief.say("/broadcast 粤Ｋ 各位车主：\n窗口　搬迁，１２月起👨‍👩‍👧")
    await chief.see(as_typed("各位车主：\n窗口　搬迁，１２月起👨‍👩‍👧"), fresh=True)
