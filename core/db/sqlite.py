"""The embedded engine: one file, one process, one writing thread and a few reading threads."""

import asyncio
import logging
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

from core.clock import Clock
from core.db.lock import LockFile
from core.db.migrate import Migration, migrate, require_current
from core.db.queries import Queries
from core.db.sqlite_tx import SqliteLedger, SqliteTx, require_version, unusable
from core.db.sqlite_writer import GROUP_SIZE, Job, ThreadedConnection, Writer
from core.db.tx import WrapTx
from core.errors.installation import DatabaseMissing
from core.errors.store import StoreClosed, StoreError, StoreUnavailable
from core.ports import Tx

P = ParamSpec("P")
T = TypeVar("T")

LOG = logging.getLogger(__name__)

MEMORY: Final = ":memory:"
"""The path of an in-memory database."""

CACHED_STATEMENTS: Final = 1024
"""More than the number of queries, so that each is compiled once per connection."""

READERS: Final = 2
"""Number of reading connections of a file."""

CACHE_KIB: Final = 64 * 1024
"""Maximum size of the writer's page cache, in KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteOptions:
    """Options of a store on SQLite."""

    queries: Queries
    migrations: Sequence[Migration]
    clock: Clock
    migrate: bool = True  # False: reject an older schema instead
    create: bool = True  # False: reject a missing database instead
    before_migration: Callable[[Tx], None] | None = None  # may refuse to migrate an existing database
    read_only: bool = False  # beside another process: no lock, no writing connection
    inspecting: bool = False  # an older schema is opened too, and the modes of the files are left as they are
    group_size: int = GROUP_SIZE  # maximum functions per commit
    wrap_tx: WrapTx | None = None
    factory: type[sqlite3.Connection] = sqlite3.Connection  # tests inject faults with another one


class SqliteStore:
    """The port ``Store`` on one SQLite file; created by ``open``.

    Attributes:
        queries: the named queries.
        migrated: the migrations applied on opening.
    """

    def __init__(self, options: SqliteOptions) -> None:
        self.queries = options.queries
        self.migrated: tuple[Migration, ...] = ()
        self._options = options
        self._columns: dict[str, list[str]] = {}
        self._readers: list[ThreadedConnection] = []
        self._writer: Writer
        self._stack = AsyncExitStack()
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, path: str, options: SqliteOptions) -> Self:
        """Open the database; create and migrate it if needed.

        Args:
            path: the file, whose folder is created; ``:memory:`` for an in-memory database.
            options: see ``SqliteOptions``.

        Raises:
            StoreInUse: another process, or another store in this one, has the file open.
            StoreUnavailable: the SQLite library is too old, or the file cannot be opened.
            DatabaseMissing: the file does not exist or is empty, and ``options.create`` is off.
            DatabaseNewer: the schema is newer than the program.
            DatabaseOlder: the schema is older, and ``options.migrate`` is off.
            MigrationEdited: a migration was edited after it was applied.
            MigrationError: a migration failed.
        """
        require_version()
        store = cls(options)
        try:
            await store._open(path)
        except BaseException:
            await store._stack.aclose()
            raise
        return store

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function(tx, …)`` on the writing thread; return once the commit is on disk.

        It may be retried if the transaction of its group fails, so it must have no effects except through
        ``tx``.

        Raises:
            StoreClosed: the store has been closed.
            StoreError: the database failed; nothing changed.
        """
        self._require_open()
        if self._options.read_only:
            raise StoreError("the database is open for reading only")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.submit(Job(_bind(function, args, kwargs), future))
        return await future

    async def run_for(
        self, _caller: int, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run like ``run``: all functions share their commits."""
        return await self.run(function, *args, **kwargs)

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a read-only function on one consistent snapshot, concurrently with the writer.

        Raises:
            StoreClosed: the store has been closed.
            StoreError: the database failed, or the function tried to write.
        """
        self._require_open()
        call = _bind(function, args, kwargs)
        if not self._readers:  # an in-memory database has a single connection
            return await self._writer.carry(partial(self._look_on_writer, call))
        reader = min(self._readers, key=lambda reader: reader.pending)
        return await reader.carry(partial(self._look, call))

    async def close(self) -> None:
        """Wait for submitted functions, stop the threads and close the file; idempotent."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._stack.aclose())
        await asyncio.shield(self._closing)

    async def _open(self, path: str) -> None:
        if path == MEMORY:
            await self._open_writer(path)
            return
        file = _absolute(path)
        if self._options.create:
            make_private_folder(file.parent)
        elif not exists(file):
            raise DatabaseMissing(str(file))
        if not self._options.read_only:
            self._stack.callback(LockFile.lock(file).unlock)
            if not self._options.inspecting:
                make_private(file)
            await self._open_writer(str(file))
        for _ in range(READERS):
            reader = ThreadedConnection(partial(self._connect_reader, str(file)))
            await reader.open()
            self._stack.push_async_callback(reader.close)
            self._readers.append(reader)

    async def _open_writer(self, path: str) -> None:
        options = self._options
        self._writer = Writer(
            partial(self._connect_writer, path),
            self._begin,
            wrap_tx=options.wrap_tx,
            group_size=options.group_size,
        )
        await self._writer.open()
        self._stack.push_async_callback(self._writer.close)

    def _connect_writer(self, path: str) -> sqlite3.Connection:
        with _opening(path, self._options.factory) as connection:
            if path != MEMORY:
                _set_up_file(connection, path)
            ledger = SqliteLedger(connection)
            if self._options.migrate:
                self.migrated = migrate(
                    ledger,
                    self._options.migrations,
                    applied_at=self._options.clock.now(),
                    before=partial(self._before_migration, connection),
                )
            else:
                self._require_schema(ledger)
        return connection

    def _require_schema(self, ledger: SqliteLedger) -> None:
        require_current(ledger, self._options.migrations, or_older=self._options.inspecting)

    def _before_migration(self, connection: sqlite3.Connection) -> None:
        if self._options.before_migration is not None:
            self._begin(connection).carry(self._options.before_migration, None)
            self._columns.clear()  # those of the older schema

    def _connect_reader(self, path: str) -> sqlite3.Connection:
        uri = f"{Path(path).as_uri()}?mode=ro" if self._options.read_only else path
        with _opening(uri, self._options.factory) as connection:
            connection.execute("PRAGMA query_only = ON")
            if self._options.read_only:
                self._require_schema(SqliteLedger(connection))
        return connection

    def _require_open(self) -> None:
        if self._closing is not None:
            raise StoreClosed

    def _begin(self, connection: sqlite3.Connection) -> SqliteTx:
        return SqliteTx(connection.cursor(), self.queries, self._options.clock, self._columns)

    def _look(self, call: Callable[[Tx], T], connection: sqlite3.Connection) -> T:
        connection.execute("BEGIN")
        try:
            return self._begin(connection).carry(call, self._options.wrap_tx)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _look_on_writer(self, call: Callable[[Tx], T], connection: sqlite3.Connection) -> T:
        connection.execute("PRAGMA query_only = ON")
        try:
            return self._look(call, connection)
        finally:
            connection.execute("PRAGMA query_only = OFF")


def _absolute(path: str) -> Path:
    return Path(path).resolve()


def exists(file: Path) -> bool:
    """Return whether there is a database file; an empty one contains no database."""
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


def make_private_folder(folder: Path) -> None:
    """Create the folder of a database, readable by its owner only; an existing one is left as it is.

    Raises:
        StoreUnavailable: it cannot be created.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"{folder}: {error.strerror}") from error


