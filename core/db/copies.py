"""Copies of a database in use: SQLite's online backup, PostgreSQL's archive; and putting them back.

A copy is one consistent snapshot, taken without blocking writers. The lock file of an SQLite database does
not matter here: it keeps other services out, and a copy only reads.
"""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from core.clock import Clock
from core.db.dialect import SQLITE
from core.db.queries import QUERIES, load_queries
from core.db.sqlite import exists
from core.db.sqlite_tx import SqliteTx, require_version, translate
from core.errors.backup import BackupDamaged, BackupToolMissing, RestoreTargetNotEmpty
from core.errors.store import StoreDriverMissing, StoreError, StoreUnavailable
from core.ports import Tx

T = TypeVar("T")

Step = Callable[[int, int], None]
"""Called with how much is done and how much there is."""

PAGES_AT_ONCE: Final = 1000  # 4 MB
PAUSE: Final = 0.002
"""Seconds between two steps, so that the disk is left to the service."""
SQLITE_NAME: Final = "database.sqlite"
ARCHIVE_NAME: Final = "database.pgdump"


def copy_sqlite(source: Path, target: Path, step: Step) -> None:
    """Copy an SQLite database, also one in use, into one new file.

    The copy runs inside one read transaction: without it, each commit would make it start over.

    Raises:
        StoreError: the database cannot be read, or the copy cannot be written.
    """
    require_version()
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with connected(source) as live, connected(target) as copy:
        live.execute("PRAGMA query_only = ON")
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins here

        def progress(_status: int, remaining: int, total: int) -> None:
            step(total - remaining, total)
            if remaining:
                time.sleep(PAUSE)

        live.backup(copy, pages=PAGES_AT_ONCE, progress=progress)
        live.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()  # one file, without a write-ahead log
    _to_disk(target)


@contextmanager
def sqlite_copy(path: Path, clock: Clock) -> Iterator[Tx]:
    """Open a copy for reading, as a transaction.

    Raises:
        StoreError: it is no database.
    """
    with connected(path, "mode=ro&immutable=1") as connection:
        yield SqliteTx(connection.cursor(), load_queries(QUERIES, SQLITE), clock, {})


def verify_sqlite(path: Path) -> None:
    """Check every page, index and reference of a copy.

    Raises:
        BackupDamaged: one is wrong.
    """
    try:
        with connected(path, "mode=ro&immutable=1") as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
            dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
    except StoreError as error:
        raise BackupDamaged(path.name, "SQLite cannot read it") from error
    if found != ("ok",):
        raise BackupDamaged(path.name, "SQLite finds its pages damaged")
    if dangling is not None:
        raise BackupDamaged(path.name, f"a reference of table {dangling[0]} leads nowhere")


@contextmanager
def connected(path: Path, options: str = "mode=rw") -> Iterator[sqlite3.Connection]:
    """Open an existing file without the settings of the store.

    Raises:
        StoreError: it is no database, or the block failed on it.
    """
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path}: {error}") from error
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        yield connection
    except sqlite3.Error as error:
        raise translate(str(path), error) from error
    finally:
        connection.close()


def beside(path: Path, suffix: str) -> Path:
    """Return the path of a side file of a database."""
    return path.with_name(path.name + suffix)


def give_name(temporary: Path, path: Path) -> None:
    """Let a database that was written under a temporary name be used under its own.

    Raises:
        RestoreTargetNotEmpty: there is a database of that name meanwhile.
    """
    if path.exists() and not exists(path):
        path.unlink()  # an empty file, left by an interrupted start
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise RestoreTargetNotEmpty(str(path.absolute())) from None
    remove_temporary(temporary)
    _to_disk(path)


def remove_temporary(temporary: Path) -> None:
    """Delete a database under a temporary name, with its side files."""
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        beside(temporary, suffix).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    for opened in (path, path.parent):
        descriptor = os.open(opened, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# --- PostgreSQL -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """How the client programs reach a database; the password is not among their arguments."""

    address: str  # without the password
    environment: Mapping[str, str]
    schema: str


def dump_postgres(url: str, target: Path, read: Callable[[Tx], T]) -> T:
    """Dump a PostgreSQL database into an archive; return what ``read`` finds in the same snapshot.

    Raises:
        StoreDriverMissing: the PostgreSQL drivers are not installed.
        BackupToolMissing: pg_dump is not on the PATH, or too old for the server.
        StoreError: the database cannot be read.
    """
    try:
        from core.db.postgres_copies import snapshot  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise StoreDriverMissing from error
    with snapshot(url) as (tx, name, schema):
        found = read(tx)
        server = _server(url, schema)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _call("pg_dump", server, "--format=custom", f"--snapshot={name}", f"--file={target}")
    _to_disk(target)
    return found


def restore_postgres(url: str, archive: Path) -> None:
    """Put an archive into an empty PostgreSQL database, in one transaction.

    Until ``end_postgres_restore`` the database is marked, and refused by everything else.

    Raises:
        StoreDriverMissing: the PostgreSQL drivers are not installed.
        RestoreTargetNotEmpty: the database has tables.
        BackupToolMissing: pg_restore is not on the PATH, or cannot read the archive.
        StoreError: the database cannot be reached.
    """
    schema, tables, shown = describe_postgres(url)
    if tables:
        raise RestoreTargetNotEmpty(shown)
    from core.db.postgres_copies import begin_restore  # noqa: PLC0415 - an optional driver

    begin_restore(url)
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _call("pg_restore", _server(url, schema), *options, str(archive))


def end_postgres_restore(url: str) -> None:
    """Let a database that was put back be used.

    Raises:
        StoreUnavailable: it cannot be reached; it stays marked.
    """
    from core.db.postgres_copies import end_restore  # noqa: PLC0415 - an optional driver

    end_restore(url)


def describe_postgres(url: str) -> tuple[str, int, str]:
    """Return a database's schema, its number of tables, and its address without the password.

    Raises:
        StoreDriverMissing: the PostgreSQL drivers are not installed.
        StoreUnavailable: it cannot be reached.
    """
    try:
        from core.db.postgres_copies import describe  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise StoreDriverMissing from error
    return describe(url)


def verify_archive(archive: Path) -> None:
    """Check that pg_restore can read an archive.

    Raises:
        BackupDamaged: it cannot.
        BackupToolMissing: pg_restore is not on the PATH.
    """
    try:
        listed = _run([_tool("pg_restore"), "--list", str(archive)], {})
    except StoreError as error:
        raise BackupDamaged(archive.name, "pg_restore cannot read it") from error
    if "schema_migration" not in listed:
        raise BackupDamaged(archive.name, "the tables of this program are not in it")


def _server(url: str, schema: str) -> _Server:
    try:
        from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise StoreDriverMissing from error
    parts: dict[str, Any] = {**conninfo_to_dict(url)}
    password = parts.pop("password", None)
    parts.pop("options", None)
    secret = {"PGPASSWORD": str(password)} if password else {}
    return _Server(address=make_conninfo("", **parts), environment=secret, schema=schema)


def _call(tool: str, server: _Server, *options: str) -> None:
    command = [
        _tool(tool),
        f"--schema={server.schema}",
        f"--dbname={server.address}",
        "--no-password",
        *options,
    ]
    _run(command, server.environment)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupToolMissing(name)
    return found


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - a program of the PATH, with arguments of ours
        command,
        env={**os.environ, **environment, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error:" in line), done.stderr.strip())
        raise StoreError(f"{Path(command[0]).name}: {said.partition('error:')[2].strip() or said[:200]}")
    return done.stdout
