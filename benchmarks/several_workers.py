"""The opening minute behind nginx: one process on SQLite beside 1, 2 and 4 workers on PostgreSQL, by webhook.

Owners arrive within some seconds, and each goes from 「第5步」 to the receipt in four steps, hesitating
before each. In every run all numbers, updates and their order are compared at the end
(``tests/e2e/behind_nginx.py``); "again" counts draws of owners whose batch was held no longer. Messenger,
nginx, database and workers share this machine, so on few cores more workers cannot be faster.

    python -m benchmarks.several_workers
    python -m benchmarks.several_workers --owners 100 --workers 0,2
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from tests.e2e.behind_nginx import Opening, OpeningResult, run_opening


def _name(workers: int) -> str:
    return f"PostgreSQL, {workers} worker{'s' if workers > 1 else ''}" if workers else "SQLite, one process"


def _line(opening: Opening, figures: OpeningResult) -> str:
    rate = len(figures.latencies) / figures.seconds
    numbers = (1000 * figures.within(0.5), 1000 * figures.within(0.99), 1000 * figures.latencies[-1])
    cells = "".join(f"{number:>10.0f}" for number in numbers)
    how = "killed, replaced" if opening.disturbed else "calm"
    cpu = f"{figures.worker_cpu:>11.1f}{figures.database_cpu:>8.1f}"
    run = f"{figures.seconds:>9.1f}{cpu}{figures.again:>7}{os.getloadavg()[0]:>7.1f}"
    return f"{_name(opening.workers):<24}{how:<18}{rate:>8.1f}{cells}{run}"


async def main(given: argparse.Namespace) -> None:
    """Print a line for each run."""
    print(f"{given.owners} owners within {given.spread:g} s, each hesitates {given.thinks} s before a step")
    print(
        f"{'':<42}{'steps/s':>8}{'p50 ms':>10}{'p99 ms':>10}{'last ms':>10}{'whole s':>9}"
        f"{'worker ms':>11}{'db ms':>8}{'again':>7}{'load':>7}"
    )
    least, most = given.thinks
    for disturbed in (False, True) if given.disturbed is None else (given.disturbed,):
        for workers in given.workers:
            opening = Opening(
                workers=workers,
                owners=given.owners,
                spread=given.spread,
                thinks=(least, most),
                disturbed=disturbed,
            )
            with tempfile.TemporaryDirectory() as folder:
                print(_line(opening, await run_opening(Path(folder), opening)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--owners", type=int, default=500)
    parser.add_argument("--spread", type=float, default=10.0, help="seconds in which they arrive")
    parser.add_argument("--thinks", type=float, nargs=2, default=(0.5, 3.0), help="seconds, least and most")
    parser.add_argument(
        "--workers", type=lambda typed: [int(one) for one in typed.split(",")], default=[0, 1, 2, 4]
    )
    parser.add_argument("--disturbed", action=argparse.BooleanOptionalAction, default=None)
    asyncio.run(main(parser.parse_args()))
