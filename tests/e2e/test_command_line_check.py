"""``check``: what it says of each subject, beside the service too, without changing anything."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli import check_database
from bot.cli.described import folder_warnings
from core.db import open_sqlite
from core.settings import load_settings
from core.settings.model import PLACEHOLDER
from sandbox import Sandbox
from tests.e2e.test_command_line import GOOD, HEADER
from tests.e2e.test_command_line_keys import call, config, content
from tests.old_version.left_behind import lay_out_database
from tests.world import MORNING, clock_at

Said = pytest.CaptureFixture[str]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_at(MORNING)) as opened:
        yield opened


@pytest.fixture
async def made(tmp_path: Path, sandbox: Sandbox, capsys: Said) -> Path:
    path = config(tmp_path)
    path.write_text(path.read_text().replace("http://127.0.0.1:9/bot", sandbox.base_url))
    assert await call("init", config=path) == 0
    capsys.readouterr()
    return path


async def checked(path: Path, capsys: Said) -> tuple[int, list[str]]:
    """Return the exit status of ``check``, and its lines."""
    status = await call("check", config=path)
    return status, capsys.readouterr().out.splitlines()


def _replace(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def line(lines: list[str], subject: str) -> str:
    (found,) = [one for one in lines if one.startswith(f"{subject}: ")]
    return found


async def test_nothing_is_changed(made: Path, tmp_path: Path, capsys: Said) -> None:
    before = content(tmp_path)
    status, lines = await checked(made, capsys)
    assert status == 0
    assert line(lines, "database") == f"database: ok, {tmp_path / 'plates.db'}, writable"
    assert content(tmp_path) == before


async def test_an_older_schema_is_not_migrated(made: Path, tmp_path: Path, capsys: Said) -> None:
    """Neither by ``check`` nor by what works with the database; ``migrate`` says what it does."""
    database = tmp_path / "plates.db"
    known = _schema(database)
    database.unlink()
    old = tmp_path / "old"
    shutil.copytree(Path(check_database.__file__).parents[2] / "core/db/migrations", old)
    for path in old.glob(f"{known:04}_*"):
        path.unlink()
    await (await open_sqlite(f"sqlite:///{database}", clock_at(MORNING), migrations=old)).close()
    database.chmod(0o600)
    words = (
        f"the database has schema {known - 1}, this program needs {known}: `xuanhao backup DIR`, then "
        "`xuanhao migrate`"
    )
    status, lines = await checked(made, capsys)
    assert (status, line(lines, "schema")) == (1, f"schema: {words}")
    assert line(lines, "photos") == "photos: ok, the folder is writable"  # the rest is checked all the same
    assert line(lines, "keys").startswith("keys: ok, the database opens with")
    assert line(lines, "database").endswith(", writable")
    for command in (
        ("release", "粤K", "small", "B####", "--yes"),
        ("import", _file(tmp_path)),
        ("rotate-keys",),
    ):
        assert await call(*command, config=made) == 1
        assert words in capsys.readouterr().err
    assert _schema(database) == known - 1
    capsys.readouterr()
    assert await call("migrate", config=made) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{known:04}_")
    assert said[0].endswith(" applied")
    assert said[1] == "the database schema is up to date"
    assert await call("migrate", config=made) == 0
    assert capsys.readouterr().out == "the database schema is up to date; nothing was pending\n"


async def test_init_refuses_an_existing_database(made: Path, tmp_path: Path, capsys: Said) -> None:
    """One of an older schema above all: only ``migrate`` and ``run`` migrate."""
    database = tmp_path / "plates.db"
    for old in (False, True):
        if old:
            database.unlink()
            lay_out_database(database, tmp_path / "old")
        before = content(tmp_path)
        assert await call("init", config=made) == 1
        assert f"there is one already at {database}; use `xuanhao migrate`" in capsys.readouterr().err
        assert content(tmp_path) == before


def _file(tmp_path: Path) -> str:
    file = tmp_path / "vehicles.csv"
    file.write_text(HEADER + GOOD, encoding="utf-8")
    return str(file)


def _schema(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("SELECT max(version) FROM schema_migration").fetchone()[0])
    finally:
        connection.close()


async def test_open_modes_are_told_in_a_line_and_left(
    made: Path, tmp_path: Path, capsys: Said, caplog: pytest.LogCaptureFixture
) -> None:
    database = tmp_path / "plates.db"
    database.chmod(0o644)
    caplog.clear()
    status, lines = await checked(made, capsys)
    assert status == 0
    assert f"  warning: {database}: other users can read it; `xuanhao run` sets its mode to 0600" in lines
    assert database.stat().st_mode & 0o777 == 0o644
    assert caplog.text == ""


async def test_a_missing_id_is_told_and_a_backup_gives_it(made: Path, tmp_path: Path, capsys: Said) -> None:
    for sql in ("SELECT 1", "DELETE FROM installation"):
        connection = sqlite3.connect(tmp_path / "plates.db")
        connection.execute(sql)
        connection.commit()
        connection.close()
        _, lines = await checked(made, capsys)
        assert any("the database has no id yet" in one for one in lines) == (sql != "SELECT 1")
    (tmp_path / "photos" / "database-id").unlink()
    assert await call("backup", tmp_path / "backups", config=made) == 0
    assert "without an id" not in capsys.readouterr().out
    _, lines = await checked(made, capsys)
    assert not any("the database has no id yet" in one for one in lines)


async def test_it_works_beside_the_service(made: Path, tmp_path: Path, capsys: Said) -> None:
    """What has no answer meanwhile says what to do instead."""
    store = await open_sqlite(f"sqlite:///{tmp_path / 'plates.db'}", clock_at(MORNING))
    try:
        status, lines = await checked(made, capsys)
        assert status == 0
        assert f"process {os.getpid()} has it open: the service is running" in line(lines, "database")
        assert line(lines, "keys").startswith("keys: ok")
        assert await call("release", "粤K", "small", "B####", "--yes", config=made) == 1
        assert "/release in the chat does the same" in capsys.readouterr().err
        assert await call("import", _file(tmp_path), config=made) == 1
        assert "/vehicles in the chat does the same" in capsys.readouterr().err
    finally:
        await store.close()


async def test_a_database_that_refuses_to_be_written_is_told(
    made: Path, tmp_path: Path, capsys: Said
) -> None:
    connection = sqlite3.connect(tmp_path / "plates.db")
    connection.execute(
        "CREATE TRIGGER refuse BEFORE UPDATE ON schema_migration BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    connection.close()
    status, lines = await checked(made, capsys)
    assert status == 1
    assert f"{tmp_path / 'plates.db'} cannot be written" in line(lines, "database")


@pytest.mark.parametrize(("free", "status"), [(0, 1), (500 * check_database.MIB, 0), (2**40, 0)])
async def test_a_full_disk_is_told(
    made: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch, free: int, status: int
) -> None:
    usage: Any = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(2**41, 0, free))
    found, lines = await checked(made, capsys)
    assert found == status
    assert any("MiB are free" in one for one in lines) == (free < 2**40)


async def test_the_placeholder_of_the_example_is_told(made: Path, capsys: Said) -> None:
    _replace(made, "某市某路1号", PLACEHOLDER)
    _, lines = await checked(made, capsys)
    assert "  warning: offices: the address of 粤K is the placeholder of the example" in lines


def test_output_that_nobody_reads_to_its_end_is_no_error(tmp_path: Path) -> None:
    path = config(tmp_path)
    command = f"{sys.executable} -m bot check --config {path} | true"
    done = subprocess.run(  # noqa: S602 - a pipe is the point
        command, shell=True, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert "Exception ignored" not in done.stderr


async def test_log_lines_have_chinas_time_with_its_offset(made: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "migrate", "--config", str(made)),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TZ": "America/New_York"},
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    logged = said.decode().splitlines()
    assert logged
    assert all(one.split(" ")[0].endswith("+08:00") for one in logged)


async def test_folder_that_others_may_enter_is_told(made: Path, tmp_path: Path, capsys: Said) -> None:
    """Those of earlier versions were made for all; also ``run`` says it."""
    settings = load_settings(made)
    photos = settings.photo_directory()
    for mode in (0o700, 0o750, 0o755):
        photos.chmod(mode)
        tmp_path.chmod(mode)  # noqa: ASYNC240 - a test may block
        _, lines = await checked(made, capsys)
        told = [one for one in lines if "other users can enter it" in one]
        assert len(told) == (0 if mode == 0o700 else 2)
        assert [one.removeprefix("  warning: ") for one in told] == folder_warnings(settings)


async def test_webhook_of_another_program_is_named_with_the_remedy(
    made: Path, sandbox: Sandbox, capsys: Said
) -> None:
    await sandbox.api.webhook.set("http://127.0.0.1:9/other", "", 1)
    _, lines = await checked(made, capsys)
    (said,) = [one for one in lines if "a webhook of another" in one]
    assert "http://127.0.0.1:9/other gets the updates, polling gets none" in said
    assert "xuanhao run --remove-webhook" in said


async def test_own_webhook_is_left_to_run(made: Path, sandbox: Sandbox, capsys: Said) -> None:
    hook = '[telegram.webhook]\npublic_url = "http://127.0.0.1:9/ours"\nsecret_token = "0123456789abcdef"\n'
    _replace(made, "[database]", f"{hook}[database]")
    await sandbox.api.webhook.set("http://127.0.0.1:9/ours", "", 1)
    _, lines = await checked(made, capsys)
    (said,) = [one for one in lines if "the webhook http" in one]
    assert "the webhook http://127.0.0.1:9/ours is set: until `run` removes it" in said
