"""Throughput of drawing batches: quota, allocation of the numbers and audit log, committed.

Measured with 1, 10 and 100 concurrent owners, each with one draw in flight, from 10,000 numbers and from all
7,059,999 of an office, with all numbers free and with three sevenths permanently taken. The ratio is to the
10,000 numbers with the same share taken. The last line shows the cost when nine tenths are taken.

All pools are open at the same time and measured in turn, round by round, so that other load on the machine
affects each of them alike. The CPU time of the process is printed next to the rate; other load affects it
less. Each draw replaces the owner's previous batch, and all owners hold one. The clock is the real one, and
expired rows are purged every minute, as in the service. Everything is measured twice: at the start, and after
``--while`` more draws from each pool.

    python -m benchmarks.draws
    python -m benchmarks.draws --engine postgres --url postgresql://postgres@127.0.0.1/postgres
"""

import argparse
import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import uvloop

from benchmarks.databases import SCHEMA, URL, Store, new_store
from core.bootstrap import Core
from core.clock import SystemClock
from core.pool.segments import purge
from core.ports import Tx
from core.values.masks import SMALL_MASKS, Mask, parse_mask
from core.values.offices import Office
from core.values.plates import PlateKind
from tests.core.sql import fill_ranks
from tests.core.tools import build, release, verified

