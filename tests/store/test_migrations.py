"""Schema migrations: forward only, one transaction per file, from every old version."""

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.clock import FixedClock, to_millis
from core.db import MIGRATIONS as OURS
from core.db import open_postgres, open_sqlite
from core.db.dialect import POSTGRES, SQLITE
from core.db.migrate import load_migrations, migrate, statements
from core.db.postgres_tx import PostgresLedger
from core.errors.store import DatabaseNewer, DatabaseOlder, MigrationEdited, MigrationError
from core.ports import Tx
from tests.core.sql import sql
from tests.engines import ENGINES, postgres_schema, postgres_url
from tests.store.sample import MIGRATIONS, QUERIES, AnyStore, add, names


class Place:
    """A database that can be opened several times, with other migrations each time."""

    def __init__(self, directory: Path, schema: str | None, clock: FixedClock) -> None:
        self.url = f"sqlite:///{directory / 'way.db'}" if schema is None else postgres_url()
        self.schema = schema
        self.clock = clock

    async def open(self, migrations: Path, **options: Any) -> AnyStore:
        given = {"migrations": migrations, "queries": QUERIES, **options}
        if self.schema is None:
            return await open_sqlite(self.url, self.clock, **given)
        return await open_postgres(self.url, self.clock, **given, schema=self.schema)

    async def visit(self, migrations: Path) -> list[str]:
        """Open and close; return the migrations applied."""
        store = await self.open(migrations)
        await store.close()
        return [str(migration) for migration in store.migrated]

    def change(self, statement: str) -> None:
        if self.schema is None:
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            connection.execute(statement)
            connection.close()
            return
        with psycopg.connect(postgres_url(), options=f"-c search_path={self.schema}") as server:
            server.execute(statement.encode())

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        if self.schema is None:
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            try:
                return connection.execute(sql).fetchall()
            finally:
                connection.close()
        with psycopg.connect(postgres_url(), options=f"-c search_path={self.schema}") as server:
            return server.execute(sql).fetchall()


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place(tmp_path, None, clock)
        return
    with postgres_schema() as schema:
        yield Place(tmp_path, schema, clock)


def up_to(version: int, folder: Path, source: Path = MIGRATIONS) -> Path:
    """Copy the first migrations into a folder."""
    folder.mkdir(exist_ok=True)
    for path in source.glob("*.sql"):
        if int(path.name[:4]) <= version:
            shutil.copy(path, folder)
    return folder


async def test_new_database_gets_all(place: Place) -> None:
    assert await place.visit(MIGRATIONS) == ["0001_counters", "0002_journal", "0003_child"]
    assert place.ask("SELECT version, name, applied_at FROM schema_migration ORDER BY version") == [
        (1, "counters", to_millis(place.clock.now())),
        (2, "journal", to_millis(place.clock.now())),
        (3, "child", to_millis(place.clock.now())),
    ]


async def test_second_opening_applies_nothing(place: Place) -> None:
    await place.visit(MIGRATIONS)
    assert await place.visit(MIGRATIONS) == []


@pytest.mark.parametrize("old", [0, 1, 2])
async def test_every_old_version_comes_up_with_its_data(place: Place, tmp_path: Path, old: int) -> None:
    store = await place.open(up_to(old, tmp_path / "old"))
    if old:
        await store.run(add, "kept")
    await store.close()
    assert len(await place.visit(MIGRATIONS)) == 3 - old
    assert place.ask("SELECT name FROM counter") == [("kept",)] * bool(old)


@pytest.mark.parametrize("migrate", [True, False])
async def test_database_that_is_newer_by_one_is_opened(
    place: Place, tmp_path: Path, *, migrate: bool
) -> None:
    """While workers are replaced, one of the former version may start again."""
    await place.visit(MIGRATIONS)
    store = await place.open(up_to(2, tmp_path / "old"), migrate=migrate)
    await store.run(add, "kept")
    await store.close()
    assert place.ask("SELECT name FROM counter") == [("kept",)]
    assert place.ask("SELECT max(version) FROM schema_migration") == [(3,)]


@pytest.mark.parametrize("migrate", [True, False])
async def test_database_that_is_newer_by_two_is_refused(
    place: Place, tmp_path: Path, *, migrate: bool
) -> None:
    await place.visit(MIGRATIONS)
    with pytest.raises(DatabaseNewer) as caught:
        await place.open(up_to(1, tmp_path / "old"), migrate=migrate)
    assert (caught.value.found, caught.value.known) == (3, 1)


async def test_older_database_is_refused_on_request(place: Place, tmp_path: Path) -> None:
    await place.visit(up_to(1, tmp_path / "old"))
    with pytest.raises(DatabaseOlder) as caught:
        await place.open(MIGRATIONS, migrate=False)
    assert (caught.value.found, caught.value.known) == (1, 3)


async def test_current_database_opens_without_migrating(place: Place) -> None:
    await place.visit(MIGRATIONS)
    store = await place.open(MIGRATIONS, migrate=False)
    assert await store.read(names) == []
    await store.close()


