"""SQLite with several real processes."""

import asyncio
import errno
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.clock import FixedClock, SystemClock
from core.db import open_sqlite
from core.db.lock import LockFile
from core.db.sqlite_tx import require_version
from core.errors.store import StoreCorrupt, StoreInUse, StoreUnavailable, StoreUrlError
from tests.engines import open_test_store
from tests.store.sample import MIGRATIONS, QUERIES, add, names

ROOT = Path(__file__).parents[2]

WRITE_FOR_EVER = """
import asyncio, itertools, sys
from core.db import open_sqlite
from tests.store.sample import MIGRATIONS, QUERIES, add

async def one(store, name):
    print(await store.run(add, name), flush=True)

async def main():
    store = await open_sqlite(sys.argv[1], migrations=MIGRATIONS, queries=QUERIES)
    print("open", flush=True)
    for round in itertools.count():
        await asyncio.gather(*[one(store, f"{round:06}-{n:02}") for n in range(20)])

asyncio.run(main())
"""

TRY_TO_OPEN = """
import asyncio, sys
from core.db import open_sqlite
from core.errors.store import StoreInUse
from tests.store.sample import MIGRATIONS, QUERIES

async def main():
    try:
        store = await open_sqlite(sys.argv[1], migrations=MIGRATIONS, queries=QUERIES)
        await store.close()
    except StoreInUse as error:
        print(error)
        sys.exit(7)

asyncio.run(main())
"""


def start(program: str, url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - the program is this file's own
        [sys.executable, "-c", program, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


async def test_second_process_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    async with open_test_store("sqlite", tmp_path, clock, migrations=MIGRATIONS, queries=QUERIES):
        with start(TRY_TO_OPEN, f"sqlite:///{tmp_path / 'test.db'}") as second:
            said, _ = await asyncio.to_thread(second.communicate, timeout=60)
    assert second.returncode == 7
    assert f"test.db is in use by process {os.getpid()}: stop that one first" in said


async def test_second_store_of_one_process_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    async with open_test_store("sqlite", tmp_path, clock, migrations=MIGRATIONS, queries=QUERIES):
        with pytest.raises(StoreInUse) as caught:
            await open_sqlite(
                f"sqlite:///{tmp_path / 'test.db'}", clock, migrations=MIGRATIONS, queries=QUERIES
            )
    assert caught.value.pid == os.getpid()


def test_database_on_a_full_disk_can_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its store can still do is for the store to say."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("core.db.lock.os.write", refuse)
        lock = LockFile.lock(tmp_path / "test.db")
    with pytest.raises(StoreInUse, match="by another process"):
        LockFile.lock(tmp_path / "test.db")
    lock.unlock()


async def test_closed_file_can_be_opened_again(tmp_path: Path, clock: FixedClock) -> None:
    for name in "ab":
        async with open_test_store(
            "sqlite", tmp_path, clock, migrations=MIGRATIONS, queries=QUERIES
        ) as store:
            await store.run(add, name)
            found = await store.read(names)
    assert found == ["a", "b"]


async def test_failed_opening_lets_go_of_the_file(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "test.db").write_bytes(b"this is no database, whatever its name may say" * 100)
    url = f"sqlite:///{tmp_path / 'test.db'}"
    for _ in range(2):  # the second attempt would say "in use"
        with pytest.raises(StoreCorrupt, match=r"test\.db: file is not a database"):
            await open_sqlite(url, clock, migrations=MIGRATIONS, queries=QUERIES)


async def test_folder_that_cannot_be_made_is_named(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="file"):
        await open_sqlite(f"sqlite:///{tmp_path}/file/x.db", clock, migrations=MIGRATIONS, queries=QUERIES)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://x.db", "sqlite:///", "x.db"])
async def test_other_urls_are_refused(url: str, clock: FixedClock) -> None:
    with pytest.raises(StoreUrlError):
        await open_sqlite(url, clock, migrations=MIGRATIONS, queries=QUERIES)


def test_old_library_is_refused() -> None:
    with pytest.raises(StoreUnavailable, match=r"SQLite 3\.37\.0 or newer is needed, .* 3\.36\.1"):
        require_version((3, 36, 1))


def kill_while_writing(database: Path, lines: int) -> list[str]:
    """Kill a writing process; return the names that it reported as written."""
    with start(WRITE_FOR_EVER, f"sqlite:///{database}") as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline().strip() for _ in range(lines)]
        os.kill(writer.pid, signal.SIGKILL)
        said += [line.strip() for line in writer.stdout if line.endswith("\n")]
    assert said[0] == "open"
    return said[1:]


@pytest.mark.parametrize("lines", [2, 50, 333])
async def test_kill_loses_nothing_that_was_told(tmp_path: Path, lines: int) -> None:
    told = await asyncio.to_thread(kill_while_writing, tmp_path / "test.db", lines)
    async with open_test_store(
        "sqlite", tmp_path, SystemClock(), migrations=MIGRATIONS, queries=QUERIES
    ) as store:
        found = await store.read(names)
    assert set(told) - set(found) == set()
    assert len(told) >= lines - 1


async def test_killed_file_is_sound(tmp_path: Path) -> None:
    await asyncio.to_thread(kill_while_writing, tmp_path / "test.db", 100)
    connection = sqlite3.connect(tmp_path / "test.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


async def test_database_in_memory_works_alike(clock: FixedClock) -> None:
    store = await open_sqlite("sqlite:///:memory:", clock, migrations=MIGRATIONS, queries=QUERIES)
    await asyncio.gather(*[store.run(add, name) for name in "ab"])
    assert await store.read(names) == ["a", "b"]
    await store.close()
