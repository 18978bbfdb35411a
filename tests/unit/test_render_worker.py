"""Where pictures are rendered: on a thread, and those of presses in a process, as long as there is one."""

import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.pictures.batch import BatchPicture
from bot.pictures.render_process import RenderProcess
from bot.pictures.worker import render_on_thread

BATCH = BatchPicture(office="粤K", kind="small", serials=("A0001", "B2345"), title="本批", footer="第 7 次")


@dataclass(frozen=True)
class Sketch:
    """A picture that tells where it was rendered."""

    key: str = ""

    def render(self) -> bytes:
        return f"{os.getpid()} {threading.current_thread().name}".encode()


class Failing(Sketch):
    def render(self) -> bytes:
        raise ValueError


@pytest.fixture
def process() -> Iterator[RenderProcess]:
    found = RenderProcess()
    yield found
    found.close()


def ready(process: RenderProcess) -> RenderProcess:
    """Let pictures be asked for until the process is ready."""
    deadline = time.monotonic() + 60
    while process.render(BATCH) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def pid_of(process: RenderProcess) -> int:
    assert process._process is not None
    return process._process.pid


async def test_pictures_are_rendered_beside_the_loop() -> None:
    for _ in range(3):
        assert b"drawing" in await render_on_thread(Sketch())


def test_first_picture_does_not_wait_for_the_process(process: RenderProcess) -> None:
    begun = time.monotonic()
    assert process.render(BATCH) is None  # it is rendered here meanwhile
    assert time.monotonic() - begun < 0.2


def test_process_renders_the_same_file(process: RenderProcess) -> None:
    assert ready(process).render(BATCH) == BATCH.render()
    assert int(process.render(Sketch()).split()[0]) == pid_of(process)  # type: ignore[union-attr]


def test_picture_that_cannot_be_rendered_does_not_end_the_process(process: RenderProcess) -> None:
    pid = pid_of(ready(process))
    assert process.render(Failing()) is None
    assert process.render(BATCH) == BATCH.render()
    assert pid_of(process) == pid


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_killed_process_is_replaced(process: RenderProcess, sent: signal.Signals) -> None:
    pid = pid_of(ready(process))
    process._started_at -= 61  # it has lived for a while
    os.kill(pid, sent)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert process.render(BATCH) is None
    assert pid_of(ready(process)) != pid


def test_process_that_does_not_live_is_not_replaced_at_once(process: RenderProcess) -> None:
    os.kill(pid_of(ready(process)), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while process.render(BATCH) is not None:
        assert time.monotonic() < deadline
    assert process.render(BATCH) is None
    assert process._process is None


def test_process_that_cannot_start_is_not_tried_at_each_picture(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for command in ((sys.executable, "-c", "raise SystemExit(1)"), ("/no/such/program",)):
        process, caplog.records[:] = RenderProcess(command), []
        deadline = time.monotonic() + 30
        while not caplog.records:
            assert process.render(BATCH) is None
            assert time.monotonic() < deadline
        assert process.render(BATCH) is None
        assert process._process is None
        assert len(caplog.records) == 1


def test_process_ends_with_the_program() -> None:
    program = """
import sys, time
from bot.pictures.render_process import RenderProcess
from tests.unit.test_render_worker import BATCH, ready
process = ready(RenderProcess())
print(process._process.pid, flush=True)
time.sleep(60)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603 - our own
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_program_with_thousands_of_connections_still_has_its_pictures_rendered() -> None:
    """More descriptors than select() knows: the pipes get high numbers."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(min(1100, most - 100))]
    try:
        process = RenderProcess()
        assert ready(process).render(BATCH) == BATCH.render()
        assert process._out.fileno() > 1023
        process.close()
    finally:
        for descriptor in taken:
            os.close(descriptor)


def test_rehearsals_are_left_to_their_own_thread() -> None:
    assert BATCH.is_frequent
    assert not BatchPicture(office="粤K", kind="small", serials=("A1",), title="", rehearsal=True).is_frequent
