"""What the Bot API would ignore silently is recorded as a contract violation."""

from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.contract import METHODS, contract_violations
from sandbox.methods import METHODS as SERVED
from sandbox.params import Call
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client

MESSAGE: dict[str, Any] = {"chat_id": OWNER, "text": "x"}


def keys(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **button}]]}


ODD: list[tuple[str, dict[str, Any], list[str]]] = [
    ("sendMessage", MESSAGE, []),
    ("sendMessage", {"chat_id": "2001", "text": "x", "protect_content": "true"}, []),
    (
        "sendMessage",
        {**MESSAGE, "reply_markup": '{"inline_keyboard": [[{"text": "x", "url": "https://a.b"}]]}'},
        [],
    ),
    ("sendMessage", {**MESSAGE, "reply_markup": {"keyboard": [["x", {"text": "y"}]]}}, []),
    ("sendMessage", {**MESSAGE, "entities": [{"type": "bold", "offset": 0, "length": 1}]}, []),
    ("editMessageMedia", {"chat_id": 1, "message_id": 2, "media": {"type": "photo", "media": "x"}}, []),
    ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 1}}, []),
    (
        "sendMessage",
        {**MESSAGE, "reply_to": 1},
        ["sendMessage.reply_to: no such parameter, or not simulated"],
    ),
    ("sendMessage", {"text": "x"}, ["sendMessage.chat_id: required, but missing"]),
    (
        "sendMessage",
        {**MESSAGE, "protect_content": "perhaps"},
        ["sendMessage.protect_content: expected Boolean"],
    ),
    ("sendMessage", {**MESSAGE, "text": 5}, ["sendMessage.text: expected String"]),
    (
        "sendMessage",
        {**MESSAGE, "reply_markup": "{"},
        [
            (
                "sendMessage.reply_markup: expected InlineKeyboardMarkup or ReplyKeyboardMarkup "
                "or ReplyKeyboardRemove or ForceReply as JSON"
            )
        ],
    ),
    (
        "sendMessage",
        {**MESSAGE, "reply_markup": keys(callbackdata="x")},
        [
            (
                "sendMessage.reply_markup.inline_keyboard[0][0].callbackdata: "
                "no such field in InlineKeyboardButton, or not simulated"
            )
        ],
    ),
    (
        "sendMessage",
        {**MESSAGE, "reply_markup": keys(callback_data="x" * 65)},
        ["sendMessage.reply_markup.inline_keyboard[0][0].callback_data: 65 bytes, allowed 1-64"],
    ),
    (
        "sendMessage",
        {**MESSAGE, "reply_markup": keys(callback_data=5)},
        ["sendMessage.reply_markup.inline_keyboard[0][0].callback_data: expected String"],
    ),
    (
        "editMessageText",
        {"chat_id": 1, "message_id": "two", "text": "x"},
        ["editMessageText.message_id: expected Integer"],
    ),
    (
        "editMessageText",
        {"chat_id": 1, "message_id": "--2", "text": "x"},
        ["editMessageText.message_id: expected Integer"],
    ),
    (
        "sendVenue",
        {"chat_id": 1, "latitude": "x", "longitude": 1, "title": "t", "address": "a"},
        ["sendVenue.latitude: expected Float"],
    ),
    (
        "deleteMessages",
        {"chat_id": 1, "message_ids": [1, "2"]},
        ["deleteMessages.message_ids[1]: expected Integer"],
    ),
]


@pytest.mark.parametrize(("method", "params", "expected"), ODD)
def test_each_violation_is_named_with_its_place(
    method: str, params: dict[str, Any], expected: list[str]
) -> None:
    assert contract_violations(Call(method, params)) == expected


async def test_violations_are_kept_but_do_no_harm(started: Person, client: Client, sandbox: Sandbox) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="x", loud=True)
    assert list(sandbox.contract_violations) == ["sendMessage.loud: no such parameter, or not simulated"]


async def test_refusals_are_kept_beside(started: Person, client: Client, sandbox: Sandbox) -> None:
    await client.call("sendMessage", chat_id=5, text="x")
    assert list(sandbox.refusals) == [("sendMessage", "Bad Request: chat not found")]


def test_every_method_of_the_contract_is_served() -> None:
    by_server = {"getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo"}
    assert {name for name, _ in SERVED.values()} | by_server == set(METHODS)
