"""An answer over HTTP that arrives in several pieces is one answer to each client that reads it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.beacon import fetch
from bot.registry.client import RegistryClient
from core.http_bodies import read_at_most
from core.settings.tables import RegistryHttpSettings
from core.sms.vendors import post
from tests import factories

VIN = factories.vin(0)
ANSWER = json.dumps({"vin": VIN, "state": "unknown", "round": 7, "randomness": "0f" * 32}).encode()
PIECES = (ANSWER[:20], ANSWER[20:50], ANSWER[50:])


async def in_pieces(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    for piece in PIECES:
        await answer.write(piece)
        await asyncio.sleep(0.05)
    return answer


@pytest.fixture
async def url() -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/", in_pieces)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


async def asks_registry(url: str) -> None:
    settings = RegistryHttpSettings.model_validate({"url": url, "token": "a-token"})
    assert await RegistryClient(settings).ask(VIN) is None


async def asks_vendor(url: str) -> None:
    status, answer = await post("vendor", url, headers={}, body=b"", timeout_seconds=5)
    assert (status, answer) == (200, json.loads(ANSWER))


async def asks_beacon(url: str) -> None:
    assert (await fetch(url)).round == 7


@pytest.mark.parametrize("asks", [asks_registry, asks_vendor, asks_beacon])
async def test_answer_in_pieces_is_read_whole(url: str, asks: Callable[[str], Awaitable[None]]) -> None:
    await asks(url)


@pytest.mark.parametrize("most", [0, 1, len(ANSWER), len(ANSWER) + 1])
async def test_no_more_is_read_than_the_limit(most: int) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(ANSWER)
    reader.feed_eof()
    assert await read_at_most(reader, most) == ANSWER[:most]
