"""Several real processes on one PostgreSQL database, in front of the sandbox."""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from sandbox import PersonSpec, Sandbox
from tests.e2e.killing import SETTINGS, Program
from tests.engines import postgres_url, require_postgres
from tests.person import Person
from tests.world import KEYS, MORNING, TOKEN, clock_at

SECRET = "a-secret-of-the-tests-0123456789"
START = 60.0
"""Seconds within which a crowded machine starts a worker."""


@contextmanager
def postgres_database() -> Iterator[str]:
    """Yield the URL of a new database, and drop it afterwards."""
    require_postgres()
    name = f"xuanhao_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield postgres_url().rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(postgres_url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


_NOTE_ORDER = """
CREATE TABLE order_seen (seq BIGSERIAL PRIMARY KEY, chat_id BIGINT NOT NULL, update_id BIGINT NOT NULL,
    state TEXT, worker TEXT, at TIMESTAMPTZ);
CREATE FUNCTION note_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO order_seen (chat_id, update_id, state, worker, at)
    VALUES (NEW.chat_id, NEW.update_id, NEW.state, NEW.worker, clock_timestamp());
    RETURN NULL; END $$;
CREATE TRIGGER note_order AFTER UPDATE OF state ON inbox FOR EACH ROW
    WHEN (OLD.state = 'waiting' AND NEW.state IN ('applied', 'done')) EXECUTE FUNCTION note_order();
"""


class Place:
    """A sandbox, a database and the settings of both; programs are started on them."""

    def __init__(self, sandbox: Sandbox, url: str, config: Path, port: int) -> None:
        self.sandbox = sandbox
        self.url = url
        self.config = config
        self.port = port  # of the webhook

    def person(self, spec: PersonSpec) -> Person:
        return Person(self.sandbox, spec.chat_id)

    def program(self, workers: int = 1, *, is_made: bool = True) -> Program:
        return Program(self.config, "--workers", str(workers), is_made=is_made)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, on a connection of its own."""
        if self.url.startswith("sqlite:///"):
            with contextlib.closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as db:
                return db.execute(query).fetchall()
        with psycopg.connect(make_conninfo(self.url, connect_timeout=10), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def living(self) -> list[str]:
        """Return the names of the workers with a living lease."""
        query = "SELECT name FROM worker WHERE lease_until > extract(epoch FROM now()) * 1000 ORDER BY name"
        return [row[0] for row in self.ask(query)]

    def leader(self) -> str | None:
        """Return the worker that has the lead, if it still holds it."""
        query = "SELECT worker FROM worker_lead WHERE lease_until > extract(epoch FROM now()) * 1000"
        return next((row[0] for row in self.ask(query)), None)

    def order_of_effects(self) -> list[tuple[int, int]]:
        """Return chats and updates in the order in which they took effect, since ``note_order``."""
        return [
            (chat, update)
            for chat, update in self.ask("SELECT chat_id, update_id FROM order_seen ORDER BY seq")
        ]

    def effects_of(self, chat_id: int) -> list[tuple[Any, ...]]:
        """Return when each update of a chat was received and took effect, and in whose hands it was."""
        seen = self.ask(
            "SELECT s.chat_id, s.update_id, i.received_at, s.at, s.state, s.worker "
            "FROM order_seen AS s JOIN inbox AS i USING (update_id) ORDER BY s.seq"
        )
        return [row[1:] for row in seen if row[0] == chat_id]

    def note_order(self) -> None:
        """Let the database note when an update takes effect: in the transaction that does it."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(_NOTE_ORDER)

    async def until_living(
        self, count: int, *, without: tuple[str, ...] = (), within: float = START
    ) -> list[str]:
        """Wait until this number of workers live, none of them one of some former ones."""
        async with asyncio.timeout(within):
            while True:
                living = self.living()
                if len(living) == count and not set(without) & set(living) and self.leader() in living:
                    return living
                await asyncio.sleep(0.1)


def pid_of(worker: str) -> int:
    """Return the process of a worker of this host."""
    return int(worker.rsplit("-", 2)[1])


def kill(worker: str) -> None:
    """End a worker without warning."""
    os.kill(pid_of(worker), signal.SIGKILL)


@asynccontextmanager
async def place(
    directory: Path,
    people: list[PersonSpec],
    *,
    webhook: bool = False,
    mask: str = "A####",
    public_port: int | None = None,
    on_sqlite: bool = False,
) -> AsyncIterator[Place]:
    """Make a sandbox and a database with numbers to select.

    Args:
        directory: for the settings and the photos.
        people: who lives in the sandbox.
        webhook: whether updates come by webhook, instead of being polled.
        mask: the numbers.
        public_port: of a proxy in front of the webhook.
        on_sqlite: for one process, to compare with.
    """
    config = directory / "config.toml"
    path = directory / "plates.db"
    with contextlib.nullcontext(f"sqlite:///{path}") if on_sqlite else postgres_database() as url:
        async with Sandbox(clock_at(MORNING), people=people, webhook_gap=0.1) as sandbox:
            text = SETTINGS.format(
                token=TOKEN, base_url=sandbox.base_url, database="x", sms_url=sandbox.sms_url
            ).replace('"sqlite:///x"', f'"{url}"')
            keys = f'[security]\nkeys = {KEYS["keys"]}\nlookup_key = "{KEYS["lookup_key"]}"\n'
            photos = f'[photos]\ndirectory = "{directory / "photos"}"\n'
            port = free_port()
            hook = (
                f"[telegram.webhook]\nport = {port}\n"
                f'public_url = "http://127.0.0.1:{public_port or port}/hook"\nsecret_token = "{SECRET}"\n'
            )
            text = text.replace("[database]", (hook if webhook else "") + "[database]")
            if webhook:
                text = text.replace("[telegram]", '[telegram]\nmode = "webhook"')
            config.write_text(keys + photos + text, encoding="utf-8")
            made = Place(sandbox, url, config, port)
            await made.program(is_made=False).release(mask)
            yield made
