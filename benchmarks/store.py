"""Draws per second of the store: with a commit each and with shared commits, in one run.

A draw here loads the database like a real one: it decrements the quota, increments the draw number, tries and
takes ten numbers, and writes an audit entry: 13 statements in one function.

    python benchmarks/store.py
    python benchmarks/store.py --engine postgres --url postgresql://postgres@127.0.0.1/postgres
"""

import argparse
import asyncio
import itertools
import sqlite3
import tempfile
import time
import timeit
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.databases import SCHEMA, URL, Store, postgres_schema
from core.clock import SystemClock
from core.db import MemoryDatabase, open_postgres, open_sqlite
from core.db.sqlite import SqliteStore
from core.ports import Row, Tx

MIGRATION = """
CREATE TABLE vehicle (
    vin TEXT NOT NULL PRIMARY KEY, used ${integer} NOT NULL CONSTRAINT used CHECK (used >= 0)
) ${strict_without_rowid};
CREATE TABLE pool (office TEXT NOT NULL PRIMARY KEY, last_draw ${integer} NOT NULL) ${strict_without_rowid};
CREATE TABLE plate (
    office TEXT NOT NULL, serial TEXT NOT NULL, holder TEXT NOT NULL, held_until ${integer} NOT NULL,
    PRIMARY KEY (office, serial)
) ${strict_without_rowid};
CREATE TABLE draw (
    office TEXT NOT NULL, n ${integer} NOT NULL, vin TEXT NOT NULL, numbers TEXT NOT NULL,
    PRIMARY KEY (office, n)
) ${strict_without_rowid};
"""

ONE_ROW = "SELECT vin, used FROM vehicle WHERE vin = :vin"
QUERIES = """
-- name: get
-- A vehicle.
SELECT vin, used FROM vehicle WHERE vin = :vin

-- name: spend
-- A chance of a vehicle.
INSERT INTO vehicle (vin, used) VALUES (:vin, 1)
ON CONFLICT (vin) DO UPDATE SET used = vehicle.used + 1 WHERE vehicle.used < 1000000

-- name: next_draw
-- The number of the draw.
INSERT INTO pool (office, last_draw) VALUES (:office, 1)
ON CONFLICT (office) DO UPDATE SET last_draw = pool.last_draw + 1 RETURNING last_draw

-- name: take
-- A number that is free.
INSERT INTO plate (office, serial, holder, held_until) VALUES (:office, :serial, :holder, :until)
ON CONFLICT (office, serial) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE plate.held_until < :now RETURNING serial

-- name: note
-- The journal.
INSERT INTO draw (office, n, vin, numbers) VALUES (:office, :n, :vin, :numbers)
"""

STATEMENTS = 13
ROUNDS = 3

COUNTER = itertools.count()


