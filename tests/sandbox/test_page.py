"""The requests of the page to the sandbox."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from core.clock import CHINA, FixedClock
from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client
from tests.sandbox.test_ptb import picture


async def post(client: Client, sandbox: Sandbox, path: str, **body: Any) -> int:
    async with client.session.post(sandbox.url + path, json=body) as response:
        return response.status


async def get(client: Client, sandbox: Sandbox, path: str, **headers: str) -> aiohttp.ClientResponse:
    async with client.session.get(sandbox.url + path, headers=headers) as response:
        await response.read()
        return response


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "text/html"),
        ("app.js", "text/javascript"),
        ("style.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_the_page_is_served_with_its_policy(
    client: Client, sandbox: Sandbox, path: str, kind: str
) -> None:
    response = await get(client, sandbox, path)
    assert (response.status, response.content_type) == (200, kind)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


async def test_nothing_of_the_page_points_outside(client: Client, sandbox: Sandbox) -> None:
    text = "".join(
        [await (await get(client, sandbox, path)).text() for path in ("", "style.css", "chat.css")]
    )
    assert "//" not in text.replace("http://www.w3.org", "")


@pytest.mark.parametrize("path", ["missing.js", "../server.py", "api/none", "page/index.html"])
async def test_what_is_not_there_is_not_found(client: Client, sandbox: Sandbox, path: str) -> None:
    assert (await get(client, sandbox, path)).status == 404


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_other_sites_are_turned_away(client: Client, sandbox: Sandbox, headers: dict[str, str]) -> None:
    assert (await get(client, sandbox, "api/state", **headers)).status == 403


async def test_the_state_names_people_and_hints(clock: Any) -> None:
    async with Sandbox(clock, hints=["试试"]) as sandbox, aiohttp.ClientSession() as session:
        state = json.loads(await (await get(Client(sandbox, session), sandbox, "api/state")).text())
    assert [person["name"] for person in state["people"]] == ["陈晓东", "李小梅", "王管理员"]
    assert state["hints"] == ["试试"]


async def test_what_a_person_writes_reaches_the_bot(client: Client, sandbox: Sandbox) -> None:
    assert await post(client, sandbox, "api/say", person=OWNER, text="/start") == 200
    [update] = await client.ok("getUpdates")
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


async def test_a_press_on_the_page_reaches_the_bot(client: Client, sandbox: Sandbox, started: Person) -> None:
    assert await post(client, sandbox, "api/press", person=OWNER, message_id=1, data="x") == 200
    [update] = await client.ok("getUpdates", offset=1)
    assert update["callback_query"]["data"] == "x"


@pytest.mark.parametrize(("kind", "field"), [("photo", "photo"), ("file", "document")])
async def test_uploads_go_as_photo_or_file(client: Client, sandbox: Sandbox, kind: str, field: str) -> None:
    form = aiohttp.FormData({"person": str(OWNER), "as": kind, "caption": "证"})
    form.add_field("file", picture(), filename="a.png", content_type="image/png")
    async with client.session.post(sandbox.url + "api/upload", data=form) as response:
        assert response.status == 200
    [update] = await client.ok("getUpdates")
    assert (field in update["message"], update["message"]["caption"]) == (True, "证")


async def test_nonsense_is_answered_as_such(client: Client, sandbox: Sandbox, started: Person) -> None:
    assert await post(client, sandbox, "api/say", person=99, text="x") == 400
    assert await post(client, sandbox, "api/say", person=OWNER, text=" ") == 409
    started.block()
    assert await post(client, sandbox, "api/say", person=OWNER, text="x") == 409


async def test_half_a_character_is_no_text(client: Client, sandbox: Sandbox, started: Person) -> None:
    """Half of a surrogate pair is no UTF-8: it would end all streams of events and writes of the state."""
    assert await post(client, sandbox, "api/say", person=OWNER, text="\ud83d") == 400
    assert await post(client, sandbox, "sms", phone="1", purpose="x", text="\ud83d") == 400
    assert [shown.words for shown in started.history] == ["/start"]


async def stream(client: Client, sandbox: Sandbox, after: int, count: int) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    async with client.session.get(sandbox.url + f"api/events?after={after}") as response:
        async for line in response.content:
            if line.startswith(b"event: reload"):
                return [{"kind": "reload"}]
            if line.startswith(b"data: "):
                events.append(json.loads(line[6:]))
            if len(events) == count:
                break
    return events


async def test_a_stream_catches_up_and_goes_on(client: Client, sandbox: Sandbox, person: Person) -> None:
    after = sandbox.world.events.seq
    await person.say("一")
    watching = asyncio.create_task(stream(client, sandbox, after, 2))
    await asyncio.sleep(0.05)
    await person.say("二")
    events = await asyncio.wait_for(watching, 2)
    assert [event["data"]["message"]["text"] for event in events] == ["一", "二"]


async def test_a_stream_too_old_is_told_to_reload(client: Client, sandbox: Sandbox, person: Person) -> None:
    await person.say("一")
    assert await stream(client, sandbox, 5, 1) == [{"kind": "reload"}]


LEAPS = [
    ({"seconds": 300}, "2026-12-01T22:05"),
    ({"next": "08:00"}, "2026-12-02T08:00"),
    ({"next": "23:30"}, "2026-12-01T23:30"),
    ({"to": "2026-12-09T09:30"}, "2026-12-09T09:30"),
    ({"to": "2026-12-09T09:30Z"}, "2026-12-09T17:30"),
]


@pytest.mark.parametrize(("leap", "expected"), LEAPS)
async def test_the_clock_is_put_forward(leap: dict[str, Any], expected: str) -> None:
    clock = FixedClock(datetime(2026, 12, 1, 22, 0, tzinfo=CHINA))
    async with Sandbox(clock) as sandbox, aiohttp.ClientSession() as session:
        assert await post(Client(sandbox, session), sandbox, "api/clock", **leap) == 200
    assert clock.now().astimezone(CHINA).isoformat(timespec="minutes").startswith(expected)


async def test_the_clock_never_goes_back(client: Client, sandbox: Sandbox) -> None:
    assert await post(client, sandbox, "api/clock", to="2020-01-01T00:00") == 409
    assert await post(client, sandbox, "api/clock", seconds=-5) == 409


@pytest.mark.parametrize("seconds", [1e12, 2.4e11])
async def test_the_clock_is_not_put_out_of_the_calendar(
    client: Client, sandbox: Sandbox, person: Person, seconds: float
) -> None:
    assert await post(client, sandbox, "api/clock", seconds=seconds) in {400, 409}
    await person.say("号")
    assert len(await client.ok("getUpdates")) == 1


async def test_short_messages_arrive_by_gateway(client: Client, sandbox: Sandbox, person: Person) -> None:
    body = {"phone": person.me.spec.phone, "code": "123456", "purpose": "preselection"}
    assert await post(client, sandbox, "sms", **body) == 202
    assert await person.sms_code() == "123456"
    assert await post(client, sandbox, "sms", phone="1") == 400


async def test_a_gateway_that_is_down_refuses(client: Client, sandbox: Sandbox, person: Person) -> None:
    await post(client, sandbox, "api/gateway", down=True)
    body = {"phone": person.me.spec.phone, "code": "123456", "purpose": "preselection"}
    assert await post(client, sandbox, "sms", **body) == 503
    assert person.sms == []


async def test_the_narrowest_menu_is_shown(client: Client, sandbox: Sandbox, started: Person) -> None:
    for scope, name in (({"type": "default"}, "all"), ({"type": "chat", "chat_id": OWNER}, "mine")):
        await client.ok("setMyCommands", commands=[{"command": name, "description": name}], scope=scope)
    shown = json.loads(await (await get(client, sandbox, f"api/chat?person={OWNER}")).text())
    assert [command["command"] for command in shown["commands"]] == ["mine"]


async def test_stopping_ends_open_streams(client: Client, sandbox: Sandbox) -> None:
    watching = asyncio.create_task(stream(client, sandbox, sandbox.world.events.seq, 1))
    await asyncio.sleep(0.05)
    began = asyncio.get_running_loop().time()
    await sandbox.stop()
    await asyncio.wait([watching], timeout=1)
    assert timedelta(seconds=asyncio.get_running_loop().time() - began) < timedelta(seconds=1)
    assert watching.done()
    watching.exception()
