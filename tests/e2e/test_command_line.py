"""The command line: errors are reported in words with their location; nothing is partly loaded."""

import asyncio
import os
import re
import stat
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from random import Random

import pytest

from bot.cli import main
from bot.cli.described import described
from core.bootstrap import Ports, bootstrap
from core.clock import FixedClock
from core.db import open_sqlite
from core.installation import bind_bot, bot_id_of
from core.ports import Tx
from core.settings import load_settings
from core.version import program_version
from sandbox import Sandbox
from tests import factories
from tests.backup.deployment import opens
from tests.core.journal_writer import journal, three_days
from tests.core.sql import sql
from tests.core.tools import reserved
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


class Terminal(StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


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


async def _ready(tmp_path: Path, **values: str) -> Path:
    """Return the settings file of a deployment whose database has been created."""
    config = _config(tmp_path, **values)
    await (await bootstrap(load_settings(config), create=True)).close()
    return config


async def _call(command: str, *words: object, config: Path) -> int:
    """Run a command of the command line in-process, in a thread next to this event loop."""
    return await asyncio.to_thread(main, [command, *map(str, words), "--config", str(config)])


@pytest.mark.parametrize("command", ["check", "run", "migrate"])
async def test_missing_settings_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path = tmp_path / "nothing.toml"
    assert await _call(command, config=path) == 2
    assert (
        capsys.readouterr().err
        == f"{path}: no such file; xuanhao init --config {path} writes one to fill in\n"
    )


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
    config = await _ready(tmp_path, base_url=sandbox.base_url)
    assert await _call("check", config=config) == 0
    said = capsys.readouterr().out
    for subject in ("settings", "schema", "keys", "database", "photos"):
        assert f"{subject}: ok" in said
    assert "token: ok, the bot is @" in said


def _itself(date: datetime | None) -> datetime | None:
    return date


async def test_clocks_are_compared(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    config = await _ready(tmp_path, base_url=sandbox.base_url)
    for shift, told in ((timedelta(), False), (timedelta(hours=2), True), (None, False)):
        date = None if shift is None else datetime.now(UTC) + shift
        sandbox.date = partial(_itself, date)
        assert await _call("check", config=config) == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "clock: host " in line]
        assert line.startswith("  warning: clock: ") == told
        assert ("they differ" in line) == told
        assert line.endswith("Bot API unknown") == (shift is None)


@pytest.mark.parametrize(("command", "status"), [("check", 2), ("run", 2)])
async def test_unknown_token_is_told(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], command: str, status: int
) -> None:
    """``run`` cannot run in a thread, as it handles signals; its refusal is the same call."""
    wrong = TOKEN.replace("AA", "BB")
    config = await _ready(tmp_path, base_url=sandbox.base_url, token=wrong)
    if command == "run":
        found, said = await _in_a_process("run", config=config)
    else:
        found = await _call(command, config=config)
        said = capsys.readouterr().out
    assert found == status
    assert "telegram.token" in said
    assert wrong not in said


async def test_messenger_out_of_reach_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = await _ready(tmp_path)
    assert await _call("check", config=config) == 1
    assert f"token: {NOWHERE} (telegram.base_url) is unreachable" in capsys.readouterr().out


async def test_messenger_out_of_reach_is_waited_for(tmp_path: Path) -> None:
    """The network may come up after the program; the log says why it waits, without the address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--config", str(await _ready(tmp_path))),
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


async def _in_a_process(*words: str, config: Path) -> tuple[int, str]:
    """Run a command in a process of its own; return its status and its output without the log."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words, "--config", str(config)),
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
    assert await _call("check", config=config) == 2  # there is none
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("database: ")]
    assert f"{tmp_path}/file" in line
    assert await _call("init", config=config) == 1
    assert f"{tmp_path}/file" in capsys.readouterr().err


