"""What systemd is told, over a real socket; and when a process counts as alive and ready."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import supervisor
from bot.cli.supervisor import Supervisor
from bot.monitoring.health import Health
from bot.monitoring.systemd import Notifier


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def environ(heard: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": heard.getsockname(), **more}


def drained(heard: socket.socket) -> list[str]:
    heard.settimeout(0)
    said = []
    with contextlib.suppress(BlockingIOError):
        while True:
            said.append(heard.recv(1000).decode())
    return said


async def _keep(notifier: Notifier, health: Health, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(notifier.keep(lambda: health.is_alive, health.status), seconds)


async def test_systemd_is_told_in_order(heard: socket.socket) -> None:
    given = environ(heard, WATCHDOG_USEC="300000", WATCHDOG_PID=str(os.getpid()))
    notifier, health = Notifier(given), Health()
    assert given == {}, "no child process speaks for this one"
    health.started()
    notifier.ready()
    await _keep(notifier, health, 0.6)
    notifier.stopping()
    said = drained(heard)
    assert said[:3] == ["READY=1", "WATCHDOG=1", "STATUS=receiving updates"]
    assert said.count("WATCHDOG=1") > 2
    assert said[-1] == "STOPPING=1"


async def test_stuck_process_does_not_ping(heard: socket.socket) -> None:
    now = 0.0
    health = Health(now=lambda: now)
    notifier = Notifier(environ(heard, WATCHDOG_USEC="30000"))
    now = 11.0  # and no beat came
    await _keep(notifier, health, 0.1)
    assert drained(heard) == ["STATUS=starting"]


@pytest.mark.parametrize("pid", ["1", ""])
async def test_watchdog_of_another_process_is_not_fed(heard: socket.socket, pid: str) -> None:
    """Control: without a process id the watchdog is anybody's."""
    notifier = Notifier(environ(heard, WATCHDOG_USEC="30000", WATCHDOG_PID=pid))
    await _keep(notifier, Health(), 0.1)
    assert ("WATCHDOG=1" in drained(heard)) == (not pid)


async def test_nothing_is_sent_without_systemd(heard: socket.socket) -> None:
    notifier = Notifier({})
    notifier.ready()
    await _keep(notifier, Health(), 0.1)
    assert drained(heard) == []


def watched(health: Health, *, works: bool = True, trouble: str | None = None) -> None:
    async def answer() -> None:
        """Answer at once."""

    health.watch(works=lambda: works, trouble=lambda: trouble, standing_by=lambda: False, ask_database=answer)


async def test_ready_from_the_start_to_the_end() -> None:
    health = Health()
    watched(health)
    assert await health.trouble() == "starting"
    health.started()
    assert await health.trouble() is None
    health.stopping()
    assert await health.trouble() == "stopping"


async def test_database_that_hangs_is_trouble_but_not_death(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.monitoring.health._ANSWER_WITHIN", 0.05)
    health, asked = Health(), 0

    async def hang() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(60)

    health.watch(works=lambda: True, trouble=lambda: "polling", standing_by=lambda: False, ask_database=hang)
    health.started()
    assert await health.trouble() == "the database does not answer; polling"
    monkeypatch.setattr("bot.monitoring.health._KNOWN_FOR", 0)
    await health.trouble()
    assert (asked, health.is_alive) == (1, True)
    assert health._asking is not None
    health._asking.cancel()


def test_ended_loop_is_death_once_started() -> None:
    health = Health()
    watched(health, works=False)
    assert health.is_alive
    health.started()
    assert not health.is_alive


WORKER = """
import os, socket, sys, time
link = socket.socket(fileno=int(sys.argv[sys.argv.index("--link") + 1]))
link.send(b"worker-%d\\n" % os.getpid())
while True:
    time.sleep(0.05)
    if not os.path.exists(sys.argv[1]):
        link.send(b"alive\\n")
"""


async def test_hanging_worker_is_killed_and_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker that says nothing any more, though its process lives."""
    monkeypatch.setattr(supervisor, "HUNG_AFTER", 0.5)
    hangs = tmp_path / "hangs"
    ready = asyncio.Event()
    supervised = Supervisor([sys.executable, "-c", WORKER, str(hangs)], 1, on_ready=ready.set)
    running = asyncio.ensure_future(supervised.run())
    try:
        await asyncio.wait_for(ready.wait(), 20)
        first = supervised._workers[0].process
        await asyncio.sleep(0.7)
        assert first.returncode is None, "control: one that speaks is left alone"
        hangs.touch()
        assert await asyncio.wait_for(first.wait(), 20) == -signal.SIGKILL
        hangs.unlink()
        async with asyncio.timeout(20):
            while supervised.status != "1 of 1 workers are ready":  # noqa: ASYNC110 - a test looks again
                await asyncio.sleep(0.05)
        assert supervised._workers[0].process is not first
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert "has been stuck" in caplog.text
