"""kill -9 of the real process while owners select; ten times by ``make soak``, with thirty owners."""

import asyncio
import json
import random
import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests import factories
from tests.e2e.killing import PATIENCE, Deed, Program, goes, last, people_of, pressing, settings, works
from tests.person import Person
from tests.world import MORNING, clock_at


def answer_of(  # noqa: PLR0911 - a table of what to do before each screen
    owner: Person, number: int, shown: str, buttons: list[str]
) -> Deed | None:
    """Return an owner's action on a screen."""
    for label in ("同意并继续", "确认注册", "小型汽车", "【阅读并同意】", "确定选用"):
        if any(label in button for button in buttons):
            return pressing(owner, label)
    for words, typed in (
        ("姓名和身份证", f"测试车主 {factories.identity(number)}"),
        ("17 位车辆识别代号", f"{factories.vin(number)} {factories.certificate(number)}"),
    ):
        if words in shown:
            return partial(owner.say, typed)
    if "注册 3/3" in shown:
        return owner.send_contact
    if "短信验证码" in shown:
        return partial(owner.say, owner.sms[-1].code) if owner.sms else None
    drawn = [button for button in buttons if "粤K·" in button]
    if drawn and not any("【确认选号】" in button for button in buttons):
        return pressing(owner, drawn[number % len(drawn)])
    for label in ("【确认选号】", "【随机一次", "【换一批", "【开始选号】", "【预选号牌】"):
        if any(label in button for button in buttons):
            return pressing(owner, label)
    return None


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("count", "kills"), [(10, 4), pytest.param(30, 10, marks=pytest.mark.soak)])
async def test_kills_lose_and_double_nothing(tmp_path: Path, count: int, kills: int) -> None:
    people = people_of(count)
    dice = random.Random(20261123)
    config, database = tmp_path / "config.toml", tmp_path / "plates.db"
    async with Sandbox(clock_at(MORNING), people=people) as sandbox, Program(config) as program:
        config.write_text(settings(sandbox, database), encoding="utf-8")
        await program.release("A####")
        await program.start()
        owners = [Person(sandbox, person_spec.chat_id) for person_spec in people]
        answers = [partial(answer_of, owner, n) for n, owner in enumerate(owners)]
        walks = asyncio.gather(*(goes(owners[n], "/preselect", "第6步", answers[n]) for n in range(count)))
        for _ in range(kills):
            await works(sandbox, dice.randint(5, 25), walks)
            await asyncio.sleep(dice.uniform(0, 0.3))
            assert not walks.done()
            await program.kill()
            await program.start()
        done, _ = await asyncio.wait([walks], timeout=300)
        assert done, [owner.screen() for owner in owners if "第6步" not in owner.last.words]
        assert all("第6步" in last(owner) for owner in owners)
        await owners[0].say("/start")  # the last restart may still be in progress
        await owners[0].see("机动车号牌预选", within=PATIENCE)
        assert await program.stop() == 0
        _nothing_is_double(database, count)


async def test_rehearsal_outlives_a_kill(tmp_path: Path) -> None:
    (person,) = people_of(1)
    config = tmp_path / "config.toml"
    async with Sandbox(clock_at(MORNING), people=[person]) as sandbox, Program(config) as program:
        config.write_text(settings(sandbox, tmp_path / "plates.db"), encoding="utf-8")
        owner = Person(sandbox, person.chat_id)
        await program.start()
        await owner.say("/rehearse")
        await owner.see("【模拟选号】")
        for label in ("【预选号牌】", "小型汽车", "【阅读并同意】"):
            await owner.press(label)
        await owner.say(factories.VIN)
        await program.kill()
        await owner.say(factories.CERTIFICATE)
        await program.start()
        await owner.press("【开始选号】")
        code = (await owner.see("模拟短信")).words.rpartition("验证码 ")[2][:6]
        await program.kill()
        await program.start()
        await owner.say(code)
        await owner.press("【随机一次(5)】")
        await owner.see("随机还剩 4 批", "模拟 · 号码无效")
        assert owner.sms == []
        assert await program.stop() == 0


def _nothing_is_double(database: Path, owners: int) -> None:
    with sqlite3.connect(database) as db:
        serials = [row[0] for row in db.execute("SELECT serial FROM preselection WHERE state = 'reserved'")]
        assert len(serials) == owners
        assert len(set(serials)) == owners
        drawn = Counter(
            row[0]
            for row in db.execute(
                "SELECT p.vin FROM draw AS d JOIN preselection AS p USING (preselection_id) "
                "WHERE d.numbers <> '[]' AND d.returned_at IS NULL"
            )
        )
        used = dict(db.execute("SELECT vin, random_used FROM vehicle"))
        assert used == {vin: drawn[vin] for vin in used}
        rows = db.execute("SELECT numbers FROM draw").fetchall()
        given = [serial for (numbers,) in rows for serial in json.loads(numbers)]
        assert set(serials) <= set(given)
    db.close()