async def test_photos_that_cannot_be_kept_are_told(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = await _ready(tmp_path, base_url=sandbox.base_url)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XUANHAO_PHOTOS__DIRECTORY", f"{tmp_path}/file")
    assert await _call("check", config=config) == 1
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


@pytest.mark.parametrize(
    "words", [("release", "粤K", "small", "B####", "--yes"), ("migrate",), ("rotate-keys",)]
)
async def test_database_in_use_is_told(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    config = await _ready(tmp_path, base_url=sandbox.base_url)
    store = await open_sqlite(f"sqlite:///{_database(tmp_path)}", clock_at(MORNING))
    try:
        assert await _call(*words, config=config) == 1
        said = "".join(capsys.readouterr())
        assert str(_database(tmp_path)) in said
        assert "is in use by" in said
        assert "postgresql://" not in said  # that is for who wants several processes
        assert not await store.read(lambda tx: sql(tx, "SELECT * FROM segment"))
    finally:
        await store.close()


async def test_release_is_done_when_nobody_holds_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = await _ready(tmp_path)
    assert await _call("release", "粤K", "small", "B####", "--yes", config=config) == 0
    assert "10,000" in capsys.readouterr().out
    assert await _call("release", "粤K", "small", "B1###", "--yes", config=config) == 1
    said = capsys.readouterr().err
    assert "Overlaps the segment B####, released by command line on " in said


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
    assert await _call("release", *words, config=await _ready(tmp_path)) in {1, 2}
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
    config, file = await _ready(tmp_path), tmp_path / "vehicles.csv"
    other = f"{factories.vin(2)},{factories.certificate(2)},small_nev,registered\n"
    file.write_text("\ufeff" + HEADER + GOOD + other, encoding="utf-8")
    assert await _call("import", file, "--yes", config=config) == 0
    assert "2 vehicles imported into the registry" in capsys.readouterr().out
    file.write_text(HEADER + GOOD.replace("new", "registered"), encoding="utf-8")
    assert await _call("import", file, "--yes", config=config) == 0
    assert set(await _vehicles(tmp_path)) == {
        (factories.vin(1), "small", "registered"),
        (factories.vin(2), "small_nev", "registered"),
    }


BAD_FILES = {
    "header": (f"vin,kind\n{GOOD}".encode(), ": No line at the start of the file names the four columns."),
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
    config, file = await _ready(tmp_path), tmp_path / "vehicles.csv"
    file.write_bytes(content)
    assert await _call("import", file, config=config) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{file}{words}")
    assert await _vehicles(tmp_path) == []


async def test_import_asks_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, file = await _ready(tmp_path), tmp_path / "vehicles.csv"
    file.write_text(HEADER + GOOD, encoding="utf-8")
    assert await _call("import", file, config=config) == 2
    assert "repeat the command with --yes" in capsys.readouterr().err
    for typed, count in (("n\n", 0), ("y\n", 1)):
        monkeypatch.setattr(sys, "stdin", Terminal(typed))
        assert await _call("import", file, config=config) == 0
        assert "1 vehicle: 1 new, 0 changed, 0 unchanged" in capsys.readouterr().out
        assert len(await _vehicles(tmp_path)) == count


async def test_init_writes_the_settings_file_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    assert await _call("init", config=config) == 0
    assert f"settings: {config} written" in capsys.readouterr().out
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["config.toml"]  # noqa: PTH208 - a test may block
    assert await _call("init", config=config) == 2
    assert "telegram.token: should be the token of the bot" in capsys.readouterr().err
    text = config.read_text(encoding="utf-8").replace('token = ""', f'token = "{TOKEN}"', 1)
    config.write_text(text, encoding="utf-8")
    assert await _call("init", config=config) == 0
    said = capsys.readouterr().out
    for step in ("xuanhao check", "xuanhao admin-link", "xuanhao release", "xuanhao run", "xuanhao backup"):
        assert step in said
    assert stat.S_IMODE((tmp_path / "data/keys.toml").stat().st_mode) == 0o600


async def test_import_of_no_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await _call("import", tmp_path / "none.csv", config=await _ready(tmp_path)) == 2
    assert capsys.readouterr().err == f"{tmp_path}/none.csv: No such file or directory\n"


# --- the database, its bot and its folder ---------------------------------------------------


@pytest.mark.parametrize(
    "words", [("run",), ("release", "粤K", "small", "B####"), ("migrate",), ("backup", "{folder}/backups")]
)
async def test_mistyped_path_is_no_new_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    config = _config(tmp_path, url="sqlite:///elsewhere/plates.db")
    status, said = await _in_a_process(*(word.format(folder=tmp_path) for word in words), config=config)
    assert status == 2
    assert f"no database at {tmp_path}/elsewhere/plates.db: xuanhao init creates one" in said
    assert os.listdir(tmp_path) == ["config.toml"]  # noqa: PTH208 - a test may block


async def test_check_names_a_missing_database(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _call("check", config=_config(tmp_path, base_url=sandbox.base_url)) == 2
    assert f"no database at {_database(tmp_path)}" in capsys.readouterr().out
    assert not _database(tmp_path).exists()


async def test_init_creates_all_for_this_user_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The process sets its umask; the settings name no keys, and count from their own folder."""
    config = _config(tmp_path, url="sqlite:///data/plates.db")
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"\[security\]\n.*\n.*\n", "", text), encoding="utf-8")
    status, _ = await _in_a_process("init", config=config)
    assert status == 0
    made = {path.relative_to(tmp_path).as_posix(): path for path in (tmp_path / "data").rglob("*")}
    assert {"data/plates.db", "data/keys.toml", "data/photos", "data/photos/database-id"} <= made.keys()
    modes = {name: stat.S_IMODE(path.stat().st_mode) for name, path in made.items()}
    assert modes == {name: 0o700 if path.is_dir() else 0o600 for name, path in made.items()}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


async def test_first_log_line_names_version_files_offices_and_process(tmp_path: Path) -> None:
    config = await _ready(tmp_path)
    config.chmod(0o644)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--config", config.name),
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stderr is not None
    lines: list[str] = []
    async with asyncio.timeout(60):
        while not lines or "cannot be reached yet" not in lines[-1]:  # from then on it waits
            lines.append((await process.stderr.readline()).decode())
            assert lines[-1], "the program has ended"
    process.terminate()
    await process.communicate()
    first, *others = lines
    for named in (program_version(), str(config), str(_database(tmp_path)), "粤K", f"process {process.pid}"):
        assert named in first
    assert any(f"{config}: other users can read it (mode 0644)" in line for line in others)


def test_log_shows_no_password_of_a_database(tmp_path: Path) -> None:
    settings = load_settings(
        _config(tmp_path, url="postgresql://somebody:not-to-be-shown@db.example:5433/plates")
    )
    assert described(settings) == "postgresql://somebody@db.example:5433/plates"


async def test_another_bot_is_refused_and_a_new_token_of_the_same_is_not(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    core = await bootstrap(load_settings(await _ready(tmp_path, base_url=sandbox.base_url)))
    await core.store.run(bind_bot, bot_id_of(TOKEN))
    await core.close()
    other = _config(tmp_path, base_url=sandbox.base_url, token="700000002:AAother")
    assert await _call("check", config=other) == 2
    assert "the database serves bot 700000001, this token belongs to bot 700000002" in capsys.readouterr().out
    status, said = await _in_a_process("run", config=other)
    assert (status, "telegram.token" in said) == (2, True)
    assert await _call("change-bot", config=other) == 2
    assert await _call("change-bot", "--yes", config=other) == 0
    same = _config(tmp_path, base_url=sandbox.base_url, token="700000002:BBrevoked-and-made-anew")
    await _call("check", config=same)
    assert "database: ok" in capsys.readouterr().out


def test_verify_needs_no_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "journal.jsonl"
    pool = three_days(Random(4), steps=5)
    path.write_text(journal("粤K", pool.entries), encoding="utf-8")
    assert main(["verify", str(path), "--office", "粤K", "--head", pool.head[:16]]) == 0
    assert "粤K: verified." in capsys.readouterr().out
    assert main(["verify", str(path), "--office", "粤A"]) == 1
    assert capsys.readouterr().out == f"{path}: line 1: the journal is that of 粤K, not of 粤A\n"
    assert main(["verify", str(path), "--head", "0"]) == 2
    assert main(["verify", str(tmp_path / "absent")]) == 2
    said = capsys.readouterr().err
    assert said.endswith(f"verify: {tmp_path}/absent: cannot be read: No such file or directory\n")
    assert main(["verify", str(tmp_path)]) == 2
    assert capsys.readouterr().err.endswith(f"verify: {tmp_path} is not a regular file\n")


async def test_two_databases_in_one_photo_folder_are_refused(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    second = _config(tmp_path / "two", base_url=sandbox.base_url)
    monkeypatch.setenv("XUANHAO_PHOTOS__DIRECTORY", f"{tmp_path}/shared")
    assert await _call("init", config=_config(tmp_path / "one", base_url=sandbox.base_url)) == 0
    assert await _call("init", config=second) == 2
    assert not _database(tmp_path / "two").exists()
    monkeypatch.delenv("XUANHAO_PHOTOS__DIRECTORY")
    assert await _call("init", config=second) == 0
    monkeypatch.setenv("XUANHAO_PHOTOS__DIRECTORY", f"{tmp_path}/shared")
    assert await _call("backup", tmp_path / "backups", config=second) == 2
    status, said = await _in_a_process("run", config=second)
    assert (status, "belongs to another database" in said) == (2, True)


@pytest.mark.timeout(180)  # the start of a process, on a busy machine
async def test_office_that_the_settings_lack_is_named(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    config = await _ready(tmp_path, base_url=sandbox.base_url)
    core = await bootstrap(load_settings(config), Ports(clock=clock_at(MORNING)))
    await core.store.run(opens, core)
    await core.store.run(reserved, core, 1, "A1111")
    await core.close()
    config.write_text(config.read_text(encoding="utf-8").replace("粤K", "粤A"), encoding="utf-8")
    assert await _call("check", config=config) == 0
    warning = "粤K is in the database, but not in the settings; it has 1 open reservation,"
    assert warning in capsys.readouterr().out
    service = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--config", str(config)), stderr=asyncio.subprocess.PIPE
    )
    assert service.stderr is not None
    logged = ""
    try:
        async with asyncio.timeout(90):
            while warning not in logged:
                logged += (await service.stderr.readline()).decode()
                assert not service.stderr.at_eof(), logged
    finally:
        service.terminate()
        await service.communicate()


async def test_check_tells_how_many_photos_are_set_aside(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    config = await _ready(tmp_path, base_url=sandbox.base_url)
    clock = FixedClock(MORNING)
    core = await bootstrap(load_settings(config), Ports(clock=clock))
    core.photos.put(b"of no row")
    core.photos.sweep((), before=MORNING + timedelta(hours=1))
    await core.close()
    assert await _call("check", config=config) == 0
    assert "1 photo that no row names: set aside" in capsys.readouterr().out
