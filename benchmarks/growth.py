"""What an answer costs as numbers, owners, reservations and offices grow: the whole program and the sandbox.

One world grows step by step: each step adds taken numbers, registered accounts, and reservations of theirs,
the same number of each. After each step the same people ask the same things, one at a time, and the screen is
timed from the message on; a draw is timed in the services, committed. The last table does the same with more
offices.

    python -m benchmarks.growth
    python -m benchmarks.growth --engine postgres --sizes 0,10000,100000
"""

import argparse
import asyncio
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from core.ports import Tx
from core.values.masks import SMALL_MASKS
from core.values.offices import offered
from tests import factories
from tests.core.sql import fill_ranks, sql
from tests.core.tools import reserved, verified
from tests.person import Person
from tests.world import CHIEF, World, office, open_world

HOLDER, DRAWER, ASKER = 0, 1, 2  # numbers of owners of the tests
WITHOUT_LIMIT = 10**9
Times = dict[str, float]
_LETTERS = "'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'"
_SERIAL = (
    f"substr({_LETTERS}, n / 115600 % 24 + 1, 1) || substr({_LETTERS}, n / 3400 % 34 + 1, 1)"
    f" || substr({_LETTERS}, n / 100 % 34 + 1, 1) || substr(CAST(n % 100 + 100 AS TEXT), 2)"
)  # different for each n below 2,774,400, and no number of the people


async def _timed(work: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the median in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        found.append(1000 * (time.perf_counter() - began))
    return statistics.median(found)


class Growing:
    """A world that grows, and people who ask in it."""

    def __init__(self, world: World, engine: str) -> None:
        self._world = world
        self._bytes = "BYTEA" if engine == "postgres" else "BLOB"
        self._size = 0
        self._segment = itertools.count(1)
        self._ranks: Iterator[tuple[int, int]] = iter(())
        self._draws = itertools.count()
        self._chief = world.person(CHIEF)
        self._owner: Person = self._chief
        self._begun = 0
        self._template = 0

    async def prepare(self) -> None:
        """Release all numbers of an office, and bring in the people."""
        world = self._world
        for mask in SMALL_MASKS:
            await world.release(mask.pattern)
        self._ranks = ((n, rank) for n, mask in enumerate(SMALL_MASKS, 1) for rank in range(0, mask.size, 2))
        _, self._template = await world.store.run(reserved, world.core, HOLDER, "99998")
        _, self._begun = await world.store.run(verified, world.core, DRAWER)
        await world.store.run(verified, world.core, ASKER)
        spec = replace(world.sandbox.world.people[CHIEF].spec, chat_id=5000 + ASKER, role="owner")
        world.sandbox.world.add_person(spec)
        self._owner = world.person(5000 + ASKER)

    async def grow(self, size: int) -> None:
        """Add numbers, accounts and reservations up to a number of each."""
        run = self._world.store.run
        for start in range(self._size, size, 50_000):
            count = min(50_000, size - start)
            by_segment: dict[int, list[int]] = {}
            for segment, rank in itertools.islice(self._ranks, count):
                by_segment.setdefault(segment, []).append(rank)
            for segment, ranks in by_segment.items():
                await run(fill_ranks, segment, SMALL_MASKS[segment - 1], ranks, self._template)
            await run(self._add_owners, start, count)
        self._size = size
        if self._bytes == "BYTEA":
            await run(lambda tx: sql(tx, "ANALYZE") and None)

    def _add_owners(self, tx: Tx, start: int, count: int) -> None:
        """Copy the holder's account and reservation, with identities and vehicles of their own."""
        counted = f"SELECT {start + 1} UNION ALL SELECT n + 1 FROM count WHERE n < {start + count}"  # noqa: S608 - ours
        numbers = f"WITH RECURSIVE count (n) AS ({counted})"
        own = f"CAST('growth ' || n AS {self._bytes})"
        self._copy(
            tx,
            numbers,
            "account",
            f"chat_id = {5000 + HOLDER}",
            {"chat_id": "10000000 + n", "identity_hash": own, "phone_hash": own},
        )
        self._copy(
            tx,
            numbers,
            "preselection",
            f"preselection_id = {self._template}",
            {
                "account_id": "(SELECT account_id FROM account WHERE chat_id = 10000000 + n)",
                "vin": "'LSVGROWTH' || substr(CAST(n + 100000000 AS TEXT), 2)",
                "serial": _SERIAL,
            },
        )

    @staticmethod
    def _copy(tx: Tx, numbers: str, table: str, where: str, own: dict[str, str]) -> None:
        (row,) = sql(tx, f"SELECT * FROM {table} WHERE {where}")  # noqa: S608 - nothing comes from outside
        names = [name for name in row if name != f"{table}_id"]
        chosen = ", ".join(own.get(name, f"{table}.{name}") for name in names)
        source = f"SELECT {chosen} FROM count, {table} WHERE {table}.{where}"  # noqa: S608 - ours
        sql(tx, f"INSERT INTO {table} ({', '.join(names)}) {numbers} {source}")

    async def measure(self, times: int) -> Times:
        """Return milliseconds by what was asked."""
        owner, chief = self._owner, self._chief
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "a draw": lambda: self._world.store.run(self._draw),
            "/preselect": lambda: _asks(owner, "/preselect", "第5步"),
            "/mine": lambda: _asks(owner, "/mine", "我的选号"),
            "/pool": lambda: _asks(owner, "/pool", "号池公示"),
            "/find ID": lambda: _asks(chief, f"/find {factories.identity(HOLDER)}", "粤K·99998"),
            "/find number": lambda: _asks(chief, "/find 粤K99998", "粤K·99998"),
            "/desk": lambda: _asks(chief, "/desk", "待办"),
            "/segments 粤K": lambda: _asks(chief, "/segments 粤K", "号段"),
            "/stats 粤K": lambda: _asks(chief, "/stats 粤K", "近 7 天"),
        }
        return {name: await _timed(work, times) for name, work in asked.items()}

    def _draw(self, tx: Tx) -> None:
        core = self._world.core
        place = replace(core.offices["粤K"], random_batches=WITHOUT_LIMIT, idle_minutes=1440)
        nonce = f"growth {next(self._draws)}"
        drawn = core.selection.draw(
            tx, self._begun, place, nonce=nonce, received_at=tx.now, without_four=False
        )
        assert len(drawn.batch.serials) == place.batch_size


