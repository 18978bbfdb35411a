"""The opening minute behind nginx: a crowd, workers, and what happens to them meanwhile."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.e2e.killing import Program
from tests.e2e.nginx import nginx
from tests.e2e.opening_minute import Crowd, people_at_opening, prepare
from tests.e2e.several_workers import Place, free_port, kill, pid_of, place

PATIENT = 900.0
"""Seconds until a wait is given up: on a crowded machine nothing says how long anything takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a run is like.

    Attributes:
        workers: 0 for one process on SQLite.
        owners: how many select.
        spread: seconds over which they arrive.
        thinks: seconds between seeing a screen and pressing, at least and at most.
        disturbed: whether a worker is killed, and all are replaced.
        bystanders: how many others send bursts of commands meanwhile.
    """

    workers: int
    owners: int
    spread: float = 0.0
    thinks: tuple[float, float] = (0.0, 0.0)
    disturbed: bool = False
    bystanders: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningResult:
    """What a run has shown."""

    latencies: list[float]  # seconds, ascending, of the four steps of each owner
    seconds: float  # from the first step to the last receipt
    worker_cpu: float  # milliseconds a step, of all workers; 0 if they were killed or replaced
    database_cpu: float  # the same, of the database server
    bursts: int  # bursts of three commands that were answered while workers were killed and replaced
    again: int  # draws of owners whose batch or number was held no longer when they pressed

    def within(self, share: float) -> float:
        """Return the seconds within which a share of the steps was answered."""
        return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


async def run_opening(directory: Path, opening: Opening) -> OpeningResult:
    """Let a crowd select behind nginx; check that nothing is lost, double or out of order."""
    public = free_port()
    people = people_at_opening(opening.owners + opening.bystanders)
    async with (
        place(
            directory, people, webhook=True, public_port=public, mask="#####", on_sqlite=opening.workers == 0
        ) as here,
        # The same address twice: a call that a dying worker drops is tried once more (deploy/nginx.conf).
        nginx(directory / "nginx", [here.port, here.port], public),
        here.program(max(opening.workers, 1)) as program,
    ):
        await prepare(here.config, opening.owners)
        if opening.workers:
            here.note_order()
        await _start(here, program, opening.workers)
        crowd = Crowd(
            here.sandbox,
            opening.owners,
            bystanders=opening.bystanders,
            spread=opening.spread,
            thinks=opening.thinks,
        )
        before = _cpu(here, program)
        began = monotonic()
        async with _in_time(here, crowd):
            run = _disturbed(here, program, opening.workers, crowd) if opening.disturbed else _calm(crowd)
            bursts = await run
        seconds = monotonic() - began
        await _nothing_waits(here)
        spent = [
            1000 * (now - then) / crowd.steps for then, now in zip(before, _cpu(here, program), strict=True)
        ]
        assert await program.stop() == 0
        nothing_is_wrong(here, crowd)
        return OpeningResult(
            latencies=crowd.latencies(),
            seconds=seconds,
            worker_cpu=0.0 if opening.disturbed else spent[0],
            database_cpu=0.0 if opening.disturbed else spent[1],
            bursts=bursts,
            again=crowd.draws - opening.owners,
        )


@contextlib.asynccontextmanager
async def _in_time(here: Place, crowd: Crowd) -> AsyncIterator[None]:
    """Fail with the screens of those who got no answer, and with what became of all that was sent."""
    try:
        async with asyncio.timeout(PATIENT):
            yield
    except TimeoutError:
        stuck = crowd.stuck()
        states = dict(here.ask("SELECT state, count(*) FROM inbox GROUP BY state"))
        sent = {"sent": len(crowd.sent), "not delivered": len(here.sandbox.world.updates.waiting), **states}
        raise AssertionError(len(stuck), sent, crowd.steps, crowd.draws, stuck[:3]) from None


def _cpu(here: Place, program: Program) -> tuple[float, float]:
    """Return the CPU seconds that the workers and the sessions of the database have used."""
    if here.url.startswith("sqlite"):
        return _cpu_of([program.pid]), 0.0
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return _cpu_of([pid_of(worker) for worker in here.living()]), _cpu_of([pid for (pid,) in here.ask(query)])


def _cpu_of(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def _start(here: Place, program: Program, workers: int) -> None:
    await program.start()
    if workers:
        await here.until_living(workers, within=PATIENT)
    async with asyncio.timeout(PATIENT):
        while not here.sandbox.api.webhook.url:  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(0.05)


async def _calm(crowd: Crowd) -> int:
    await crowd.select()
    return 0


async def _disturbed(here: Place, program: Program, workers: int, crowd: Crowd) -> int:
    """Kill a worker when a fifth of the steps is done, and replace all when two fifths are."""
    async with _going_on(crowd) as bursts:
        selecting = asyncio.ensure_future(crowd.select())
        await crowd.reach(0.2)
        if workers > 1:
            leader = here.leader()
            kill(leader or here.living()[0])
            await here.until_living(workers, without=(leader,) if leader else (), within=PATIENT)
        else:
            await program.kill()
            await program.start()
        await crowd.reach(0.4)
        await _replace(here, program, workers)
        await selecting
    return await bursts


async def _replace(here: Place, program: Program, workers: int) -> None:
    """Replace all workers, one by one; a single process is stopped and started, as there is no supervisor."""
    if workers > 1:
        before = here.living()
        os.kill(program.pid, signal.SIGHUP)
        await here.until_living(workers, without=tuple(before), within=PATIENT)
    else:
        assert await program.stop() == 0
        await program.start()


@contextlib.asynccontextmanager
async def _going_on(crowd: Crowd) -> AsyncIterator["asyncio.Task[int]"]:
    """Let some owners, who have no part in the selection, send bursts for the whole time."""
    end = asyncio.Event()
    task = asyncio.ensure_future(crowd.go_on(end))
    try:
        yield task
    finally:
        end.set()


async def _nothing_waits(here: Place) -> None:
    """Wait until every update is confirmed to the messenger, and done."""
    query = "SELECT count(*) FROM inbox WHERE state IN ('waiting', 'applied')"
    async with asyncio.timeout(PATIENT):
        while here.sandbox.world.updates.waiting or here.ask(query) != [(0,)]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


def nothing_is_wrong(here: Place, crowd: Crowd) -> None:
    """Every owner has one number, of their own; every update took effect once, and in order."""
    assert set(crowd.numbers().values()) == {1}
    owners = len(crowd.owners)
    for query in (
        "SELECT serial FROM preselection WHERE state = 'reserved'",
        "SELECT serial FROM plate WHERE state = 'reserved'",
    ):
        serials = here.ask(query)
        assert len(serials) == len(set(serials)) == owners
    assert dict(here.ask("SELECT state, count(*) FROM inbox GROUP BY state")) == {"done": len(crowd.sent)}
    if not here.url.startswith("sqlite"):
        effects = here.order_of_effects()
        assert len(effects) == len(set(effects)) == len(crowd.sent)
        late = crowd.out_of_order(effects)
        assert late == [], [here.effects_of(chat_id) for chat_id, _ in late[:3]]
