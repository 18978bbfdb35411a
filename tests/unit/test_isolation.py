"""A call in a child process gives its result, or an error that says how it ended; the program goes on."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.isolation.child import ChildLimits
from bot.isolation.messages import (
    AnswerKind,
    UnexpectedAnswerError,
    pack_answer,
    pack_error,
    unpack_answer,
    unpack_error,
)
from bot.isolation.runner import Cause, ChildFailedError, run_isolated
from core.errors.vehicles import VinLength
from tests import isolated_calls as calls

LIMITS = ChildLimits(memory=300_000_000, cpu_seconds=20, seconds=30)
SHORT = ChildLimits(memory=300_000_000, cpu_seconds=1, seconds=2)
SPINNING = ChildLimits(memory=300_000_000, cpu_seconds=1, seconds=60)
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are those of Linux")


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return False


def ends(pid: int, within: float = 20.0) -> bool:
    """Wait until a process has ended."""
    until = time.monotonic() + within
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(pid)


async def child_pid() -> int:
    """Wait for a child, and return its process id."""
    async with asyncio.timeout(20):
        while not (found := [one.pid for one in multiprocessing.active_children() if one.pid]):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.01)
    return found[0]


async def test_result_comes_back() -> None:
    assert await run_isolated(calls.double, 21, limits=LIMITS) == 42


async def test_result_of_twenty_megabytes_comes_back() -> None:
    content = bytes(20_000_000)
    assert await run_isolated(bytes, content, limits=LIMITS) == content


async def test_error_comes_back_with_what_it_says() -> None:
    with pytest.raises(VinLength) as caught:
        await run_isolated(calls.refuse, limits=LIMITS)
    assert (caught.value.wanted, caught.value.found) == (17, 3)


BAD_ENDS: dict[str, tuple[Callable[[], object], ChildLimits, Cause]] = {
    "aborted": (calls.abort, LIMITS, Cause.DEATH),
    "crashed": (calls.crash, LIMITS, Cause.DEATH),
    "left": (calls.leave, LIMITS, Cause.DEATH),
    "hung": (calls.hang, SHORT, Cause.TIME),
    "busy for ever": (calls.spin, SPINNING, Cause.DEATH),
    "out of memory": (calls.fill_memory, LIMITS, Cause.MEMORY),
    "failed": (calls.fail, LIMITS, Cause.BUG),
    "an object": (calls.return_an_object, LIMITS, Cause.DEATH),
    "an action": (calls.return_an_action, LIMITS, Cause.DEATH),
}


@pytest.mark.parametrize("name", BAD_ENDS)
async def test_bad_end_is_told_apart_and_the_next_call_works(name: str) -> None:
    call, limits, cause = BAD_ENDS[name]
    with pytest.raises(ChildFailedError) as caught:
        await run_isolated(call, limits=limits)
    assert caught.value.cause is cause
    assert "secret" not in str(caught.value)
    assert os.environ.get("XUANHAO_TAKEN_OVER") is None
    assert await run_isolated(calls.double, 1, limits=LIMITS) == 2


async def test_each_call_has_a_process_of_its_own_and_leaves_none() -> None:
    found = [await run_isolated(calls.pid_and_server, limits=LIMITS) for _ in range(3)]
    assert len({pid for pid, _ in found}) == 3
    assert {server for _, server in found} != {os.getpid()}
    assert all(ends(pid) for pid, _ in found)


async def test_child_killed_at_work_is_a_death() -> None:
    waiting = asyncio.create_task(run_isolated(calls.hang, limits=LIMITS))
    os.kill(await child_pid(), signal.SIGKILL)
    with pytest.raises(ChildFailedError) as caught:
        await waiting
    assert caught.value.cause is Cause.DEATH


async def test_giving_up_kills_the_child() -> None:
    waiting = asyncio.create_task(run_isolated(calls.hang, limits=LIMITS))
    pid = await child_pid()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(ends, pid)


async def test_giving_up_at_once_starts_nothing_that_stays() -> None:
    waiting = asyncio.create_task(run_isolated(calls.hang, limits=LIMITS))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await run_isolated(calls.double, 1, limits=LIMITS) == 2
    async with asyncio.timeout(20):
        while multiprocessing.active_children():  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)


async def test_server_that_was_killed_is_started_again() -> None:
    _, server = await run_isolated(calls.pid_and_server, limits=LIMITS)
    os.kill(server, signal.SIGKILL)
    assert await asyncio.to_thread(ends, server)
    assert await run_isolated(calls.double, 1, limits=LIMITS) == 2


async def test_many_calls_at_once_are_all_answered() -> None:
    found = await asyncio.gather(*(run_isolated(calls.double, one, limits=LIMITS) for one in range(30)))
    assert found == [2 * one for one in range(30)]


async def test_child_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(ChildFailedError):
        await run_isolated(calls.write, str(tmp_path / "x"), limits=LIMITS)


async def test_child_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    await run_isolated(calls.say_a_secret, limits=LIMITS)
    assert "secret" not in "".join(capfd.readouterr())


PROGRAM = """
import asyncio, os, threading
from bot.cli.command import run_until_stopped
from bot.isolation.child import ChildLimits
from bot.isolation.runner import run_isolated
from tests import isolated_calls as calls
import multiprocessing, time

def say():
    while not (found := multiprocessing.active_children()):
        time.sleep(0.01)
    print(found[0].pid, flush=True)

async def main():
    limits = ChildLimits(memory=300_000_000, cpu_seconds=20, seconds=300)
    _, server = await run_isolated(calls.pid_and_server, limits=limits)
    print(server, flush=True)
    threading.Thread(target=say, daemon=True).start()
    await run_isolated(calls.hang, limits=limits)

run_until_stopped(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_program_that_ends_leaves_no_process(number: signal.Signals) -> None:
    """However it ends; stopped by a signal to the group, as Ctrl-C is, or alone."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True
    ) as program:
        assert program.stdout is not None
        server, child = (int(program.stdout.readline()) for _ in range(2))
        assert is_running(child)
        program.send_signal(number)
        program.wait(30)
        assert ends(child)
        assert ends(server)


# --- messages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "packed", [("os.system", {}, ()), ("core.errors.base.XuanhaoError", {}), "x", None], ids=str
)
def test_unknown_errors_are_not_built(packed: object) -> None:
    with pytest.raises(UnexpectedAnswerError):
        unpack_error(packed)


def test_error_is_the_same_after_its_way() -> None:
    error = unpack_error(pack_error(VinLength(wanted=17, found=3)))
    assert (type(error), vars(error), str(error)) == (
        VinLength,
        {"wanted": 17, "found": 3},
        str(VinLength(wanted=17, found=3)),
    )


@pytest.mark.parametrize("message", [b"", b"x", b"\x80\x05.", pack_answer(AnswerKind.RETURNED, Path())])
def test_answer_of_anything_else_is_none(message: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError):
        unpack_answer(message)
