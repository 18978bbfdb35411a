"""The engine for several workers: PostgreSQL, a pool of psycopg connections, one thread for each.

Functions run under READ COMMITTED; constraints, row locks and conditions in the statements enforce the
rules. After a deadlock, a serialization failure, a lock that was waited for too long or a connection lost
before COMMIT was sent, the whole function is retried a few times with random delays. Between two attempts it
gives its thread back. Functions that wait for the lock of one pool occupy two threads at most, and share
transactions (``core.db.postgres_queues``, ``core.db.postgres_attempts``). If the connection is lost during
COMMIT, the outcome is unknown and ``StoreUnknownOutcome`` is raised.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout

from core.clock import SystemClock
from core.db.migrate import Migration, migrate, require_current
from core.db.postgres_attempts import Attempts
from core.db.postgres_connection import (
    PostgresOptions,
    connection_options,
    has_tables,
    require_restored,
    without_password,
)
from core.db.postgres_queues import Queues
from core.db.postgres_tx import Connection, PostgresLedger, PostgresTx, set_up
from core.db.postgres_wire import Wire, WiredConnection
from core.errors.installation import DatabaseMissing
from core.errors.store import StoreClosed, StoreUnavailable, StoreUrlError
from core.ports import Tx

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE: Final = 1.0
"""Seconds at the end for functions that wait for a connection."""


class PostgresStore:
    """The port ``Store`` on PostgreSQL; created by ``open``.

    Attributes:
        queries: the named queries.
        migrated: the migrations applied on opening.
    """

    def __init__(self, url: str, options: PostgresOptions) -> None:
        self.queries = options.queries
        self.migrated: tuple[Migration, ...] = ()
        self._url = url
        self._options = options
        self._threads = ThreadPoolExecutor(options.pool_size, thread_name_prefix="postgres")
        self._pool: ConnectionPool[WiredConnection] = ConnectionPool(
            url,
            connection_class=WiredConnection,
            kwargs=connection_options(options),
            min_size=1,
            max_size=options.pool_size,
            timeout=options.connect_timeout,
            configure=set_up,
            open=False,
        )
        self._under_way: set[asyncio.Future[Any]] = set()
        self._queues = Queues(
            Attempts(self._pool, options.queries, options.clock, options.wrap_tx),
            self._executed,
            self._pool.check,
            # Those that have waited for a lock in vain may occupy only half of the threads.
            max(1, options.pool_size // 2),
        )
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, url: str, options: PostgresOptions) -> Self:
        """Connect, and migrate the database if needed.

        Raises:
            StoreUrlError: the driver cannot parse the URL, or the schema's name is invalid.
            StoreUnavailable: no server answers, or it refuses the connection or the use of the schema.
            DatabaseMissing: the database has no tables, and ``options.create`` is off.
            RestoreUnfinished: a restore into it did not finish, and ``options.restoring`` is off.
            DatabaseNewer: the schema is newer than the program.
            DatabaseOlder: the schema is older, and ``options.migrate`` is off.
            MigrationError: a migration failed.
            MigrationEdited: a migration was edited after it was applied.
        """
        store = cls(url, options)
        try:
            await store._in_thread(store._open)
        except BaseException:
            await store.close()
            raise
        return store

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function(tx, …)`` in one transaction, in a thread.

        It may be retried (deadlock, lost connection), so it must have no effects except through ``tx``.

        Raises:
            StoreClosed: the store has been closed.
            StoreContention: every attempt failed on a conflict; nothing changed.
            StoreUnavailable: the database cannot be reached; nothing changed.
            StoreUnknownOutcome: the connection was lost during the COMMIT.
            StoreError: the database failed for another reason; nothing changed.
        """
        return await self._shielded(self._queues.run(self._call(function, args, kwargs), None))

    async def run_for(
        self, caller: int, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run like ``run``; functions that wait for the same pool share a transaction and its commit.

        Args:
            caller: the chat for which it is run: its next function probably locks the same pool as its last.
            function: the function.
            args: its arguments.
            kwargs: its named arguments.
        """
        return await self._shielded(self._queues.run(self._call(function, args, kwargs), caller))

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a read-only function on one consistent snapshot.

        Raises:
            StoreClosed: the store has been closed.
            StoreError: the database failed, or the function tried to write.
        """
        return await self._shielded(self._queues.read(self._call(function, args, kwargs)))

    async def listen(self, hear: Callable[[str], None]) -> None:
        """Call a function with each payload that a transaction of any process sends, until cancelled.

        It uses a connection of its own. Behind a pooler that shares out connections for each transaction it
        hears nothing.

        Raises:
            StoreUnavailable: the connection is lost; payloads may have been missed.
        """
        try:
            async with await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, keepalives_idle=30, **connection_options(self._options)
            ) as connection:
                found = await connection.execute("SELECT 'xuanhao_' || md5(current_schema())")
                (channel,) = await found.fetchone() or ("",)
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                async for heard in connection.notifies():
                    hear(heard.payload)
        except psycopg.Error:
            raise StoreUnavailable from None

    async def close(self) -> None:
        """Wait for submitted functions, stop the threads and close the connections; idempotent."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE)
        if self._under_way:
            if self._pool.get_stats().get("requests_waiting"):  # there is no server to connect to
                await asyncio.to_thread(self._pool.close, PATIENCE)  # none will come
            await asyncio.wait(self._under_way)
        await self._in_thread(self._pool.close)
        self._threads.shutdown()

    def _call(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Callable[[Tx], T]:
        if self._closing is not None:
            raise StoreClosed
        return partial(_call, function, args, kwargs)

    def _executed(self, call: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await self._shielded(self._executed(call))

    async def _shielded(self, begun: Awaitable[T]) -> T:
        # Shielded, so that cancelling a caller does not cancel what close() waits for.
        future = asyncio.ensure_future(begun)
        self._under_way.add(future)
        future.add_done_callback(self._done)
        return await asyncio.shield(future)

    def _done(self, future: "asyncio.Future[Any]") -> None:
        self._under_way.discard(future)
        if not future.cancelled():
            future.exception()  # mark it as retrieved, as its caller may be gone

    def _open(self) -> None:
        try:
            # A migration waits for others, and for their locks, as long as it takes.
            patient = replace(self._options, lock_timeout=0, idle_timeout=0)
            with psycopg.connect(self._url, **connection_options(patient)) as connection:
                connection.autocommit = True
                self._prepare(connection)
            self._pool.open(wait=True, timeout=self._options.connect_timeout)
        except (psycopg.Error, PoolTimeout) as error:
            if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:  # none of the server's
                raise StoreUrlError from error
            raise StoreUnavailable(str(error).partition("\n")[0]) from error

    def _prepare(self, connection: Connection) -> None:
        if connection.execute("SELECT current_schema()").fetchone() == (None,):
            raise StoreUnavailable(f"the schema {self._options.schema or 'public'} does not exist")
        if not self._options.restoring:
            require_restored(connection, self._url)
        if not self._options.create and not has_tables(connection):
            raise DatabaseMissing(without_password(self._url))
        ledger = PostgresLedger(connection)
        if self._options.migrate:
            self.migrated = migrate(
                ledger,
                self._options.migrations,
                applied_at=(self._options.clock or SystemClock()).now(),
                before=partial(self._before_migration, connection),
            )
        else:
            require_current(ledger, self._options.migrations, or_older=self._options.inspecting)

    def _before_migration(self, connection: Connection) -> None:
        if self._options.before_migration is not None:
            wire = Wire(connection)
            tx = PostgresTx(wire, self.queries, self._options.clock)
            try:
                tx.carry(self._options.before_migration, None)
            finally:
                wire.leave()  # it only reads


def _call(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], tx: Tx) -> T:
    return function(tx, *args, **kwargs)
