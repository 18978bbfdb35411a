"""Several workers on one database: one is killed, all are replaced, and what cannot work is refused."""

import asyncio
import os
import random
import signal
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic

import pytest

from tests.e2e.killing import goes, last, people_of, works
from tests.e2e.several_workers import START, Place, kill, place
from tests.e2e.test_kill import answer_of
from tests.person import Person
from tests.world import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.both_engines]
MODES = pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
LEASE = 15.0
"""Seconds, as in bot/inbox/workers.py."""


async def answers(owner: Person, within: float = START) -> None:
    """Ask for help, and wait for the answer."""
    await owner.say("/help")
    await owner.see("/preselect", fresh=True, within=within)


@MODES
@pytest.mark.soak
@pytest.mark.timeout(400)
async def test_killed_worker_is_succeeded_by_the_others(tmp_path: Path, *, webhook: bool) -> None:
    """The supervisor tells them at once: nobody waits for a lease, or for the successor to start."""
    people = people_of(4)
    async with place(tmp_path, people, webhook=webhook) as here, here.program(2) as program:
        await program.start()
        await here.until_living(2)
        owners = [here.person(person) for person in people]
        walks = asyncio.gather(*(_goes(owner, n) for n, owner in enumerate(owners)))
        for _ in range(2):
            await works(here.sandbox, 12, walks)
            leader = here.leader()
            assert leader is not None
            kill(leader)
            began = monotonic()
            await _until_led_by_another(here, leader)
            assert monotonic() - began < LEASE / 2
            await here.until_living(2, without=(leader,))
        await asyncio.wait_for(walks, 200)
        assert await program.stop() == 0
        _nothing_is_double(here, len(people))


async def _goes(owner: Person, number: int) -> None:
    await goes(owner, "/preselect", "第6步", partial(answer_of, owner, number))
    assert "第6步" in last(owner)


async def _until_led_by_another(here: Place, former: str) -> None:
    async with asyncio.timeout(2 * START):
        while here.leader() in {None, former}:  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(0.05)


def _nothing_is_double(here: Place, owners: int) -> None:
    """Each owner has one number, nobody has that of another, and no batch was charged that was not drawn."""
    serials = [serial for (serial,) in here.ask("SELECT serial FROM preselection WHERE state = 'reserved'")]
    assert len(serials) == len(set(serials)) == owners
    drawn = Counter(
        vin
        for (vin,) in here.ask(
            "SELECT p.vin FROM draw AS d JOIN preselection AS p USING (preselection_id) "
            "WHERE d.numbers <> '[]' AND d.returned_at IS NULL"
        )
    )
    assert dict(here.ask("SELECT vin, random_used FROM vehicle WHERE random_used > 0")) == drawn
    assert here.ask("SELECT count(*) FROM inbox WHERE state = 'broken'") == [(0,)]


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_poll_is_taken_over_from_another_host(tmp_path: Path) -> None:
    """No supervisor knows of both: the other one polls when the lease of the killed one has expired."""
    (person,) = people_of(1)
    async with place(tmp_path, [person]) as here, here.program() as one, here.program() as two:
        await one.start()
        await here.until_living(1)
        await two.start()
        await here.until_living(2)
        owner = here.person(person)
        await answers(owner)
        await one.kill()
        began = monotonic()
        await answers(owner, within=4 * LEASE)
        assert monotonic() - began < 2 * LEASE + 10  # the lease, a heartbeat, and a crowded machine


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_stopped_worker_hands_over_at_once(tmp_path: Path) -> None:
    (person,) = people_of(1)
    async with place(tmp_path, [person]) as here, here.program() as one, here.program() as two:
        await one.start()
        await here.until_living(1)
        await two.start()
        await here.until_living(2)
        owner = here.person(person)
        await answers(owner)
        assert await one.stop() == 0
        began = monotonic()
        await answers(owner)
        assert monotonic() - began < LEASE / 2


@MODES
@pytest.mark.soak
@pytest.mark.timeout(400)
async def test_every_press_is_answered_while_all_are_replaced(tmp_path: Path, *, webhook: bool) -> None:
    people = people_of(3)
    async with place(tmp_path, people, webhook=webhook) as here, here.program(2) as program:
        await program.start()
        before = await here.until_living(2)
        owners = [here.person(person) for person in people]
        replaced = asyncio.Event()
        pressing = asyncio.gather(*(_presses_until(owner, replaced) for owner in owners))
        os.kill(program.pid, signal.SIGHUP)
        await here.until_living(2, without=tuple(before))
        replaced.set()
        slowest = max(await pressing)
        assert slowest < LEASE, "nobody has waited for a lease to expire"
        assert await program.stop() == 0


async def _presses_until(owner: Person, end: asyncio.Event) -> float:
    """Press buttons until the end, each of which must be answered; return the longest wait."""
    await owner.say("/start")
    await owner.see("【预选号牌】", within=START)
    slowest = 0.0
    while not end.is_set():
        for label in ("【预选号牌】", "不同意"):
            began = monotonic()
            await owner.press(label, within=START)
            slowest = max(slowest, monotonic() - began)
    return slowest


