"""A public source of randomness goes into the public journal; one that fails stops nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.core.journals import checked, written
from tests.core.sql import sql
from tests.http_parts import json_in_parts
from tests.world import World, open_world, reaches_selection

PULSE = {"round": 5_400_000, "randomness": "0f" * 32, "signature": "ab"}
WRONG = [
    {},
    [],
    {"round": True, "randomness": "0f" * 32},
    {"round": -1, "randomness": "0f" * 32},
    {"round": 7, "randomness": "no hex"},
    {"round": 7, "randomness": "0f" * 100},
    "x" * 20_000,
]


class Source:
    """An HTTP server that gives an answer."""

    answer: Any = PULSE
    status = 200
    in_parts = False

    async def latest(self, _request: web.Request) -> web.Response:
        if self.in_parts:
            return json_in_parts(self.answer)
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def source() -> AsyncIterator[tuple[Source, str]]:
    source, application = Source(), web.Application()
    application.router.add_get("/latest", source.latest)
    async with TestServer(application) as server:
        yield source, str(server.make_url("/latest"))


@pytest.fixture
async def place(engine: str, tmp_path: Path, source: tuple[Source, str]) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, beacon={"url": source[1]}) as world:
        await world.stop_jobs()
        await world.release()
        yield world


async def pulses(world: World) -> list[str]:
    rows = await world.store.read(sql, "SELECT body FROM public_entry ORDER BY seq")
    return [row["body"] for row in rows if '"event":"beacon"' in row["body"]]


async def test_value_is_in_the_chain_that_the_next_draw_depends_on(place: World, tmp_path: Path) -> None:
    await place.service.jobs.beacon()
    (pulse,) = await pulses(place)
    assert '"round":5400000' in pulse
    owner = place.person()
    await reaches_selection(owner)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")
    report = checked(await place.store.read(written, "粤K"), tmp_path / "journal.jsonl")
    assert report.draws_open == 1


async def test_value_in_several_packets(place: World, source: tuple[Source, str]) -> None:
    source[0].in_parts = True
    await place.service.jobs.beacon()
    assert len(await pulses(place)) == 1


@pytest.mark.parametrize("answer", WRONG, ids=range(len(WRONG)))
async def test_nonsense_is_left_out(place: World, source: tuple[Source, str], answer: Any) -> None:
    source[0].answer = answer
    await place.service.jobs.beacon()
    assert await pulses(place) == []


async def test_source_that_fails_is_left_out(
    place: World, source: tuple[Source, str], caplog: pytest.LogCaptureFixture
) -> None:
    source[0].status = 503
    await place.service.jobs.beacon()
    assert await pulses(place) == []
    assert "no value of the public source of randomness: BeaconUnreachable" in caplog.text
