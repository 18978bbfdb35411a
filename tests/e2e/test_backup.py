"""The real process is backed up while owners select, is lost, is put back, and goes on."""

import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from time import time
from typing import Any

import psycopg
import pytest

from sandbox import Sandbox
from tests.backup.deployment import SECURITY, database_url
from tests.e2e.killing import PATIENCE, SETTINGS, Program, goes, people_of
from tests.e2e.test_kill import answer_of
from tests.person import Person
from tests.world import MORNING, TOKEN, clock_at, eventually

OWNERS = 4
NEW = 1
TOLD = "选号服务已开放"


@pytest.fixture
def urls(engine: str) -> Iterator[tuple[str, str]]:
    """The database that is lost, and the one in its place; on SQLite the same file."""
    with database_url(engine) as lost, database_url(engine) as new:
        yield lost, new


def _config(folder: Path, sandbox: Sandbox, url: str) -> Path:
    text = SETTINGS.replace("sqlite:///{database}", url).format(
        token=TOKEN, base_url=sandbox.base_url, sms_url=sandbox.sms_url
    )
    path = folder / "config.toml"
    path.write_text(text + (SECURITY if url.startswith("postgresql") else ""), encoding="utf-8")
    return path


async def _xuanhao(*words: object) -> str:
    """Run a command to its end; return what it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *map(str, words)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, complained.decode()
    return said.decode()


def _sql(config: Path, url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement beside the program."""
    if url.startswith("sqlite"):
        path = config.parent / url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=30)) as database:
            rows = database.execute(statement).fetchall()
            database.commit()
            return rows
    with psycopg.connect(url) as database:
        cursor = database.execute(statement.encode())
        return list(cursor.fetchall()) if cursor.description else []


def _lose(config: Path, url: str) -> None:
    """Lose the database, but not the keys and the photos."""
    if url.startswith("sqlite"):
        path = config.parent / url.removeprefix("sqlite:///")
        for suffix in ("", "-wal", "-shm", ".lock"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _number(owner: Person) -> str:
    """Return an owner's number, as the receipt in the chat has it."""
    words = next(shown.words for shown in reversed(owner.history) if "第6步" in shown.words)
    return words[words.index("粤K·") :][: len("粤K·A0000")]


def _times_told(owner: Person) -> int:
    return sum(TOLD in shown.words for shown in owner.history if shown.from_bot)


@pytest.mark.both_engines
@pytest.mark.timeout(600)
async def test_backed_up_lost_and_put_back_it_goes_on(tmp_path: Path, urls: tuple[str, str]) -> None:
    people, backups = people_of(OWNERS + NEW), tmp_path / "backups"
    async with Sandbox(clock_at(MORNING), people=people) as sandbox:
        config = _config(tmp_path, sandbox, urls[0])
        owners = [Person(sandbox, person_spec.chat_id) for person_spec in people]
        walks = [
            partial(goes, owner, "/preselect", "第6步", partial(answer_of, owner, n))
            for n, owner in enumerate(owners)
        ]
        async with Program(config) as program:
            await program.release("A####")
            await program.start()
            await walks[0]()
            others = asyncio.gather(*(walk() for walk in walks[1:OWNERS]))
            killed = await program.call("backup", str(backups))
            await asyncio.sleep(1.5)
            if killed.returncode is None:
                killed.kill()
            await killed.wait()
            due = round(time() * 1000) + 8_000  # after the backup, before the loss
            _sql(config, urls[0], _notice(people[0].chat_id, due))
            await _xuanhao("backup", backups, "--config", config)
            await asyncio.wait_for(others, 240)
            await eventually(lambda: _times_told(owners[0]) == 1, within=PATIENCE)
            await program.kill()
        *_, newest = sorted(backups.glob("xuanhao-*"))
        await _xuanhao("check", "--backup", newest)
        given = [_number(owner) for owner in owners[:OWNERS]]
        (tmp_path / "given.txt").write_text("\n".join(given), encoding="utf-8")
        _lose(config, urls[0])
        config = _config(tmp_path, sandbox, urls[1])
        said = await _xuanhao("restore", newest, "--given", tmp_path / "given.txt", "--config", config)
        async with Program(config, is_made=True) as program:
            await program.start()
            await asyncio.wait_for(asyncio.gather(*(walk() for walk in walks[OWNERS:])), 240)
            new = [_number(owner) for owner in owners[OWNERS:]]
            assert len({*given, *new}) == OWNERS + NEW
            assert _times_told(owners[0]) == 1
            rows = _sql(config, urls[1], "SELECT mask FROM withholding WHERE ended_at IS NULL")
            living = _sql(config, urls[1], "SELECT serial FROM preselection WHERE state = 'reserved'")
            assert {f"粤K·{row[0]}" for row in (*rows, *living)} == {*given, *new}
            assert given[0] in said
            assert await program.stop() == 0


def _notice(chat_id: int, due: int) -> str:
    columns = "chat_id, purpose, subject, details, due_at, state, try_at, created_at"
    values = f"""{chat_id}, 'opening', 'opening:x', '{{"office": "粤K"}}', {due}, 'waiting', {due}, {due}"""
    return f"INSERT INTO notice ({columns}) VALUES ({values})"  # noqa: S608 - ours
