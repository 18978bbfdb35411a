"""A database that was moved to the other engine is the same and goes on; a failed move leaves nothing."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.cli import main
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import open_sqlite
from core.db.moving import move
from core.db.moving.postgres import _PostgresSide
from core.db.schema import known_schema
from core.db.sqlite_tx import SqliteTx
from core.errors.moving import (
    MoveDiffers,
    MoveSourceMissing,
    MoveSourceServed,
    MoveSourceWritten,
    MoveTargetNotEmpty,
    MoveTextRefused,
    MoveUrlsWrong,
)
from core.errors.store import DatabaseNewer, DatabaseOlder, StoreInUse
from core.ports import Tx
from tests.backup.deployment import Deployment, database_url, opens
from tests.core.appealing import appealed, approves, rejects
from tests.core.journals import checked, keep_seeds, written
from tests.core.sql import refused_by, sql
from tests.core.tools import expire, registered, remind, reserved, verified
from tests.old_version.left_behind import lay_out_database

pytestmark = pytest.mark.postgres
DAY = timedelta(days=1)
KNOWN = known_schema()
Said = pytest.CaptureFixture[str]
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
}


@pytest.fixture
def here(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path / "here", "sqlite:///data/plates.db")


@pytest.fixture
def postgres() -> Iterator[str]:
    """The URL of a new, empty database."""
    with database_url("postgres") as url:
        yield url


def _after(deployment: Deployment, url: str) -> Deployment:
    """Return the deployment with its settings changed as ``move-store`` says."""
    after = Deployment(deployment.config.parent.with_name(url.partition(":")[0]), url)
    keys = (deployment.config.parent / "data" / "keys.toml").read_text()
    text = re.sub(r"\[security\]\n.*\n.*\n", "", after.config.read_text(encoding="utf-8"))
    more = f'[security]\n{keys}\n[photos]\ndirectory = "{deployment.photos}"\n[[offices]]'
    after.config.write_text(text.replace("[[offices]]", more, 1), encoding="utf-8")
    return after


async def _lives(core: Core, clock: FixedClock) -> None:
    """Owners select, lose a number and are barred, draw, appeal, and wait for a code; days pass."""
    run = core.store.run
    await run(opens, core)
    await run(reserved, core, 1, "A1111")
    for _ in range(30):
        clock.advance(DAY)
        await run(keep_seeds, core)
        await run(remind)
        await expire(core)
    await run(reserved, core, 2, "A2222")
    await run(_draws, core, 3)
    await run(reserved, core, 4, "A4444")
    await run(reserved, core, 5, "A5555")
    appeals = []
    for number, vehicle in ((6, 2), (7, 4), (8, 5)):
        account = await run(registered, core, number)
        appeals.append(await run(appealed, core, account, vehicle))
    _, right, wrong = appeals
    await run(approves, core, right)
    await run(rejects, core, wrong)


def _draws(tx: Tx, core: Core, number: int) -> None:
    _, begun = verified(tx, core, number)
    place = core.offices["粤K"]
    core.selection.draw(tx, begun, place, nonce=f"press {number}", received_at=tx.now, without_four=True)


def _content(tx: Tx) -> dict[str, list[str]]:
    """Return all rows of all tables, in an order of their own; the checksums are those of an engine."""
    kind = "sqlite" if isinstance(tx, SqliteTx) else "postgres"
    found = {}
    for table in sorted(row["name"] for row in sql(tx, TABLES[kind])):
        rows = [{**row, "checksum": None} for row in sql(tx, f"SELECT * FROM {table}")]  # noqa: S608 - ours
        found[table] = sorted(repr(sorted(row.items())) for row in rows)
    return found


async def _moves(source: str, target: str) -> int:
    return await asyncio.to_thread(main, ["move-store", source, target])


async def test_moved_database_is_the_same_and_goes_on_and_back(
    here: Deployment, postgres: str, tmp_path: Path, clock: FixedClock, capsys: Said
) -> None:
    async with here.opened(clock) as core:
        await _lives(core, clock)
        before = await core.store.read(_content)
        journal = await core.store.read(written, "粤K")
    for table in ("ban", "draw", "hold", "plate", "appeal", "appeal_photo", "public_entry", "selected_count"):
        assert before[table], table

    assert await _moves(f"sqlite:///{here.database}", postgres) == 0
    said = capsys.readouterr().out
    assert f"  audit: {len(before['audit'])} rows, " in said
    for step in ('database.url = "postgresql://', str(here.photos), str(here.database.parent / "keys.toml")):
        assert step in said

    after = _after(here, postgres)
    async with after.opened(clock, create=False) as core:
        assert await core.store.read(_content) == before
        for statement in ("DELETE FROM audit", "UPDATE public_entry SET seq = 9", "DELETE FROM draw"):
            with pytest.raises(_Undone):
                await core.store.run(_is_refused, statement)
        await core.store.run(reserved, core, 11, "A7777")  # new ids follow those that were moved
        await core.store.run(_draws, core, 12)
        await core.store.run(keep_seeds, core)
        assert (await core.store.read(written, "粤K")).startswith(journal.partition('{"end"')[0])
        later = await core.store.read(_content)
        report = checked(await core.store.read(written, "粤K"), tmp_path / "journal.jsonl")
    assert report.draws_verified + report.draws_open == 2

    back = tmp_path / "back" / "plates.db"
    assert await _moves(postgres, f"sqlite:///{back}") == 0
    assert "run it without --workers" in capsys.readouterr().out
    (back.parent / "keys.toml").write_bytes((here.database.parent / "keys.toml").read_bytes())
    returned = _after(here, f"sqlite:///{back}")
    async with returned.opened(clock, create=False) as core:
        assert await core.store.read(_content) == later
        await core.store.run(reserved, core, 13, "A9999")
        checked(await core.store.read(written, "粤K"), tmp_path / "journal.jsonl")
    assert sorted(path.name for path in back.parent.iterdir()) == ["keys.toml", "plates.db", "plates.db.lock"]


class _Undone(Exception):
    """The statement was refused; its transaction is rolled back."""


def _is_refused(tx: Tx, statement: str) -> None:
    assert "the journal only grows" in str(refused_by(tx, statement))
    raise _Undone


@pytest.fixture
async def full(tmp_path: Path) -> Path:
    """A database with dialogs and updates too, left by an older version and migrated."""
    path = tmp_path / "full" / "plates.db"
    path.parent.mkdir()
    lay_out_database(path, path.parent / "photos")
    await (await open_sqlite(f"sqlite:///{path}")).close()
    return path


def _is_killed_in_the_middle(source: str, target: str) -> None:
    program = [sys.executable, "-m", "tests.backup.stopping_program", source, target, "900"]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as process:  # noqa: S603 - a program of the tests
        assert process.stdout is not None
        assert process.stdout.readline() == b"stopped\n"
        process.kill()  # SIGKILL


async def test_killed_move_leaves_nothing_and_can_be_repeated(
    full: Path, postgres: str, tmp_path: Path
) -> None:
    first, last = f"sqlite:///{full}", tmp_path / "last" / "plates.db"
    await asyncio.to_thread(_is_killed_in_the_middle, first, postgres)
    with psycopg.connect(postgres) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)
    there = move(first, postgres)  # waits until the server has noticed, for the lock of migrations
    await asyncio.to_thread(_is_killed_in_the_middle, postgres, f"sqlite:///{last}")
    assert not last.exists()
    again = move(postgres, f"sqlite:///{last}")
    assert {table.table: table for table in again.tables} == {table.table: table for table in there.tables}
    with closing(sqlite3.connect(full)) as old, closing(sqlite3.connect(last)) as new:
        for (table,) in old.execute(TABLES["sqlite"]).fetchall():
            query = f"SELECT * FROM {table}"  # noqa: S608 - ours
            assert sorted(map(repr, old.execute(query))) == sorted(map(repr, new.execute(query))), table
    assert sorted(path.name for path in last.parent.iterdir()) == ["plates.db", "plates.db.lock"]


def _execute(path: Path, text: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(text, values)


def _is_empty(postgres: str) -> bool:
    with psycopg.connect(postgres) as connection:
        return connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").fetchone() is None


async def test_what_cannot_be_moved_is_refused_and_changes_nothing(here: Deployment, postgres: str) -> None:
    source = f"sqlite:///{here.database}"
    with pytest.raises(MoveSourceMissing):
        move(source, postgres)
    async with here.opened():
        with pytest.raises(StoreInUse, match="by process"):
            move(source, postgres)
    for urls in (
        (source, f"{source}2"),
        (postgres, postgres),
        ("mysql://a/b", postgres),
        ("sqlite:///:memory:", postgres),
    ):
        with pytest.raises(MoveUrlsWrong):
            move(*urls)
    _execute(here.database, "UPDATE schema_migration SET version = version + 1 WHERE version = ?", KNOWN)
    with pytest.raises(DatabaseOlder, match="xuanhao migrate"):
        move(source, postgres)
    _execute(here.database, "UPDATE schema_migration SET version = version - 1 WHERE version > ?", KNOWN)
    newer = "INSERT INTO schema_migration (version, name, applied_at) VALUES (?, 'x', 0)"
    _execute(here.database, newer, KNOWN + 1)
    with pytest.raises(DatabaseNewer, match="install the newer program"):
        move(source, postgres)
    _execute(here.database, "DELETE FROM schema_migration WHERE version > ?", KNOWN)
    _execute(here.database, "INSERT INTO maintenance VALUES ('x', ?, 0, 'y')", "a\0b")
    with pytest.raises(MoveTextRefused, match="maintenance: a text in text"):
        move(source, postgres)
    assert _is_empty(postgres)


async def test_used_target_and_served_source_are_refused(
    full: Path, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = f"sqlite:///{full}", f"sqlite:///{tmp_path / 'last.db'}"
    move(first, postgres)
    with pytest.raises(MoveTargetNotEmpty, match="createdb"):
        move(first, postgres)
    (tmp_path / "last.db").write_bytes(b"something")
    with pytest.raises(MoveTargetNotEmpty):
        move(postgres, last)
    assert (tmp_path / "last.db").read_bytes() == b"something"
    (tmp_path / "last.db").unlink()

    with psycopg.connect(postgres) as writer:
        writer.execute("UPDATE maintenance SET text = text")
        monkeypatch.setattr("core.db.moving.postgres._PATIENCE", "10ms")
        with pytest.raises(MoveSourceWritten):
            move(postgres, last)
        writer.execute("INSERT INTO worker (name, started_at, lease_until) VALUES ('alive', 0, %s)", (2**50,))
    with pytest.raises(MoveSourceServed, match=r"\(alive\): stop all workers"):
        move(postgres, last)
    assert not (tmp_path / "last.db").exists()


def _loses_one(rows: list[Any]) -> list[Any]:
    return rows[1:]


def _changes_one(rows: list[Any]) -> list[Any]:
    (begun_at, body, chat_id, *more), *others = rows
    return [(begun_at, body, chat_id + 1, *more), *others]


@pytest.mark.parametrize("change", [_loses_one, _changes_one])
async def test_copy_that_differs_is_thrown_away(
    full: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, change: Callable[[list[Any]], list[Any]]
) -> None:
    fills = _PostgresSide.fill

    def fill(side: _PostgresSide, table: str, columns: tuple[str, ...], rows: Iterable[Any]) -> None:
        found = list(rows)
        fills(side, table, columns, change(found) if table == "inbox" else found)

    monkeypatch.setattr(_PostgresSide, "fill", fill)
    with pytest.raises(MoveDiffers, match="inbox"):
        move(f"sqlite:///{full}", postgres)
    assert _is_empty(postgres)
