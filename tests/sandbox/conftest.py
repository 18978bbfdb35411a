"""A sandbox, a raw client and a person for the sandbox's own tests."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests.person import Person

OWNER = 2001


async def until(true: Callable[[], bool]) -> None:
    """Wait up to two seconds for a condition that has no event."""
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


class Client:
    """Calls the Bot API directly, and stores the last status."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.base = sandbox.base_url + sandbox.token + "/"
        self.session = session
        self.status = 0

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call with a JSON body and return the response."""
        async with self.session.post(self.base + method, json=params) as response:
            self.status = response.status
            answer: dict[str, Any] = await response.json()
            return answer

    async def ok(self, method: str, **params: Any) -> Any:
        """Call and return the result; the call must succeed."""
        answer = await self.call(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, **params: Any) -> str:
        """Call and return the description; the call must be refused."""
        answer = await self.call(method, **params)
        assert not answer["ok"], answer
        assert answer["error_code"] == self.status
        return str(answer["description"])

    async def upload(self, method: str, files: dict[str, tuple[str, bytes]], **params: str) -> dict[str, Any]:
        """Call with a multipart form and return the response."""
        form = aiohttp.FormData()
        for name, value in params.items():
            form.add_field(name, value)
        for name, (filename, data) in files.items():
            form.add_field(name, io.BytesIO(data), filename=filename, content_type="application/octet-stream")
        async with self.session.post(self.base + method, data=form) as response:
            self.status = response.status
            answer: dict[str, Any] = await response.json()
            return answer


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def sandbox(clock: ShiftedClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock, webhook_gap=0.02) as sandbox:
        yield sandbox


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(sandbox, session)


@pytest.fixture
async def person(sandbox: Sandbox) -> Person:
    return Person(sandbox, OWNER)


@pytest.fixture
async def started(person: Person, client: Client) -> Person:
    """A person who has written to the bot; the update is already confirmed."""
    await person.say("/start")
    [update] = await client.ok("getUpdates")
    await client.ok("getUpdates", offset=update["update_id"] + 1)
    return person
