"""The opening minute of a province, simulated from measured costs: what saturates, how long owners wait.

A discrete-event simulation. Owners arrive at random after the opening, and each takes four steps: page, draw,
pick, confirm. A step occupies, one after the other:

    its worker      one core; a chat belongs to one worker; the CPU of a step
    the database    some cores, shared by all workers of a bot; the CPU of a step
    its pool        draws and confirmations of one pool, one after the other; the time under the pool's lock
    the messenger   calls a second that one bot may make, and the time that a call takes
    the owner       who looks at the screen, and presses

Bots share nothing: each has a database, workers, and its share of the owners and offices. The defaults are
the costs that were measured here (docs/scaling.md). What is not simulated: the network, nginx (a tenth of a
worker), vacuum and checkpoints, errors.

    python -m benchmarks.opening_simulation
    python -m benchmarks.opening_simulation --owners 100000 --workers 8,16 --bots 1,10
"""

import argparse
import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

MINUTE = 60.0
STEPS = 4  # page, draw, pick, confirm
ON_POOL = frozenset({1, 3})  # of these steps: a draw, and the claim of the number


class Stage(IntEnum):
    """Where a step is; it begins at the worker and ends with the owner seeing it."""

    WORKER, DATABASE, POOL, MESSENGER, SHOWN = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a step costs, in seconds, and what there is.

    Attributes:
        worker: CPU of a worker.
        database: CPU of the database.
        pool: time under the lock of a pool.
        call: time of a call of the Bot API.
        calls: how many calls a second the messenger takes from one bot.
        cores: of a database.
    """

    worker: float
    database: float
    pool: float
    call: float
    calls: float
    cores: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """Who comes, and to how much.

    Attributes:
        owners: how many.
        arrives: seconds after the opening within which half of them have come.
        thinks: seconds before a press, on average.
        offices: pools, among which owners choose at random; evenly, as the worst one is what counts anyway.
        workers: of all bots together.
        bots: how many partitions.
    """

    owners: int
    arrives: float
    thinks: float
    offices: int
    workers: int
    bots: int


class Servers:
    """Some equal servers with one queue, first come, first served."""

    def __init__(self, count: int) -> None:
        self._free_at = [0.0] * count
        self._asked = 0.0  # seconds of work, in the first minute

    def serve(self, now: float, seconds: float) -> float:
        """Return when a service that is asked for now ends."""
        end = max(now, heapq.heappop(self._free_at)) + seconds
        heapq.heappush(self._free_at, end)
        if now < MINUTE:
            self._asked += seconds
        return end

    @property
    def load(self) -> float:
        """The work asked for in the first minute, as a share of what they can do in it."""
        return self._asked / (len(self._free_at) * MINUTE)


@dataclass(slots=True)
class Bot:
    """One partition."""

    workers: list[Servers]
    database: Servers
    pools: list[Servers]
    messenger: Servers = field(default_factory=lambda: Servers(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """What came out: seconds, and the load of the first minute."""

    p50: float
    p99: float
    last_step: float
    last_receipt: float
    loads: dict[str, float]


def simulate(province: Province, costs: Costs, seed: int = 1) -> Waited:
    """Let everybody select."""
    dice = random.Random(seed)
    per_bot = max(1, province.workers // province.bots)
    bots = [
        Bot(
            workers=[Servers(1) for _ in range(per_bot)],
            database=Servers(costs.cores),
            pools=[Servers(1) for _ in range(max(1, province.offices // province.bots))],
        )
        for _ in range(province.bots)
    ]
    places = [(dice.choice(bots), dice.randrange(1 << 30)) for _ in range(province.owners)]
    steps, asked_at = [0] * province.owners, [0.0] * province.owners
    waits: list[float] = []
    rate = math.log(2) / province.arrives
    events = [(dice.expovariate(rate), owner, Stage.WORKER) for owner in range(province.owners)]
    heapq.heapify(events)
    now = 0.0
    while events:
        now, owner, stage = heapq.heappop(events)
        bot, luck = places[owner]
        if stage is Stage.SHOWN:
            waits.append(now - asked_at[owner])
            steps[owner] += 1
            if steps[owner] < STEPS:
                heapq.heappush(events, (now + dice.expovariate(1 / province.thinks), owner, Stage.WORKER))
            continue
        if stage is Stage.WORKER:
            asked_at[owner] = now
            end = bot.workers[luck % len(bot.workers)].serve(now, _varied(dice, costs.worker))
        elif stage is Stage.DATABASE:
            end = bot.database.serve(now, _varied(dice, costs.database))
        elif stage is Stage.POOL:
            is_on_pool = steps[owner] in ON_POOL
            end = bot.pools[luck // 7 % len(bot.pools)].serve(now, costs.pool) if is_on_pool else now
        else:
            end = bot.messenger.serve(now, 1 / costs.calls) + costs.call
        heapq.heappush(events, (end, owner, Stage(stage + 1)))
    waits.sort()
    return Waited(
        p50=waits[len(waits) // 2],
        p99=waits[len(waits) * 99 // 100],
        last_step=waits[-1],
        last_receipt=now,
        loads=_loads(bots),
    )


def _varied(dice: random.Random, mean: float) -> float:
    """Return a cost between half and one and a half of the mean: steps differ."""
    return mean * dice.uniform(0.5, 1.5)


def _loads(bots: list[Bot]) -> dict[str, float]:
    """Return the load of the busiest of each kind."""
    return {
        "worker": max(worker.load for bot in bots for worker in bot.workers),
        "database": max(bot.database.load for bot in bots),
        "pool": max(pool.load for bot in bots for pool in bot.pools),
        "messenger": max(bot.messenger.load for bot in bots),
    }


def _line(province: Province, waited: Waited) -> str:
    first = max(waited.loads, key=lambda name: waited.loads[name])
    return (
        f"{province.owners:>8,}{province.offices:>9}{province.bots:>6}{province.workers:>9}"
        f"{waited.p50:>9.2f}{waited.p99:>9.2f}{waited.last_step:>9.1f}{waited.last_receipt:>10.0f}"
        f"   {first} {waited.loads[first]:.0%}"
    )


def _provinces(given: argparse.Namespace) -> Iterator[Province]:
    plain = Province(
        owners=0,
        arrives=given.arrives,
        thinks=given.thinks,
        offices=given.offices,
        workers=1,
        bots=1,
    )
    for owners in given.owners:
        for bots in given.bots:
            for workers in given.workers:
                if workers >= bots:
                    yield replace(plain, owners=owners, bots=bots, workers=workers)


def main(given: argparse.Namespace) -> None:
    """Print a line for each province."""
    costs = Costs(
        worker=given.worker_ms / 1000,
        database=given.database_ms / 1000,
        pool=given.pool_ms / 1000,
        call=given.call_ms / 1000,
        calls=given.calls,
        cores=given.cores,
    )
    print(
        f"a step: {given.worker_ms} ms of a worker, {given.database_ms} ms of the database"
        f" ({given.cores} cores each), {given.pool_ms} ms of its pool;"
        f" {given.calls:g} calls a second to a bot; half arrive in {given.arrives:g} s"
    )
    print(
        f"{'owners':>8}{'offices':>9}{'bots':>6}{'workers':>9}{'p50 s':>9}{'p99 s':>9}{'last s':>9}"
        f"{'all in s':>10}   busiest in the first minute"
    )
    for province in _provinces(given):
        print(_line(province, simulate(province, costs)), flush=True)


def _numbers(typed: str) -> list[int]:
    return [int(one) for one in typed.split(",")]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--owners", type=_numbers, default=[10_000, 100_000])
    parser.add_argument("--offices", type=int, default=20)
    parser.add_argument("--bots", type=_numbers, default=[1, 5, 20])
    parser.add_argument("--workers", type=_numbers, default=[4, 20, 60])
    parser.add_argument("--arrives", type=float, default=20.0, help="seconds until half have come")
    parser.add_argument("--thinks", type=float, default=5.0, help="seconds before a press, on average")
    parser.add_argument("--worker-ms", type=float, default=21.3)
    parser.add_argument("--database-ms", type=float, default=9.8)
    parser.add_argument("--pool-ms", type=float, default=5.0)
    parser.add_argument("--call-ms", type=float, default=60.0)
    parser.add_argument("--calls", type=float, default=1e9, help="a second, that a bot may make")
    parser.add_argument("--cores", type=int, default=16, help="of each database")
    main(parser.parse_args())
