"""Every limit of the platform, with the wording of its errors."""

import io
import json
from typing import Any

import pytest
from PIL import Image

from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client
from tests.sandbox.test_ptb import picture


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def press(**more: Any) -> dict[str, Any]:
    return {"text": "x", "callback_data": "x", **more}


TEXTS: list[tuple[dict[str, Any], str | None]] = [
    ({"text": "x" * 4096}, None),
    ({"text": "x" * 4097}, "message is too long"),
    ({"text": "😀" * 2048}, None),
    ({"text": "😀" * 2049}, "message is too long"),
    ({"text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "HTML"}, None),
    ({"text": "&lt;" * 4096, "parse_mode": "HTML"}, None),
    ({"text": ""}, "message text is empty"),
    ({}, "message text is empty"),
    ({"text": " \n "}, "text must be non-empty"),
    ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
    ({"text": "x", "parse_mode": "MarkdownV2"}, "unsupported parse_mode"),
    (
        {"text": "<p>x", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "p" at byte offset 0',
    ),
    ({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 1}]}, None),
    (
        {"text": "x", "entities": [{"type": "loud", "offset": 0, "length": 1}]},
        "can't parse MessageEntity: Unsupported type specified",
    ),
    (
        {"text": "x", "entities": [{"type": "bold", "offset": 5, "length": 1}]},
        "entity begins after the end of the text at UTF-16 offset 5",
    ),
    (
        {"text": "x", "entities": [{"type": "bold", "offset": -1, "length": 1}]},
        "receive an entity with incorrect offset -1",
    ),
    ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ({"text": "x", "reply_parameters": {"message_id": 99, "allow_sending_without_reply": True}}, None),
    ({"text": "x", "message_effect_id": "sparkle"}, "EFFECT_ID_INVALID"),
]


@pytest.mark.parametrize(("params", "why"), TEXTS)
async def test_texts_within_limits_pass(
    started: Person, client: Client, params: dict[str, Any], why: str | None
) -> None:
    answer = await client.call("sendMessage", chat_id=OWNER, **params)
    assert answer.get("description") == (why and f"Bad Request: {why}")


TEXT_BUTTON = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
KEYBOARDS: list[tuple[Any, str | None]] = [
    (inline(press()), None),
    (inline(press(callback_data="x" * 64)), None),
    (inline(press(callback_data="x" * 65)), "BUTTON_DATA_INVALID"),
    (inline(press(callback_data="号" * 21)), None),
    (inline(press(callback_data="号" * 22)), "BUTTON_DATA_INVALID"),
    (inline(press(callback_data="")), TEXT_BUTTON),
    (inline({"text": "x"}), TEXT_BUTTON),
    (inline({"callback_data": "x"}), "can't parse inline keyboard button: Can't find field \"text\""),
    (inline(press(text=5)), 'can\'t parse inline keyboard button: Field "text" must be of type String'),
    (inline(press(text="")), "BUTTON_TEXT_INVALID"),
    (
        inline(press(url="https://a.example")),
        "can't parse inline keyboard button: exactly one of the optional fields must be used",
    ),
    (inline({"text": "x", "url": "https://a.example/x"}), None),
    (
        inline({"text": "x", "url": "nowhere"}),
        "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
    ),
    (
        inline({"text": "x", "url": "http://localhost/x"}),
        "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
    ),
    (
        inline({"text": "x", "url": "ftp://a.example"}),
        "inline keyboard button URL 'ftp://a.example' is invalid: Unsupported URL protocol",
    ),
    (inline({"text": "x", "pay": True}), "BUTTON_TYPE_INVALID"),
    (inline({"text": "x", "copy_text": {"text": "x" * 256}}), None),
    (inline({"text": "x", "copy_text": {"text": "x" * 257}}), "BUTTON_COPY_TEXT_INVALID"),
    (inline({"text": "x", "copy_text": {"text": ""}}), "BUTTON_COPY_TEXT_INVALID"),
    (inline(press(style="primary"), press(style="success"), press(style="danger")), None),
    (inline(press(style="loud")), "can't parse inline keyboard button: invalid button style specified"),
    ({"inline_keyboard": [[press()]] * 100}, None),
    ({"inline_keyboard": [[press()]] * 101}, "REPLY_MARKUP_TOO_LONG"),
    ({"inline_keyboard": "x"}, 'field "inline_keyboard" must be of type Array'),
    ({"inline_keyboard": []}, None),
    (
        {"keyboard": [[{"text": "x"}]], "resize_keyboard": "yes"},
        'field "resize_keyboard" must be of type Boolean',
    ),
    ({"keyboard": [[{"text": "x", "request_contact": True}, "y"]]}, None),
    ({"remove_keyboard": True}, None),
    ("x", "can't parse reply markup JSON object"),
]


@pytest.mark.parametrize(("markup", "why"), KEYBOARDS)
async def test_keyboards_within_limits_pass(
    started: Person, client: Client, markup: Any, why: str | None
) -> None:
    answer = await client.call("sendMessage", chat_id=OWNER, text="x", reply_markup=markup)
    assert answer.get("description") == (why and f"Bad Request: {why}")


async def test_a_row_too_wide_violates_the_contract(
    started: Person, client: Client, sandbox: Sandbox
) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="x", reply_markup=inline(*[press()] * 8))
    assert list(sandbox.contract_violations) == []
    await client.ok("sendMessage", chat_id=OWNER, text="x", reply_markup=inline(*[press()] * 9))
    assert list(sandbox.contract_violations) == [
        "sendMessage.reply_markup row 0: 9 buttons, the messenger shows 8"
    ]


