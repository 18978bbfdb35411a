"""Opens the database of the settings, after checking that the keys belong to it."""

from collections.abc import Callable
from dataclasses import dataclass

from core import installation
from core.clock import Clock
from core.db import exists, open_store, shown_url
from core.db.migrate import Migration
from core.errors.installation import DatabaseExists, DatabaseMissing
from core.errors.store import DatabaseOlder
from core.ports import Store, Tx
from core.security.canary import DatabaseKeys
from core.security.vault import Vault
from core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDatabase:
    """An open database whose keys fit."""

    store: Store
    vault: Vault
    keys: DatabaseKeys
    migrated: tuple[Migration, ...]  # what opening it has applied


async def open_database(
    settings: Settings,
    clock: Clock | None = None,
    *,
    migrate: bool = False,
    create: bool = False,
    restoring: bool = False,
) -> OpenedDatabase:
    """Open the database after checking that the keys belong to it; give it an id if it has none.

    Args:
        settings: name the database and the keys.
        clock: as ``open_store`` takes it.
        migrate: migrate an older schema; False refuses it.
        create: create the database if there is none; a mistyped path must not start an empty pool. Without
            ``migrate`` an existing one is refused.
        restoring: open a database whose restore has not finished.

    Raises:
        DatabaseExists: there is a database, ``create`` is on and ``migrate`` is off; nothing was changed.
        KeysDoNotFit: the keys belong to another database; nothing was changed.
        SettingsError: the settings, the keys or the database's URL cannot be used.
        DatabaseMissing: there is no database, and ``create`` is off.
        DatabaseOlder: the schema is older, and ``migrate`` is off.
        StoreError: the database cannot be opened or migrated.
    """
    path = settings.database.sqlite_path
    if not create and path is not None and not exists(path):
        raise DatabaseMissing(str(path.absolute()))  # before its keys are created
    is_new = create and not migrate
    if is_new:
        await _require_none(settings)
    keys = settings.keys()  # before the database exists: a database without a key file means lost keys
    vault = Vault(keys.keys, keys.lookup_key)
    database_keys = DatabaseKeys(vault, settings.key_source())
    store = await open_store(
        settings.database.url,
        clock,
        migrate=migrate or create,
        create=create,
        restoring=restoring,
        before_migration=_refuse_existing(settings) if is_new else database_keys.require_fit_before_migration,
    )
    try:
        await store.run(database_keys.ensure_fit)
        await store.run(installation.ensure)
    except BaseException:
        await store.close()
        raise
    return OpenedDatabase(store=store, vault=vault, keys=database_keys, migrated=store.migrated)


def _refuse_existing(settings: Settings) -> Callable[[Tx], None]:
    """Return what refuses a database that has appeared meanwhile."""

    def refuse(_tx: Tx) -> None:
        path = settings.database.sqlite_path
        raise DatabaseExists(shown_url(settings.database.url) if path is None else str(path.absolute()))

    return refuse


async def _require_none(settings: Settings) -> None:
    """Check that there is no database yet.

    Raises:
        DatabaseExists: there is one.
        StoreError: that cannot be found out.
    """
    url, path = settings.database.url, settings.database.sqlite_path
    if path is not None:
        if exists(path):
            raise DatabaseExists(str(path.absolute()))
        return
    try:
        store = await open_store(url, migrate=False, create=False)
    except DatabaseMissing:
        return
    except DatabaseOlder:
        raise DatabaseExists(shown_url(url)) from None
    await store.close()
    raise DatabaseExists(shown_url(url))


async def prepare_backup(settings: Settings) -> None:
    """Check that the keys belong to the database, beside a running service; give it an id if it has none.

    A database with an older schema is left alone: its keys are checked when it is migrated.

    Raises:
        DatabaseMissing: there is no database; nothing was written.
        KeysDoNotFit: the keys belong to another one.
        SettingsError, StoreError: as ``open_database``.
    """
    path = settings.database.sqlite_path
    if path is not None and not exists(path):
        raise DatabaseMissing(str(path.absolute()))  # before its keys are created
    keys = settings.keys()
    database_keys = DatabaseKeys(Vault(keys.keys, keys.lookup_key), settings.key_source())
    try:
        store = await open_store(settings.database.url, migrate=False, create=False, read_only=True)
    except DatabaseOlder:
        return
    try:
        await store.read(database_keys.require_fit)
        has_id = await store.read(installation.get) is not None
    finally:
        await store.close()
    if not has_id:
        await (await open_database(settings)).store.close()
