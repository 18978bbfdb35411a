from datetime import timedelta
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client
from tests.sandbox.test_ptb import picture

KEYS = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


@pytest.fixture
async def text_id(started: Person, client: Client) -> int:
    sent = await client.ok(
        "sendMessage", chat_id=OWNER, text="<b>旧</b>", parse_mode="HTML", reply_markup=KEYS
    )
    return int(sent["message_id"])


@pytest.fixture
async def photo_id(started: Person, client: Client) -> int:
    sent = await client.upload("sendPhoto", {"photo": ("a.png", picture())}, chat_id=str(OWNER), caption="旧")
    return int(sent["result"]["message_id"])


async def test_a_text_is_changed_in_place(text_id: int, client: Client, started: Person) -> None:
    edited = await client.ok("editMessageText", chat_id=OWNER, message_id=text_id, text="新")
    assert (edited["text"], edited["message_id"], "edit_date" in edited) == ("新", text_id, True)
    assert started.last.text == "新"


async def test_an_edit_without_keyboard_removes_it(text_id: int, client: Client, started: Person) -> None:
    await client.ok("editMessageText", chat_id=OWNER, message_id=text_id, text="新")
    assert started.last.buttons == []


async def test_new_buttons_leave_no_edit_mark(text_id: int, client: Client) -> None:
    edited = await client.ok("editMessageReplyMarkup", chat_id=OWNER, message_id=text_id)
    assert ("reply_markup" in edited, "edit_date" in edited, edited["text"]) == (False, False, "旧")


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("editMessageText", {"text": "<b>旧</b>", "parse_mode": "HTML", "reply_markup": KEYS}),
        ("editMessageText", {"text": " <b>旧</b> ", "parse_mode": "HTML", "reply_markup": KEYS}),
        ("editMessageReplyMarkup", {"reply_markup": KEYS}),
    ],
)
async def test_the_same_again_is_refused(
    text_id: int, client: Client, method: str, params: dict[str, Any]
) -> None:
    assert await client.refusal(method, chat_id=OWNER, message_id=text_id, **params) == NOT_MODIFIED


@pytest.mark.parametrize("change", [{"text": "旧"}, {"text": "<b>旧</b>", "parse_mode": "HTML"}])
async def test_other_style_or_buttons_are_a_change(
    text_id: int, client: Client, change: dict[str, Any]
) -> None:
    await client.ok("editMessageText", chat_id=OWNER, message_id=text_id, **change)


@pytest.mark.parametrize(
    ("method", "params", "why"),
    [
        ("editMessageCaption", {"caption": "x"}, "there is no caption in the message to edit"),
        (
            "editMessageMedia",
            {"media": {"type": "audio", "media": "x"}},
            "type of the media must be photo or document",
        ),
        ("editMessageText", {"text": ""}, "message text is empty"),
        ("editMessageText", {"text": "x" * 4097}, "MESSAGE_TOO_LONG"),
        ("editMessageText", {"text": "x", "message_id": 99}, "message to edit not found"),
        ("editMessageText", {"text": "x", "message_id": 1}, "message can't be edited"),
        ("editMessageText", {"text": "x", "chat_id": 2002}, "chat not found"),
        ("editMessageText", {"text": "x", "chat_id": ""}, "chat_id is empty"),
    ],
)
async def test_wrong_edits_of_texts_are_refused(
    text_id: int, client: Client, method: str, params: dict[str, Any], why: str
) -> None:
    given = {"chat_id": OWNER, "message_id": text_id, **params}
    assert await client.refusal(method, **given) == f"Bad Request: {why}"


async def test_a_picture_never_becomes_text(photo_id: int, client: Client) -> None:
    why = "Bad Request: there is no text in the message to edit"
    assert await client.refusal("editMessageText", chat_id=OWNER, message_id=photo_id, text="x") == why


async def test_a_caption_is_changed_in_place(photo_id: int, client: Client, started: Person) -> None:
    before = started.last.photo
    await client.ok("editMessageCaption", chat_id=OWNER, message_id=photo_id, caption="新")
    assert (started.last.caption, started.last.photo) == ("新", before)


async def test_a_picture_is_exchanged_by_upload(photo_id: int, client: Client, started: Person) -> None:
    media = '{"type": "photo", "media": "attach://new", "caption": "新"}'
    files = {"new": ("b.png", picture("red"))}
    params = {"chat_id": str(OWNER), "message_id": str(photo_id), "media": media}
    assert (await client.upload("editMessageMedia", files, **params))["ok"]
    assert started.read_file(str(started.last.photo)) == picture("red")


async def test_messages_can_be_deleted_for_two_days(
    text_id: int, photo_id: int, client: Client, clock: ShiftedClock, started: Person
) -> None:
    await client.ok("deleteMessages", chat_id=OWNER, message_ids=[text_id, 99])
    assert [shown.message_id for shown in started.history] == [1, photo_id]
    clock.advance(timedelta(hours=49))
    why = "Bad Request: message can't be deleted for everyone"
    assert await client.refusal("deleteMessage", chat_id=OWNER, message_id=photo_id) == why


async def test_a_press_is_answered_only_once(text_id: int, client: Client, started: Person) -> None:
    query = started.press_raw("x", text_id)
    await client.ok("answerCallbackQuery", callback_query_id=query.query_id, text="好", show_alert=True)
    assert [(toast.text, toast.alert) for toast in started.toasts] == [("好", True)]
    assert "query is too old" in await client.refusal("answerCallbackQuery", callback_query_id=query.query_id)


async def test_a_late_answer_is_refused(
    text_id: int, client: Client, started: Person, clock: ShiftedClock
) -> None:
    query = started.press_raw("x", text_id)
    clock.advance(timedelta(seconds=151))
    assert "query is too old" in await client.refusal("answerCallbackQuery", callback_query_id=query.query_id)


async def test_edits_bear_the_sandbox_time(
    text_id: int, client: Client, clock: ShiftedClock, sandbox: Sandbox
) -> None:
    clock.advance(timedelta(days=3))
    edited = await client.ok("editMessageText", chat_id=OWNER, message_id=text_id, text="新")
    assert edited["edit_date"] - edited["date"] >= 3 * 86_400