@pytest.mark.soak
@pytest.mark.timeout(200)
async def test_workers_stop_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    async with place(tmp_path, people_of(1)) as here, here.program(2) as program:
        await program.start()
        await here.until_living(2)
        await program.kill()
        await eventually(lambda: not here.living(), within=START)


async def _said(config: Path, *words: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", *words, "--config", str(config)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), START)
    return process.returncode, said.decode()


async def test_several_workers_on_sqlite_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[telegram]\ntoken = "1:{"A" * 35}"\n[[offices]]\ncode = "粤K"\nname = "茂名"\naddress = "某路1号"\n'
    )
    status, said = await _said(config, "--workers", "4")
    assert (status, said.splitlines()) == (
        2,
        ["database.url: SQLite serves one process, and --workers is 4: use postgresql://, or one worker"],
    )


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_taken_port_ends_the_program_with_one_line(tmp_path: Path, workers: str) -> None:
    async with place(tmp_path, people_of(1), webhook=True) as here:
        port = int(here.config.read_text(encoding="utf-8").partition("port = ")[2].split()[0])
        with socket.socket() as other:
            other.bind(("127.0.0.1", port))
            other.listen()
            status, said = await _said(here.config, "--workers", workers)
    assert status == 1
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if "telegram.webhook" in line] == [
        f"telegram.webhook: 127.0.0.1 port {port} cannot be listened on: another process listens there"
    ]


PATIENT = 600.0
"""Seconds until three workers live again, on a crowded machine."""


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
@MODES
async def test_hundred_kills_lose_and_double_nothing(tmp_path: Path, *, webhook: bool) -> None:
    """kill -9 of the leader or of any worker, sometimes of two at once, while owners select and press on."""
    kills, dice = 100, random.Random(20261127)
    people = people_of(20)
    async with place(tmp_path, people, webhook=webhook) as here, here.program(3) as program:
        await program.start()
        await here.until_living(3)
        owners = [here.person(person) for person in people]
        walks = asyncio.gather(*(_goes(owner, n) for n, owner in enumerate(owners[:12])))
        ended = asyncio.Event()
        pressing = asyncio.gather(*(_presses_on(owner, ended) for owner in owners[12:]))
        figures = KillCounts()
        for _ in range(kills):
            await here.until_living(3, within=PATIENT)
            await asyncio.sleep(dice.uniform(0, 1))
            await _kill_some(here, dice, figures)
            _note(tmp_path / "figures.txt", figures)
            assert not pressing.done()
        ended.set()
        _, presses = await asyncio.wait_for(asyncio.gather(walks, pressing), PATIENT)
        await eventually(lambda: here.ask(UNFINISHED) == [(0,)], within=PATIENT)
        assert await program.stop() == 0
        _nothing_is_double(here, 12)
        assert not here.sandbox.world.updates.waiting, "what is not confirmed would come again"
        ((updates,),) = here.ask("SELECT count(*) FROM inbox WHERE state = 'done'")
        figures.end = f"; {sum(presses)} presses led on, {updates} updates done, nothing lost or double"
        _note(tmp_path / "figures.txt", figures)


UNFINISHED = "SELECT count(*) FROM inbox WHERE state IN ('waiting', 'applied')"


@dataclass(slots=True)
class KillCounts:
    """What a run has shown so far."""

    kills: int = 0
    takeovers: list[float] = field(default_factory=list)  # seconds without a leader
    end: str = ""


async def _kill_some(here: Place, dice: random.Random, figures: KillCounts) -> None:
    """Kill the leader, another worker, or both; wait until somebody leads."""
    leader = here.leader()
    others = [worker for worker in here.living() if worker != leader]
    killed = dice.sample(others, 1) if others and figures.kills % 3 == 0 else []
    if leader is not None and figures.kills % 3 != 1:
        killed.append(leader)
    for worker in killed or others[:1]:
        kill(worker)
    began = monotonic()
    if leader in killed:
        await _until_led_by_another(here, leader)
        figures.takeovers.append(monotonic() - began)
    figures.kills += 1


async def _presses_on(owner: Person, end: asyncio.Event) -> int:
    """Press buttons until the end; each press must lead to the next screen, however often workers die."""
    await owner.say("/start")
    for presses in count():
        if end.is_set():
            return presses
        await owner.press("不同意" if presses % 2 else "【预选号牌】", within=PATIENT, answered=False)
        await asyncio.sleep(0.2)
    raise AssertionError


def _note(path: Path, figures: KillCounts) -> None:
    ordered = sorted(figures.takeovers) or [0.0]
    median, longest = ordered[len(ordered) // 2], ordered[-1]
    path.write_text(
        f"{figures.kills} kills, takeovers of the lead: median {median:.2f} s,"
        f" longest {longest:.2f} s{figures.end}\n"
    )
