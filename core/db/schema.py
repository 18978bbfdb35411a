"""Questions about the database of a running program."""

from functools import cache

from core.db.dialect import SQLITE
from core.db.migrate import AHEAD, MIGRATIONS, load_migrations
from core.errors.store import DatabaseNewer, StoreError
from core.ports import Store, Tx


class _RolledBack(Exception):
    """The trial is over."""


@cache
def known_schema() -> int:
    """Return the schema that this program needs."""
    return load_migrations(MIGRATIONS, SQLITE)[-1].version


def version_of(tx: Tx) -> int:
    """Return the schema of the database; 0 if no migration was ever applied."""
    row = tx.one("schema.version")
    return int(row["version"]) if row else 0


def require_known(tx: Tx) -> bool:
    """Check that no program that is too new has migrated the database meanwhile.

    Returns:
        whether the schema is the one that this program knows; one that is newer by one is not, but works.

    Raises:
        DatabaseNewer: it is newer by more; the queries of this program may fail, or store what the newer one
            cannot read.
    """
    found = version_of(tx)
    if found > known_schema() + AHEAD:
        raise DatabaseNewer(found=found, known=known_schema())
    return found <= known_schema()


async def try_writing(store: Store) -> None:
    """Write in a transaction that is rolled back.

    Raises:
        StoreError: the database refuses it.
    """

    def trial(tx: Tx) -> None:
        if tx.run("schema.try_writing") != 1:
            raise StoreError("the ledger of migrations is empty")
        raise _RolledBack

    try:
        await store.run(trial)
    except _RolledBack:
        return
