"""What the public journal costs: draws with its entries, beside draws without them, in one run.

The same pool of 10,000 free numbers and the same owners are measured in turn, in alternating order, so that
other load on the machine affects both alike. Without the journal, ``chain.append`` does nothing; all else is
as in the service. Ratios are of the time of a draw, with the journal to without it.

    python -m benchmarks.journal
    python -m benchmarks.journal --engine postgres --url postgresql://postgres@127.0.0.1/postgres
"""

import argparse
import statistics
from unittest.mock import patch

import uvloop

from benchmarks.databases import URL, new_store
from benchmarks.draws import CALLERS, POOLS, Bench, Sample, open_bench
from core.clock import SystemClock
from core.ports import Tx
from core.public_journal import chain
from core.public_journal.chain import Head


def _nothing(_tx: Tx, _office: str, _kind: str, head: Head, _event: object, /, **_values: object) -> Head:
    """Replace ``chain.append``."""
    return head


async def _round(measured: Bench, callers: int, seconds: float, *, first: bool) -> tuple[Sample, Sample]:
    """Return a sample with the journal and one without it; ``first``: in this order."""
    chained = await measured.sample(callers, seconds) if first else None
    with patch.object(chain, "append", _nothing):
        without = await measured.sample(callers, seconds)
    return chained or await measured.sample(callers, seconds), without


async def main(given: argparse.Namespace) -> None:
    """Measure all numbers of owners."""
    async with (
        new_store(given.engine, given.url, SystemClock()) as store,
        open_bench(store, POOLS[0]) as measured,
    ):
        for callers in CALLERS:
            rounds = [
                await _round(measured, callers, given.seconds, first=number % 2 == 0)
                for number in range(given.rounds)
            ]
            ratios = [without.rate / chained.rate for chained, without in rounds]
            rate = statistics.median(chained.rate for chained, _ in rounds)
            print(
                f"{callers:>4} owners: {rate:6.0f} draws/s with the journal, "
                f"{statistics.median(ratios):.2f} times the time without it "
                f"({min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--url", default=URL)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each sample (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    uvloop.run(main(parser.parse_args()))
