"""The command line beside the running service: it hands its commands over by the socket of the database."""

import asyncio
import json
import socket
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.terminal import Terminal
from bot.local_socket import server as local_socket
from bot.local_socket.client import hand_over
from bot.local_socket.errors import ConnectionLost, NotHandedOver, ServiceRefused, ServiceRefusedInput
from bot.local_socket.operations import IMPORT, OPERATIONS, PING, RELEASE
from bot.local_socket.protocol import MOST_BYTES, Request, socket_path
from bot.local_socket.server import LocalSocket
from core.audit import COMMAND_LINE
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import open_sqlite
from core.errors.store import StoreInUse
from core.registry import imports
from core.registry.imports import BY_COMMAND_LINE
from sandbox import Sandbox
from tests import factories
from tests.core.sql import sql
from tests.core.tools import NOON, build
from tests.engines import open_test_store
from tests.person import Person
from tests.world import MORNING, OWNER, PEOPLE, clock_at

YES = Terminal(is_confirmed=True)
IN_USE = StoreInUse("plates.db", 1)
RELEASING = Request(command=RELEASE, words=("粤K", "small", "B####"))
VEHICLES = f"vin,certificate,kind,state\n{factories.vin(1)},{factories.certificate(1)},small,new\n".encode()
IMPORTING = Request(command=IMPORT, words=("v.csv",), content=VEHICLES)


class Hesitant:
    """Somebody who is asked, and does not answer yet."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.answer = asyncio.get_running_loop().create_future()

    async def confirm(self, _summary: str, _question: str) -> bool:
        self.asked.set()
        return bool(await self.answer)

    async def show_progress(self, _done: int, _total: int) -> None:
        """Look away."""


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    clock = FixedClock(NOON)
    async with open_test_store("sqlite", tmp_path, clock) as store:
        yield await build(store, clock, {"database": {"url": f"sqlite:///{tmp_path}/plates.db"}})


@pytest.fixture
async def served(core: Core) -> AsyncIterator[Core]:
    listening = LocalSocket(core)
    await listening.start()
    yield core
    await listening.stop()


def path_of(core: Core) -> Path:
    path = socket_path(core.settings)
    assert path is not None
    return path


async def done(core: Core, request: Request, requester: Terminal | Hesitant = YES) -> str:
    return await hand_over(core.settings, request, requester, IN_USE)


async def test_commands_are_carried_out_and_recorded(
    served: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stat.S_IMODE(path_of(served).stat().st_mode) == 0o600
    assert (await done(served, RELEASING)).startswith(
        "released B####: 10,000 numbers, random from 2026-03-10T"
    )
    assert "1 vehicle imported" in await done(served, IMPORTING)
    assert "v.csv: 1 vehicle: 1 new, 0 changed, 0 unchanged" in capsys.readouterr().out
    actors = await served.store.read(sql, "SELECT actor, action FROM audit WHERE actor <> 'system'")
    assert {tuple(row.values()) for row in actors} == {
        (COMMAND_LINE, "released"),
        (COMMAND_LINE, "imported_vehicles"),
    }


@pytest.mark.parametrize(
    ("request_", "kind", "said"),
    [
        (Request(command=RELEASE, words=("粤K", "small")), ServiceRefusedInput, "usage: xuanhao release"),
        (Request(command=RELEASE, words=("粤Z", "small", "B####")), ServiceRefused, "office"),
        (Request(command=IMPORT, words=("v.csv",), content=b"vin\n"), ServiceRefusedInput, "v.csv: "),
        (Request(command="drop", words=()), ServiceRefused, "does not know the command"),
    ],
)
async def test_refusals_are_the_same_as_without_the_service(
    served: Core, request_: Request, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        await done(served, request_)
    assert not await served.store.read(sql, "SELECT * FROM segment")
    assert await served.store.read(imports.under_way, BY_COMMAND_LINE) is None


@pytest.mark.parametrize(
    "sent",
    [
        b"\n",
        b"[]\n",
        b"no json\n",
        b'{"command": "release"}\n',
        b'{"command": "release", "words": [1], "size": 0}\n',
        json.dumps({"command": "import", "words": ["v"], "size": MOST_BYTES + 1}).encode() + b"\n",
        b'{"command": ["release"], "words": [], "size": 0}\n',
        b"x" * 1_100_000,
    ],
    ids=["empty", "list", "text", "half", "numbers", "huge", "unhashable", "long line"],
)
async def test_nonsense_is_refused_and_the_service_goes_on(served: Core, sent: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(path_of(served))
    writer.write(sent)
    writer.write_eof()
    answer = json.loads(await reader.readline())
    writer.close()
    assert answer["error"]
    assert await done(served, Request(command=PING)) == PING


async def test_failure_of_a_command_is_told_and_logged(
    served: Core, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Also one of the kinds that mean, at the socket, that the terminal has gone."""

    async def fail(*_: object) -> str:
        raise ValueError

    monkeypatch.setitem(OPERATIONS, PING, fail)
    with pytest.raises(ServiceRefused, match="the service failed \\(ValueError\\); see its log"):
        await done(served, Request(command=PING))
    assert "a command of the command line has failed: ping" in caplog.text


async def test_import_whose_terminal_goes_is_dropped(served: Core) -> None:
    somebody = Hesitant()
    task = asyncio.ensure_future(done(served, IMPORTING, somebody))
    await somebody.asked.wait()
    with pytest.raises(ServiceRefused, match="another import of the command line is under way"):
        await done(served, IMPORTING)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        while await served.store.read(imports.under_way, BY_COMMAND_LINE) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not await served.store.read(sql, "SELECT * FROM registry_vehicle")


