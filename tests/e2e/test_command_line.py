"""The command line: errors are reported in words with their location; nothing is partly loaded."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli import main
from core.db import open_sqlite
from core.ports import Tx
from sandbox import Sandbox
from tests import factories
from tests.core.sql import sql
from tests.world import KEYS, MORNING, TOKEN, clock_at

SETTINGS = """
[telegram]
token = "{token}"
base_url = "{base_url}"
admins = [1001]
[security]
keys = ["{key}"]
lookup_key = "{lookup_key}"
[database]
url = "{url}"
[[offices]]
code = "粤K"
name = "茂名车辆管理所"
address = "某市某路1号"
"""
NOWHERE = "http://127.0.0.1:9/bot"
HEADER = "vin,certificate,kind,state\n"
GOOD = f"{factories.vin(1)},{factories.certificate(1)},small,new\n"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock_at(MORNING)) as opened:
        yield opened


def _config(tmp_path: Path, *, url: str = "", base_url: str = NOWHERE, token: str = TOKEN) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        SETTINGS.format(
            token=token,
            base_url=base_url,
            key=KEYS["keys"][0],
            lookup_key=KEYS["lookup_key"],
            url=url or f"sqlite:///{_database(tmp_path)}",
        ),
        encoding="utf-8",
    )
    return path


def _database(tmp_path: Path) -> Path:
    return tmp_path / "plates.db"


async def _call(command: str, *words: object, config: Path) -> int:
    """Run a command of the command line in-process, in a thread next to this event loop."""
    return await asyncio.to_thread(main, [command, *map(str, words), "--config", str(config)])


@pytest.mark.parametrize("command", ["check", "run", "migrate"])
async def test_missing_settings_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path = tmp_path / "nothing.toml"
    assert await _call(command, config=path) == 2
    assert capsys.readouterr().err == f"{path}: no such file; copy config.example.toml to start\n"


async def test_settings_that_are_no_toml_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[telegram", encoding="utf-8")
    assert await _call("check", config=path) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{path}: invalid TOML:")


async def test_misspelt_key_is_named_with_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _config(tmp_path)
    text = path.read_text(encoding="utf-8").replace("admins =", "admin =")
    path.write_text(text, encoding="utf-8")
    assert await _call("check", config=path) == 2
    assert capsys.readouterr().err == "telegram.admin: unknown key, did you mean admins?\n"


async def test_misspelt_obligatory_key_is_missed_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _config(tmp_path)
    text = path.read_text(encoding="utf-8").replace("token =", "tokn =")
    path.write_text(text, encoding="utf-8")
    assert await _call("check", config=path) == 2
    assert capsys.readouterr().err.splitlines() == [
        "telegram.token: is missing",
        "telegram.tokn: unknown key, did you mean token?",
    ]


async def test_good_settings_are_called_good(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _call("check", config=_config(tmp_path, base_url=sandbox.base_url)) == 0
    said = capsys.readouterr().out
    assert "settings: ok" in said
    assert "database: ok" in said
    assert "photos: ok" in said
    assert "token: ok, the bot is @" in said


@pytest.mark.parametrize(("command", "status"), [("check", 1), ("run", 2)])
async def test_unknown_token_is_told(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], command: str, status: int
) -> None:
    """``run`` cannot run in a thread, as it handles signals; its refusal is the same call."""
    wrong = TOKEN.replace("AA", "BB")
    config = _config(tmp_path, base_url=sandbox.base_url, token=wrong)
    if command == "run":
        found, said = await _in_a_process("run", config)
    else:
        found = await _call(command, config=config)
        said = capsys.readouterr().out
    assert found == status
    assert "telegram.token" in said
    assert wrong not in said


async def test_messenger_out_of_reach_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = _config(tmp_path)
    assert await _call("check", config=config) == 1
    assert f"token: {NOWHERE} (telegram.base_url) is unreachable" in capsys.readouterr().out


async def test_messenger_out_of_reach_is_waited_for(tmp_path: Path) -> None:
    """The network may come up after the program; the log says why it waits, without the address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--config", str(_config(tmp_path))),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    waits: list[str] = []
    async with asyncio.timeout(60):
        while len(waits) < 2:
            line = (await process.stderr.readline()).decode()
            assert line, "the program has ended"
            waits += [line] if "cannot be reached yet" in line else []
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0
    assert "the connection was refused" in waits[0]
    assert NOWHERE not in "".join(waits)


