"""The schema's way from one version to the next: numbered .sql files, forward only.

``NNNN_name.sql`` is for both dialects; where one text will not do there is a pair
``NNNN_name.sqlite.sql`` and ``NNNN_name.postgres.sql``. Numbers run from 1 without a gap. Each file
is one transaction, in which its row of ``schema_migration`` is written too.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.clock import to_millis
from core.db.dialect import Dialect
from core.errors import DatabaseNewer, DatabaseOlder, MigrationError

MIGRATIONS = Path(__file__).with_name("migrations")
"""Where the program's own migrations lie."""

LEDGER = """\
CREATE TABLE IF NOT EXISTS schema_migration (
    version ${integer} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at ${integer} NOT NULL
) ${strict}"""
"""The table that remembers what has been applied, and when (milliseconds)."""

_FILE = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)(?:\.(?P<dialect>sqlite|postgres))?\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    version: int
    name: str
    text: str  # with the dialect's words

    def __str__(self) -> str:
        """Return what the file is called, without its endings."""
        return f"{self.version:04}_{self.name}"


class Ledger(Protocol):
    """What an engine must be able to do to be migrated."""

    def transaction(self) -> AbstractContextManager[None]:
        """Open a transaction that keeps every other migrator waiting."""
        ...

    def applied(self) -> dict[int, str]:
        """Return the names of what has been applied by version; make the ledger if there is none."""
        ...

    def apply(self, migration: Migration, applied_at: int) -> None:
        """Run a migration's statements and remember it.

        Raises:
            MigrationError: a statement failed.
        """
        ...


def load_migrations(directory: Path, dialect: Dialect) -> tuple[Migration, ...]:
    """Read the migrations of one dialect, in order.

    Raises:
        MigrationError: a file is misnamed, a number is missing or doubled, half of a pair is
            missing, or a ``${word}`` is unknown.
    """
    files = [(path, _parts(path)) for path in sorted(directory.glob("*.sql"))]
    _check_pairs([parts for _, parts in files])
    found = [_load(path, parts, dialect) for path, parts in files if parts["dialect"] in {None, dialect.name}]
    for expected, migration in enumerate(found, start=1):
        if migration.version != expected:
            raise MigrationError(str(migration), f"number {expected:04} was expected")
    return tuple(found)


def migrate(
    ledger: Ledger, migrations: Sequence[Migration], *, applied_at: datetime
) -> tuple[Migration, ...]:
    """Apply what is missing, each in its own transaction; return what was applied.

    Args:
        ledger: the engine.
        migrations: all that the program knows, in order.
        applied_at: the moment to note down.

    Raises:
        DatabaseNewer: the database is ahead of the program; nothing was changed.
        MigrationError: the database has another migration of a number, or one failed.
    """
    done: list[Migration] = []
    while True:
        with ledger.transaction():
            missing = pending(ledger.applied(), migrations)
            if not missing:
                return tuple(done)
            ledger.apply(missing[0], to_millis(applied_at))
        done.append(missing[0])


def require_current(ledger: Ledger, migrations: Sequence[Migration]) -> None:
    """See that nothing is missing, and change nothing.

    Raises:
        DatabaseOlder: something is missing.
        DatabaseNewer: the database is ahead of the program.
    """
    with ledger.transaction():
        missing = pending(ledger.applied(), migrations)
    if missing:
        raise DatabaseOlder(found=missing[0].version - 1, known=migrations[-1].version)


def pending(applied: dict[int, str], migrations: Sequence[Migration]) -> list[Migration]:
    """Return what is not applied yet.

    Raises:
        DatabaseNewer: there is more than the program knows.
        MigrationError: a number is there under another name.
    """
    if applied and max(applied) > len(migrations):
        raise DatabaseNewer(found=max(applied), known=len(migrations))
    for migration in migrations:
        if applied.get(migration.version, migration.name) != migration.name:
            raise MigrationError(
                str(migration), f"the database has {applied[migration.version]} in its place"
            )
    return [migration for migration in migrations if migration.version not in applied]


def statements(text: str) -> Iterator[str]:
    """Cut a script for SQLite into statements; quotes, comments and triggers stay whole.

    Raises:
        ValueError: the last statement does not end.
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
