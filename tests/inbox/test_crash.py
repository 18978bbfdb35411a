"""Repeated kill -9 at random moments."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.db import open_store
from core.ports import Store
from tests.engines import ENGINES, engine_urls, ready_schema
from tests.inbox.crash_program import FATAL
from tests.inbox.fake_api import FakeApi, fake_api
from tests.inbox.schema import effects, shared_folders, states
from tests.inbox.tools import message

ROOT = Path(__file__).parents[2]
CHATS, SLICE = 12, 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A database used by one process after another."""

    kind: str
    url: str
    schema: str
    folder: Path


@contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    url = engine_urls(folder)[kind]
    schema = nullcontext("") if kind == "sqlite" else ready_schema(shared_folders()["migrations"])
    with schema as name:
        yield Place(kind=kind, url=url, schema=name, folder=shared_folders()["queries"].parent)


def slice_of_updates(number: int) -> list[dict[str, Any]]:
    """Return the updates sent before a kill."""
    first = 1 + number * SLICE
    return [message(update, chat_id=1 + update % CHATS) for update in range(first, first + SLICE)]


@asynccontextmanager
async def process(where: Place, api: FakeApi, fatal: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the program, and kill it at the end unless it has died by itself."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.inbox.crash_program",
        where.kind,
        where.url,
        where.schema,
        str(where.folder),
        api.base_url,
        fatal,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGKILL)
        await running.wait()


async def progress(seen: list[dict[str, Any]], running: asyncio.subprocess.Process, more: int) -> None:
    """Wait until the program has visibly made ``more`` further steps."""
    goal = len(seen) + more
    async with asyncio.timeout(60):
        while len(seen) < goal:
            assert running.returncode is None, "the program has ended by itself"
            await asyncio.sleep(0.001)


async def all_done(where: Place, updates: int) -> None:
    """Wait until every update is done, reading the database independently of the program."""
    async with asyncio.timeout(60):
        while count_done(where) < updates:  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.05)


def count_done(where: Place) -> int:
    """Return how many updates are done."""
    sql = "SELECT COUNT(*) FROM inbox WHERE state = 'done'"
    if where.kind == "sqlite":
        with closing(
            sqlite3.connect(f"file:{where.url.removeprefix('sqlite:///')}?mode=ro", uri=True)
        ) as file:
            return int(file.execute(sql).fetchone()[0])
    with psycopg.connect(where.url, options=f"-c search_path={where.schema}") as server:
        row = server.execute(sql).fetchone()
        return int(row[0]) if row else 0


@pytest.mark.parametrize("kills", [4, pytest.param(8, marks=pytest.mark.soak)])
@pytest.mark.parametrize("kind", ENGINES)
async def test_killed_process_loses_repeats_and_swaps_nothing(kind: str, tmp_path: Path, kills: int) -> None:
    dice, updates = random.Random(8), SLICE * (kills + 1)
    with place(kind, tmp_path) as where:
        async with fake_api() as api:
            api.most = 7
            for kill in range(kills):
                api.put(slice_of_updates(kill))
                async with process(where, api) as running:
                    # In turn while updates come in, and while they are handled.
                    await progress(*((api.asked, running, 4) if kill % 2 else (api.sent, running, 20)))
                    await asyncio.sleep(dice.random() * 0.02)
            api.put(slice_of_updates(kills))
            async with process(where, api):
                await all_done(where, updates)
        async with reopened(where) as store:
            happened, ended = await store.read(effects), await store.read(states)

    by_chat = {chat: [update for at, update in happened if at == chat] for chat in range(1, CHATS + 1)}
    assert sorted(update for _, update in happened) == list(range(1, updates + 1))
    assert all(handled == sorted(handled) for handled in by_chat.values())
    assert Counter(ended.values()) == {"done": updates}
    assert any(str(sent["text"]).endswith("True") for sent in api.sent), "no kill has hit anything"


@asynccontextmanager
async def reopened(where: Place) -> AsyncIterator[Store]:
    """Open the database after the program."""
    store = await open_store(
        where.url,
        migrations=where.folder / "migrations",
        queries=where.folder / "queries",
        schema=where.schema or None,
    )
    try:
        yield store
    finally:
        await store.close()


@pytest.mark.parametrize("contents", ["text", "document"])
@pytest.mark.parametrize("kind", ENGINES)
async def test_update_that_kills_is_set_aside_at_the_third_start(
    kind: str, tmp_path: Path, contents: str
) -> None:
    """Forty other chats wait beside it and behind it at every death; none of theirs is given up."""
    fatal = message(1, chat_id=1, text=FATAL)
    if contents == "document":
        fatal["message"]["document"] = {"file_id": "a", "file_unique_id": "a"}
    others = [message(number, chat_id=number % 40 + 1) for number in range(2, 162)]
    with place(kind, tmp_path) as where:
        async with fake_api() as api:
            api.put([fatal, *others])
            for _death in range(3):
                async with process(where, api, fatal="3") as running:
                    assert await asyncio.wait_for(running.wait(), 30) == -signal.SIGABRT
            async with process(where, api, fatal="3"):
                await all_done(where, len(others))
        async with reopened(where) as store:
            ended = await store.read(states)

    assert ended == {1: "broken"} | dict.fromkeys(range(2, 162), "done")


async def test_without_the_limit_the_update_kills_for_ever(tmp_path: Path) -> None:
    """The control: with no limit the fourth start dies as well."""
    with place("sqlite", tmp_path) as where:
        async with fake_api() as api:
            api.put([message(1, text=FATAL)])
            for _death in range(4):
                async with process(where, api) as running:
                    assert await asyncio.wait_for(running.wait(), 30) == -signal.SIGABRT
