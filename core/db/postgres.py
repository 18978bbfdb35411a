"""The engine for several workers: PostgreSQL, a pool of psycopg connections, one thread for each.

Functions run under READ COMMITTED; constraints, row locks and conditions in the statements enforce the
rules. After a deadlock, a serialization failure, a lock that was waited for too long or a connection lost
before COMMIT was sent, the whole function is retried a few times with random delays. Between two attempts it
gives its thread back, so that functions waiting for one office's lock do not stop those of other offices.
If the connection is lost during COMMIT, the outcome
is unknown and ``StoreUnknownOutcome`` is raised.
"""

import asyncio
import logging
import random
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from core.clock import Clock, SystemClock
from core.db.migrate import Migration, migrate, require_current
from core.db.postgres_tx import Connection, PostgresLedger, PostgresTx, set_up, translate
from core.db.queries import Queries
from core.db.tx import WrapTx
from core.errors.backup import RestoreUnfinished
from core.errors.installation import DatabaseMissing
from core.errors.store import (
    StoreClosed,
    StoreContention,
    StoreError,
    StoreLocked,
    StoreUnavailable,
    StoreUnknownOutcome,
    StoreUrlError,
)
from core.ports import Tx

P = ParamSpec("P")
T = TypeVar("T")

LOG = logging.getLogger(__name__)

ATTEMPTS: Final = 6
"""Maximum runs of a function."""

GAP: Final = 0.01
"""Base of the random delay before a retry, in seconds; the upper bound doubles with each retry."""


LOCK_TIMEOUT: Final = 2.0
"""Seconds that a statement waits for a lock, until its function is run again."""

UNFINISHED: Final = "restore_unfinished"
"""A table that is there from before a restore until its gap is closed."""

PATIENCE: Final = 1.0
"""Seconds at the end for functions that wait for a connection."""

