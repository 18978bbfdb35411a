"""The command line and the keys: every command refuses those of another database; old ones can be retired."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.cli import main
from core.bootstrap import bootstrap
from core.database import open_database
from core.security.vault import fingerprint_of
from core.settings import load_settings
from tests.core.tools import registered, release
from tests.world import KEYS, TOKEN

OLD, LOOKUP = KEYS["keys"][0], str(KEYS["lookup_key"])
NEW = Fernet.generate_key().decode()
SETTINGS = """
[telegram]
token = "{token}"
base_url = "http://127.0.0.1:9/bot"
admins = [1001]
[security]
keys = [{keys}]
lookup_key = "{lookup_key}"
[database]
url = "sqlite:///{folder}/plates.db"
[[offices]]
code = "粤K"
name = "茂名车辆管理所"
address = "某市某路1号"
"""
COMMANDS: dict[str, tuple[str, ...]] = {
    "migrate": (),
    "release": ("粤K", "small", "B####", "--yes"),
    "rotate-keys": (),
    "check": (),
    "backup": ("backups",),
}


def config(tmp_path: Path, *keys: str, lookup_key: str = LOOKUP) -> Path:
    path = tmp_path / "config.toml"
    given = ", ".join(f'"{key}"' for key in keys or (OLD,))
    path.write_text(SETTINGS.format(token=TOKEN, keys=given, lookup_key=lookup_key, folder=tmp_path))
    return path


async def call(command: str, *words: object, config: Path) -> int:
    return await asyncio.to_thread(main, [command, *map(str, words), "--config", str(config)])


@pytest.fixture
async def made(tmp_path: Path) -> Path:
    """A database with owners, a segment and a photo, made with the old key."""
    path = config(tmp_path)
    assert await call("init", config=path) == 0
    core = await bootstrap(load_settings(path), migrate=False)
    await core.store.run(release, core, "A10##")
    for number in range(3):
        await core.store.run(registered, core, number)
    core.photos.put(b"a photo")
    await core.close()
    return path


def content(tmp_path: Path) -> list[str]:
    connection = sqlite3.connect(tmp_path / "plates.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("key", "lookup_key", "named"),
    [(NEW, LOOKUP, "keys"), (OLD, "another lookup key", "lookup_key")],
    ids=["other keys", "another lookup key"],
)
@pytest.mark.usefixtures("made")
async def test_keys_of_another_database_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, key: str, lookup_key: str, named: str
) -> None:
    before = content(tmp_path)
    capsys.readouterr()
    status = await call(command, *COMMANDS[command], config=config(tmp_path, key, lookup_key=lookup_key))
    said = capsys.readouterr()
    assert status == 2
    text = said.out if command == "check" else said.err
    assert [
        line.partition("security.")[2].partition(":")[0] for line in text.splitlines() if "security." in line
    ] == [named]
    assert content(tmp_path) == before
    assert key not in text
    assert not (tmp_path / "backups").exists()


async def test_run_refuses_them_too(made: Path, tmp_path: Path) -> None:
    config(tmp_path, NEW)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--config", str(made)), stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert "security.keys: none of them opens what is sealed in this database" in said.decode()


@pytest.mark.usefixtures("made")
async def test_an_unfinished_rotation_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = config(tmp_path, NEW, OLD)
    opened = await open_database(load_settings(both))
    await opened.store.run(opened.keys.begin_rotation)
    await opened.store.close()
    await call("check", config=both)
    assert "  warning: `xuanhao rotate-keys` has begun and not ended" in capsys.readouterr().out
    assert await call("rotate-keys", config=both) == 0
    await call("check", config=both)
    assert "has begun" not in capsys.readouterr().out


@pytest.mark.usefixtures("made")
async def test_an_old_key_is_retired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = config(tmp_path, NEW, OLD)
    await call("check", config=both)
    said = capsys.readouterr().out
    assert f"keys: ok, 0 values need {fingerprint_of(NEW)}, the newest" in said
    assert (
        f"  18 values need {fingerprint_of(OLD)}; `xuanhao rotate-keys`" in said
    )  # 3 owners, a seed, a photo
    assert await call("rotate-keys", config=both) == 0
    said = capsys.readouterr().out
    assert f"18 values need key {fingerprint_of(NEW)}, none an older one" in said
    assert f"to be taken out of the settings now: {fingerprint_of(OLD)}" in said
    await call("check", config=both)
    said = capsys.readouterr().out
    assert f"  no value needs {fingerprint_of(OLD)}: it can be taken out\n" in said
    assert "has begun" not in said
    new = config(tmp_path, NEW)
    await call("check", config=new)
    assert "keys: ok, the database opens with" in capsys.readouterr().out
    assert await call("rotate-keys", config=new) == 0
    core = await bootstrap(load_settings(new), migrate=False)
    (photo,) = (tmp_path / "photos").glob("*.sealed")
    assert core.photos.get(photo.stem) == b"a photo"
    account = await core.store.read(lambda tx: core.accounts.require(tx, 5000))
    assert account.name == "测试车主"
    await core.close()
    assert await call("migrate", config=config(tmp_path, OLD)) == 2


@pytest.mark.usefixtures("made")
async def test_a_rotation_that_was_killed_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While it has not ended, neither key alone is accepted: nothing can be locked out by it."""
    both = config(tmp_path, NEW, OLD)
    killer = (
        "import os, signal, sys\n"
        "from core.security import rotation\n"
        "from bot.cli import main, rotate_keys\n"
        "done = []\n"
        "def page(tx, vault, column, after):\n"
        "    if column == 'sealed.account_phone': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return rotation.reseal_page(tx, vault, column, after)\n"
        "rotate_keys.reseal_page = page\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", killer, "rotate-keys", "--config", str(both)),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == -signal.SIGKILL
    for one, said in ((NEW, "rotate-keys"), (OLD, "newer key")):
        assert await call("migrate", config=config(tmp_path, one)) == 2
        assert said in capsys.readouterr().err
    assert await call("rotate-keys", config=config(tmp_path, NEW, OLD)) == 0
    assert await call("migrate", config=config(tmp_path, NEW)) == 0


async def test_unreadable_and_damaged_key_files_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config(tmp_path)
    text = path.read_text().replace(f'keys = ["{OLD}"]\nlookup_key = "{LOOKUP}"\n', "")
    path.write_text(text)
    assert await call("init", config=path) == 0
    key_file = tmp_path / "keys.toml"
    _without_permission(monkeypatch, key_file)
    assert await call("migrate", config=path) == 2
    said = capsys.readouterr().err
    assert f"{key_file}: cannot be read or written by the user " in said
    assert "Permission denied" in said
    assert "is damaged" not in said
    monkeypatch.undo()
    key_file.write_text("keys = [")
    assert await call("migrate", config=path) == 2
    assert f"{key_file}: is damaged" in capsys.readouterr().err


def _without_permission(monkeypatch: pytest.MonkeyPatch, denied: Path) -> None:
    """Deny reading a file, also to root, for whom modes mean nothing."""
    read: Callable[..., str] = Path.read_text

    def refusing(path: Path, *args: str, **kwargs: str) -> str:
        if path == denied:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", refusing)
