"""Direct SQL for tests, without the named queries: to read whole tables, to fill them, to break rules."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from core.db.postgres_tx import PostgresTx
from core.db.sqlite_tx import SqliteTx
from core.ports import Tx
from core.values.masks import Mask

MILLION = "WITH RECURSIVE count (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < {last})"
"""A table ``count`` of the numbers from 0 to ``last``, on either engine."""


def cursor_of(tx: Tx) -> Any:
    """Return a cursor of the driver in a transaction."""
    if isinstance(tx, SqliteTx):
        return tx._cursor
    assert isinstance(tx, PostgresTx)
    wire = tx._wire
    if not wire.is_lost:
        wire._enter()
        tx.settle()
    return wire._connection.cursor(row_factory=dict_row)


def sql(tx: Tx, text: str) -> list[dict[str, Any]]:
    """Run a statement unchanged; return its rows."""
    cursor = cursor_of(tx)
    cursor.execute(text)
    if cursor.description is None:
        return []
    if isinstance(tx, PostgresTx):
        return [dict(row) for row in cursor.fetchall()]
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def refused_by(tx: Tx, text: str) -> str | None:
    """Run a statement that should fail; return the reason that the database names, None if it ran.

    On PostgreSQL the transaction cannot be used afterwards.
    """
    try:
        sql(tx, text)
    except sqlite3.Error as error:
        return str(error)
    except psycopg.Error as error:
        return f"{error.diag.constraint_name or ''} {error.diag.message_primary}".strip()
    return None


def tables(tx: Tx) -> list[str]:
    where = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if isinstance(tx, SqliteTx)
        else """
            SELECT relname AS name FROM pg_depend JOIN pg_class ON pg_class.oid = objid
            WHERE refclassid = 'pg_namespace'::regclass AND refobjid = current_schema()::regnamespace
                AND classid = 'pg_class'::regclass AND relkind = 'r'
        """  # the tables of information_schema are found by no index
    )
    return sorted(row["name"] for row in sql(tx, where))


def dump(tx: Tx) -> dict[str, list[str]]:
    """Return every row of every table, sorted, as text for comparison."""
    return {name: sorted(repr(row) for row in sql(tx, f"SELECT * FROM {name}")) for name in tables(tx)}  # noqa: S608 - the schema's own names


def fill(tx: Tx, *, segment_id: int, mask: str, size: int, keep: str = "false", holder: int) -> None:
    """Mark the numbers of a mask like ``A####`` as taken, except those for which ``keep`` is true.

    ``n`` is a number's position in the segment; the mask ends with digits.
    """
    digits = mask.count("#")
    head = mask[: len(mask) - digits]
    sql(
        tx,
        f"""
        INSERT INTO plate (office, kind, serial, state, segment_id, position, preselection_id, since)
        {MILLION.format(last=size - 1)}
        SELECT '粤K', 'small', '{head}' || substr(CAST(n + {10**digits} AS TEXT), 2),
               'registered', {segment_id}, n, {holder}, 0
        FROM count WHERE NOT ({keep})
        """,  # noqa: S608 - nothing here comes from outside
    )


def fill_ranks(tx: Tx, segment_id: int, mask: Mask, positions: Iterable[int], holder: int) -> None:
    """Mark some numbers of any mask as taken."""
    columns = "office, kind, serial, state, segment_id, position, preselection_id, since"
    rows = (("粤K", "small", mask.unrank(n), "registered", segment_id, n, holder, 0) for n in positions)
    if isinstance(tx, PostgresTx):  # ten times as fast as single statements
        with cursor_of(tx).copy(f"COPY plate ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    assert isinstance(tx, SqliteTx)
    cursor_of(tx).executemany(f"INSERT INTO plate ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 - ours
