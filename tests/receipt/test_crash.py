"""kill -9, again and again, in the middle of everything."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.db import open_store
from tests.engines import ENGINES, engine_urls, postgres_schema
from tests.receipt.fake_api import FakeApi, fake_api
from tests.receipt.schema import effects, make_folders, states
from tests.receipt.tools import message

ROOT = Path(__file__).parents[2]
UPDATES, CHATS, KILLS = 600, 12, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A database on which one process after the other runs."""

    kind: str
    url: str
    schema: str
    folder: Path


@contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    make_folders(folder)
    url = engine_urls(folder)[kind]
    if kind == "sqlite":
        yield Place(kind=kind, url=url, schema="", folder=folder)
        return
    with postgres_schema() as schema:
        yield Place(kind=kind, url=url, schema=schema, folder=folder)


@asynccontextmanager
async def process(where: Place, api: FakeApi) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the program, and kill it at the end."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.receipt.crash_program",
        where.kind,
        where.url,
        where.schema,
        str(where.folder),
        api.base_url,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield running
    finally:
        running.send_signal(signal.SIGKILL)
        await running.wait()


async def progress(api: FakeApi, running: asyncio.subprocess.Process, sends: int) -> None:
    """Wait until the program has sent so much more."""
    goal = len(api.sent) + sends
    async with asyncio.timeout(60):
        while len(api.sent) < goal:
            assert running.returncode is None, "the program has ended by itself"
            await asyncio.sleep(0.001)


async def all_done(api: FakeApi) -> None:
    """Wait until nothing is pending and every update has been answered."""
    async with asyncio.timeout(60):
        while api.pending or len({str(sent["text"]).split()[0] for sent in api.sent}) < UPDATES:  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)


@pytest.mark.parametrize("kind", ENGINES)
async def test_killed_process_loses_repeats_and_swaps_nothing(kind: str, tmp_path: Path) -> None:
    dice = random.Random(8)
    with place(kind, tmp_path) as where:
        async with fake_api() as api:
            api.put([message(number, chat_id=1 + number % CHATS) for number in range(1, UPDATES + 1)])
            for _ in range(KILLS):
                async with process(where, api) as running:
                    await progress(api, running, dice.randrange(1, 60))
                    await asyncio.sleep(dice.random() * 0.01)
            async with process(where, api):
                await all_done(api)
        store = await open_store(
            where.url,
            migrations=tmp_path / "migrations",
            queries=tmp_path / "queries",
            schema=where.schema or None,
        )
        happened, ended = await store.read(effects), await store.read(states)
        await store.close()

    by_chat = {chat: [update for at, update in happened if at == chat] for chat in range(1, CHATS + 1)}
    assert sorted(update for _, update in happened) == list(range(1, UPDATES + 1))
    assert all(updates == sorted(updates) for updates in by_chat.values())
    assert Counter(ended.values()) == {"done": UPDATES}
    assert any(str(sent["text"]).endswith("True") for sent in api.sent), "no kill has hit anything"