CALLERS = (1, 10, 100)
WITHOUT_LIMIT = 10**9
PURGE_EVERY = 60.0
Cells = dict[int, list["Sample"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The result of one round."""

    rate: float  # draws per second
    cpu: float  # ms of CPU per draw, of all threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool to draw from."""

    name: str
    masks: Sequence[Mask]
    taken: Callable[[int], bool]  # which ranks of each mask are permanently taken
    beside: int  # the index of the pool used as its baseline


def _none(_rank: int) -> bool:
    return False


def _three_sevenths(rank: int) -> bool:
    return rank % 7 in {0, 2, 4}


def _nine_tenths(rank: int) -> bool:
    return rank % 5 != 0  # the other tenth is what the owners hold


SMALL = (parse_mask(PlateKind.SMALL, "A####"),)
POOLS = (
    Pool(name="10,000 numbers", masks=SMALL, taken=_none, beside=0),
    Pool(name="7,059,999", masks=SMALL_MASKS, taken=_none, beside=0),
    Pool(name="10,000, 3/7 taken", masks=SMALL, taken=_three_sevenths, beside=2),
    Pool(name="7,059,999, 3/7 taken", masks=SMALL_MASKS, taken=_three_sevenths, beside=2),
    Pool(name="10,000, 9/10 not free", masks=SMALL, taken=_nine_tenths, beside=0),
)


@dataclass(slots=True)
class Bench:
    """Owners drawing from a pool."""

    pool: Pool
    core: Core
    office: Office
    begun: list[int] = field(default_factory=list)
    presses: "itertools.count[int]" = field(default_factory=itertools.count)
    purged_at: float = field(default_factory=time.monotonic)

    async def prepare(self) -> None:
        """Fill the pool and bring the owners to the selection."""
        run = self.core.store.run
        for mask in self.pool.masks:
            await run(release, self.core, mask.pattern)
        for number in range(max(CALLERS)):
            _, begun = await run(verified, self.core, number)
            self.begun.append(begun)
        _, holder = await run(verified, self.core, max(CALLERS))
        for segment_id, mask in enumerate(self.pool.masks, start=1):
            taken = filter(self.pool.taken, range(mask.size))
            await run(fill_ranks, segment_id, mask, taken, holder)

    async def sample(self, callers: int, seconds: float) -> Sample:
        """Let ``callers`` owners draw as fast as they can, while all hold a batch."""
        await self.draws(len(self.begun))
        done, begun, cpu = 0, time.perf_counter(), time.process_time()

        async def owner(preselection_id: int) -> None:
            nonlocal done
            while time.perf_counter() - begun < seconds:
                await self._purge_when_due()
                await self.core.store.run_for(preselection_id, self._draw, preselection_id)
                done += 1

        await asyncio.gather(*(owner(one) for one in self.begun[:callers]))
        spent = time.process_time() - cpu
        return Sample(rate=done / (time.perf_counter() - begun), cpu=1000 * spent / done)

    async def draws(self, number: int) -> None:
        """Let all owners draw in turn, ``number`` times in total."""
        for start in range(0, number, len(self.begun)):
            some = self.begun[: number - start]
            await self._purge_when_due()
            await asyncio.gather(*(self.core.store.run_for(one, self._draw, one) for one in some))

    async def _purge_when_due(self) -> None:
        if time.monotonic() - self.purged_at >= PURGE_EVERY:
            self.purged_at = time.monotonic()
            await self.core.store.run(purge)

    def _draw(self, tx: Tx, preselection_id: int) -> None:
        drawn = self.core.selection.draw(
            tx,
            preselection_id,
            self.office,
            nonce=str(next(self.presses)),
            received_at=tx.now,
            without_four=False,
        )
        assert len(drawn.batch.serials) == self.office.batch_size


@asynccontextmanager
async def open_bench(store: Store, pool: Pool) -> AsyncIterator[Bench]:
    core = await build(store, SystemClock(), hours="00:00-24:00")
    office = replace(core.offices["粤K"], random_batches=WITHOUT_LIMIT, idle_minutes=1440)
    bench = Bench(pool=pool, core=core, office=office)
    try:
        await bench.prepare()
        yield bench
    finally:
        await core.close()


async def _measured(benches: list[Bench], seconds: float, rounds: int) -> list[Cells]:
    found: list[Cells] = [{callers: [] for callers in CALLERS} for _ in benches]
    for _ in range(rounds):
        for callers in CALLERS:
            for bench, cells in zip(benches, found, strict=True):
                cells[callers].append(await bench.sample(callers, seconds))
    return found


def _print(when: str, benches: list[Bench], found: list[Cells]) -> None:
    print(f"\n{when:<24}" + "".join(f"{callers:>8}{'ratio':>6}{'CPU ms':>8}" for callers in CALLERS))
    for bench, cells in zip(benches, found, strict=True):
        other = found[bench.pool.beside]
        line = (_cell(cells[callers], other[callers]) for callers in CALLERS)
        print(f"{bench.pool.name:<24}" + "".join(line), flush=True)


def _cell(samples: list[Sample], other: list[Sample]) -> str:
    # The samples of a round were taken within seconds of each other, so ratios are per round.
    ratio = statistics.median(sample.rate / first.rate for sample, first in zip(samples, other, strict=True))
    rate = statistics.median(sample.rate for sample in samples)
    cpu = statistics.median(sample.cpu for sample in samples)
    return f"{rate:>8.0f}{ratio:>6.2f}{cpu:>8.2f}"


async def _open(stack: AsyncExitStack, given: argparse.Namespace) -> list[Bench]:
    """Open a store for each pool, to be closed with the stack."""
    benches = []
    for number, pool in enumerate(POOLS[:2] if given.all_free else POOLS):
        made = new_store(given.engine, given.url, SystemClock(), f"{SCHEMA}_{number}")
        store = await stack.enter_async_context(made)
        benches.append(await stack.enter_async_context(open_bench(store, pool)))
    return benches


async def main(given: argparse.Namespace) -> None:
    """Print a line for each pool, twice."""
    print(f"draws a second, {given.engine}, medians of {given.rounds} rounds of {given.seconds:g} s")
    async with AsyncExitStack() as stack:
        benches = await _open(stack, given)
        for bench in benches:
            await bench.draws(given.draws // 10)  # warm caches, and WAL files at their final size
        _print("at first", benches, await _measured(benches, given.seconds, given.rounds))
        for bench in benches:
            await bench.draws(given.draws)
        later = await _measured(benches, given.seconds, given.rounds)
        _print(f"after {given.draws} more draws", benches, later)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--url", default=URL)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--while", type=int, default=20_000, dest="draws", help="draws between the tables")
    parser.add_argument("--all-free", action="store_true", help="only the first two pools: sooner filled")
    uvloop.run(main(parser.parse_args()))