def make_private(file: Path) -> None:
    """Make a database with its side files readable by its owner only, whatever the umask; create the file.

    SQLite gives the side files the mode of the database.

    Raises:
        StoreUnavailable: the file cannot be created.
    """
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        for path in readable_by_others(file):
            path.chmod(0o600)
            LOG.warning("%s was readable by other users; its mode is 0600 now", path)
    except PermissionError as error:
        if not file.exists():
            raise StoreUnavailable(f"{file}: {error.strerror}") from error
    except OSError as error:
        raise StoreUnavailable(f"{file}: {error.strerror}") from error


def readable_by_others(file: Path) -> list[Path]:
    """Return which of a database and its side files other users can read or write."""
    paths = (file, *(Path(f"{file}{suffix}") for suffix in ("-wal", "-shm", ".lock")))
    return [path for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]


@contextmanager
def _opening(path: str, factory: type[sqlite3.Connection]) -> Iterator[sqlite3.Connection]:
    """Open a connection; close it if the block fails."""
    try:
        connection = sqlite3.connect(
            path,
            isolation_level=None,
            cached_statements=CACHED_STATEMENTS,
            factory=factory,
            uri=path.startswith("file:"),
        )
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path}: {error}") from error
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection
    except sqlite3.Error as error:
        connection.close()
        raise unusable(path, error) from error
    except BaseException:
        connection.close()
        raise


def _set_up_file(connection: sqlite3.Connection, path: str) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreUnavailable(f"{path}: this file system allows no write-ahead log (it offers {mode})")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    # Accesses to a large pool are scattered over the table; with SQLite's default cache of 2 MB, nearly
    # every one would read from disk.
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")


def _bind(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Tx], T]:
    """Bind all arguments except the transaction."""
    return (lambda tx: function(tx, *args, **kwargs)) if args or kwargs else function