CHATS: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": 0, "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": 2002, "text": "x"}, "chat not found"),
    ("getChat", {"chat_id": 5}, "chat not found"),
    ("sendChatAction", {"chat_id": OWNER, "action": "sleeping"}, "wrong parameter action in request"),
    (
        "sendVenue",
        {"chat_id": OWNER, "latitude": 1, "longitude": 1, "title": "", "address": "a"},
        'parameter "title" can\'t be empty',
    ),
    (
        "sendVenue",
        {"chat_id": OWNER, "latitude": 91, "longitude": 1, "title": "t", "address": "a"},
        "wrong latitude specified",
    ),
    ("sendLocation", {"chat_id": OWNER, "latitude": 1}, "longitude is empty"),
    ("getFile", {"file_id": "nonsense"}, "invalid file_id"),
    ("sendPhoto", {"chat_id": OWNER, "photo": "nonsense"}, "wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {"chat_id": OWNER, "photo": "https://a.example/x.png"}, "failed to get HTTP URL content"),
    (
        "sendPhoto",
        {"chat_id": OWNER, "photo": "attach://none"},
        "there is no file with the given name in the request",
    ),
    ("sendPhoto", {"chat_id": OWNER}, "there is no photo in the request"),
    (
        "sendMediaGroup",
        {"chat_id": OWNER, "media": [{"type": "photo", "media": "x"}]},
        "album must contain 2-10 items",
    ),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
    ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    (
        "setMyCommands",
        {"commands": [{"command": "start", "description": ""}]},
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": "start", "description": "x" * 257}]},
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": f"c{n}", "description": "x"} for n in range(101)]},
        "BOT_COMMANDS_TOO_MUCH",
    ),
    ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 2002}}, "chat not found"),
    (
        "setMyCommands",
        {"commands": [], "scope": {"type": "all"}},
        "can't parse BotCommandScope: Unsupported type specified",
    ),
    ("setMyCommands", {"commands": [], "language_code": "zh-hans"}, "invalid language code specified"),
    (
        "setWebhook",
        {"url": "http://plates.example/hook"},
        "bad webhook: An HTTPS URL must be provided for webhook",
    ),
    (
        "setWebhook",
        {"url": "https://a.example", "secret_token": "a b"},
        "secret token contains unallowed characters",
    ),
    ("deleteMessage", {"chat_id": OWNER, "message_id": 99}, "message to delete not found"),
    ("deleteMessages", {"chat_id": OWNER, "message_ids": []}, "too many or no message identifiers specified"),
]


@pytest.mark.parametrize(("method", "params", "why"), CHATS)
async def test_other_calls_are_refused_in_real_words(
    started: Person, client: Client, method: str, params: dict[str, Any], why: str
) -> None:
    assert await client.refusal(method, **params) == f"Bad Request: {why}"
    assert client.status == 400


def photo_file(size: tuple[int, int]) -> bytes:
    data = io.BytesIO()
    Image.new("L", size).save(data, "PNG")
    return data.getvalue()


PHOTOS = [
    (photo_file((440, 140)), None),
    (photo_file((5000, 5000)), None),
    (photo_file((5001, 5000)), "PHOTO_INVALID_DIMENSIONS"),
    (photo_file((2000, 100)), None),
    (photo_file((2001, 100)), "PHOTO_INVALID_DIMENSIONS"),
    (b"no picture", "IMAGE_PROCESS_FAILED"),
    (picture()[:200], "IMAGE_PROCESS_FAILED"),
    (b"", "file must be non-empty"),
    (
        b"\x89PNG" + bytes(10 * 1024 * 1024),
        "file of size 10485764 bytes is too big for a photo; the maximum size is 10485760 bytes",
    ),
]


