"""kill -9 of the real process while many reservations are confirmed by a file."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from core.bootstrap import Ports, bootstrap
from core.settings import load_settings
from sandbox import PersonSpec, Sandbox
from tests import factories
from tests.core.tools import ForeseenBytes, release, reserved
from tests.e2e.killing import PATIENCE, Program, settings
from tests.person import Person
from tests.world import CHIEF, MORNING, clock_at

COUNT = 300


async def prepared(config: Path) -> str:
    """Reserve numbers for owners who have never written to the bot; return the file of the registrations."""
    core = await bootstrap(
        load_settings(config, environ={}),
        Ports(clock=clock_at(MORNING), random_bytes=ForeseenBytes()),
        create=True,
    )
    try:
        await core.store.run(release, core, "A####")
        for number in range(COUNT):
            await core.store.run(reserved, core, number, f"A1{number:03}")
    finally:
        await core.close()
    rows = [f"粤KA1{number:03},{factories.vin(number)}" for number in range(COUNT)]
    return "\n".join(["号牌号码,车辆识别代号", *rows])


def confirmed(database: Path) -> int:
    """Return how many reservations are confirmed."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as looking:
        row = looking.execute("SELECT count(*) FROM audit WHERE action = 'registered'").fetchone()
    looking.close()
    return int(row[0])


@pytest.mark.timeout(300)
async def test_killed_while_confirming_a_file_goes_on_and_confirms_each_once(tmp_path: Path) -> None:
    config, database = tmp_path / "config.toml", tmp_path / "plates.db"
    people = [PersonSpec(chat_id=CHIEF, first_name="王", last_name="主任")]
    clock = clock_at(MORNING)
    async with Sandbox(clock, people=people) as sandbox, Program(config, is_made=True) as program:
        text = settings(sandbox, database).replace("[telegram]\n", f"[telegram]\nadmins = [{CHIEF}]\n")
        config.write_text(text, encoding="utf-8")
        file = await prepared(config)
        await program.start()
        chief = Person(sandbox, CHIEF)
        await chief.say("/list 粤K")
        await chief.press("📥 按文件确认", within=PATIENCE)
        await chief.see("请发送登记系统导出的", within=PATIENCE)
        await chief.send_file(file.encode(), "登记.csv")
        await chief.press(f"✅ 确认这 {COUNT} 个已上牌", within=PATIENCE)
        await chief.see(f"确认下列 {COUNT} 个号码已上牌", within=PATIENCE)
        await chief.press(f"✅ 确认这 {COUNT} 个已上牌", within=PATIENCE, answered=False)
        async with asyncio.timeout(PATIENCE):
            while not confirmed(database):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.005)
        await program.kill()
        assert 0 < confirmed(database) < COUNT
        await program.start()
        await chief.press("⏩ 继续", within=PATIENCE)
        await chief.see(f"已确认上牌 {COUNT} 个,共 {COUNT} 个", within=PATIENCE)
        assert await program.stop() == 0
    with sqlite3.connect(database) as db:
        once = db.execute(
            "SELECT count(*), count(DISTINCT subject) FROM audit WHERE action = 'registered'"
        ).fetchone()
        states = db.execute("SELECT state, count(*) FROM preselection GROUP BY state").fetchall()
        told = db.execute("SELECT count(*) FROM notice WHERE purpose LIKE 'registered%'").fetchone()
    db.close()
    assert once == (COUNT, COUNT)
    assert states == [("registered", COUNT)]
    assert told == (COUNT,)
