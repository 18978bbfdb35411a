"""A backup beside the running service contains everything committed, and is whole or none."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.backup import take, verify
from core.backup.manifest import read_manifest
from core.clock import FixedClock
from core.errors.backup import (
    BackupDamaged,
    BackupNotWritten,
    BackupRunning,
    BackupUnknown,
    PassphraseTooShort,
    PassphraseWrong,
)
from core.errors.installation import DatabaseMissing
from core.ports import Tx
from tests.backup.deployment import Deployment, opens
from tests.core.appealing import drafts
from tests.core.sql import sql
from tests.core.tools import registered, reserved

PASSPHRASE = "correct horse battery staple"


def _registers(tx: Tx, core: object, first: int, count: int) -> None:
    for number in range(first, first + count):
        registered(tx, core, number)  # type: ignore[arg-type]


async def test_backup_beside_the_open_database_has_every_row(
    here: Deployment, tmp_path: Path, clock: FixedClock, engine: str
) -> None:
    async with here.opened(clock) as core:
        await core.store.run(_registers, core, 0, 40)
        folder, manifest = take(here.settings, tmp_path / "backups", clock=clock)
        assert manifest.counts["accounts"] == 40
        assert verify(folder).manifest == manifest
        if engine == "sqlite":  # the control: a copied file has none of what the log still holds
            shutil.copy(here.database, tmp_path / "copied.db")
            with closing(sqlite3.connect(tmp_path / "copied.db")) as copied, pytest.raises(sqlite3.Error):
                copied.execute("SELECT count(*) FROM account")


async def test_photos_that_the_database_names_are_in_it(
    here: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    async with here.opened(clock) as core:
        stray = core.photos.put(b"of no row")
        keys = [core.photos.put(b"identity"), core.photos.put(b"invoice")]

        def appeals(tx: Tx) -> None:
            opens(tx, core)
            reserved(tx, core, 1, "A1234")
            drafts(tx, core, registered(tx, core, 2), 1)
            sql(tx, f"UPDATE appeal_photo SET photo_key = '{keys[0]}' WHERE slot = 'identity'")  # noqa: S608
            sql(tx, f"UPDATE appeal_photo SET photo_key = '{keys[1]}' WHERE slot = 'invoice'")  # noqa: S608

        await core.store.run(appeals)
        folder, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    assert {path.stem for path in (folder / "photos").iterdir()} == set(keys)
    assert (manifest.missing_photos, stray in keys) == (0, False)


async def test_only_the_owner_may_read_it_whatever_the_umask(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    before = os.umask(0o000)
    try:
        async with on_sqlite.opened(clock):
            folder, _ = take(on_sqlite.settings, tmp_path / "backups", passphrase=PASSPHRASE, clock=clock)
            live = list(on_sqlite.database.parent.rglob("*"))
            modes = {
                path: stat.S_IMODE(path.stat().st_mode)
                for path in (*live, *(tmp_path / "backups").rglob("*"))
            }
            modes[folder] = stat.S_IMODE(folder.stat().st_mode)
            modes[on_sqlite.database.parent] = stat.S_IMODE(on_sqlite.database.parent.stat().st_mode)
    finally:
        os.umask(before)
    assert {path.name for path in live} >= {"plates.db", "plates.db-wal", "plates.db-shm", "keys.toml"}
    assert {
        path.name: mode for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)
    } == {}


async def test_open_modes_of_before_are_mended(
    on_sqlite: Deployment, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_sqlite.opened(clock):
        pass
    on_sqlite.database.chmod(0o644)
    async with on_sqlite.opened(clock):
        assert stat.S_IMODE(on_sqlite.database.stat().st_mode) == 0o600
    assert "was readable by other users" in caplog.text


async def test_keys_are_in_it_only_under_a_passphrase(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    async with on_sqlite.opened(clock):
        pass
    secret = on_sqlite.settings.keys()
    bare, manifest = take(on_sqlite.settings, tmp_path / "bare", clock=clock)
    assert not manifest.has_keys
    sealed, manifest = take(on_sqlite.settings, tmp_path / "sealed", passphrase=PASSPHRASE, clock=clock)
    assert manifest.has_keys
    for folder in (bare, sealed):
        for path in (path for path in folder.rglob("*") if path.is_file()):
            assert secret.lookup_key.encode() not in path.read_bytes()
    assert verify(sealed, passphrase=PASSPHRASE).keys == secret
    assert verify(sealed).keys is None
    with pytest.raises(PassphraseWrong):
        verify(sealed, passphrase="another one altogether")
    with pytest.raises(PassphraseTooShort):
        take(on_sqlite.settings, tmp_path / "short", passphrase="too short", clock=clock)


async def test_nothing_is_overwritten(on_sqlite: Deployment, tmp_path: Path, clock: FixedClock) -> None:
    async with on_sqlite.opened(clock):
        pass
    first, _ = take(on_sqlite.settings, tmp_path / "backups", clock=clock)
    before = (first / "manifest.json").read_bytes()
    with pytest.raises(BackupNotWritten):
        take(on_sqlite.settings, tmp_path / "backups", clock=clock)
    assert (first / "manifest.json").read_bytes() == before


async def test_missing_database_is_not_backed_up(on_sqlite: Deployment, tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match=r"plates\.db"):
        take(on_sqlite.settings, tmp_path / "backups")
    assert not (tmp_path / "backups").exists()
    assert not on_sqlite.database.parent.exists()


async def test_every_changed_byte_is_found(here: Deployment, tmp_path: Path, clock: FixedClock) -> None:
    async with here.opened(clock):
        folder, manifest = take(here.settings, tmp_path / "backups", passphrase=PASSPHRASE, clock=clock)
    for name in manifest.files:
        content = (folder / name).read_bytes()
        middle = len(content) // 2
        (folder / name).write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        with pytest.raises(BackupDamaged, match=name):
            verify(folder)
        (folder / name).unlink()
        with pytest.raises(BackupDamaged, match="missing"):
            verify(folder)
        (folder / name).write_bytes(content)
    verify(folder)
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    (folder / "manifest.json").write_text(text.replace('"files"', '"flies"'), encoding="utf-8")
    with pytest.raises(BackupDamaged, match=r"manifest\.json"):
        verify(folder)


def test_manifest_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    with pytest.raises(BackupUnknown):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text(
        '{"format":1,"version":"1","database_schema":1,"engine":"sqlite","database_id":"","bot_id":null,'
        '"taken_at":"2026-03-10T04:00:00Z","counts":{},"missing_photos":0,'
        '"files":{"../../etc/passwd":{"size":1,"sha256":"00"}}}',
        encoding="utf-8",
    )
    with pytest.raises(BackupDamaged, match="no manifest"):
        read_manifest(tmp_path)


async def test_writers_are_not_held_up_and_the_copy_is_one_moment(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    """The database changes at every step: the copy must neither start again nor mix two states."""
    async with on_sqlite.opened(clock) as core:
        await core.store.run(_registers, core, 0, 1)
        await core.store.run(lambda tx: sql(tx, "CREATE TABLE filling (content BLOB)"))
        await core.store.run(lambda tx: sql(tx, "INSERT INTO filling SELECT zeroblob(40000000)"))
        writer = sqlite3.connect(on_sqlite.database, isolation_level=None)
        steps = 0

        def write(_part: object, _done: int, _total: int) -> None:
            nonlocal steps
            steps += 1
            writer.execute("PRAGMA busy_timeout = 200")
            writer.execute("UPDATE account SET updated_at = updated_at + 1")
            assert steps < 200, "the copy starts again with every commit"

        began = time.monotonic()
        folder, _ = take(on_sqlite.settings, tmp_path / "backups", clock=clock, progress=write)
        assert time.monotonic() - began < 60
        writer.close()
    assert steps >= 5
    verify(folder)


HOLDING = """
import sys, time
from pathlib import Path
from core.backup import take
from core.settings import load_settings
def hold(part, done, total):
    print("under way", flush=True)
    time.sleep(60)
take(load_settings(Path(sys.argv[1]), {}), Path(sys.argv[2]), progress=hold)
"""


async def test_killed_backup_is_none_and_the_next_one_clears_up(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    backups = tmp_path / "backups"
    async with on_sqlite.opened(clock):
        words = [sys.executable, "-c", HOLDING, str(on_sqlite.config), str(backups)]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as process:  # noqa: ASYNC220, S603 - the test waits
            assert process.stdout is not None
            assert process.stdout.readline() == b"under way\n"
            with pytest.raises(BackupRunning):
                take(on_sqlite.settings, backups, clock=clock)
            process.send_signal(signal.SIGKILL)
        assert [path.suffix for path in backups.glob(".xuanhao*")] == [".partial"]
        assert not list(backups.glob("xuanhao*"))
        folder, _ = take(on_sqlite.settings, backups, clock=clock)
    assert not list(backups.glob(".xuanhao*"))
    verify(folder)
