"""Databases of older versions: without an id, or with an older schema; and a photo folder of another one."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from core.backup import RestoreRequest, restore, take
from core.backup.taking import OLDEST_SCHEMA
from core.bootstrap import Core
from core.clock import FixedClock
from core.database import prepare_backup
from core.db import MIGRATIONS, MemoryDatabase, open_store
from core.db.schema import known_schema
from core.errors.backup import KeysDiffer, SchemaTooOld
from core.errors.installation import DatabaseMissing, PhotoFolderOfAnother
from core.ports import Tx
from core.security.photo_files import MARKER
from tests.backup.deployment import Deployment, opens
from tests.core.appealing import drafts
from tests.core.sql import sql
from tests.core.tools import registered, reserved

PASSPHRASE = "correct horse battery staple"
HOUR = timedelta(hours=1)


async def _loses_id(here: Deployment, clock: FixedClock) -> None:
    async with here.opened(clock) as core:
        await core.store.run(sql, "DELETE FROM installation")
    (here.photos / MARKER).unlink()


async def _older(here: Deployment, clock: FixedClock, tmp_path: Path, newest: int) -> None:
    """Lay out an empty database of an older schema, and its keys."""
    old = tmp_path / f"up_to_{newest}"
    shutil.copytree(MIGRATIONS, old)
    for file in old.iterdir():
        if int(file.name[:4]) > newest:
            file.unlink()
    here.settings.keys()
    path = here.settings.database.sqlite_path
    url = here.settings.database.url if path is None else f"sqlite:///{path}"
    await (await open_store(url, clock, migrations=old)).close()


async def test_a_backup_gives_the_database_its_id(
    here: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _loses_id(here, clock)
    await prepare_backup(here.settings)
    _, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    assert len(manifest.database_id) == 32


async def test_migrating_gives_the_database_its_id(
    here: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _older(here, clock, tmp_path, 18)
    async with here.opened(clock, create=False, migrate=True) as core:
        row = await core.store.read(lambda tx: tx.one("installation.get"))
        assert row is not None


async def test_a_backup_without_id_goes_back_next_to_its_photos(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    """The folder has been claimed since; its id becomes that of the database."""
    async with here.opened(clock) as core:
        kept = core.photos.put(b"identity")
        await core.store.run(sql, "DELETE FROM installation")
    folder, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    assert manifest.database_id == ""
    clock.advance(HOUR)
    _brings_keys(here, there)
    shutil.copytree(here.photos, there.photos)
    claimed = (there.photos / MARKER).read_text().strip()
    await restore(there.settings, RestoreRequest(folder=folder, given=(), clock=clock))
    async with there.opened(clock, create=False) as core:  # it claims the folder
        row = await core.store.read(lambda tx: tx.one("installation.get"))
        assert row is not None
        assert row["database_id"] == claimed
        assert core.photos.get(kept) == b"identity"


def _brings_keys(here: Deployment, there: Deployment) -> None:
    if here.settings.database.sqlite_path is not None:
        there.database.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(here.database.with_name("keys.toml"), there.database.with_name("keys.toml"))


async def test_an_older_schema_is_backed_up_and_put_back(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    """Backing up comes before migrating, so it must not need it."""
    await _older(here, clock, tmp_path, 18)
    await prepare_backup(here.settings)
    folder, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    assert (manifest.database_schema, manifest.database_id, manifest.counts["accounts"]) == (18, "", 0)
    clock.advance(HOUR)
    _brings_keys(here, there)
    await restore(there.settings, RestoreRequest(folder=folder, given=(), clock=clock))
    async with there.opened(clock, create=False, migrate=False) as core:
        row = await core.store.read(lambda tx: tx.one("schema.version"))
        assert row is not None
        assert row["version"] == known_schema()


async def test_the_oldest_schema_that_is_backed_up(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _older(on_sqlite, clock, tmp_path, OLDEST_SCHEMA)
    _, manifest = take(on_sqlite.settings, tmp_path / "backups", clock=clock)
    assert manifest.database_schema == OLDEST_SCHEMA


async def test_an_ancient_schema_is_left_to_its_program(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _older(on_sqlite, clock, tmp_path, OLDEST_SCHEMA - 1)
    with pytest.raises(SchemaTooOld, match="with the version that has run so far"):
        take(on_sqlite.settings, tmp_path / "backups", clock=clock)
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [".backup.lock"]


async def test_no_keys_are_made_without_a_database(on_sqlite: Deployment) -> None:
    with pytest.raises(DatabaseMissing):
        await prepare_backup(on_sqlite.settings)
    assert not on_sqlite.database.parent.exists()


async def test_other_keys_in_place_are_named_with_the_way_out(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    async with on_sqlite.opened(clock):
        pass
    folder, _ = take(on_sqlite.settings, tmp_path / "backups", passphrase=PASSPHRASE, clock=clock)
    other = Deployment(tmp_path / "other", "sqlite:///data/plates.db")
    other.settings.keys()
    clock.advance(HOUR)
    request = RestoreRequest(folder=folder, given=(), passphrase=PASSPHRASE, clock=clock)
    with pytest.raises(KeysDiffer, match=r"keys\.toml: .* Move that file away"):
        await restore(other.settings, request)
    other.database.with_name("keys.toml").rename(tmp_path / "away")
    assert (await restore(other.settings, request)).keys_written is not None


def _appeals(tx: Tx, core: Core) -> None:
    """Write a draft whose rows name photos that were never stored."""
    opens(tx, core)
    reserved(tx, core, 1, "A1234")
    drafts(tx, core, registered(tx, core, 2), 1)


async def test_a_foreign_photo_folder_is_refused_and_missing_photos_are_counted(
    here: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    async with here.opened(clock) as core:
        await core.store.run(_appeals, core)
    _, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    assert manifest.missing_photos > 0
    (here.photos / MARKER).write_text("0" * 32)
    with pytest.raises(PhotoFolderOfAnother):
        take(here.settings, tmp_path / "foreign", clock=clock)
    assert [path.name for path in (tmp_path / "foreign").iterdir()] == [".backup.lock"]


async def test_the_log_names_every_migration_of_the_real_database_and_no_other(
    on_sqlite: Deployment, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await _older(on_sqlite, clock, tmp_path, 5)
    copied = tmp_path / "for_the_rehearsal"  # not in the cache yet
    shutil.copytree(MIGRATIONS, copied)
    caplog.clear()
    with caplog.at_level(logging.INFO):
        async with on_sqlite.opened(clock, create=False, migrate=True):
            MemoryDatabase(clock, migrations=copied).close()
    said = [one.getMessage() for one in caplog.records if one.name == "core.db.migrate"]
    (line,) = said
    numbers = [name.strip()[:4] for name in line.removeprefix("migrations applied: ").split(",")]
    assert numbers == [f"{number:04}" for number in range(6, known_schema() + 1)]