async def _asks(person: Person, words: str, answer: str) -> None:
    """Ask, and wait for an answer below the question; older screens may change meanwhile."""
    await person.say(words)
    asked = max(person.me.messages)
    async with asyncio.timeout(60):
        while not any(  # noqa: ASYNC110 - as a poll takes microseconds
            shown.message_id > asked and shown.from_bot and answer in shown.words for shown in person.history
        ):
            await asyncio.sleep(0.001)


@asynccontextmanager
async def _growing(engine: str, offices: int) -> AsyncIterator[Growing]:
    codes = ["粤K", *(one.code for one in offered() if one.code != "粤K")][:offices]
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(engine, Path(folder), offices=[office(code) for code in codes]) as world:
            growing = Growing(world, engine)
            await growing.prepare()
            yield growing


def _print(columns: Sequence[str], found: Sequence[Times]) -> None:
    print(f"{'ms, medians':<16}" + "".join(f"{column:>14}" for column in columns))
    for name in found[0]:
        print(f"{name:<16}" + "".join(f"{times[name]:>14.1f}" for times in found), flush=True)


async def main(given: argparse.Namespace) -> None:
    """Print a table by size, and one by offices."""
    print(f"growth, {given.engine}, load {os.getloadavg()[0]:.1f}, medians of {given.times}")
    found = []
    async with _growing(given.engine, 1) as growing:
        for size in given.sizes:
            await growing.grow(size)
            found.append(await growing.measure(given.times))
            _print([f"{one:,}" for one in given.sizes[: len(found)]], found)
    found = []
    for offices in given.offices:
        async with _growing(given.engine, offices) as growing:
            found.append(await growing.measure(given.times))
    _print([f"{one} offices" for one in given.offices], found)


def _numbers(typed: str) -> list[int]:
    return [int(one) for one in typed.split(",")]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--sizes", type=_numbers, default=[0, 10_000, 100_000, 1_000_000])
    parser.add_argument("--offices", type=_numbers, default=[1, 30, 300])
    parser.add_argument("--times", type=int, default=15)
    asyncio.run(main(parser.parse_args()))
