"""Failures of the database and of its encrypted fields."""

from core.errors.base import OperationError, SettingsError


class StoreError(OperationError):
    """The database failed."""


class StoreUrlError(SettingsError):
    """database.url must be sqlite:///FILE or postgresql://USER@HOST/DATABASE."""


class StoreDriverMissing(SettingsError):
    """PostgreSQL needs drivers that are not installed: pip install "xuanhao[postgres]"."""


class StoreClosed(StoreError):
    """The store has been closed."""


class StoreInUse(StoreError):
    """Another process has the database file open; only one process may use it."""

    def __init__(self, path: str, pid: int | None = None) -> None:
        self.pid = pid
        by = f"by process {pid}" if pid else "by another process"
        super().__init__(f"{path} is in use {by}: stop that one first")


class StoreUnavailable(StoreError):
    """The database cannot be opened or reached."""


class StoreFull(StoreError):
    """The disk is full, or the database has reached its maximum size."""


class StoreReadOnly(StoreError):
    """The database file, or the folder that it is in, cannot be written: see its owner, mode and disk."""


class StoreCorrupt(StoreError):
    """The database is damaged: restore a backup; a restart does not help."""


class StoreContention(StoreError):
    """Every attempt failed on a conflict (deadlock, serialization failure, lock timeout); nothing changed."""


class StoreLocked(StoreContention):
    """A lock was waited for too long; nothing changed."""


class StoreUnknownOutcome(StoreError):
    """The connection was lost during COMMIT: the outcome is unknown; check before you retry."""


class StoreConstraintError(StoreError):
    """A database constraint rejected a statement."""

    def __init__(self, query: str, constraint: str) -> None:
        self.query = query
        self.constraint = constraint  # its name; for unique keys of SQLite the columns
        super().__init__(f"{query}: refused by {constraint}")


class TransactionSpoilt(StoreError):
    """The transaction has failed or is over: it accepts no further statements."""


class QueryError(StoreError):
    """A query is malformed or called with wrong parameters: a bug in the program."""

    def __init__(self, query: str, what: str) -> None:
        super().__init__(f"{query}: {what}")


class MigrationError(StoreError):
    """A migration is misnamed, missing or fails; the database is unchanged by it."""

    def __init__(self, migration: str, what: str) -> None:
        super().__init__(f"migration {migration}: {what}")


class MigrationEdited(StoreError):
    """A migration was edited after this database had applied it."""

    def __init__(self, migration: str) -> None:
        super().__init__(
            f"migration {migration} was edited after this database had applied it, so nobody knows what the "
            "schema is: install the program that applied it; a change of the schema is a migration of its own"
        )


class DatabaseNewer(StoreError):
    """The database schema is newer than this program."""

    def __init__(self, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"the database has schema {found}, this program knows up to {known}: install the newer program"
        )


class DatabaseOlder(StoreError):
    """The database schema is older than this program and must be migrated."""

    def __init__(self, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"the database has schema {found}, this program needs {known}: `xuanhao backup DIR`, then "
            "`xuanhao migrate`"
        )


class SealBroken(OperationError):
    """An encrypted field cannot be decrypted with any of the configured keys."""
