"""What can fail in the database, and in what it holds sealed."""

from core.errors.base import OperationError, SettingsError


class StoreError(OperationError):
    """The database failed."""


class StoreUrlError(SettingsError):
    """database.url is neither sqlite:///FILE nor postgresql://USER@HOST/DATABASE."""


class StoreDriverMissing(SettingsError):
    """PostgreSQL needs drivers that are not installed: pip install "xuanhao[postgres]"."""


class StoreClosed(StoreError):
    """The store has been closed."""


class StoreInUse(StoreError):
    """Another process uses the database file; only one may."""

    def __init__(self, path: str, pid: int | None = None) -> None:
        self.path = path
        self.pid = pid
        by = f"by process {pid}" if pid else "by another process"
        super().__init__(
            f"{path} is in use {by}: stop that one first; "
            "for several workers use postgresql:// as database.url"
        )


class StoreUnavailable(StoreError):
    """The database cannot be opened or reached."""


class StoreFull(StoreError):
    """The disk is full, or the database has reached its greatest size."""


class StoreContention(StoreError):
    """Others were in the way each time it was tried (deadlock, serialisation, lock); nothing changed."""


class StoreUnknownOutcome(StoreError):
    """The connection was lost while committing: nobody knows whether it happened; look before you repeat."""


class StoreConstraintError(StoreError):
    """A constraint of the database refused a statement."""

    def __init__(self, query: str, constraint: str) -> None:
        self.query = query
        self.constraint = constraint  # its name; of SQLite's unique keys the columns
        super().__init__(f"{query}: refused by {constraint}")


class TransactionSpoilt(StoreError):
    """A statement of this transaction failed before, or it is over: nothing more can be done in it."""


class QueryError(StoreError):
    """A query is written or called wrongly: a mistake in the program."""

    def __init__(self, query: str, what: str) -> None:
        self.query = query
        super().__init__(f"{query}: {what}")


class MigrationError(StoreError):
    """A migration is misnamed, missing or fails; the database is as before it."""

    def __init__(self, migration: str, what: str) -> None:
        self.migration = migration
        super().__init__(f"migration {migration}: {what}")


class DatabaseNewer(StoreError):
    """The database was written by a newer version of the program."""

    def __init__(self, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"the database has schema {found}, this program knows up to {known}: install the newer program"
        )


class DatabaseOlder(StoreError):
    """The database's schema is older than the program and must be migrated."""

    def __init__(self, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(f"the database has schema {found}, this program needs {known}: migrate it first")


class SealBroken(OperationError):
    """A sealed field cannot be opened with any of the keys in the settings."""
