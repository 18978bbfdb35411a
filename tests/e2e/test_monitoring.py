"""The real process as who runs it sees it: metrics, health checks, log, systemd, and a damaged database."""

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import pytest

from bot import app
from bot.wiring.options import UNHURRIED, Options
from core.bootstrap import bootstrap
from core.db import open_sqlite
from sandbox import PersonSpec, Sandbox
from tests import factories
from tests.e2e.killing import PATIENCE, Program, settings
from tests.e2e.several_workers import free_port, postgres_database
from tests.e2e.several_workers import place as several_place
from tests.person import Person
from tests.postgres_way import way_to_the_server
from tests.world import CHIEF, MORNING, OWNER, clock_at, eventually, reaches_selection, settings_for

MANUAL = Path(__file__).parents[2] / "docs" / "monitoring.md"
PEOPLE = [
    PersonSpec(chat_id=OWNER, last_name="陈", first_name="晓东", phone="+8613800138001"),
    PersonSpec(chat_id=CHIEF, last_name="王", first_name="主任", phone="+8613800138003", role="admin"),
]


class Watched(Program):
    """The process, with its log in a file."""

    def __init__(self, config: Path, log: Path) -> None:
        super().__init__(config)
        self._file = log

    async def start(self) -> None:
        await self._make()
        with self._file.open("wb") as log:
            self._log = log
            await super().start()

    @property
    def lines(self) -> list[str]:
        return self._file.read_text(encoding="utf-8").splitlines()

    async def ends(self) -> int:
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), PATIENCE)


