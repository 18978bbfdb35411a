"""Length of a press's code path: the files, functions and SQL statements that it runs through.

Two presses are measured: ``draw``, an owner's 【换一批】 in the middle of a selection, and ``revoke``, the
【确认撤销该预选】 of the desk's /revoke. The whole program runs on SQLite, and over HTTP against the sandbox.

    python -m benchmarks.way           # the figures and their ceilings; exit status 1 if one is exceeded
    python -m benchmarks.way --list    # also every file, function, transaction and statement, in order

What is counted:

- *Interval.* The program is idle before and after a press. Everything that it does in between is counted, on
  all threads: from the poller receiving the update until the update is done. Timers must not count, so the
  scheduler is stopped, and each press is measured twice and the shorter path reported. Imports and cache
  misses must not count, so the press is made several times before: each digit at each position of a plate is
  rendered only once per process.
- *A function* counts when it is called. A coroutine that was suspended before the press counts when it
  resumes and calls something itself; it does not when it only awaits another one. Methods, properties and
  lambdas are functions. Comprehensions and generator expressions are part of the function that contains them.
  The methods that ``dataclass`` generates are not counted, nor are calls that a cache answers.
- *A file* counts when one of its functions does. Only the project's own files count, which are those of
  ``bot`` and ``core``: no libraries, not the sandbox, and nothing that the sandbox calls.
- *A statement* is one call of ``run``, ``one`` or ``all`` of a transaction, be it for writing or for reading.
  BEGIN, SAVEPOINT and COMMIT are not counted.
- *A write transaction* is one function given to ``Store.run``, even when it shares its commit with others.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from unittest.mock import patch

from benchmarks.recorder import Length, RecordedStore, Recorder, Way
from bot.pictures.batch import BatchPicture
from core.bootstrap import Ports
from core.db import open_sqlite
from sandbox import PersonSpec, Sandbox
from tests import factories
from tests.core.tools import reserved, verified
from tests.person import Person
from tests.world import CHIEF, MORNING, PEOPLE, World, clock_at, office, running, settings_for

CEILINGS = {
    "draw": Length(files=60, functions=297, statements=28, write_transactions=3),
    "revoke": Length(files=53, functions=219, statements=19, write_transactions=3),
}
"""Maximum figures; lower a ceiling when its path has become shorter."""

MEASURED = 2
WARMING = {"draw": 10, "revoke": 1}
"""Presses before the measurement; ten batches hold each digit at each position, but in 1 run of 1,000."""
BATCHES = 20
QUIET = 0.02
"""Seconds without a call after which the program is idle, if all updates are done."""
OWNER, FIRST_HOLDER = 1, 2
FIRST_CHAT = 5000  # first chat id of owners created without a conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A press that can be repeated."""

    person: Person
    label: str
    prepare: Callable[[int], Awaitable[object]]  # shows the button to the person, by the press's number


async def at_rest(world: World, person: Person) -> None:
    """Wait until all updates are done and no call is made."""
    await world.service.dispatcher.idle()
    await person.settled(quiet=QUIET)


async def shortest(world: World, recorder: Recorder, press: Press, warming: int) -> Way:
    """Return the shortest path of a press, after some that are not measured."""
    ways: list[Way] = []
    for number in range(warming + MEASURED):
        await press.prepare(number)
        await at_rest(world, press.person)
        with recorder.recording() as way:
            await press.person.press(press.label)
            await at_rest(world, press.person)
        ways.append(way)
    return min(ways[warming:], key=lambda way: (way.length().functions, way.length().statements))


async def draw(world: World) -> Press:
    """Return 【换一批】, pressed by an owner who holds a batch."""
    await world.store.run(verified, world.core, OWNER)
    owner = world.person(FIRST_CHAT + OWNER)
    await owner.say("/preselect")
    await owner.press("【随机一次")

    async def prepare(_number: int) -> None:
        await owner.see("本车第")

    return Press(person=owner, label="【换一批", prepare=prepare)


async def revoke(world: World) -> Press:
    """Return 【确认撤销该预选】, pressed by a chief who opened the question for a reservation."""
    chief = world.person(CHIEF)

    async def prepare(number: int) -> None:
        serial = f"A000{number}"
        await world.store.run(reserved, world.core, FIRST_HOLDER + number, serial)
        await chief.say(f"/revoke 粤K{serial} 本人申请")
        await chief.see("取消预选", fresh=True)

    return Press(person=chief, label="确认撤销该预选", prepare=prepare)


PRESSES = {"revoke": revoke, "draw": draw}
"""In this order: a batch might hold a number that is to be reserved."""


async def starts(world: World) -> None:
    """Wait until the program has started, and stop its scheduler."""
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.see("预选号牌")
    await world.stop_jobs()
    await at_rest(world, chief)


@asynccontextmanager
async def resting_world(recorder: Recorder, folder: Path) -> AsyncIterator[World]:
    """Run the program against a sandbox, without its scheduler."""
    clock = clock_at(MORNING)
    owner = PersonSpec(
        chat_id=FIRST_CHAT + OWNER, last_name="车主", first_name="一", phone=factories.phone(OWNER)
    )
    async with Sandbox(clock, people=(*PEOPLE, owner)) as sandbox:
        settings = settings_for(sandbox, folder, offices=[office(random_batches=BATCHES)])
        store = RecordedStore(await open_sqlite(settings.database.url, clock), recorder)
        async with running(settings, sandbox, clock, Ports(clock=clock, store=store)) as world:
            await world.release()
            await starts(world)
            yield world
        assert not sandbox.contract_violations, sandbox.contract_violations


async def measure(recorder: Recorder) -> dict[str, Way]:
    """Return the paths by the names of the presses."""
    # The render process would not be counted.
    with tempfile.TemporaryDirectory() as folder, patch.object(BatchPicture, "is_frequent", new=False):
        async with resting_world(recorder, Path(folder)) as world:
            return {
                name: await shortest(world, recorder, await made(world), WARMING[name])
                for name, made in PRESSES.items()
            }


def table(ways: dict[str, Way]) -> str:
    """Return the figures, each with its ceiling in brackets."""
    figures = [field.name for field in fields(Length)]
    lines = [" " * 8 + "".join(f"{figure.replace('_', ' '):>20}" for figure in figures)]
    for name, way in ways.items():
        found, most = asdict(way.length()), asdict(CEILINGS[name])
        lines.append(
            f"{name:8}" + "".join(f"{f'{found[figure]} ({most[figure]})':>20}" for figure in figures)
        )
    return "\n".join(lines)


def exceeded(ways: dict[str, Way]) -> list[str]:
    """Return which ceilings are exceeded."""
    return [
        f"{name}: {figure}"
        for name, way in ways.items()
        for figure, found in asdict(way.length()).items()
        if found > asdict(CEILINGS[name])[figure]
    ]


def main() -> int:
    """Measure and print; return 1 if a ceiling is exceeded."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="list what is passed, in order")
    given = parser.parse_args()
    recorder = Recorder(at_rest)
    with recorder.installed():
        ways = asyncio.run(measure(recorder))
    for name, way in ways.items() if given.list else ():
        print(f"{name}:", *way.listing(), "", sep="\n")
    print(table(ways))
    if too_long := exceeded(ways):
        print(f"EXCEEDED: {', '.join(too_long)}")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
