"""A small schema with its queries, and the functions that the tests run in transactions."""

import asyncio
import threading
from pathlib import Path

from core.db.postgres import PostgresStore
from core.db.sqlite import SqliteStore
from core.ports import Row, Tx

AnyStore = SqliteStore | PostgresStore

HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations"
QUERIES = HERE / "queries"


class RefusedError(Exception):
    """A rule of the test refused."""


async def happened(event: threading.Event) -> None:
    """Wait for an event of another thread."""
    assert await asyncio.to_thread(event.wait, 10)


def add(tx: Tx, name: str, value: int = 0, photo: bytes | None = None) -> str:
    tx.run("counter.add", name=name, value=value, photo=photo)
    return name


def add_then_refuse(tx: Tx, name: str) -> None:
    add(tx, name)
    raise RefusedError


def up(tx: Tx, name: str) -> int:
    return tx.run("counter.up", name=name, by=1)


def get(tx: Tx, name: str) -> Row | None:
    return tx.one("counter.look", name=name)


def names(tx: Tx) -> list[str]:
    return [row["name"] for row in tx.all("counter.all")]
