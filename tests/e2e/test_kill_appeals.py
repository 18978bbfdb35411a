"""kill -9 of the real process while owners send the photos of their appeals and submit them."""

import asyncio
import contextlib
import io
import random
import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.bootstrap import Core, Ports, bootstrap
from core.ports import Tx
from core.security.photo_files import FilePhotos
from core.security.vault import Vault
from core.settings import load_settings
from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered
from tests.e2e.appealing import REASON, paper
from tests.e2e.killing import PATIENCE, Deed, Program, goes, last, people_of, pressing, settings, works
from tests.person import Person
from tests.world import KEYS

OWNERS = 4
KILLS = 5
WAITS = "待审核"
SECURITY = f"""
[security]
keys = ["{KEYS["keys"][0]}"]
lookup_key = "{KEYS["lookup_key"]}"
"""


async def _prepare(config: Path) -> None:
    """Bring owners to the first photo of an appeal about a vehicle without remaining quota."""
    core = await bootstrap(load_settings(config), Ports(clock=ShiftedClock()), create=True)
    await core.store.run(_stand_before_the_photos, core)
    await core.close()


def _stand_before_the_photos(tx: Tx, core: Core) -> None:
    for number in range(OWNERS):
        account, vin = registered(tx, core, number), factories.vin(number)
        sql(tx, f"INSERT INTO vehicle (vin, random_used, compose_used) VALUES ('{vin}', 5, 20)")  # noqa: S608
        core.appeals.begin(tx, account, vin)
        core.appeals.consent(tx, account)
        core.appeals.enter_reason(tx, account, REASON)


def _answer(owner: Person, number: int, shown: str, buttons: list[str]) -> Deed | None:
    """Return an owner's action on a photo page, or after /appeal."""
    for words, kind in (("申诉 3/4", "card"), ("申诉 4/4", "invoice")):
        if words in shown:
            return partial(owner.send_photo, paper(kind, number))
    for label in ("【提交申诉】", "继续填写申诉"):
        if any(label in button for button in buttons):
            return pressing(owner, label)
    return None


async def _kills(program: Program, sandbox: Sandbox, walks: asyncio.Future[Any], database: Path) -> int:
    """Kill at random moments while photos arrive; return how often a step was in progress.

    Each process is timed from its first call, as its start takes a varying time.
    """
    dice, under_way = random.Random(20261124), 0
    for _ in range(KILLS):
        await works(sandbox, 1, walks)
        await asyncio.sleep(dice.uniform(0, 1))
        await program.kill()
        under_way += bool(_rows(database, "SELECT 1 FROM inbox WHERE state IN ('waiting', 'applied')"))
        await program.start()
    return under_way


@pytest.mark.timeout(600)
async def test_kills_leave_each_appeal_once_with_both_photos(tmp_path: Path) -> None:
    for number in range(OWNERS):
        for kind in ("card", "invoice"):
            paper(kind, number)  # drawn in advance, as it takes long
    people = people_of(OWNERS)
    config, database = tmp_path / "config.toml", tmp_path / "plates.db"
    async with Sandbox(ShiftedClock(), people=people) as sandbox, Program(config, is_made=True) as program:
        config.write_text(settings(sandbox, database) + SECURITY, encoding="utf-8")
        await _prepare(config)
        await program.start()
        owners = [Person(sandbox, person_spec.chat_id) for person_spec in people]
        answers = [partial(_answer, person, n) for n, person in enumerate(owners)]
        walks = asyncio.gather(*(goes(owners[n], "/appeal", WAITS, answers[n]) for n in range(OWNERS)))
        assert await _kills(program, sandbox, walks, database)
        done, _ = await asyncio.wait([walks], timeout=180)
        assert done, [owner.screen() for owner in owners if WAITS not in last(owner)]
        for owner in owners:  # the last restart may still be in progress
            await owner.say("/appeal")
            await owner.see("我的申诉", WAITS, fresh=True, within=PATIENCE)
        assert await program.stop() == 0
    _nothing_is_lost_or_left(database, tmp_path / "photos")


def _nothing_is_lost_or_left(database: Path, folder: Path) -> None:
    """Assert that each appeal exists once with readable photos, and that the cleanup leaves no other file."""
    appeals = _rows(database, "SELECT account_id, vin FROM appeal WHERE state = 'pending'")
    assert (len(appeals), len(set(appeals))) == (OWNERS, OWNERS)
    assert _rows(database, "SELECT 1 FROM appeal WHERE state <> 'pending'") == []
    keys = [str(key) for (key,) in _rows(database, "SELECT photo_key FROM appeal_photo")]
    assert len(set(keys)) == 2 * OWNERS
    clock = ShiftedClock()
    photos = FilePhotos(folder, Vault(KEYS["keys"], str(KEYS["lookup_key"])), clock)
    photos.put(b"what a kill between file and row leaves")
    photos.sweep(keys, before=clock.now() + timedelta(hours=2))
    assert sorted(path.name for path in folder.glob("*.sealed")) == sorted(f"{key}.sealed" for key in keys)
    for key in keys:
        with Image.open(io.BytesIO(photos.get(key) or b"")) as photo:
            photo.load()
            assert photo.format == "JPEG"


def _rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(database)) as db:
        return db.execute(query).fetchall()
