import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client, until


class Receiver:
    """A bot's webhook that records deliveries and answers as configured."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[str | None, dict[str, Any]]] = []
        self.statuses: list[int] = []
        self.reply: dict[str, Any] | None = None
        self.hold = asyncio.Event()
        self.hold.set()
        self.news = asyncio.Condition()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = json.loads(await request.read())
        async with self.news:
            self.got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), body))
            self.news.notify_all()
        await self.hold.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.reply, status=status) if self.reply else web.Response(status=status)

    async def wait_for(self, count: int) -> None:
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(lambda: len(self.got) >= count), 3)

    @property
    def texts(self) -> list[str]:
        return [body["message"]["text"] for _, body in self.got if "message" in body]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    receiver.hold.set()
    await runner.cleanup()


async def test_updates_are_posted_with_the_secret(client: Client, receiver: Receiver, person: Person) -> None:
    await client.ok("setWebhook", url=receiver.url, secret_token="s3cret_-")
    await person.say("号")
    await receiver.wait_for(1)
    assert (receiver.got[0][0], receiver.texts) == ("s3cret_-", ["号"])


async def test_what_waited_is_delivered_first(client: Client, receiver: Receiver, person: Person) -> None:
    await person.say("一")
    await client.ok("setWebhook", url=receiver.url)
    await person.say("二")
    await receiver.wait_for(2)
    assert receiver.texts == ["一", "二"]


async def test_a_failed_delivery_is_tried_again(client: Client, receiver: Receiver, person: Person) -> None:
    receiver.statuses = [500, 429]
    await client.ok("setWebhook", url=receiver.url)
    await person.say("号")
    await receiver.wait_for(3)
    assert receiver.texts == ["号"] * 3
    info = await client.ok("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 429 Too Many Requests"


async def test_a_status_without_a_name_is_a_failure_like_any_other(
    client: Client, receiver: Receiver, person: Person
) -> None:
    receiver.statuses = [520]  # of a CDN in front of the bot
    await client.ok("setWebhook", url=receiver.url)
    await person.say("号")
    await receiver.wait_for(2)
    assert receiver.texts == ["号"] * 2
    info = await client.ok("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 520 <none>"


async def test_one_chat_waits_for_its_delivery(
    client: Client, receiver: Receiver, person: Person, sandbox: Sandbox
) -> None:
    await client.ok("setWebhook", url=receiver.url)
    receiver.hold.clear()
    await person.say("一")
    await person.say("二")
    await Person(sandbox, 2002).say("别人")
    person.press_raw("x", 1)
    await receiver.wait_for(3)
    assert sorted(receiver.texts) == ["一", "别人"]
    receiver.hold.set()
    await receiver.wait_for(4)
    assert sorted(receiver.texts) == ["一", "二", "别人"]


async def test_an_answer_may_carry_one_call(client: Client, receiver: Receiver, person: Person) -> None:
    receiver.reply = {"method": "sendMessage", "chat_id": OWNER, "text": "收到"}
    await client.ok("setWebhook", url=receiver.url)
    await person.say("号")
    assert (await person.see("收到")).from_bot


async def test_polling_is_refused_while_hooked(client: Client, receiver: Receiver) -> None:
    await client.ok("setWebhook", url=receiver.url, allowed_updates=["message"], max_connections=7)
    assert "can't use getUpdates method while webhook is active" in await client.refusal("getUpdates")
    assert client.status == 409
    info = await client.ok("getWebhookInfo")
    assert (info["allowed_updates"], info["max_connections"]) == (["message"], 7)


async def test_a_hook_taken_away_lets_poll_again(client: Client, receiver: Receiver, person: Person) -> None:
    await client.ok("setWebhook", url=receiver.url)
    await client.ok("deleteWebhook", drop_pending_updates=True)
    await person.say("号")
    assert len(await client.ok("getUpdates")) == 1
    assert receiver.got == []


async def test_setting_a_hook_ends_the_poll(client: Client, sandbox: Sandbox, receiver: Receiver) -> None:
    poll = asyncio.create_task(client.call("getUpdates", timeout=30))
    await until(lambda: sandbox.world.updates._poller is not None)
    await client.ok("setWebhook", url=receiver.url)
    assert (await asyncio.wait_for(poll, 2))["description"] == "Conflict: terminated by setWebhook request"


async def test_a_repeat_is_delivered_on_request(
    client: Client, receiver: Receiver, person: Person, sandbox: Sandbox
) -> None:
    await client.ok("setWebhook", url=receiver.url)
    receiver.hold.clear()
    await person.say("号")
    await receiver.wait_for(1)
    assert sandbox.world.updates.repeat(receiver.got[0][1]["update_id"])
    receiver.hold.set()
    await receiver.wait_for(2)
    assert receiver.texts == ["号", "号"]
