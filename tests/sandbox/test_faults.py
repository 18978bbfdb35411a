"""Fault injection."""

import asyncio

import aiohttp
import pytest

from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client


async def test_too_many_requests_names_the_wait(started: Person, client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.too_many("sendMessage", retry_after=5)
    answer = await client.call("sendMessage", chat_id=OWNER, text="x")
    assert answer == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 5",
        "parameters": {"retry_after": 5},
    }


async def test_a_fault_befalls_its_number_of_calls(started: Person, client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.error("sendMessage", times=2)
    statuses = []
    for _ in range(3):
        await client.call("sendMessage", chat_id=OWNER, text="x")
        statuses.append(client.status)
    assert statuses == [500, 500, 200]


async def test_a_fault_befalls_only_its_chat(started: Person, client: Client, sandbox: Sandbox) -> None:
    await Person(sandbox, 2002).say("/start")
    sandbox.faults.blocked("sendMessage", chat_id=2002)
    await client.ok("sendMessage", chat_id=OWNER, text="x")
    await client.refusal("sendMessage", chat_id=2002, text="x")
    assert client.status == 403


async def test_faults_without_method_spare_polling(started: Person, client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.error(status=503)
    await client.ok("getUpdates", offset=1)
    await client.call("getMe")
    assert client.status == 503


async def test_a_bad_gateway_answers_with_html(started: Person, client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.bad_gateway("sendMessage")
    async with client.session.post(client.base + "sendMessage", json={}) as response:
        assert (response.status, response.content_type) == (502, "text/html")


@pytest.mark.parametrize(("after_effect", "texts"), [(False, []), (True, ["x"])])
async def test_a_cut_connection_may_hide_an_effect(
    started: Person, client: Client, sandbox: Sandbox, *, after_effect: bool, texts: list[str]
) -> None:
    sandbox.faults.drop("sendMessage", after_effect=after_effect)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.call("sendMessage", chat_id=OWNER, text="x")
    assert [shown.text for shown in started.history if shown.from_bot] == texts


async def test_a_delayed_call_takes_effect_later(started: Person, client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.delay(0.1, "sendMessage")
    slow = asyncio.create_task(client.call("sendMessage", chat_id=OWNER, text="慢"))
    await asyncio.sleep(0.02)
    await client.ok("sendMessage", chat_id=OWNER, text="快")
    await slow
    assert [shown.text for shown in started.history if shown.from_bot] == ["快", "慢"]


async def test_cleared_faults_do_not_happen(started: Person, client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.error("sendMessage", times=9)
    sandbox.faults.clear()
    await client.ok("sendMessage", chat_id=OWNER, text="x")
