"""A thousand owners hold numbers, and something happens around the program: nobody may be barred.

An outage: all numbers are due while the service is down for thirty days. Then it starts: what is due is
sent, what is overdue is ended or extended, and the owners are told.

A wrong clock: the service starts on a host whose clock is thirty days ahead, runs all its jobs again and
again, and goes on when the clock has been put right.

Both on an SQLite file; the outage with a messenger that answers at once, the clock with the whole program and
the sandbox.

    python -m benchmarks.outage
    python -m benchmarks.outage --owners 200 --days 60
"""

import argparse
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import uvloop

from core.clock import FixedClock
from core.db import open_sqlite
from core.people import ban_list
from core.people.ban_list import BanFilter
from core.ports import Tx
from core.preselection import PreselectionState
from sandbox import Sandbox
from tests.core.sql import sql
from tests.core.tools import NOON, build, expire, release
from tests.e2e.test_clock_guard import Host
from tests.engines import make_sqlite
from tests.lifecycle.harness import Harness, chat_of, states
from tests.world import CHIEF, MORNING, PEOPLE, clock_at


def _moved(tx: Tx) -> int:
    return sum(
        row["deadline_before"] is not None
        for row in tx.all("preselection.reserved_after", after=0, most=10**6)
    )


async def outage(directory: Path, owners: int, days: int) -> int:
    """Run the simulation and print its figures; return how many were barred or not told."""
    clock = FixedClock(NOON)
    store = await open_sqlite(f"sqlite:///{directory / 'outage.db'}", clock)
    core = await build(store, clock)
    try:
        harness = Harness(core, clock)
        await store.run(release, core, "A####")
        await harness.reserve(*range(owners))
        clock.advance(timedelta(days=days))
        begun = time.perf_counter()
        await harness.sender.send_due()  # the order of the start: first what is still of use
        sent = time.perf_counter()
        await expire(core)
        settled = time.perf_counter()
        await harness.sender.send_due()
        told = Counter(told.chat_id for told in harness.messenger.told if told.kind == "extended")
        barred = await store.run(ban_list.count, BanFilter(offices=None))
        held = (await store.run(states, core, range(owners)))[PreselectionState.RESERVED]
        moved = await store.run(_moved)
        print(f"owners {owners}, days off {days}")
        print(f"barred {barred}, numbers still theirs {held}, deadlines moved {moved}")
        print(f"told {len(told)}, of them more than once {sum(times > 1 for times in told.values())}")
        print(
            f"seconds to give up late reminders {sent - begun:.1f}, to extend {settled - sent:.1f}, "
            f"to tell {time.perf_counter() - settled:.1f}"
        )
        return barred + sum(told[chat_of(number)] != 1 for number in range(owners))
    finally:
        await core.close()


async def wrong_clock(directory: Path, owners: int, days: int) -> int:
    """Start with the clock ahead and print the figures; return how many were barred, ended or written to."""
    true = clock_at(MORNING)
    async with Sandbox(true, people=PEOPLE) as sandbox:
        await make_sqlite(directory)
        host = Host(sandbox, true, directory, None)
        await host.start()
        chief = host.world.person(CHIEF)
        await chief.say("/start")
        await chief.settled()
        await host.world.store.run(release, host.world.core, "A####")
        await Harness(host.world.core, FixedClock(true.now())).reserve(*range(owners))
        await host.stop()
        host.jumps(timedelta(days=days))
        begun = time.perf_counter()
        await host.start()
        await chief.see("服务器时间可能有误")
        alarmed = time.perf_counter()
        for _ in range(3):
            await host.does_everything()
        held, bans, sent = Counter(await host.states())["reserved"], await host.bans(), await _sent(host)
        host.jumps(-timedelta(days=days))
        await host.waits(in_doubt=False)
        await host.does_everything()
        after = Counter(await host.states())["reserved"]
        print(f"owners {owners}, clock ahead by {days} days")
        print(f"barred {bans}, numbers still theirs {held}, notifications sent in the doubt {sent}")
        print(f"chiefs told after {alarmed - begun:.1f} s; with the right clock again still theirs {after}")
        await host.stop()
        return bans + 2 * owners - held - after + sent


async def _sent(host: Host) -> int:
    rows = await host.world.store.read(sql, "SELECT count(*) AS n FROM notice WHERE state = 'sent'")
    return int(rows[0]["n"])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--owners", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    given = parser.parse_args()
    wrong = 0
    for scenario in (outage, wrong_clock):
        with tempfile.TemporaryDirectory() as directory:
            wrong += uvloop.run(scenario(Path(directory), given.owners, given.days))
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
