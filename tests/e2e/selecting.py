"""A selection in the chat step by step, and a check that all records agree afterwards."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from core.ports import Tx
from sandbox import PersonSpec
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved, verified
from tests.person import Person, Shown
from tests.world import World

TAKEN = ("A0001", "A0002")
"""Numbers that are taken."""

Do = Callable[[Person], Awaitable[Any]]
Step = tuple[str, Do, str]
"""A name, an owner's action, and the text shown when it has succeeded."""


async def _presses(owner: Person, label: str) -> None:
    await owner.press(label, answered=False)


RANDOM: Sequence[Step] = (
    ("draw", lambda owner: _presses(owner, "【随机一次(5)】"), "本车第1批/共5批"),
    ("pick", lambda owner: _presses(owner, "粤K·"), "不能更改、不能退回"),
    ("take", lambda owner: _presses(owner, "确定选用"), "完成号牌预选"),
)
COMPOSED: Sequence[Step] = (
    ("compose", lambda owner: _presses(owner, "【自编选号】"), "您还可以自编20个号牌"),
    ("wish", lambda owner: owner.say(" ".join(TAKEN)), "粤K·A0002"),
    ("submit", lambda owner: _presses(owner, "提交"), "剩余自编号牌个数将减少2个"),
    ("try", lambda owner: _presses(owner, "确认提交"), "您还可以自编18个号牌"),
    ("add", lambda owner: _presses(owner, "💡"), "按顺序提交"),
)
WAYS = pytest.mark.parametrize("way", [RANDOM, COMPOSED], ids=["random", "composed"])


def owners(count: int) -> tuple[PersonSpec, ...]:
    """Return people for ``stands_before_step_5``."""
    return tuple(
        PersonSpec(chat_id=5000 + n, first_name=f"{n}", last_name="车主", phone=factories.phone(n))
        for n in range(1, count + 1)
    )


def numbers(shown: Shown, code: str = "粤K") -> list[str]:
    """Return the numbers on the buttons of a screen, without marks and stars: 粤K·A1234."""
    parts = (part for label in shown.buttons for part in label.split())
    return [part for part in parts if part.startswith(f"{code}·")]


async def opens_pool(world: World) -> None:
    """Release a segment with two taken numbers."""
    await world.release()
    for number, serial in enumerate(TAKEN, 800):
        await world.store.run(reserved, world.core, number, serial)


async def stands_before_step_5(world: World, number: int) -> Person:
    """Bring an owner to the page of random selection, bypassing the steps before it."""
    await world.store.run(verified, world.core, number)
    owner = world.person(5000 + number)
    await owner.say("/preselect")
    await owner.see("第5步")
    await owner.settled(quiet=0.005)
    return owner


def told(owner: Person) -> list[str]:
    """Return everything that the bot has sent."""
    return [shown.words for shown in owner.history if shown.from_bot]


async def books_agree(world: World) -> None:
    """Assert that quota, plates, audit log and notifications agree."""
    tables = await world.store.read(_books)
    for vin, used, drawn in tables["draws"]:
        assert used == drawn, vin
    for vin, used, failed in tables["wishes"]:
        assert used == failed, vin
    taken = tables["reserved"]
    assert sorted(taken) == sorted(tables["plates"])
    assert sorted(tables["journal"]) == sorted((f"preselection:{number}",) for number, _ in taken)
    assert len({serial for _, serial in taken}) == len(taken)


def _books(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
    def rows(text: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in sql(tx, text)]

    return {
        "draws": rows(
            "SELECT v.vin, v.random_used, (SELECT count(*) FROM draw AS d JOIN preselection AS p"
            " USING (preselection_id) WHERE p.vin = v.vin AND d.numbers <> '[]'"
            " AND d.returned_at IS NULL) AS drawn FROM vehicle AS v"
        ),
        "wishes": rows(
            "SELECT v.vin, v.compose_used, (SELECT count(*) FROM failed_wish AS f WHERE f.vin = v.vin)"
            " AS failed FROM vehicle AS v"
        ),
        "reserved": rows("SELECT preselection_id, serial FROM preselection WHERE state = 'reserved'"),
        "plates": rows("SELECT preselection_id, serial FROM plate WHERE state = 'reserved'"),
        "journal": rows("SELECT subject FROM audit WHERE action = 'reserved'"),
    }