async def test_failing_migration_leaves_nothing(place: Place, tmp_path: Path) -> None:
    folder = up_to(3, tmp_path / "bad")
    (folder / "0004_bad.sql").write_text("CREATE TABLE half (x TEXT);\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(MigrationError, match="0004_bad"):
        await place.visit(folder)
    assert place.ask("SELECT max(version) FROM schema_migration") == [(3,)]
    assert await place.visit(MIGRATIONS) == []


async def test_other_migration_of_a_number_is_refused(place: Place, tmp_path: Path) -> None:
    await place.visit(MIGRATIONS)
    folder = up_to(2, tmp_path / "other")
    shutil.copy(MIGRATIONS / "0003_child.sql", folder / "0003_another.sql")
    with pytest.raises(MigrationError, match="0003_another: the database has child in its place"):
        await place.visit(folder)


def changed(folder: Path, old: str, new: str) -> Path:
    """Copy the migrations, with one text replaced in the first of them."""
    path = up_to(3, folder) / "0001_counters.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return folder


@pytest.mark.parametrize("migrate", [True, False])
async def test_edited_migration_is_refused(place: Place, tmp_path: Path, *, migrate: bool) -> None:
    await place.visit(MIGRATIONS)
    before = place.ask("SELECT * FROM schema_migration ORDER BY version")
    edited = changed(tmp_path / "edited", "CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
    with pytest.raises(MigrationEdited, match="0001_counters was edited"):
        await place.open(edited, migrate=migrate)
    assert place.ask("SELECT * FROM schema_migration ORDER BY version") == before


async def test_comments_and_line_breaks_of_a_migration_may_change(place: Place, tmp_path: Path) -> None:
    await place.visit(MIGRATIONS)
    said = changed(
        tmp_path / "said", "CREATE TABLE", "-- Said better; with 'a quote.\n/* and ; more */CREATE\n  TABLE"
    )
    assert await place.visit(said) == []


async def test_ledger_without_checksums_is_filled_by_the_next_migration(place: Place, tmp_path: Path) -> None:
    """Opening without migrating leaves it alone; afterwards an edited migration is noticed."""
    await place.visit(up_to(2, tmp_path / "two"))
    full = place.ask("SELECT version, checksum FROM schema_migration ORDER BY version")
    assert all(checksum for _, checksum in full)
    place.change("ALTER TABLE schema_migration DROP COLUMN checksum")
    store = await place.open(tmp_path / "two", migrate=False)
    await store.close()
    await place.visit(MIGRATIONS)
    assert place.ask("SELECT version, checksum FROM schema_migration ORDER BY version")[:2] == full
    with pytest.raises(MigrationEdited):
        await place.visit(changed(tmp_path / "edited", "CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))


async def test_refusing_to_migrate_leaves_the_older_database_as_it_was(place: Place, tmp_path: Path) -> None:
    await place.visit(up_to(1, tmp_path / "old"))

    def refuse(_: Tx) -> None:
        raise DatabaseNewer(9, 9)

    before = place.ask("SELECT * FROM schema_migration")
    with pytest.raises(DatabaseNewer):
        await place.open(MIGRATIONS, before_migration=refuse)
    assert place.ask("SELECT * FROM schema_migration") == before


async def test_new_and_current_databases_are_not_asked(place: Place) -> None:
    def refuse(_: Tx) -> None:
        raise DatabaseNewer(9, 9)

    for _ in range(2):
        store = await place.open(MIGRATIONS, before_migration=refuse)
        await store.close()


async def test_dangling_reference_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    folder = up_to(3, tmp_path / "bad")
    (folder / "0004_orphan.sql").write_text("INSERT INTO child (name) VALUES ('nobody');")
    with pytest.raises(MigrationError, match="a reference of table child leads nowhere"):
        await Place(tmp_path, None, clock).visit(folder)


async def test_table_can_be_made_anew(tmp_path: Path, clock: FixedClock) -> None:
    """SQLite changes a table by replacing it; references to it must survive that."""
    folder = up_to(3, tmp_path / "more")
    (folder / "0004_wider.sql").write_text(
        "CREATE TABLE wider (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL, photo BLOB);\n"
        "INSERT INTO wider SELECT * FROM counter;\nDROP TABLE counter;\n"
        "ALTER TABLE wider RENAME TO counter;\n"
    )
    place = Place(tmp_path, None, clock)
    store = await place.open(MIGRATIONS)
    await store.run(add, "a")
    await store.run(lambda tx: tx.run("counter.add_child", name="a"))
    await store.close()
    assert await place.visit(folder) == ["0004_wider"]
    assert place.ask("SELECT name FROM child JOIN counter USING (name)") == [("a",)]


async def test_holds_go_apart_from_what_is_taken_for_good(place: Place, tmp_path: Path) -> None:
    """Of the program's own schema: that migration loses no number and no hold."""
    store = await place.open(up_to(11, tmp_path / "eleven", OURS))
    for statement in PLATES_OF_VERSION_4:
        await store.run(sql, statement)
    await store.close()
    assert (await place.visit(OURS))[0] == "0012_holds_apart"
    hold = "SELECT serial, state, segment_id, position, preselection_id, draw_no, held_until FROM hold"
    assert place.ask(f"{hold} ORDER BY serial") == [
        ("A0001", "batch", 1, 1, 1, 7, 95),
        ("A0002", "shortlist", 1, 2, 1, 6, 185),
    ]
    plate = "SELECT serial, state, segment_id, position, preselection_id, held_until, since FROM plate"
    assert place.ask(f"{plate} ORDER BY serial") == [
        ("A0003", "reserved", 1, 3, 1, None, 50),
        ("A0004", "registered", 1, 4, 1, None, 60),
        ("A0005", "resting", 1, 5, 1, 900, 70),
    ]


async def test_seen_identities_come_along(place: Place, tmp_path: Path) -> None:
    """A seen identity stays seen and exclusive; a deleted one was not seen."""
    store = await place.open(up_to(16, tmp_path / "sixteen", OURS))
    columns = "account_id, chat_id, consent_version, consented_at, created_at, updated_at"
    binary = "BLOB" if place.schema is None else "BYTEA"
    for number, (digest, seen) in enumerate([("'seen'", 7), ("'typed'", "NULL"), ("NULL", 7)], 1):
        hashed = f"CAST({digest} AS {binary})"
        values = f"{number}, {number}, 1, 1, 1, 1, {hashed}, {hashed}, {seen}"
        names = f"{columns}, identity_sealed, identity_hash, identity_seen_at"
        await store.run(sql, f"INSERT INTO account ({names}) VALUES ({values})")  # noqa: S608 - ours
    await store.close()
    assert (await place.visit(OURS))[0] == "0017_seen_identities"
    found = place.ask("SELECT account_id, identity_seen_at FROM account ORDER BY account_id")
    assert found == [(1, 7), (2, None), (3, None)]
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="identity"):
        place.ask(f"UPDATE account SET identity_seen_at = 1, identity_hash = CAST('x' AS {binary})")  # noqa: S608 - ours


PLATES_OF_VERSION_4 = (
    """INSERT INTO account (account_id, chat_id, consent_version, consented_at, created_at, updated_at)
    VALUES (1, 1, 1, 1, 1, 1)""",
    """INSERT INTO preselection (preselection_id, account_id, office, kind, state, created_at, updated_at)
    VALUES (1, 1, '粤K', 'small', 'draft', 1, 1)""",
    """INSERT INTO segment (segment_id, office, kind, mask, nev_letters, size, opens_at, compose_from,
    released_at, released_by) VALUES (1, '粤K', 'small', 'A####', 'D', 10000, 1, 1, 1, 'test')""",
    """INSERT INTO plate
    (office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until, since) VALUES
    ('粤K', 'small', 'A0001', 'batch', 1, 1, 1, 7, 95, 1),
    ('粤K', 'small', 'A0002', 'shortlist', 1, 2, 1, 6, 185, 1),
    ('粤K', 'small', 'A0003', 'reserved', 1, 3, 1, NULL, NULL, 50),
    ('粤K', 'small', 'A0004', 'registered', 1, 4, 1, NULL, NULL, 60),
    ('粤K', 'small', 'A0005', 'resting', 1, 5, 1, NULL, 900, 70)""",
)


@pytest.mark.postgres
def test_concurrent_migrators_wait_for_each_other() -> None:
    migrations = load_migrations(MIGRATIONS, POSTGRES)

    def bring_up(schema: str) -> int:
        with psycopg.connect(
            postgres_url(), autocommit=True, options=f"-c search_path={schema}"
        ) as connection:
            return len(migrate(PostgresLedger(connection), migrations, applied_at=datetime.now(UTC)))

    with postgres_schema() as schema, ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(bring_up, [schema] * 4))
    assert sum(applied) == 3


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["0002_b.sql"], "0002_b: number 0001 was expected"),
        (["0001_a.sql", "0001_b.sql"], "0001_b: number 0002 was expected"),
        (["1_a.sql"], "1_a.sql: a migration is called NNNN_name.sql"),
        (["0001_a.mysql.sql"], "a migration is called NNNN_name.sql"),
        (["0001_a.sqlite.sql"], "0001_a: give one file for both dialects, or one for each"),
        (["0001_a.sql", "0001_a.sqlite.sql", "0001_a.postgres.sql"], "0001_a: give one file"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, names: list[str], said: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(MigrationError, match=said):
        load_migrations(tmp_path, SQLITE)


def test_unknown_word_is_named(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (x ${text});")
    with pytest.raises(MigrationError, match=r"unknown word \$\{text\}"):
        load_migrations(tmp_path, SQLITE)


def test_trigger_stays_one_statement() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT ';'; SELECT 2; END;"
    script = f"-- a; b\nCREATE TABLE a (x TEXT DEFAULT ';'); {trigger} /* ; */ -- end;"
    assert list(statements(script)) == ["-- a; b\nCREATE TABLE a (x TEXT DEFAULT ';');", trigger]


def test_statement_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="does not end with a semicolon"):
        list(statements("SELECT 1; SELECT 2"))
