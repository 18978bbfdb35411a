"""Moving a whole database between SQLite and PostgreSQL.

All rows of all tables, also those of the ledger of migrations, go over in one transaction. Before it is
committed, the target is read again and compared with the source, table by table. A move that fails or is
killed leaves the target empty, and the source as it was.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import Clock, SystemClock
from core.db.moving.digest import TableDigest, Tally
from core.db.moving.side import Columns, Side
from core.db.moving.sqlite import sqlite_source, sqlite_target
from core.errors.moving import MoveDiffers, MoveUrlsWrong
from core.errors.store import StoreDriverMissing

__all__ = ["Moved", "TableDigest", "move"]

Progress = Callable[[int, int], None]
"""Called with the rows that have been copied or compared, and with how many that are in all."""

OnTable = Callable[[TableDigest], None]
"""Called with each table that has arrived and is equal, before the transaction is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was moved."""

    source: str  # a path, or a URL without its password
    target: str
    from_sqlite: bool
    tables: tuple[TableDigest, ...]


def move(
    source_url: str,
    target_url: str,
    *,
    clock: Clock | None = None,
    progress: Progress = lambda _done, _total: None,
    on_table: OnTable = lambda _table: None,
) -> Moved:
    """Copy a database that is not in use into an empty one of the other engine, and compare.

    Raises:
        StoreDriverMissing: the PostgreSQL drivers are not installed.
        MoveUrlsWrong: they are not one of SQLite and one of PostgreSQL.
        MoveSourceMissing: there is nothing to be moved.
        StoreInUse, MoveSourceServed, MoveSourceWritten: another process uses the source.
        DatabaseOlder, DatabaseNewer: the source has another schema than this program.
        MoveTargetNotEmpty: there is something where the database would go.
        MoveTextRefused: PostgreSQL cannot store a text.
        MoveDiffers: what arrived is not what was sent.
        StoreError: a database failed.
    """
    if _is_postgres(source_url) == _is_postgres(target_url):
        raise MoveUrlsWrong
    now = (clock or SystemClock()).now()
    with _source(source_url) as source, _target(target_url, now) as target:
        tables = _carry(source, target, progress, on_table)
    return Moved(
        source=source.shown, target=target.shown, from_sqlite=not _is_postgres(source_url), tables=tables
    )


def _carry(source: Side, target: Side, progress: Progress, on_table: OnTable) -> tuple[TableDigest, ...]:
    tables, done = target.columns(), 0
    _ensure_same_columns(source.columns(), tables)
    total = 2 * sum(map(source.count, tables))

    def passed(rows: int) -> None:
        nonlocal done
        done += rows
        progress(done, total)

    sent = []
    for table, columns in tables.items():
        tally = Tally(passed)
        target.fill(table, columns, tally.over(source.rows(table, columns)))
        sent.append(tally.of(table))
    for expected in sent:
        tally = Tally(passed)
        for _ in tally.over(target.rows(expected.table, tables[expected.table])):
            pass
        if tally.of(expected.table) != expected:
            raise MoveDiffers(expected.table)
        on_table(expected)
    return tuple(sent)


def _ensure_same_columns(source: Columns, target: Columns) -> None:
    for table in sorted({*source, *target}):
        if source.get(table) != target.get(table):
            raise MoveDiffers(table)


def _is_postgres(url: str) -> bool:
    """Return whether a URL is one of PostgreSQL.

    Raises:
        MoveUrlsWrong: it is not one of an SQLite file either.
    """
    if url.startswith(("postgresql://", "postgres://")):
        return True
    if not url.startswith("sqlite:///") or url in {"sqlite:///", "sqlite:///:memory:"}:
        raise MoveUrlsWrong
    return False


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///")).absolute()


def _source(url: str) -> AbstractContextManager[Side]:
    if not _is_postgres(url):
        return sqlite_source(_file(url))
    try:
        from core.db.moving.postgres import postgres_source  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise StoreDriverMissing from error
    return postgres_source(url)


def _target(url: str, now: datetime) -> AbstractContextManager[Side]:
    if not _is_postgres(url):
        return sqlite_target(_file(url), now)
    try:
        from core.db.moving.postgres import postgres_target  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise StoreDriverMissing from error
    return postgres_target(url, now)
