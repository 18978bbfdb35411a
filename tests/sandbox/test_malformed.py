"""Malformed calls: each is answered with an error in JSON, and leaves the state as it was."""

import json
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.contract import METHODS
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client

WELL_FORMED: dict[str, Any] = {
    "chat_id": OWNER,
    "text": "x",
    "message_id": 2,
    "photo": "x",
    "document": "x",
    "latitude": 1,
    "longitude": 1,
    "title": "x",
    "address": "x",
    "media": [{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://b"}],
    "message_ids": [99],
    "callback_query_id": "1",
    "file_id": "x",
    "commands": [{"command": 1}],
    "action": "typing",
}
MALFORMED: list[Any] = [
    *("", -1, 10**400, 1.5, True, [], ["x"], [[]], [1, None], {}, {"x": 1}, {"type": 1}, [{"type": []}]),
    *({"type": "photo", "media": 5, "caption": 7}, {"message_id": []}, {"type": "chat", "chat_id": []}),
    *({"inline_keyboard": 5}, {"inline_keyboard": [5]}, {"inline_keyboard": [[5]]}, {"keyboard": [[{}]]}),
    {"inline_keyboard": [[{"text": 5, "callback_data": []}]]},
    [{"type": "bold", "offset": "x", "length": []}],
]
SENT = sorted(set(METHODS) - {"getUpdates", "setWebhook", "deleteWebhook"})


@pytest.mark.parametrize("method", SENT)
async def test_a_value_of_a_wrong_type_is_answered(
    client: Client, sandbox: Sandbox, started: Person, method: str
) -> None:
    """In one folder of people and messages: whatever the value is, the server keeps serving."""
    statuses: set[int] = set()
    for name in METHODS[method]:
        for value in MALFORMED:
            given = {key: one for key, one in WELL_FORMED.items() if key in METHODS[method]} | {name: value}
            for sent in (given, {key: json.dumps(one) for key, one in given.items()}):
                answer = await client.call(method, **sent)
                statuses.add(client.status)
                assert answer["ok"] or answer["description"], (name, value)
    assert statuses <= {200, 400}
    assert (await client.ok("getMe"))["is_bot"]


async def test_the_refusal_names_the_value(client: Client, started: Person) -> None:
    why = await client.refusal("sendMessage", chat_id=[], text="x")
    assert why == "Bad Request: sendMessage.chat_id: expected Integer or String"
    assert [shown.message_id for shown in started.history] == [1]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"\xff"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"x"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"),
        ("application/x-www-form-urlencoded", b"a=%ff\xff"),
        ("application/x-www-form-urlencoded; charset=nope", b"a=b"),
    ],
)
async def test_a_malformed_body_is_answered(client: Client, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind}
    async with client.session.post(client.base + "sendMessage", data=body, headers=headers) as response:
        assert response.status == 400
        answer = await response.json()
    assert (answer["ok"], answer["description"][:12]) == (False, "Bad Request:")


@pytest.mark.parametrize("path", ["bot", "page"])
async def test_a_name_of_a_file_in_another_encoding_is_made_readable(
    client: Client, sandbox: Sandbox, started: Person, path: str
) -> None:
    """As by a client that writes its headers in GBK."""
    name = "车.csv".encode("gbk")
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    owner, field = (b"chat_id", b"document") if path == "bot" else (b"person", b"file")
    body = (
        part % (owner, b"", str(OWNER).encode())
        + part % (field, b'; filename="' + name + b'"', b"a,b")
        + b"--x--\r\n"
    )
    url = f"{client.base}sendDocument" if path == "bot" else f"{sandbox.url}api/upload"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with client.session.post(url, data=body, headers=headers) as response:
        assert response.status == 200
    assert started.history[-1].body["document"]["file_name"] == "\ufffd\ufffd.csv"