IDLE_TIMEOUT: Final = 30.0
"""Seconds after which the server ends a transaction that sends nothing: its program is frozen or cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresOptions:
    """Options of a store on PostgreSQL."""

    queries: Queries
    migrations: Sequence[Migration]
    clock: Clock | None  # None: the database's clock
    migrate: bool = True  # False: reject an older schema instead
    create: bool = True  # False: reject a database without tables instead
    restoring: bool = False  # True: open what a restore has not finished yet
    before_migration: Callable[[Tx], None] | None = None  # may refuse to migrate an existing database
    inspecting: bool = False  # an older schema is opened too
    pool_size: int = 8  # connections, and threads
    schema: str | None = None  # an existing schema instead of the default
    connect_timeout: int = 10  # seconds
    lock_timeout: float = LOCK_TIMEOUT
    idle_timeout: float = IDLE_TIMEOUT
    wrap_tx: WrapTx | None = None


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
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            kwargs=_connection_options(options),
            min_size=1,
            max_size=options.pool_size,
            timeout=options.connect_timeout,
            configure=set_up,
            open=False,
        )
        self._under_way: set[asyncio.Future[Any]] = set()
        # Those that have waited for a lock in vain may occupy only half of the threads.
        self._patient = asyncio.Semaphore(max(1, options.pool_size // 2))
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, url: str, options: PostgresOptions) -> Self:
        """Connect, and migrate the database if needed.

        Raises:
            StoreUrlError: the driver cannot parse the URL, or the schema's name is invalid.
            StoreUnavailable: no server answers, or it refuses the connection.
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
        return await self._carry(function, args, kwargs, reading=False)

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a read-only function on one consistent snapshot.

        Raises:
            StoreClosed: the store has been closed.
            StoreError: the database failed, or the function tried to write.
        """
        return await self._carry(function, args, kwargs, reading=True)

    async def listen(self, hear: Callable[[str], None]) -> None:
        """Call a function with each payload that a transaction of any process sends, until cancelled.

        It uses a connection of its own. Behind a pooler that shares out connections for each transaction it
        hears nothing.

        Raises:
            StoreUnavailable: the connection is lost; payloads may have been missed.
        """
        try:
            async with await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, keepalives_idle=30, **_connection_options(self._options)
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

    async def _carry(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], *, reading: bool
    ) -> T:
        if self._closing is not None:
            raise StoreClosed
        call = partial(_call, function, args, kwargs)
        return await self._shielded(
            asyncio.ensure_future(self._again_and_again(partial(self._once, call, reading=reading)))
        )

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await self._shielded(asyncio.get_running_loop().run_in_executor(self._threads, call))

    async def _shielded(self, future: "asyncio.Future[T]") -> T:
        # Shielded, so that cancelling a caller does not cancel a future that close() waits for.
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
            with psycopg.connect(self._url, **_connection_options(patient)) as connection:
                connection.autocommit = True
                self._prepare(connection)
            self._pool.open(wait=True, timeout=self._options.connect_timeout)
        except psycopg.ProgrammingError as error:
            raise StoreUrlError from error
        except (psycopg.Error, PoolTimeout) as error:
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
            tx = PostgresTx(connection, self.queries, self._options.clock)
            tx.carry(self._options.before_migration, None)

    async def _again_and_again(self, once: Callable[[], T]) -> T:
        in_thread = partial(asyncio.get_running_loop().run_in_executor, self._threads)
        waited_in_vain = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._patient if waited_in_vain else nullcontext():
                    return await in_thread(once)
            except _Again as again:
                why = again.why
            if attempt == ATTEMPTS:
                raise why
            LOG.info("a transaction is run again: %s", why)
            if isinstance(why, StoreUnavailable):
                await in_thread(self._pool.check)  # other connections may be lost as well
            waited_in_vain = waited_in_vain or isinstance(why, StoreLocked)
            await asyncio.sleep(random.uniform(0, GAP * 2**attempt))  # noqa: S311 - a gap is no secret
        raise StoreContention

    def _once(self, call: Callable[[Tx], T], *, reading: bool) -> T:
        try:
            connection = self._pool.getconn()
        except (PoolTimeout, PoolClosed) as error:
            raise StoreUnavailable from error
        try:
            _characterise(connection, reading=reading)
            return self._transact(connection, call)
        finally:
            self._pool.putconn(connection)

    def _transact(self, connection: Connection, call: Callable[[Tx], T]) -> T:
        tx = PostgresTx(connection, self.queries, self._options.clock)
        try:
            value = tx.carry(call, self._options.wrap_tx)
        except BaseException:
            _roll_back(connection)
            if isinstance(tx.failure, (StoreContention, StoreUnavailable)):
                raise _Again(tx.failure) from None
            raise
        _commit(connection)
        return value


def has_tables(connection: Connection) -> bool:
    """Return whether the database has the tables of this program."""
    return connection.execute("SELECT to_regclass('schema_migration')").fetchone() != (None,)


def require_restored(connection: Connection, url: str) -> None:
    """Refuse what an interrupted restore has left.

    Raises:
        RestoreUnfinished: the restore did not finish.
    """
    if connection.execute(f"SELECT to_regclass('{UNFINISHED}')").fetchone() != (None,):
        raise RestoreUnfinished(without_password(url))


def without_password(url: str) -> str:
    """Return the URL of a database without the password, to be shown."""
    try:
        parts = {**conninfo_to_dict(url)}
    except psycopg.Error:
        return "postgresql://…"
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{parts.get('host') or ''}{port}/{parts.get('dbname') or ''}"


class _Again(Exception):
    """The transaction had no effect, and the function may be retried."""

    def __init__(self, why: StoreError) -> None:
        self.why = why
        super().__init__()


def _call(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], tx: Tx) -> T:
    return function(tx, *args, **kwargs)


def _connection_options(options: PostgresOptions) -> dict[str, Any]:
    settings = (
        "-c timezone=UTC -c client_encoding=UTF8"
        f" -c lock_timeout={round(options.lock_timeout * 1000)}"
        f" -c idle_in_transaction_session_timeout={round(options.idle_timeout * 1000)}"
    )
    if options.schema is not None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", options.schema):
            raise StoreUrlError("the schema's name is none")
        settings += f" -c search_path={options.schema}"
    return {"options": settings, "connect_timeout": options.connect_timeout}


def _characterise(connection: Connection, *, reading: bool) -> None:
    levels = psycopg.IsolationLevel
    connection.isolation_level = levels.REPEATABLE_READ if reading else levels.READ_COMMITTED
    connection.read_only = reading


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except psycopg.Error:
        connection.close()  # the connection is lost, and with it the transaction


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except psycopg.errors.IdleInTransactionSessionTimeout as error:  # ended before it was asked to commit
        _roll_back(connection)
        raise _Again(translate("commit", error)) from None
    except psycopg.Error as error:
        if connection.closed:
            raise StoreUnknownOutcome from None
        refused = translate("commit", error)
        _roll_back(connection)
        if isinstance(refused, StoreContention):
            raise _Again(refused) from None
        raise refused from None
