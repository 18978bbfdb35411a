"""How many batches a second the real services draw: quota, taking of the numbers, journal, committed.

For 1, 10 and 100 owners who wait, each with one draw in flight, from 10,000 numbers that are all free, from
the same with nine tenths of them taken, and from all 7,059,999 of an office. Ratios are to the first pool.

    python -m benchmarks.draws
    python -m benchmarks.draws --engine postgres --url postgresql://postgres@127.0.0.1/postgres
"""

import argparse
import asyncio
import itertools
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from benchmarks.store import SCHEMA, Store, prepare_postgres
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import open_postgres, open_sqlite
from core.masks import SMALL_MASKS
from core.offices import Office
from core.ports import Tx
from tests.core.sql import fill
from tests.core.tools import NOON, build, release, verified

CALLERS = (1, 10, 100)
ROUNDS = 3
WITHOUT_LIMIT = 10**9
SMALL = "A####"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What is drawn from."""

    name: str
    masks: tuple[str, ...]
    nearly_full: bool = False


POOLS = (
    Pool(name="10,000 numbers", masks=(SMALL,)),
    Pool(name="10,000, nine tenths taken", masks=(SMALL,), nearly_full=True),
    Pool(name="7,059,999 numbers", masks=tuple(mask.pattern for mask in SMALL_MASKS)),
)


class Bench:
    """Owners in front of a pool."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._office: Office = replace(core.offices["粤K"], random_batches=WITHOUT_LIMIT, idle_minutes=1440)
        self._begun: list[int] = []
        self._presses = itertools.count()

    async def prepare(self, pool: Pool) -> None:
        """Fill the pool and bring the owners to the selection."""
        run = self._core.store.run
        for mask in pool.masks:
            await run(release, self._core, mask)
        for number in range(max(CALLERS)):
            _, begun = await run(verified, self._core, number)
            self._begun.append(begun)
        if pool.nearly_full:
            _, holder = await run(verified, self._core, max(CALLERS))
            await run(_take_nine_tenths, holder)

    async def rate(self, callers: int, seconds: float) -> float:
        """Return the draws a second that so many waiting owners get."""
        done, begun = 0, time.perf_counter()

        async def owner(preselection_id: int) -> None:
            nonlocal done
            while time.perf_counter() - begun < seconds:
                await self._core.store.run(self._draw, preselection_id)
                done += 1

        await asyncio.gather(*(owner(one) for one in self._begun[:callers]))
        return done / (time.perf_counter() - begun)

    def _draw(self, tx: Tx, preselection_id: int) -> None:
        drawn = self._core.selection.draw(
            tx, preselection_id, self._office, nonce=str(next(self._presses)), at=tx.now, without_four=False
        )
        assert len(drawn.batch.serials) == self._office.batch_size


def _take_nine_tenths(tx: Tx, holder: int) -> None:
    # The other tenth is what the owners hold from the warming up on.
    fill(tx, segment_id=1, mask=SMALL, size=10_000, keep="n % 5 = 0", holder=holder)


async def _rates(store: Store, clock: FixedClock, pool: Pool, seconds: float) -> list[float]:
    core = await build(store, clock, hours="00:00-24:00")
    bench = Bench(core)
    try:
        await bench.prepare(pool)
        await bench.rate(max(CALLERS), seconds / 2)  # everything is warm
        return [
            statistics.median([await bench.rate(callers, seconds) for _ in range(ROUNDS)])
            for callers in CALLERS
        ]
    finally:
        await core.close()


async def main(engine: str, url: str, seconds: float) -> None:
    """Print a line for each pool."""
    print(f"draws a second, {engine}, median of {ROUNDS} rounds of {seconds:g} s")
    print(f"{'owners who wait':<28}" + "".join(f"{callers:>8}{'ratio':>7}" for callers in CALLERS))
    first: list[float] = []
    for pool in POOLS:
        clock = FixedClock(NOON)
        if engine == "postgres":
            prepare_postgres(url, drop=False)
            rates = await _rates(await open_postgres(url, clock, schema=SCHEMA), clock, pool, seconds)
        else:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "bench.db"
                rates = await _rates(await open_sqlite(f"sqlite:///{path}", clock), clock, pool, seconds)
        first = first or rates
        cells = (f"{rate:>8.0f}{rate / alone:>7.2f}" for rate, alone in zip(rates, first, strict=True))
        print(f"{pool.name:<28}" + "".join(cells), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--url", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each of three rounds")
    given = parser.parse_args()
    try:
        uvloop.run(main(given.engine, given.url, given.seconds))
    finally:
        if given.engine == "postgres":
            prepare_postgres(given.url, drop=True)