async def test_service_that_ends_meanwhile_is_told(core: Core) -> None:
    listening, somebody = LocalSocket(core), Hesitant()
    await listening.start()
    task = asyncio.ensure_future(done(core, RELEASING, somebody))
    await somebody.asked.wait()
    await listening.stop()
    somebody.answer.set_result(True)
    with pytest.raises(ConnectionLost):
        await task
    assert not path_of(core).exists()
    assert not await core.store.read(sql, "SELECT * FROM segment")


async def test_start_that_is_cancelled_leaves_no_socket(core: Core) -> None:
    listening = LocalSocket(core)
    starting = asyncio.ensure_future(listening.start())
    await asyncio.sleep(0)
    assert path_of(core).exists()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await listening.stop()
    assert not path_of(core).exists()


async def test_left_over_socket_is_replaced(core: Core) -> None:
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(path_of(core)))
    with pytest.raises(NotHandedOver, match="nobody answers there"):
        await done(core, RELEASING)
    listening = LocalSocket(core)
    await listening.start()
    assert await done(core, Request(command=PING)) == PING
    await listening.stop()
    with pytest.raises(NotHandedOver, match="there is no socket"):
        await done(core, RELEASING)


@pytest.mark.parametrize("what", ["file", "service"])
async def test_path_that_is_taken_is_told_and_left(
    core: Core, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    other = LocalSocket(core)
    if what == "file":
        path_of(core).write_text("precious")
    else:
        await other.start()
    listening = LocalSocket(core)
    await listening.start()
    reason = "no socket" if what == "file" else "another process answers there"
    assert f"{reason}; release, import and admin-link have to wait" in caplog.text
    await listening.stop()
    assert path_of(core).exists()
    await asyncio.sleep(0.1)  # until the other has seen that who asked it has gone
    await other.stop()


async def test_long_path_works(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 100)
    folder.mkdir()
    async with open_test_store("sqlite", tmp_path, FixedClock(NOON)) as store:
        core = await build(store, FixedClock(NOON), {"database": {"url": f"sqlite:///{folder}/p.db"}})
        listening = LocalSocket(core)
        await listening.start()
        assert len(str(path_of(core))) > 108
        assert await done(core, Request(command=PING)) == PING
        await listening.stop()


async def test_silent_terminal_is_not_waited_for(served: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_socket, "_REQUEST_WITHIN", 0.05)
    reader, writer = await asyncio.open_unix_connection(path_of(served))
    assert "error" in json.loads(await reader.readline())
    writer.close()
    await writer.wait_closed()


# --- the real process -----------------------------------------------------------------------


SETTINGS = """
[telegram]
token = "{token}"
base_url = "{base_url}"
[sms]
provider = "http"
[sms.http]
url = "{sms_url}"
[[offices]]
code = "粤K"
name = "茂名车辆管理所"
address = "某市某路1号"
"""


Said = pytest.CaptureFixture[str]


async def command(config: Path, capsys: Said, *words: str) -> tuple[int, str]:
    """Run a command in this process; return its status and what it printed."""
    capsys.readouterr()
    status = await asyncio.to_thread(main, [words[0], "--config", str(config), *words[1:]])
    return status, "".join(capsys.readouterr())


async def test_the_first_hour_beside_the_running_service(tmp_path: Path, capsys: Said) -> None:
    """From init to the first chief, with ``run`` at work all the time."""
    async with Sandbox(clock_at(MORNING), people=PEOPLE) as sandbox:
        config = tmp_path / "config.toml"
        config.write_text(
            SETTINGS.format(token=sandbox.token, base_url=sandbox.base_url, sms_url=sandbox.sms_url), "utf-8"
        )
        config.chmod(0o600)
        assert (await command(config, capsys, "init"))[0] == 0
        service = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", "--config", str(config)), stderr=asyncio.subprocess.PIPE
        )
        assert service.stderr is not None
        log = b""
        while b"receiving as" not in log:
            log += await service.stderr.readline()
        assert b"there is no chief" in log
        try:
            status, said = await command(config, capsys, "check")
            assert status == 0, said
            assert "service: ok, it answers at " in said
            assert "sms: ok, the gateway answers" in said
            assert "there is no chief" in said
            status, said = await command(config, capsys, "release", "粤K", "small", "B####")
            assert (status, "repeat the command with --yes" in said) == (2, True)
            status, said = await command(config, capsys, "release", "粤K", "small", "B####", "--yes")
            assert (status, "released B####: 10,000 numbers" in said) == (0, True)
            status, said = await command(config, capsys, "release", "粤K", "small", "B1###", "--yes")
            assert (status, "Overlaps the segment B####, released by command line on" in said) == (1, True)
            (tmp_path / "v.csv").write_bytes(VEHICLES)
            status, said = await command(config, capsys, "import", str(tmp_path / "v.csv"), "--yes")
            assert (status, "1 vehicle imported into the registry" in said) == (0, True)
            status, said = await command(config, capsys, "admin-link")
            assert status == 0
            link = next(line for line in said.splitlines() if line.startswith("https://t.me/"))
            person = Person(sandbox, OWNER)
            await person.say(f"/start {link.partition('start=')[2]}")
            await person.see("接受管理员角色?", "负责人(全部发牌机关)")
            await person.press("接受这个角色")
            await person.see("您现在是负责人")
        finally:
            service.terminate()
            await service.wait()
        assert not (tmp_path / "data" / "xuanhao.sock").exists()
        assert "there is no chief" not in (await command(config, capsys, "check"))[1]
    store = await open_sqlite(f"sqlite:///{tmp_path}/data/xuanhao.db")
    rows = await store.read(sql, "SELECT role FROM admin")
    await store.close()
    assert [row["role"] for row in rows] == ["chief"]
