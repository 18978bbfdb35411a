"""A day of twenty owners in the chat: its public journal verifies, and no longer once a row is changed."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.db import open_store
from core.public_journal import checker, export
from core.public_journal.entries import next_hash
from sandbox import PersonSpec
from tests.person import Person
from tests.world import CHIEF, PEOPLE, World, composes, open_world, reaches_selection

OWNERS = tuple(range(6001, 6021))
Alter = Callable[[sqlite3.Connection], None]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    owners = (
        PersonSpec(chat_id=one, last_name="车主", first_name=str(one), phone=f"+86139{one:08}")
        for one in OWNERS
    )
    async with open_world("sqlite", tmp_path, people=(*PEOPLE, *owners)) as world:
        yield world


async def _draws(owner: Person, left: int, *, pick: bool = False) -> None:
    await owner.press(f"({left})】")
    await owner.see(f"本车第{6 - left}批")
    if pick:
        await owner.press("粤K·")
        await owner.see("确认选用")
        await owner.press("« 返回")


async def _claims(owner: Person) -> None:
    await owner.press("【确认选号】")
    await owner.press("确定选用")
    await owner.see("第6步")


async def _does_as_others_do(owner: Person, number: int) -> None:
    """Select as one of five kinds of owners, up to the pause in the middle of the day."""
    await reaches_selection(owner, number)
    match number % 5:
        case 0:  # draws, picks and claims
            await _draws(owner, 5, pick=True)
            await _claims(owner)
        case 1:  # composes
            await composes(owner, " ".join(f"A{1 + wish % 2}{number:02}{wish}" for wish in range(5)))
        case 2:  # draws twice and lets it lapse
            await _draws(owner, 5)
            await _draws(owner, 4, pick=True)
        case 3:  # without fours
            await owner.press("【不包含4】")
            await _draws(owner, 5, pick=True)
            await _draws(owner, 4)
            await _claims(owner)
        case _:  # draws, and goes on after the pause
            await _draws(owner, 5)


def _check(journal: Path) -> subprocess.CompletedProcess[str]:
    """Check a journal as anybody does: the checker alone, without the rest of the program."""
    return subprocess.run(  # noqa: S603 - the interpreter of the tests
        [sys.executable, "-I", str(checker.__file__), str(journal)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def _journal_of(database: Path, file: Path) -> Path:
    store = await open_store(
        f"sqlite:///{database}", SystemClock(), migrate=False, create=False, read_only=True
    )
    try:
        await export.write(store, await store.read(export.read_heads, "粤K"), file)
    finally:
        await store.close()
    return file


def _altered_copy(database: Path, copy: Path, alter: Alter) -> Path:
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(copy)) as other:
        live.backup(other)
        for trigger in ("public_entry_is_not_changed", "public_entry_is_not_shortened"):
            other.execute(f"DROP TRIGGER {trigger}")
        alter(other)
        other.commit()
    return copy


def _another_number(database: sqlite3.Connection) -> None:
    row = '(SELECT min(seq) FROM public_entry WHERE body LIKE \'%"event":"claimed"%\')'
    database.execute(f"UPDATE public_entry SET body = replace(body, 'A', 'B') WHERE seq = {row}")  # noqa: S608


def _another_number_and_all_hashes(database: sqlite3.Connection) -> None:
    """Exchange two numbers of a draw, and compute the chain anew from there on."""
    _swap(database)
    before = "0" * 64
    for seq, body in database.execute("SELECT seq, body FROM public_entry ORDER BY seq").fetchall():
        before = next_hash(before, body)
        database.execute("UPDATE public_entry SET hash = ? WHERE seq = ?", (before, seq))
    database.execute("UPDATE pool SET journal_head = ?", (before,))


def _swap(database: sqlite3.Connection) -> None:
    seq, body = database.execute(
        'SELECT seq, body FROM public_entry WHERE body LIKE \'%"event":"drawn"%\' ORDER BY seq LIMIT 1'
    ).fetchone()
    start = body.index('"numbers":["') + len('"numbers":["')
    first, second = body[start : start + 5], body[start + 8 : start + 13]
    changed = f"{body[:start]}{second}{body[start + 5 : start + 8]}{first}{body[start + 13 :]}"
    database.execute("UPDATE public_entry SET body = ? WHERE seq = ?", (changed, seq))


async def test_day_of_twenty_owners_verifies_until_a_row_is_changed(world: World, tmp_path: Path) -> None:
    await world.release("A1###")
    await world.release("A2###")
    chief = world.person(CHIEF)
    owners = [world.person(one) for one in OWNERS]
    await asyncio.gather(*(_does_as_others_do(owner, number) for number, owner in enumerate(owners)))
    await chief.say("/withhold 粤K small A18## 正在核对")
    await chief.press("确认暂不投放")
    world.forward(minutes=5)  # all holds lapse
    await world.tick()
    await asyncio.gather(*(_draws(owner, 4, pick=True) for owner in owners[4::5]))
    await asyncio.gather(*(_claims(owner) for owner in owners[4::5]))
    world.forward(days=1)
    await world.service.jobs.ends()

    path = world.core.settings.database.sqlite_path
    assert path is not None
    async with world.service.journals._files.file("粤K") as file:
        good = await asyncio.to_thread(_check, file.path)
    assert (good.returncode, good.stderr) == (0, "")
    assert "28 draws recomputed; 0 not yet verifiable" in good.stdout
    assert "16 numbers selected" in good.stdout

    for number, (alter, reason) in enumerate(
        ((_another_number, "the hash does not fit"), (_another_number_and_all_hashes, "draw 1: "))
    ):
        copy = await asyncio.to_thread(_altered_copy, path, tmp_path / f"altered{number}.db", alter)
        bad = await asyncio.to_thread(_check, await _journal_of(copy, tmp_path / f"{number}.jsonl"))
        assert bad.returncode == 1
        assert reason in bad.stdout
