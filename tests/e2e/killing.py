"""The real process, to be killed, and people who carry on regardless."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, Self

from sandbox import PersonSpec, Sandbox
from tests import factories
from tests.person import NotSeen, Person
from tests.world import TOKEN

SETTINGS = """
[telegram]
token = "{token}"
base_url = "{base_url}"
[database]
url = "sqlite:///{database}"
[sms]
provider = "http"
[sms.http]
url = "{sms_url}"
[[offices]]
code = "粤K"
name = "茂名车辆管理所"
address = "某市某路1号"
hours = "00:00-24:00"
"""


AT_WORK = frozenset({"getFile", "sendMessage", "editMessageText", "sendPhoto"})
PATIENCE = 60.0
"""Seconds within which a crowded machine starts or stops the program."""


class Program:
    """The real process; it is stopped at the end of the block."""

    def __init__(self, config: Path, *words: str, is_made: bool = False) -> None:
        self._config = config
        self._words = words  # of ``run``
        self._is_made = is_made
        self._log: int | IO[bytes] = asyncio.subprocess.DEVNULL
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    async def start(self) -> None:
        await self._make()
        self._process = await self.call("run", *self._words)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return await asyncio.wait_for(self._process.wait(), PATIENCE)

    async def release(self, mask: str) -> None:
        await self._make()
        process = await self.call("release", "粤K", "small", mask, "compose", "now", "--yes")
        assert await process.wait() == 0

    async def _make(self) -> None:
        """Create the database, before the first start."""
        if not self._is_made:
            assert await (await self.call("init")).wait() == 0
            self._is_made = True

    async def call(self, command: str, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.e2e.unhurried_program",
            command,
            *words,
            "--config",
            str(self._config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=self._log,
        )


def people_of(count: int) -> list[PersonSpec]:
    """Return people who have not written to the bot yet."""
    return [
        PersonSpec(chat_id=5000 + n, first_name=f"{n}", last_name="车主", phone=factories.phone(n))
        for n in range(count)
    ]


async def works(sandbox: Sandbox, calls: int, walks: asyncio.Future[Any]) -> None:
    """Wait until the program has made a number of calls for its owners, or all of them are done.

    Kills are spaced by calls, not by seconds: a crowded machine would kill a program that has not begun.
    """
    made = asyncio.Semaphore(0)

    def called(method: str) -> None:
        if method in AT_WORK:
            made.release()

    async def all_made() -> None:
        for _ in range(calls):
            await made.acquire()

    sandbox.api.watchers.append(called)
    waiting = asyncio.ensure_future(all_made())
    await asyncio.wait({waiting, walks}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    sandbox.api.watchers.remove(called)


def settings(sandbox: Sandbox, database: Path, more: str = "") -> str:
    """Return a config.toml that points to a sandbox."""
    return more + SETTINGS.format(
        token=TOKEN, base_url=sandbox.base_url, database=database, sms_url=sandbox.sms_url
    )


Deed = Callable[[], Awaitable[object]]
Answer = Callable[[str, list[str]], Deed | None]
"""An owner's action on a screen, by its text and buttons; None: no action."""


def last(owner: Person) -> str:
    """Return the text of the bot's last message; empty before the first."""
    said = [shown for shown in owner.history if shown.from_bot]
    return said[-1].words if said else ""


def pressing(owner: Person, label: str) -> Deed:
    """Return the press of a button that does not wait for its result."""
    return lambda: owner.press(label, within=2, answered=False)


async def goes(owner: Person, asks: str, until: str, result: Answer) -> None:
    """Continue from the current screen, and ask again if nothing comes, until the text appears.

    No action is repeated on one screen or while it still changes, and requests become less and less frequent:
    repeating them to a program that lags keeps it lagging.
    """
    clock, patience = asyncio.get_running_loop().time, 8.0
    await owner.say(asks)
    asked_at = clock()
    before: tuple[int, str] | None = None
    done: tuple[int, str] | None = None
    while until not in last(owner):
        await asyncio.sleep(0.1)
        said = [shown for shown in owner.history if shown.from_bot]
        shown, buttons = (said[-1].words, said[-1].buttons) if said else ("", [])
        here = (len(said), shown + "".join(buttons))
        if here != before:
            before = here
        elif here != done and (deed := result(shown, buttons)):
            done, asked_at = here, clock()
            with contextlib.suppress(NotSeen):
                await deed()
        elif clock() - asked_at > patience:
            done, asked_at, patience = None, clock(), patience * 1.5
            await owner.say(asks)