async def _in_a_process(command: str, config: Path) -> tuple[int, str]:
    """Run a command in a process of its own; return its status and its output without the log."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", command, "--config", str(config)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    lines = [line for line in said.decode().splitlines() if " WARNING " not in line and " INFO " not in line]
    assert process.returncode is not None
    return process.returncode, "\n".join(lines)


async def test_database_that_cannot_be_written_is_told(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path}/file/plates.db"
    config = _config(tmp_path, url=url, base_url=sandbox.base_url)
    assert await _call("check", config=config) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("database: ")]
    assert f"{tmp_path}/file" in line
    assert await _call("migrate", config=config) == 1
    assert f"{tmp_path}/file" in capsys.readouterr().err


async def test_photos_that_cannot_be_kept_are_told(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XUANHAO_PHOTOS__DIRECTORY", f"{tmp_path}/file")
    assert await _call("check", config=_config(tmp_path, base_url=sandbox.base_url)) == 1
    assert "photos.directory" in capsys.readouterr().out


async def test_database_server_out_of_reach_is_told_without_its_password(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://somebody:not-to-be-shown@127.0.0.1:1/plates"
    config = _config(tmp_path, url=url, base_url=sandbox.base_url)
    assert await _call("check", config=config) == 1
    said = "".join(capsys.readouterr())
    assert "database: connection failed" in said
    assert "Connection refused" in said
    assert "not-to-be-shown" not in said


@pytest.mark.parametrize("words", [("release", "粤K", "small", "B####"), ("migrate",), ("check",)])
async def test_database_in_use_is_told(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    config = _config(tmp_path, base_url=sandbox.base_url)
    store = await open_sqlite(f"sqlite:///{_database(tmp_path)}", clock_at(MORNING))
    try:
        assert await _call(*words, config=config) == 1
        said = "".join(capsys.readouterr())
        assert str(_database(tmp_path)) in said
        assert "is in use by" in said
        assert not await store.read(lambda tx: sql(tx, "SELECT * FROM segment"))
    finally:
        await store.close()


async def test_release_is_done_when_nobody_holds_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _config(tmp_path)
    assert await _call("release", "粤K", "small", "B####", config=config) == 0
    assert "10,000" in capsys.readouterr().out
    assert await _call("release", "粤K", "small", "B1###", config=config) == 1
    assert "overlap" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("粤K",),
        ("粤K", "small"),
        ("粤K", "lorry", "B####"),
        ("粤Z", "small", "B####"),
        ("粤K", "small", "B"),
    ],
)
async def test_release_of_nonsense_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert await _call("release", *words, config=_config(tmp_path)) in {1, 2}
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()
    assert "Traceback" not in said.err


async def _vehicles(tmp_path: Path) -> list[tuple[object, ...]]:
    def read(tx: Tx) -> list[tuple[object, ...]]:
        rows = sql(tx, "SELECT vin, kind, state FROM registry_vehicle ORDER BY vin")
        return [tuple(row.values()) for row in rows]

    store = await open_sqlite(f"sqlite:///{_database(tmp_path)}", clock_at(MORNING))
    try:
        return await store.read(read)
    finally:
        await store.close()


async def test_import_loads_and_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, file = _config(tmp_path), tmp_path / "vehicles.csv"
    other = f"{factories.vin(2)},{factories.certificate(2)},small_nev,registered\n"
    file.write_text("\ufeff" + HEADER + GOOD + other, encoding="utf-8")
    assert await _call("import", file, config=config) == 0
    assert "2 vehicles imported into the registry" in capsys.readouterr().out
    file.write_text(HEADER + GOOD.replace("new", "registered"), encoding="utf-8")
    assert await _call("import", file, config=config) == 0
    assert set(await _vehicles(tmp_path)) == {
        (factories.vin(1), "small", "registered"),
        (factories.vin(2), "small_nev", "registered"),
    }


BAD_FILES = {
    "header": (f"vin,kind\n{GOOD}".encode(), ": The first line does not name the four columns."),
    "empty": (b"", ": There is no row below the first line."),
    "head alone": (HEADER.encode(), ": There is no row below the first line."),
    "vin": (f"{HEADER}{GOOD}{GOOD.replace(factories.vin(1), 'LSV')}".encode(), ":3: "),
    "check digit": (f"{HEADER}{GOOD.replace(factories.vin(1), 'LSVTESTX3RM000002')}".encode(), ":2: "),
    "kind": (f"{HEADER}{GOOD}{GOOD.replace('small', 'lorry')}".encode(), ":3: "),
    "state": (
        f"{HEADER}{GOOD.replace('new', 'stolen')}".encode(),
        ":2: The state is neither new nor registered.",
    ),
    "columns left out": (f"{HEADER}{GOOD}{factories.vin(2)}\n".encode(), ":3: "),
    "columns too many": (f"{HEADER}{GOOD.strip()},more\n".encode(), ":2: "),
    "not text": ((HEADER + GOOD).encode() + b"\xff\xfe", ": The text is neither UTF-8 nor GBK."),
}


@pytest.mark.parametrize("name", BAD_FILES)
async def test_import_of_a_bad_file_loads_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    content, words = BAD_FILES[name]
    config, file = _config(tmp_path), tmp_path / "vehicles.csv"
    file.write_bytes(content)
    assert await _call("import", file, config=config) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{file}{words}")
    assert await _vehicles(tmp_path) == []


async def test_import_of_no_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await _call("import", tmp_path / "none.csv", config=_config(tmp_path)) == 2
    assert capsys.readouterr().err == f"{tmp_path}/none.csv: No such file or directory\n"
