"""The test person: sees what is there, and fails with the contents of the screen."""

import asyncio

import pytest

from sandbox import Sandbox
from tests.person import NotSeen, Person
from tests.sandbox.conftest import OWNER, Client
from tests.sandbox.test_ptb import picture


def keys(*labels: str) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": label, "callback_data": label} for label in labels]]}


async def test_seeing_waits_for_what_comes(started: Person, client: Client) -> None:
    waiting = asyncio.create_task(started.see("第二", "批"))
    await client.ok("sendMessage", chat_id=OWNER, text="第一批")
    await client.ok("sendMessage", chat_id=OWNER, text="第二批")
    assert (await waiting).text == "第二批"


async def test_seeing_notices_an_edit_above(started: Person, client: Client) -> None:
    first = await client.ok("sendMessage", chat_id=OWNER, text="甲")
    await client.ok("sendMessage", chat_id=OWNER, text="乙")
    await client.ok("editMessageText", chat_id=OWNER, message_id=first["message_id"], text="丙")
    assert (await started.see("丙")).message_id == first["message_id"]


async def test_fresh_looks_only_at_news(started: Person, client: Client) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="旧")
    await started.say("问")
    await started.see("旧")
    with pytest.raises(NotSeen):
        await started.see("旧", fresh=True, within=0.05)


async def test_what_scrolled_away_is_not_seen(started: Person, client: Client) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="旧")
    await client.ok("sendMessage", chat_id=OWNER, text="新")
    await started.say("问")
    with pytest.raises(NotSeen):
        await started.see("旧", within=0.05)


async def test_a_failure_shows_the_screen(started: Person, client: Client) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="首页", reply_markup=keys("【预选号牌】"))
    with pytest.raises(NotSeen) as failure:
        await started.press("【换一批】", within=0.05)
    assert "no button '【换一批】'" in str(failure.value)
    assert "'首页'" in str(failure.value)
    assert "【预选号牌】" in str(failure.value)


async def test_equal_labels_go_before_longer_ones(started: Person, client: Client) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="a", reply_markup=keys("4", "粤K·44444"))
    await started.press("4", answered=False)
    [update] = await client.ok("getUpdates", offset=1)
    assert update["callback_query"]["data"] == "4"


async def test_the_latest_message_is_pressed_first(started: Person, client: Client) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="a", reply_markup=keys("好"))
    second = await client.ok("sendMessage", chat_id=OWNER, text="b", reply_markup=keys("好"))
    await started.press("好", answered=False)
    [update] = await client.ok("getUpdates", offset=1)
    assert update["callback_query"]["message"]["message_id"] == second["message_id"]


async def test_an_unanswered_press_fails(started: Person, client: Client) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="a", reply_markup=keys("好"))
    with pytest.raises(NotSeen, match="was not answered"):
        await started.press("好", within=0.05)


async def test_the_contact_key_shares_ones_own(started: Person, client: Client) -> None:
    keyboard = {"keyboard": [[{"text": "分享手机号", "request_contact": True}]], "one_time_keyboard": True}
    await client.ok("sendMessage", chat_id=OWNER, text="a", reply_markup=keyboard)
    await started.press("分享手机号")
    [update] = await client.ok("getUpdates", offset=1)
    contact = update["message"]["contact"]
    assert (contact["phone_number"], contact["user_id"], started.keys) == ("+8613800000001", OWNER, [])


async def test_a_photo_is_shrunk_as_apps_do(started: Person, client: Client) -> None:
    await started.send_photo(picture(size=(2560, 1280)))
    [update] = await client.ok("getUpdates", offset=1)
    sizes = [(size["width"], size["height"]) for size in update["message"]["photo"]]
    assert sizes == [(320, 160), (1280, 640)]


async def test_codes_arrive_by_phone_number(started: Person, sandbox: Sandbox) -> None:
    sandbox.world.receive_sms("13800000001", "111111", "x")
    assert await started.sms_code() == "111111"
    coming = asyncio.create_task(started.sms_code(after=1))
    sandbox.world.receive_sms("+86 138 0000 0001", "222222", "x")
    sandbox.world.receive_sms("+8613912345678", "333333", "x")
    assert await coming == "222222"
    assert [sms.code for sms in sandbox.world.stray_sms()] == ["333333"]


async def test_settled_waits_for_updates_to_be_taken(started: Person, client: Client) -> None:
    await started.say("号")
    with pytest.raises(NotSeen, match="did not come to rest"):
        await started.settled(within=0.2)
    [update] = await client.ok("getUpdates", offset=1)
    await client.ok("getUpdates", offset=update["update_id"] + 1)
    await started.settled()


async def test_unread_counts_what_the_bot_wrote(started: Person, client: Client) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="a")
    await client.ok("sendMessage", chat_id=OWNER, text="b")
    assert started.me.unread == 2
    await started.say("c")
    assert started.me.unread == 0