@pytest.mark.parametrize(("data", "why"), PHOTOS)
async def test_photos_within_limits_pass(
    started: Person, client: Client, data: bytes, why: str | None
) -> None:
    answer = await client.upload("sendPhoto", {"photo": ("a.png", data)}, chat_id=str(OWNER))
    assert answer.get("description") == (why and f"Bad Request: {why}")


@pytest.mark.parametrize(
    ("length", "why"), [(1024, None), (1025, "Bad Request: message caption is too long")]
)
async def test_captions_within_limits_pass(
    started: Person, client: Client, length: int, why: str | None
) -> None:
    caption = f"<b>{'x' * length}</b>"
    files = {"photo": ("a.png", picture())}
    answer = await client.upload("sendPhoto", files, chat_id=str(OWNER), caption=caption, parse_mode="HTML")
    assert answer.get("description") == why


async def test_a_document_over_50_mb_is_refused(started: Person, client: Client) -> None:
    files = {"document": ("a.bin", bytes(50 * 1024 * 1024 + 1))}
    answer = await client.upload("sendDocument", files, chat_id=str(OWNER))
    assert answer == {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}


async def test_a_file_over_20_mb_is_not_handed_out(started: Person, client: Client) -> None:
    await started.send_file(bytes(20 * 1024 * 1024 + 1), "a.bin")
    file_id = started.history[-1].document
    assert await client.refusal("getFile", file_id=file_id) == "Bad Request: file is too big"


async def test_a_document_is_no_photo(started: Person, client: Client) -> None:
    await started.send_file(picture(), "a.png")
    file_id = started.history[-1].document
    why = "Bad Request: can't use file of type Document as Photo"
    assert await client.refusal("sendPhoto", chat_id=OWNER, photo=file_id) == why


async def test_a_photo_is_sent_again_by_its_id(started: Person, client: Client) -> None:
    sent = await client.upload("sendPhoto", {"photo": ("a.png", picture())}, chat_id=str(OWNER))
    sizes = sent["result"]["photo"]
    again = await client.ok("sendPhoto", chat_id=OWNER, photo=sizes[-1]["file_id"])
    assert (again["photo"], [size["width"] for size in sizes]) == (sizes, [320, 440])


async def test_files_are_fetched_with_the_token_only(
    started: Person, client: Client, sandbox: Sandbox
) -> None:
    sent = await client.upload("sendPhoto", {"photo": ("a.png", picture())}, chat_id=str(OWNER))
    file = await client.ok("getFile", file_id=sent["result"]["photo"][-1]["file_id"])
    async with client.session.get(f"{sandbox.base_file_url}{sandbox.token}/{file['file_path']}") as response:
        assert await response.read() == picture()
    async with client.session.get(f"{sandbox.base_file_url}1:wrong/{file['file_path']}") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("token", "method", "status", "description"),
    [
        ("700000001:AAwrong00000000000000", "getMe", 401, "Unauthorized"),
        ("nonsense", "getMe", 404, "Not Found"),
        (None, "sendDice", 404, "Not Found"),
        (None, "", 404, "Not Found"),
        (None, "GETME", 200, None),
    ],
)
async def test_token_and_method_are_checked(
    client: Client, sandbox: Sandbox, token: str | None, method: str, status: int, description: str | None
) -> None:
    async with client.session.get(f"{sandbox.base_url}{token or sandbox.token}/{method}") as response:
        answer = await response.json()
    assert (response.status, answer.get("description")) == (status, description)


async def test_all_ways_to_bring_parameters_are_equal(started: Person, client: Client) -> None:
    markup = json.dumps(inline(press()))
    url, params = client.base + "sendMessage", {"chat_id": str(OWNER), "text": "号", "reply_markup": markup}
    async with client.session.get(url, params=params) as response:
        by_address = (await response.json())["result"]
    async with client.session.post(url, data=params) as response:
        by_form = (await response.json())["result"]
    by_json = await client.ok("sendMessage", chat_id=OWNER, text="号", reply_markup=inline(press()))
    by_parts = (await client.upload("sendMessage", {"unused": ("a", b"x")}, **params))["result"]
    shown = [(one["text"], one["reply_markup"]) for one in (by_address, by_form, by_json, by_parts)]
    assert shown == [("号", inline(press()))] * 4


async def test_who_blocked_the_bot_is_not_written_to(started: Person, client: Client) -> None:
    started.block()
    why = "Forbidden: bot was blocked by the user"
    assert await client.refusal("sendMessage", chat_id=OWNER, text="x") == why
    started.unblock()
    await client.ok("sendMessage", chat_id=OWNER, text="x")
