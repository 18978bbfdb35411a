"""Thirty days without the service, with a thousand owners who hold numbers: nobody may be barred.

All numbers are due while the service is down. Then it starts: what is due is sent, what is overdue is ended
or extended, and the owners are told, on an SQLite file and with a messenger that answers at once.

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
from core.people import blacklist
from core.ports import Tx
from core.preselection import PreselectionState
from tests.core.tools import NOON, build, expire, release
from tests.lifecycle.harness import Harness, chat_of, states


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
        await expire(core)
        settled = time.perf_counter()
        await harness.sender.send_due()
        told = Counter(told.chat_id for told in harness.messenger.told if told.kind == "extended")
        barred = len(await store.run(blacklist.all_running))
        held = (await store.run(states, core, range(owners)))[PreselectionState.RESERVED]
        moved = await store.run(_moved)
        print(f"owners {owners}, days off {days}")
        print(f"barred {barred}, numbers still theirs {held}, deadlines moved {moved}")
        print(f"told {len(told)}, of them more than once {sum(times > 1 for times in told.values())}")
        print(f"seconds to end and extend {settled - begun:.1f}, to tell {time.perf_counter() - settled:.1f}")
        return barred + sum(told[chat_of(number)] != 1 for number in range(owners))
    finally:
        await core.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--owners", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        return int(bool(uvloop.run(outage(Path(directory), given.owners, given.days))))


if __name__ == "__main__":
    raise SystemExit(main())
