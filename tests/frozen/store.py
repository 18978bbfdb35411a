"""The database: migrations, the schema that they create, and the queries."""

import hashlib
import sqlite3
from collections.abc import Iterable

from core.db.dialect import POSTGRES, SQLITE, Dialect
from core.db.migrate import LEDGER, MIGRATIONS, load_migrations
from core.db.queries import QUERIES, load_queries


def migrations() -> Iterable[str]:
    """Return the migration files with their hashes: an applied migration never changes."""
    for file in MIGRATIONS.glob("*.sql"):
        yield f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"


def schema() -> Iterable[str]:
    """Return the tables with their columns, the indexes and the triggers of a migrated SQLite database."""
    database = sqlite3.connect(":memory:")
    try:
        database.executescript(SQLITE.fill(LEDGER))
        for migration in load_migrations(MIGRATIONS, SQLITE):
            database.executescript(migration.text)
        for kind, name, table in database.execute(
            "SELECT type, name, tbl_name FROM sqlite_master"
        ).fetchall():
            yield f"{kind} {name}" if kind == "table" else f"{kind} {name} on {table}"
            if kind == "table":
                columns = database.execute("SELECT * FROM pragma_table_info(?)", (name,)).fetchall()
                for _, column, type_, needed, default, place in columns:
                    more = f"{' not null' if needed else ''} default {default} key {place}"
                    yield f"table {name}: {column} {type_}{more}"
    finally:
        database.close()


def sqlite_queries() -> Iterable[str]:
    """Return the texts of the queries, independent of their files."""
    return _queries(SQLITE)


def postgres_queries() -> Iterable[str]:
    """Return the texts of the queries, independent of their files."""
    return _queries(POSTGRES)


def _queries(dialect: Dialect) -> Iterable[str]:
    return (" ".join(query.text.split()) for query in load_queries(QUERIES, dialect).values())
