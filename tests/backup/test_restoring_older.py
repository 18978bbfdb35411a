"""A restore that must migrate, and one that does not finish."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from bot import app
from core.backup import RestoreRequest, restore, take
from core.backup.manifest import entry_of
from core.bootstrap import bootstrap
from core.clock import FixedClock
from core.db.copies import SQLITE_NAME
from core.errors.backup import RestoreTargetNotEmpty, RestoreUnfinished
from core.errors.base import XuanhaoError
from tests.backup.deployment import SECURITY, Deployment, database_url, opens
from tests.e2e.test_command_line_keys import call
from tests.old_version.left_behind import lay_out_database

OLD_SCHEMA = 18
ROOT = Path(__file__).parents[2]
KILLED_WHILE = """
import os, signal, sys
from pathlib import Path
from core.backup import RestoreRequest, restore, restoring
from core.settings import load_settings
import asyncio

async def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[3] == "closing":
    restoring._close = killed
request = RestoreRequest(folder=Path(sys.argv[2]), given=())
asyncio.run(restore(load_settings(Path(sys.argv[1]), {}), request))
"""
"""The database is in its place, and the gap is open."""


async def test_restore_of_an_older_schema_names_each_migration(
    tmp_path: Path, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Deployment(tmp_path / "here", "sqlite:///data/plates.db")
    with here.config.open("a", encoding="utf-8") as config:
        config.write(SECURITY)
    async with here.opened(clock):
        pass
    folder, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    lay_out_database(folder / SQLITE_NAME, tmp_path / "photos")
    taken = json.loads((folder / "manifest.json").read_text())
    taken |= {"database_schema": OLD_SCHEMA, "database_id": ""}
    taken["files"][SQLITE_NAME] = entry_of(folder / SQLITE_NAME).model_dump()
    (folder / "manifest.json").write_text(json.dumps(taken))
    there = Deployment(tmp_path / "there", "sqlite:///data/plates.db")
    with there.config.open("a", encoding="utf-8") as config:
        config.write(SECURITY)
    assert await call("restore", str(folder), "--none-given", config=there.config) == 0
    steps = [line for line in capsys.readouterr().out.splitlines() if line.endswith(" applied")]
    assert [int(line.split("_")[0]) for line in steps] == list(
        range(OLD_SCHEMA + 1, manifest.database_schema + 1)
    )
    async with there.opened(clock, migrate=False, create=False):
        pass


@pytest.mark.postgres
async def test_killed_restore_leaves_no_database_that_is_taken_for_a_sound_one(
    tmp_path: Path, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control is the restore that is not killed."""
    with database_url("postgres") as one, database_url("postgres") as two, database_url("postgres") as three:
        here, there = Deployment(tmp_path / "here", one), Deployment(tmp_path / "there", two)
        async with here.opened(clock) as core:
            await core.store.run(opens, core)
        folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
        assert await _restores(there, folder, "closing") == -signal.SIGKILL
        for command in ("check", "migrate", "init"):
            status = await call(command, config=there.config)
            said = capsys.readouterr()
            assert status == 1
            assert "did not finish" in said.out + said.err
            assert "drop the database" in said.out + said.err
        with pytest.raises(RestoreUnfinished):
            await app.run(there.settings)
        with pytest.raises(RestoreUnfinished):
            take(there.settings, tmp_path / "others", clock=clock)
        with pytest.raises(RestoreTargetNotEmpty):
            await restore(there.settings, RestoreRequest(folder=folder, given=(), clock=clock))
        control = Deployment(tmp_path / "control", three)
        assert await _restores(control, folder, "never") == 0
        async with control.opened(clock, create=False):
            pass


async def _restores(there: Deployment, folder: Path, killed: str) -> int | None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED_WHILE, str(there.config), str(folder), killed),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return await asyncio.wait_for(process.wait(), 60)


@pytest.mark.postgres
async def test_failed_restore_is_refused_too(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when pg_restore itself failed, so that there are no tables."""
    with database_url("postgres") as one, database_url("postgres") as two:
        here, there = Deployment(tmp_path / "here", one), Deployment(tmp_path / "there", two)
        async with here.opened(clock):
            pass
        folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
        monkeypatch.setattr("core.db.copies._call", _fails)
        with pytest.raises(XuanhaoError, match="pg_restore"):
            await restore(there.settings, RestoreRequest(folder=folder, given=(), clock=clock))
        with pytest.raises(RestoreUnfinished):
            await bootstrap(there.settings, create=True, migrate=False)


def _fails(*_: object) -> None:
    raise XuanhaoError("pg_restore: no")
