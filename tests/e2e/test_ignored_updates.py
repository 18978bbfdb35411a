"""Updates that no step of a conversation handles are marked done, and change nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.notifications.queue import BLOCKED, is_unreachable, mark_unreachable
from core.ports import Tx
from tests.core.sql import dump, sql
from tests.person import Person
from tests.world import CHIEF, OWNER, World, open_world

PERSON = {"id": OWNER, "is_bot": False, "first_name": "甲"}
PRIVATE = {"id": OWNER, "type": "private", "first_name": "甲"}
GROUP = {"id": -5, "type": "group", "title": "群"}
SENT = {"message_id": 3, "date": 1772424000, "from": PERSON}
QUERY = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "x"}
CHANNEL = {"id": -6, "type": "channel", "title": "频道"}
WALLPAPER = {"type": "fill", "fill": {"type": "solid", "color": 1}, "dark_theme_dimming": 0}
TIMER = {"message_auto_delete_time": 86400}
BOT = {"id": 1, "is_bot": True, "first_name": "bot"}


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path) as world:
        yield world


def membership(before: str, after: str, chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    """Return the change of the bot's own status in a chat."""
    until = {"kicked": {"until_date": 0}}
    old, new = ({"user": BOT, "status": status, **until.get(status, {})} for status in (before, after))
    return {
        "my_chat_member": {
            "chat": chat,
            "from": PERSON,
            "date": 1772424000,
            "old_chat_member": old,
            "new_chat_member": new,
        }
    }


IGNORED = {
    "blocked": membership("member", "kicked"),
    "let in": membership("kicked", "member"),
    "added to a group": membership("left", "member", GROUP),
    "message in a group": {"message": {**SENT, "chat": GROUP, "text": "/start"}},
    "edited in a group": {"edited_message": {**SENT, "chat": GROUP, "text": "/start", "edit_date": 1}},
    "moved": {
        "edited_message": {
            **SENT,
            "chat": PRIVATE,
            "location": {"latitude": 1, "longitude": 1},
            "edit_date": 1,
        }
    },
    "post in a channel": {"channel_post": {**SENT, "chat": {"id": -6, "type": "channel"}, "text": "那"}},
    "press in a group": {"callback_query": {**QUERY, "message": {**SENT, "chat": GROUP, "text": "x"}}},
    "press in a channel": {"callback_query": {**QUERY, "message": {**SENT, "chat": CHANNEL, "text": "x"}}},
    "message pinned": {"message": {**SENT, "chat": PRIVATE, "pinned_message": {**SENT, "chat": PRIVATE}}},
    "wallpaper changed": {"message": {**SENT, "chat": PRIVATE, "chat_background_set": {"type": WALLPAPER}}},
    "deletes by itself": {"message": {**SENT, "chat": PRIVATE, "message_auto_delete_timer_changed": TIMER}},
    "kind not known yet": {"from_the_future": {}},
}


def states(tx: Tx) -> dict[int, str]:
    return {row["update_id"]: row["state"] for row in sql(tx, "SELECT update_id, state FROM inbox")}


async def receive(world: World, update: dict[str, Any], update_id: int = 9001) -> None:
    """Deliver an update, and wait until it is handled."""
    await world.service.inbox.accept([{"update_id": update_id, **update}])
    await world.service.dispatcher.idle()


@pytest.mark.parametrize("kind", IGNORED)
async def test_ignored_update_is_done_and_changes_nothing(world: World, kind: str) -> None:
    await receive(world, IGNORED[kind])
    rows = await world.store.read(dump)
    assert (await world.store.read(states))[9001] == "done"
    assert not any(rows[table] for table in ("account", "dialog", "notice", "unreachable"))
    assert not world.person(OWNER).history


async def test_person_who_let_us_in_again_is_reachable(world: World) -> None:
    await world.store.run(mark_unreachable, OWNER, BLOCKED[0])
    await receive(world, IGNORED["added to a group"], 9001)
    assert (await world.store.read(dump))["unreachable"]
    await receive(world, IGNORED["let in"], 9002)
    assert not (await world.store.read(dump))["unreachable"]


async def unreachable(world: World, chat_id: int) -> bool:
    await world.service.dispatcher.idle()
    return await world.store.read(is_unreachable, chat_id)


async def has_account(world: World) -> Person:
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.see("姓名和身份证")
    await owner.settled()
    return owner


async def test_owner_who_blocks_us_is_unreachable_at_once(world: World) -> None:
    owner = await has_account(world)
    owner.block()
    await owner.settled()
    assert await unreachable(world, OWNER)
    owner.unblock()
    await owner.settled()
    assert not await unreachable(world, OWNER)


@pytest.mark.parametrize("sign", ["a word", "a refused word", "a press", "an old button"])
async def test_any_sign_of_an_owner_makes_them_reachable(world: World, sign: str) -> None:
    owner = await has_account(world)
    live = owner.last
    await world.store.run(mark_unreachable, OWNER, BLOCKED[0])
    match sign:
        case "a word":
            await owner.say("/help")
        case "a refused word":
            await owner.say("1")
        case "a press":
            await owner.press("单位")
        case _:
            owner.press_raw("an old one", live)
    await owner.settled()
    assert not await unreachable(world, OWNER)


async def test_owner_in_a_rehearsal_is_reachable(world: World) -> None:
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.press("【模拟选号】")
    await owner.settled()
    await world.store.run(mark_unreachable, OWNER, BLOCKED[0])
    await owner.say("在")
    await owner.settled()
    assert not await unreachable(world, OWNER)


async def test_pinning_a_screen_leaves_it_live(world: World) -> None:
    """Nothing is sent, and the next press edits the same message."""
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.see("【预选号牌】")
    live = owner.last
    pinned = {
        "message": {**SENT, "message_id": 77, "chat": PRIVATE, "pinned_message": {**SENT, "chat": PRIVATE}}
    }
    await receive(world, pinned)
    assert owner.last.message_id == live.message_id
    await owner.press("【预选号牌】")
    await owner.settled()
    assert owner.last.message_id == live.message_id


HALF = "半\ud83d个"


@pytest.mark.parametrize(
    "words", [HALF, f"/find {HALF}", f"/nothing{HALF}"], ids=["text", "arguments", "name of a command"]
)
async def test_half_a_character_is_bad_input(world: World, words: str) -> None:
    """Half of a surrogate pair can neither be stored nor sent: said in words at the first try."""
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.settled()
    chat = {"id": CHIEF, "type": "private", "first_name": HALF}
    update = {"message": {**SENT, "from": {**PERSON, "id": CHIEF}, "chat": chat, "text": words}}
    await receive(world, update)
    await chief.settled()
    shown = "".join(one.words for one in chief.history if one.from_bot)
    assert "系统暂时出错" not in shown
    assert (await world.store.read(states))[9001] == "done"
    if "/nothing" not in words:
        assert "无法识别的字符" in shown


async def test_half_a_character_in_a_caption_is_bad_input(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.settled()
    file = {"file_id": "x", "file_unique_id": "x", "file_name": f"{HALF}.csv"}
    chat = {"id": CHIEF, "type": "private"}
    sent = {**SENT, "from": {**PERSON, "id": CHIEF}, "chat": chat}
    await receive(world, {"message": {**sent, "document": file, "caption": HALF}})
    await chief.settled()
    assert "无法识别的字符" in "".join(shown.words for shown in chief.history if shown.from_bot)