def draw(tx: Tx, office: str, vin: str) -> list[str]:
    """Draw ten numbers for a vehicle."""
    now = int(tx.now.timestamp() * 1000)
    tx.run("bench.spend", vin=vin)
    row = tx.one("bench.next_draw", office=office)
    assert row is not None
    taken = []
    for _ in range(10):
        serial = f"{next(COUNTER):07}"
        if tx.one("bench.take", office=office, serial=serial, holder=vin, until=now + 90_000, now=now):
            taken.append(serial)
    tx.run("bench.note", office=office, n=row["last_draw"], vin=vin, numbers=" ".join(taken))
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The options of the run."""

    folder: Path
    engine: str
    url: str
    seconds: float

    def write_files(self) -> None:
        """Write the schema and the queries of the benchmark."""
        for name, text in [("migrations/0001_bench.sql", MIGRATION), ("queries/bench.sql", QUERIES)]:
            path = self.folder / name
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")

    def newest(self) -> Path:
        """Return the database file that was created last."""
        return max(self.folder.glob("bench*.db"), key=lambda path: path.stat().st_mtime_ns)

    async def open(self, *, shared: bool) -> Store:
        """Open a new store; without ``shared`` every function has a commit of its own."""
        migrations, queries = self.folder / "migrations", self.folder / "queries"
        if self.engine == "sqlite":
            url = f"sqlite:///{self.folder / f'bench{next(COUNTER)}.db'}"
            return await open_sqlite(
                url, migrations=migrations, queries=queries, group_size=200 if shared else 1
            )
        return await open_postgres(self.url, migrations=migrations, queries=queries, schema=SCHEMA)


async def rate(store: Store, callers: int, seconds: float) -> float:
    """Return the draws per second with ``callers`` concurrent callers."""
    done = 0
    end = time.perf_counter() + seconds

    async def call(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            drawn = await store.run(draw, f"office{number % 5}", f"vin{number}")
            assert len(drawn) == 10  # noqa: PLR2004 - a batch
            done += 1

    begun = time.perf_counter()
    await asyncio.gather(*[call(number) for number in range(callers)])
    return done / (time.perf_counter() - begun)


class DriverTx:
    """The same calls directly on the driver: the baseline of the store."""

    def __init__(self, store: SqliteStore, connection: sqlite3.Connection) -> None:
        self._texts = {name: query.text for name, query in store.queries.items()}
        self._cursor = connection.cursor()

    @property
    def now(self) -> datetime:
        return SystemClock().now()

    def renew_now(self) -> None:
        """Do nothing: the time is taken at each call."""

    def run(self, query: str, /, **values: Any) -> int:  # noqa: ANN401 - what the driver takes
        return self._cursor.execute(self._texts[query], values).rowcount

    def one(self, query: str, /, **values: Any) -> Row | None:  # noqa: ANN401 - what the driver takes
        """Return the row, whose only column is always the same here."""
        rows = self._cursor.execute(self._texts[query], values).fetchall()
        return {"last_draw": rows[0][0]} if rows else None

    def all(self, query: str, /, **values: Any) -> list[Row]:  # noqa: ANN401 - what the driver takes
        """Return bare rows."""
        return self._cursor.execute(self._texts[query], values).fetchall()


async def driver_rate(bench: Bench) -> float:
    """Return the draws per second of a loop over sqlite3 with 100 draws per commit, synced like the store."""
    store = await bench.open(shared=True)
    assert isinstance(store, SqliteStore)
    await store.close()
    connection = sqlite3.connect(bench.newest(), isolation_level=None, cached_statements=512)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    tx = DriverTx(store, connection)
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < bench.seconds:
        connection.execute("BEGIN IMMEDIATE")
        for number in range(100):
            draw(tx, f"office{number % 5}", f"vin{number}")
        connection.execute("COMMIT")
        done += 100
    connection.close()
    return done / (time.perf_counter() - begun)


async def measure(bench: Bench) -> None:
    """Print a line for each number of callers."""
    ways = [True] if bench.engine == "postgres" else [False, True]
    if bench.engine == "sqlite":
        print(f"the driver alone, on one thread, 100 draws a commit: {await driver_rate(bench):.0f}/s")
    print(f"{'callers':>8}{'alone/s':>10}{'shared/s':>10}{'ratio':>7}")
    for callers in (1, 10, 100):
        rates = dict.fromkeys(ways, 0.0)
        for shared in ways * ROUNDS:  # interleaved, and the best of each, as machines are shared
            store = await bench.open(shared=shared)
            try:
                rates[shared] = max(rates[shared], await rate(store, callers, bench.seconds))
            finally:
                await store.close()
        alone = rates.get(False)
        ratio = f"{rates[True] / alone:7.1f}" if alone else ""
        print(f"{callers:>8}{f'{alone:.0f}' if alone else '-':>10}{rates[True]:>10.0f}{ratio}")


def overhead(folder: Path) -> None:
    """Print the overhead of a call through the port over the driver's own."""
    count = 100_000
    with MemoryDatabase(
        SystemClock(), migrations=folder / "migrations", queries=folder / "queries"
    ) as database:
        tx = database.begin()
        tx.run("bench.spend", vin="a")
        bare = sqlite3.connect(":memory:")
        bare.execute("CREATE TABLE vehicle (vin TEXT PRIMARY KEY, used INTEGER) WITHOUT ROWID")
        bare.execute("INSERT INTO vehicle VALUES ('a', 1)")
        cursor = bare.cursor()
        through = best(lambda: tx.one("bench.get", vin="a"), count)
        driver = best(lambda: cursor.execute(ONE_ROW, {"vin": "a"}).fetchall(), count)
        bare.close()
    print(f"a call: {through:.2f} us through the port, {driver:.2f} us the driver alone")


def best(call: Callable[[], object], count: int) -> float:
    """Return the microseconds of a call: the best of a hundred rounds, as machines are shared."""
    return min(timeit.repeat(call, number=count // 100, repeat=100)) / (count // 100) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--url", default=URL)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each of three rounds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder=Path(folder), engine=given.engine, url=given.url, seconds=given.seconds)
        bench.write_files()
        print(f"{given.engine}, {STATEMENTS} statements a draw, SQLite {sqlite3.sqlite_version}")
        with postgres_schema(given.url) if given.engine == "postgres" else nullcontext():
            uvloop.run(measure(bench))
        overhead(bench.folder)


if __name__ == "__main__":
    main()
