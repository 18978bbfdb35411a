"""Schema migrations: numbered .sql files, forward only.

``NNNN_name.sql`` applies to both dialects; where they need different texts there is a pair
``NNNN_name.sqlite.sql`` and ``NNNN_name.postgres.sql``. Numbers run from 1 without gaps. Each file runs
in one transaction, which also writes its row of ``schema_migration``.

That row has a checksum of the statements, so that a migration that is edited after it was applied is
refused: a new database would get another schema than the existing ones. Comments and white space do not
count. Rows of older versions have no checksum until the next migration.

A program also works with a schema that has one migration more than it knows, so that workers can be replaced
one by one. docs/contributing.md says what a migration may do for this to be safe.
"""

import hashlib
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Protocol

from core.clock import to_millis
from core.db.dialect import POSTGRES, SQLITE, Dialect
from core.errors.store import DatabaseNewer, DatabaseOlder, MigrationEdited, MigrationError

LOG = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).with_name("migrations")
"""The folder of the program's migrations."""

AHEAD: Final = 1
"""How many migrations a database may have that the program does not know."""

LEDGER = """\
CREATE TABLE IF NOT EXISTS schema_migration (
    version ${integer} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at ${integer} NOT NULL,
    checksum TEXT
) ${strict}"""
"""The table of applied migrations; ``applied_at`` is in milliseconds."""

ADD_CHECKSUM = "ALTER TABLE schema_migration ADD COLUMN checksum TEXT"
"""Completes the table of an older version."""

_UNCOUNTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|--[^\n]*|/\*.*?\*/|\s+""", re.DOTALL)

_FILE = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)(?:\.(?P<dialect>sqlite|postgres))?\.sql")


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One step of the schema."""

    version: int
    name: str
    text: str  # with the dialect's words substituted

    def __str__(self) -> str:
        """Return the file name without its suffixes."""
        return f"{self.version:04}_{self.name}"

    @cached_property
    def checksum(self) -> str:
        """The SHA-256 of the statements, in hex; the same for other comments and other line breaks."""
        counted = _UNCOUNTED.sub(lambda match: match[1] or " ", self.text)
        return hashlib.sha256(" ".join(counted.split()).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A row of the ledger."""

    name: str
    checksum: str | None  # None: written by a version that knew no checksums


class Ledger(Protocol):
    """The operations an engine must provide to be migrated."""

    def transaction(self) -> AbstractContextManager[None]:
        """Open a transaction that blocks all other migrators."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Open a transaction that only reads."""
        ...

    def prepare(self) -> None:
        """Create the ledger, or complete that of an older version."""
        ...

    def applied(self) -> dict[int, Applied]:
        """Return the applied migrations by version; without a ledger, none."""
        ...

    def note_checksum(self, migration: Migration) -> None:
        """Record the checksum of a migration that was applied earlier."""
        ...

    def apply(self, migration: Migration, applied_at: int) -> None:
        """Run a migration's statements and record it.

        Raises:
            MigrationError: a statement failed.
        """
        ...


def load_migrations(directory: Path, dialect: Dialect) -> tuple[Migration, ...]:
    """Read the migrations of one dialect, in order.

    Raises:
        MigrationError: a file is misnamed, a number is missing or duplicated, half of a pair is missing,
            or a ``${word}`` is unknown.
    """
    return _own(dialect.name) if directory == MIGRATIONS else _read(directory, dialect)


@cache
def _own(engine: str) -> tuple[Migration, ...]:
    """Return the program's own migrations, which do not change while it runs."""
    return _read(MIGRATIONS, POSTGRES if engine == POSTGRES.name else SQLITE)


def _read(directory: Path, dialect: Dialect) -> tuple[Migration, ...]:
    files = [(path, _parts(path)) for path in sorted(directory.glob("*.sql"))]
    _check_pairs([parts for _, parts in files])
    found = [_load(path, parts, dialect) for path, parts in files if parts["dialect"] in {None, dialect.name}]
    for expected, migration in enumerate(found, start=1):
        if migration.version != expected:
            raise MigrationError(str(migration), f"number {expected:04} was expected")
    return tuple(found)


def migrate(
    ledger: Ledger,
    migrations: Sequence[Migration],
    *,
    applied_at: datetime,
    before: Callable[[], None] | None = None,
    is_logged: bool = True,
) -> tuple[Migration, ...]:
    """Apply the pending migrations, each in its own transaction; return them.

    Args:
        ledger: the engine.
        migrations: all migrations of the program, in order.
        applied_at: the time to record.
        before: called before an existing database is migrated, in the same transaction; what it raises
            leaves the database as it was.
        is_logged: name what was applied in the log, in one line, as repeats of a line are thinned; also if a
            later one fails. Of a new database only the last one is named.

    Raises:
        DatabaseNewer: the schema is newer than the program by more than one; nothing was changed.
        MigrationError: the database has a different migration of the same number, or one failed.
        MigrationEdited: a migration was edited after it was applied; nothing was changed.
    """
    done: list[Migration] = []
    try:
        while migration := _apply_next(ledger, migrations, to_millis(applied_at), None if done else before):
            done.append(migration)
    finally:
        if done and is_logged:
            if len(done) == len(migrations):
                LOG.info("database schema created, with all migrations up to %s", done[-1])
            else:
                LOG.info("migrations applied: %s", ", ".join(map(str, done)))
    return tuple(done)


def _apply_next(
    ledger: Ledger, migrations: Sequence[Migration], applied_at: int, before: Callable[[], None] | None
) -> Migration | None:
    """Apply the first pending migration and return it; None if none is pending."""
    with ledger.transaction():
        ledger.prepare()
        applied = ledger.applied()
        missing = pending(applied, migrations)
        if before is not None and applied and missing:
            before()
        for migration in migrations:
            if migration.version in applied and applied[migration.version].checksum is None:
                ledger.note_checksum(migration)
        if not missing:
            return None
        ledger.apply(missing[0], applied_at)
    return missing[0]


def require_current(ledger: Ledger, migrations: Sequence[Migration], *, or_older: bool = False) -> None:
    """Check that no migration is pending, without changing anything; ``or_older`` allows that.

    Raises:
        DatabaseOlder: a migration is pending.
        DatabaseNewer: the schema is newer than the program by more than one.
        MigrationError, MigrationEdited: the database has other migrations.
    """
    with ledger.snapshot():
        missing = pending(ledger.applied(), migrations)
    if missing and not or_older:
        raise DatabaseOlder(found=missing[0].version - 1, known=migrations[-1].version)


def require_same(applied: Mapping[int, Applied], migrations: Sequence[Migration]) -> None:
    """Check that a database has all migrations of this program, and no further one.

    Raises:
        DatabaseOlder, DatabaseNewer: it has another schema.
        MigrationError, MigrationEdited: the database has other migrations.
    """
    known = migrations[-1].version
    if missing := pending(applied, migrations):
        raise DatabaseOlder(found=missing[0].version - 1, known=known)
    if max(applied) > known:
        raise DatabaseNewer(found=max(applied), known=known)


def pending(applied: Mapping[int, Applied], migrations: Sequence[Migration]) -> list[Migration]:
    """Return the migrations that have not been applied.

    Raises:
        DatabaseNewer: the database has at least two migrations more than the program.
        MigrationError: the database has a number under another name.
        MigrationEdited: the database has another text of a migration.
    """
    if applied and max(applied) > len(migrations) + AHEAD:
        raise DatabaseNewer(found=max(applied), known=len(migrations))
    for migration in migrations:
        found = applied.get(migration.version)
        if found is not None and found.name != migration.name:
            raise MigrationError(str(migration), f"the database has {found.name} in its place")
        if found is not None and found.checksum not in {None, migration.checksum}:
            raise MigrationEdited(str(migration))
    return [migration for migration in migrations if migration.version not in applied]


def statements(text: str) -> Iterator[str]:
    """Split an SQLite script into statements; handles quotes, comments and triggers.

    Raises:
        ValueError: the last statement is not terminated.
    """
    pending_text = ""
    for piece in re.findall(r"[^;]*;|[^;]+", text):
        pending_text += piece
        if sqlite3.complete_statement(pending_text):
            yield pending_text.strip()
            pending_text = ""
    if re.sub(r"--[^\n]*|/\*.*?\*/", "", pending_text, flags=re.DOTALL).strip():
        raise ValueError("the last statement does not end with a semicolon")


def _parts(path: Path) -> dict[str, str | None]:
    match = _FILE.fullmatch(path.name)
    if match is None:
        raise MigrationError(path.name, "a migration is called NNNN_name.sql")
    return match.groupdict()


def _check_pairs(files: Sequence[dict[str, str | None]]) -> None:
    by_step: dict[tuple[str | None, str | None], set[str | None]] = {}
    for parts in files:
        by_step.setdefault((parts["version"], parts["name"]), set()).add(parts["dialect"])
    for (version, name), dialects in by_step.items():
        if dialects not in ({None}, {"sqlite", "postgres"}):
            raise MigrationError(f"{version}_{name}", "give one file for both dialects, or one for each")


def _load(path: Path, parts: dict[str, str | None], dialect: Dialect) -> Migration:
    name = str(parts["name"])
    try:
        text = dialect.fill(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise MigrationError(path.name, str(error)) from None
    return Migration(version=int(str(parts["version"])), name=name, text=text)
