"""Editing a sent text has no effect, and one message says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import factories
from tests.person import Person, Shown
from tests.world import CHIEF, OWNER, World, eventually, open_world

SAID = "修改已发送的消息不会生效,请重新发送"


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path) as world:
        yield world


def sent(person: Person, text: str) -> Shown:
    return next(shown for shown in reversed(person.history) if not shown.from_bot and shown.words == text)


def answers(person: Person) -> int:
    return sum(SAID in shown.words for shown in person.history if shown.from_bot)


async def test_edited_command_is_told_to_be_sent_anew_once(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/stats 粤X")
    await chief.settled()
    typed = sent(chief, "/stats 粤X")
    await chief.edit(typed, "/stats 粤K")
    shown = await chief.see(SAID, fresh=True)
    assert shown.words == SAID + "。"
    await chief.settled()
    messages = len(chief.history)
    await chief.edit(typed, "/stats")
    await chief.settled()
    assert (len(chief.history), answers(chief)) == (messages, 1)
    await chief.say("/stats 粤K")
    await chief.settled()
    await chief.edit(sent(chief, "/stats 粤K"), "/desk")
    await chief.see(SAID, fresh=True)
    await eventually(lambda: answers(chief) == 1)  # the second answer has replaced the first


async def test_edit_of_an_old_text_does_nothing_to_the_screen(world: World) -> None:
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.settled()
    live = owner.last
    before = (live.words, live.buttons)
    world.forward(hours=5)
    await owner.edit(sent(owner, "/start"), "/preselect")
    await owner.see(SAID, fresh=True)
    await owner.settled()
    now = next(shown for shown in owner.history if shown.message_id == live.message_id)
    assert (now.words, now.buttons) == before
    await owner.press("English")  # the earlier buttons stay valid
    await owner.settled()


async def test_edited_caption_is_told_like_a_text(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.send_file(b"vin", "a.csv", "text/csv", "那")
    await chief.settled()
    await recaption(world, chief, "这")
    await chief.see(SAID)
    assert len([shown for shown in chief.history if shown.document]) == 1


async def recaption(world: World, person: Person, caption: str) -> None:
    file = next(shown for shown in reversed(person.history) if not shown.from_bot)
    body = {**file.body, "caption": caption, "edit_date": 1}
    world.sandbox.world.updates.push(
        "edited_message", body, chat_id=person.me.chat_id, user_id=person.me.chat_id
    )
    await person.settled()


@pytest.mark.parametrize("number", [factories.identity(1), "1101 0519 5001 0100 12", "手机：138-0013-8000"])
async def test_number_of_a_person_that_was_corrected_is_deleted(world: World, number: str) -> None:
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.say("我的号码是 1101")
    await owner.settled()
    await owner.edit(sent(owner, "我的号码是 1101"), f"我的号码是 {number}")
    await owner.see("已从聊天中删除", fresh=True)
    await owner.settled()
    assert not any("我的号码" in shown.words for shown in owner.history)


async def test_number_of_a_person_in_a_corrected_caption_is_deleted(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.send_file(b"vin", "a.csv", "text/csv", "那")
    await chief.settled()
    await recaption(world, chief, factories.identity(1))
    await chief.see("已从聊天中删除")
    assert not [shown for shown in chief.history if shown.document]


async def test_video_in_place_of_a_text_is_deleted(world: World) -> None:
    """A text may be edited into a message with a video, also without a caption."""
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.say("这是什么")
    await owner.settled()
    video = {"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1, "duration": 1}
    body = {key: value for key, value in sent(owner, "这是什么").body.items() if key != "text"}
    world.sandbox.world.updates.push(
        "edited_message",
        {**body, "video": video, "edit_date": 1},
        chat_id=owner.me.chat_id,
        user_id=owner.me.chat_id,
    )
    await owner.see("已从聊天中删除", fresh=True)
    await eventually(lambda: not any(shown.words == "这是什么" for shown in owner.history))
