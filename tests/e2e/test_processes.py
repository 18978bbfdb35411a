"""The real processes end quickly, quietly and with the right status on a signal."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic, process_time

import pytest

from core.bootstrap import bootstrap
from core.settings import load_settings
from sandbox import Sandbox
from tests.e2e.killing import SETTINGS
from tests.world import MORNING, TOKEN, clock_at, eventually

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
WITHIN = 2.0
"""Seconds until an interrupted program has ended, on an otherwise idle machine."""
PROGRAM_FILES = str(Path(__file__).parents[2] / "bot")


@asynccontextmanager
async def _process(*words: object) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command of the command line in a process of its own, and stop it at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *map(str, words)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def _crowding() -> float:
    """Return the current slow-down by other load, 1 or more."""
    began, worked = monotonic(), process_time()
    while process_time() - worked < 0.05:
        pass
    return max((monotonic() - began) / (process_time() - worked), 1.0)


async def _ends(process: asyncio.subprocess.Process, number: signal.Signals) -> str:
    """Signal a process once; return its error output."""
    crowding = _crowding()
    began = monotonic()
    process.send_signal(number)
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert monotonic() - began < WITHIN * max(crowding, _crowding())
    return said.decode()


async def _config(directory: Path, sandbox: Sandbox) -> Path:
    path = directory / "config.toml"
    path.write_text(
        SETTINGS.format(
            token=TOKEN,
            base_url=sandbox.base_url,
            database=directory / "plates.db",
            sms_url=sandbox.sms_url,
        ),
        encoding="utf-8",
    )
    await (await bootstrap(load_settings(path, {}), create=True)).close()
    return path


@SIGNALS
async def test_run_ends_at_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    async with (
        Sandbox(clock_at(MORNING)) as sandbox,
        _process("run", "--config", await _config(tmp_path, sandbox)) as process,
    ):
        await eventually(lambda: sandbox.api.counts["getUpdates"] > 0, within=20)
        said = await _ends(process, number)
        assert process.returncode == 0
        assert "Traceback" not in said
        assert "ERROR" not in said


@SIGNALS
async def test_demo_ends_at_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    async with _process("demo", "--port", "0", "--data", tmp_path) as process:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            while "http://" not in (await process.stdout.readline()).decode():
                pass
        said = await _ends(process, number)
        assert process.returncode == 0
        assert "Traceback" not in said
        assert "ERROR" not in said


@pytest.mark.parametrize("after", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.3])
async def test_interrupt_at_the_start_is_quiet(tmp_path: Path, after: float) -> None:
    """While modules load, while settings and database are opened, while it prints its name."""
    async with (
        Sandbox(clock_at(MORNING)) as sandbox,
        _process("run", "--config", await _config(tmp_path, sandbox)) as process,
    ):
        await asyncio.sleep(after)
        said = await _ends(process, signal.SIGINT)
        assert PROGRAM_FILES not in said
        if "Traceback" not in said:  # an interpreter that is still starting may print a traceback of its own
            assert process.returncode in {0, 130, -signal.SIGINT}


@pytest.mark.parametrize("command", ["check", "migrate"])
async def test_interrupted_command_ends_with_130(tmp_path: Path, command: str) -> None:
    """A messenger or a database does not respond: the user interrupts the command."""
    async with Sandbox(clock_at(MORNING)) as sandbox:
        sandbox.faults.delay(30, "getMe")
        async with _process(command, "--config", await _config(tmp_path, sandbox)) as process:
            if command == "check":
                await eventually(lambda: not sandbox.faults.waiting, within=20)
            else:
                await asyncio.sleep(0.4)
            said = await _ends(process, signal.SIGINT)
            assert process.returncode in ({130} if command == "check" else {0, 130, -signal.SIGINT})
            assert PROGRAM_FILES not in said