class Endpoint:
    """The endpoint of a worker."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self._url + path) as answer:
            return answer.status, await answer.text()

    async def until_ready(self) -> None:
        async with asyncio.timeout(2 * PATIENCE):
            while True:
                try:
                    if (await self.get("/readyz"))[0] == 200:
                        return
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.2)


class Place:
    """A sandbox, and a program with an endpoint."""

    def __init__(self, sandbox: Sandbox, folder: Path, port: int) -> None:
        self.sandbox = sandbox
        self.database = folder / "data" / "xuanhao.db"
        self.config = folder / "config.toml"
        self.program = Watched(self.config, folder / "log")
        self.endpoint = Endpoint(port)

    def person(self, chat_id: int) -> Person:
        return Person(self.sandbox, chat_id)


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    port = free_port()
    async with Sandbox(clock_at(MORNING), people=PEOPLE) as sandbox:
        here = Place(sandbox, folder, port)
        more = f'[monitoring]\nport = {port}\n[logging]\nformat = "json"\n'
        text = settings(sandbox, here.database, more).replace(
            "[telegram]\n", f"[telegram]\nadmins = [{CHIEF}]\n"
        )
        here.config.write_text(text, encoding="utf-8")
        async with here.program:
            await here.program.release("A####")
            await here.program.start()
            await here.endpoint.until_ready()
            yield here


def named_in(manual: str) -> set[str]:
    """Return the metrics in the table of the manual."""
    lines = [line for line in manual.splitlines() if line.startswith(("| `xuanhao_", "| `process_"))]
    rows = [line.split("|")[1] for line in lines]
    return {re.sub(r"\{.*", "", name) for row in rows for name in re.findall(r"`([^`]+)`", row)}


def exposed_in(text: str) -> dict[str, list[str]]:
    """Return the samples of each metric, histograms by their own name."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name = re.sub(r"(step_seconds)_(?:bucket|count|sum)", r"\1", re.split(r"[{ ]", line)[0])
            found.setdefault(name, []).append(line)
    return found


async def test_metrics_log_and_systemd_tell_who_runs_it_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        said: list[str] = []
        async with place(tmp_path) as here, _heard(systemd, said):
            async with asyncio.timeout(PATIENCE):
                while "xuanhao_draws_total" not in (await here.endpoint.get("/metrics"))[1]:  # noqa: ASYNC110 - a test looks again
                    await asyncio.sleep(0.5)  # from now on they are counted
            owner = here.person(OWNER)
            await reaches_selection(owner)
            await owner.press("【随机一次(5)】")
            await owner.see("随机还剩 4 批")
            assert await here.endpoint.get("/healthz") == (200, "ok\n")
            await _until_exposed(here)
            assert await here.program.stop() == 0
            said += iter(lambda: _received(systemd), "")
            lines = here.program.lines
    assert {"READY=1", "WATCHDOG=1", "STATUS=receiving updates"} <= set(said)
    assert "READY=1" not in said[said.index("STOPPING=1") :]
    fields = [json.loads(line) for line in lines]
    assert all({"time", "level", "logger", "event", "worker"} <= set(one) for one in fields)
    assert fields[0]["event"].startswith("xuanhao ")
    assert fields[-1]["event"] == "stopped: SIGTERM"
    _names_nobody("\n".join(lines))


async def _until_exposed(here: Place) -> None:
    """Scrape until draw and pool were counted: the metrics are those of the manual."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = exposed_in((await here.endpoint.get("/metrics"))[1])
            draws = [line for line in found.get("xuanhao_draws_total", ()) if 'result="drawn"' in line]
            if any(line.endswith(" 1.0") for line in draws) and "xuanhao_pool_free" in found:
                break
            await asyncio.sleep(0.5)
    failures = {
        f"xuanhao_{what}_total"
        for what in (
            "send_errors",
            "sms_failures",
            "database_errors",
            "registry_lookups",
            "sms_receipts",
            "sms_receipt_failures",
        )
    }  # and what only registry.mode = "http" and the receipts of SMS vendors count
    manual = named_in(MANUAL.read_text(encoding="utf-8"))
    assert set(found) - manual == set()
    assert manual - set(found) - failures == set()
    assert any('kind="callback_query"' in line for line in found["xuanhao_updates_total"])
    assert found["xuanhao_leader"] == ["xuanhao_leader 1.0"]
    assert any("http" in line for line in found["xuanhao_sms_sent_total"])
    _names_nobody(str(found))


def _names_nobody(text: str) -> None:
    personal = ("138001380", "晓东", factories.identity(0), factories.vin(0))
    assert [word for word in personal if word in text] == []
    assert re.findall(rf"(?<![\d.]){OWNER}(?!\d)", text) == []  # it may be part of a port or of a time


async def test_damaged_database_ends_the_program_with_one_line(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        chief = here.person(CHIEF)
        await chief.say("/help")
        await chief.see("/preselect")
        size = here.database.stat().st_size
        for file in (here.database, Path(f"{here.database}-wal")):
            with file.open("r+b") as overwritten:
                overwritten.write(b"\xff" * max(size, file.stat().st_size))
        await chief.say("/find 粤K A1230")
        status = await here.program.ends()
        lines = here.program.lines
        assert status == 2, lines
        await chief.see("数据库文件已损坏")
        *_, stopped, reason = [json.loads(line)["event"] for line in lines]  # whatever is said is JSON
        assert "malformed" in reason or "not a database" in reason
        assert reason.endswith("restore a backup")
        assert stopped == "stopped: StoreCorrupt"


async def test_port_of_the_endpoint_that_is_taken_ends_the_program_with_one_line(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        config.write_text(
            f'[telegram]\ntoken = "1:{"A" * 35}"\n[monitoring]\nport = {port}\n'
            '[[offices]]\ncode = "粤K"\nname = "茂名"\naddress = "某路1号"\n'
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", "--config", str(config)),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert said.decode().splitlines()[-1] == (
        f"monitoring: 127.0.0.1 port {port} cannot be listened on: another process listens there"
    )


async def test_second_run_of_a_service_names_its_database_not_its_port(tmp_path: Path) -> None:
    config, database = tmp_path / "config.toml", tmp_path / "plates.db"
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        first.listen()
        config.write_text(
            f'[telegram]\ntoken = "1:{"A" * 35}"\n[monitoring]\nport = {first.getsockname()[1]}\n'
            f'[database]\nurl = "sqlite:///{database}"\n'
            '[[offices]]\ncode = "粤K"\nname = "茂名"\naddress = "某路1号"\n'
        )
        store = await open_sqlite(f"sqlite:///{database}", clock_at(MORNING))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", "--config", str(config)), stderr=asyncio.subprocess.PIPE
        )
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
        await store.close()
    assert process.returncode == 1
    assert f"{database} is in use by process {os.getpid()}: stop that one first" in said.decode()


async def test_missing_library_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot import cli  # noqa: PLC0415 - beside what it is about

    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "bot.monitoring.prometheus", raising=False)
    config = tmp_path / "config.toml"
    config.write_text(
        f'[telegram]\ntoken = "1:{"A" * 35}"\nbase_url = "http://127.0.0.1:9/bot"\n[monitoring]\n'
        '[[offices]]\ncode = "粤K"\nname = "茂名"\naddress = "某路1号"\n'
    )
    assert await asyncio.to_thread(cli.main, ["run", "--config", str(config)]) == 2
    said: Any = capsys.readouterr().err
    assert said.splitlines()[-1].endswith('pip install "xuanhao[monitoring]".')
    assert await asyncio.to_thread(cli.main, ["check", "--config", str(config)]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("monitoring")] == [
        'monitoring: [monitoring] needs a library that is not installed: pip install "xuanhao[monitoring]".'
    ]


@pytest.mark.postgres
@pytest.mark.both_engines
async def test_program_ends_within_seconds_when_postgresql_is_gone(tmp_path: Path) -> None:
    """An update is being handled, and everything that ends writes to the database."""
    with postgres_database() as direct:
        async with (
            way_to_the_server(direct) as (url, vanish),
            Sandbox(clock_at(MORNING), people=PEOPLE) as sandbox,
        ):
            photos = {"directory": tmp_path / "photos"}
            given = settings_for(sandbox, tmp_path, database={"url": url}, photos=photos)
            await (await bootstrap(given, create=True)).close()
            async with app.service(given, options=Options(limits=UNHURRIED, long_poll=5)) as service:
                running = asyncio.create_task(service.run())
                owner = Person(sandbox, OWNER)
                await owner.say("/start")
                await owner.see("【预选号牌】")
                vanish()
                await owner.say("/help")
                await asyncio.sleep(0.5)
                began = monotonic()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            assert monotonic() - began < 5


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.both_engines
@pytest.mark.timeout(300)
async def test_each_of_several_workers_has_an_endpoint_and_one_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(0)
        async with several_place(tmp_path, PEOPLE) as here:
            port = free_port()
            text = here.config.read_text(encoding="utf-8")
            here.config.write_text(f"[monitoring]\nport = {port}\n{text}", encoding="utf-8")
            monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
            async with here.program(2) as program:
                await program.start()
                await here.until_living(2)
                ends = [Endpoint(port), Endpoint(port + 1)]
                for end in ends:
                    await end.until_ready()
                found = [exposed_in((await end.get("/metrics"))[1]) for end in ends]
                leads = sorted(one["xuanhao_leader"][0] for one in found)
                assert leads == ["xuanhao_leader 0.0", "xuanhao_leader 1.0"]
                assert sum("xuanhao_inbox_depth" in one for one in found) == 1
                await eventually(lambda: _received(systemd) == "READY=1", within=PATIENCE)
                assert await program.stop() == 0


@asynccontextmanager
async def _heard(systemd: socket.socket, said: list[str]) -> AsyncIterator[None]:
    """Read what is sent to a socket; its queue holds only about ten datagrams."""

    async def read() -> None:
        while True:
            said.extend(iter(lambda: _received(systemd), ""))
            await asyncio.sleep(0.05)

    reading = asyncio.ensure_future(read())
    try:
        yield
    finally:
        reading.cancel()


def _received(systemd: socket.socket) -> str:
    """Return the next datagram, or nothing."""
    try:
        return systemd.recv(1000).decode()
    except BlockingIOError:
        return ""
