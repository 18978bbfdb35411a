"""Messages with identity numbers are deleted from the chat; a chief's menu is set with the first message."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.dialog.effects import DeleteUserMessage
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import View
from bot.routing.screens import BY_NAME
from bot.texts.menu import DESK_MENU
from sandbox.faults import Fault
from tests import factories
from tests.person import Person
from tests.world import CHIEF, World, eventually, open_world


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path) as opened:
        yield opened


def own(person: Person) -> list[str]:
    """Return a person's own messages that remain."""
    return [shown.text for shown in person.history if not shown.from_bot]


@pytest.mark.parametrize(
    "typed",
    [
        f"/identity {factories.identity(9)} 2001 已核对",
        f"/ban {factories.identity(9)}",  # refused: the reason is missing
        f"/unban {factories.phone(9)} 已核实",  # refused: nobody has it
        f"/nonsense {factories.identity(9)[:-1]}",
    ],
)
async def test_typed_personal_number_is_deleted(place: World, typed: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(typed)
    await eventually(lambda: own(chief) == [])
    await chief.settled()
    assert factories.identity(9) not in chief.last.words


async def test_owners_identity_is_deleted_right_or_wrong(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.say("测试车主")
    await owner.see("注册 2/3")
    await owner.say(factories.identity(9)[:-1])
    await owner.see("您输入了 17 位")
    await owner.say(factories.identity(9))
    await owner.see("注册 3/3")
    await eventually(lambda: own(owner) == ["/start"])


async def test_screen_may_have_any_message_forgotten(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    secretive = Screen(
        name=ScreenName.HOME,
        show=lambda _ctx: View(text="说吧"),
        text=lambda _ctx, text: Goto(
            screen=ScreenName.HOME, note=f"{len(text)} 字", effects=(DeleteUserMessage(),)
        ),
    )
    monkeypatch.setitem(BY_NAME, ScreenName.HOME, secretive)
    owner = place.person()
    await owner.say("/start")
    await owner.say("不要留下")
    await owner.see("4 字")
    await eventually(lambda: own(owner) == ["/start"])


async def test_message_that_cannot_be_deleted_is_no_matter(place: World) -> None:
    chief = place.person(CHIEF)
    place.sandbox.faults.add(Fault(method="deleteMessage", kind="error", status=400))
    await chief.say(f"/unban {factories.identity(9)} 查明")
    await chief.see("不在黑名单上")
    await chief.settled()
    assert len(own(chief)) == 1


async def test_menu_of_the_chief_comes_with_the_first_word(place: World) -> None:
    chief, menus = place.person(CHIEF), place.sandbox.world.commands
    assert ("chat", CHIEF, "") not in menus  # at the start there was no chat to set it for
    await chief.say("/start")
    await eventually(lambda: ("chat", CHIEF, "") in menus)
    assert set(DESK_MENU) <= {one["command"] for one in menus["chat", CHIEF, ""]}


async def test_stranger_is_offered_nothing_of_the_desk(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.settled()
    assert [place for place in place.sandbox.world.commands if place[0] == "chat"] == []
