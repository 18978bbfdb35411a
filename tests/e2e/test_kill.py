"""kill -9 of the real process at ten moments while twenty owners select."""

import asyncio
import contextlib
import json
import random
import signal
import sqlite3
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.sandbox import PersonSpec, Sandbox
from tests import invented
from tests.person import NotSeen, Person
from tests.world import MORNING, TOKEN, clock_at

OWNERS = 20
KILLS = 10
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


class Program:
    """The real process."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await self._call("run")

    async def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return await asyncio.wait_for(self._process.wait(), 10)

    async def release(self, mask: str) -> None:
        process = await self._call("release", "粤K", "small", mask, "compose", "now")
        assert await process.wait() == 0

    async def _call(self, command: str, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            command,
            *words,
            "--config",
            str(self._config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )


def _answer(  # noqa: C901, PLR0911 - a table of what to do before each screen
    shown: str, buttons: list[str], number: int, owner: Person
) -> tuple[str, str] | None:
    """Return what an owner does before a screen: press or say, and what."""
    for label in ("同意并继续", "确认注册", "小型汽车", "【阅读并同意】", "国产车", "确认信息", "确定选用"):
        if any(label in one for one in buttons):
            return "press", label
    for words, typed in (
        ("注册 1/3", "测试车主"),
        ("注册 2/3", invented.identity(number)),
        ("17 位车辆识别代号", invented.vin(number)),
        ("合格证编号\n请输入", invented.certificate(number)),
    ):
        if words in shown:
            return "say", typed
    if "注册 3/3" in shown:
        return "contact", ""
    if "短信验证码" in shown:
        return ("say", owner.sms[-1].code) if owner.sms else ("wait", "")
    if "确认选号" in " ".join(buttons):
        return "press", "【确认选号】"
    kept = [one for one in buttons if one.startswith("粤K·")]
    if kept and "第5步" in shown:
        return "press", kept[number % len(kept)]
    for label in ("【随机一次", "【换一批", "【开始选号】", "【预选号牌】"):
        if any(label in one for one in buttons):
            return "press", label
    return None


async def _goes(owner: Person, number: int) -> None:
    """Go on from whatever is on the screen, and ask anew when nothing comes, until the receipt is there.

    Nothing is done twice before one screen, nor while it still changes, and they ask less and less often:
    who says everything again to a program that is behind keeps it behind.
    """
    clock, patience = asyncio.get_running_loop().time, 8.0
    await owner.say("/preselect")
    asked_at = clock()
    before: tuple[int, str] | None = None
    done: tuple[int, str] | None = None
    while "第6步" not in _last(owner):
        await asyncio.sleep(0.2)
        said = [one for one in owner.history if one.from_bot]
        shown, buttons = (said[-1].words, said[-1].buttons) if said else ("", [])
        here = (len(said), shown + "".join(buttons))
        if here != before:
            before = here
        elif here != done and (what := _answer(shown, buttons, number, owner)):
            done, asked_at = here, clock()
            with contextlib.suppress(NotSeen):
                await _does(owner, *what)
        elif clock() - asked_at > patience:
            done, asked_at, patience = None, clock(), patience * 1.5
            await owner.say("/preselect")


def _last(owner: Person) -> str:
    said = [one for one in owner.history if one.from_bot]
    return said[-1].words if said else ""


async def _does(owner: Person, how: str, what: str) -> None:
    if how == "press":
        await owner.press(what, within=2, answered=False)
    elif how == "say":
        await owner.say(what)
    elif how == "contact":
        await owner.send_contact()


@pytest.mark.timeout(480)
async def test_ten_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    people = [
        PersonSpec(chat_id=3000 + n, first_name=f"{n}", last_name="车主", phone=invented.phone(n))
        for n in range(OWNERS)
    ]
    dice = random.Random(20261123)
    async with Sandbox(clock_at(MORNING), people=people) as sandbox:
        config = tmp_path / "config.toml"
        database = tmp_path / "plates.db"
        config.write_text(
            SETTINGS.format(
                token=TOKEN, base_url=sandbox.base_url, database=database, sms_url=sandbox.sms_url
            ),
            encoding="utf-8",
        )
        program = Program(config)
        await program.release("A####")
        await program.start()
        owners = [Person(sandbox, one.chat_id) for one in people]
        walks = asyncio.gather(*(_goes(owner, n) for n, owner in enumerate(owners)))
        for _ in range(KILLS):
            await asyncio.sleep(dice.uniform(3.0, 5.0))
            await program.kill()
            await program.start()
        done, _ = await asyncio.wait([walks], timeout=300)
        assert done, [owner.screen() for owner in owners if "第6步" not in owner.last.words]
        assert all("第6步" in _last(owner) for owner in owners)
        await owners[0].say("/start")  # the last restart may still be under way
        await owners[0].see("机动车号牌预选", within=15)
        assert await program.stop() == 0
        _nothing_is_double(database)


async def test_rehearsal_outlives_a_kill(tmp_path: Path) -> None:
    person = PersonSpec(chat_id=3000, first_name="一", last_name="车主", phone=invented.phone(0))
    async with Sandbox(clock_at(MORNING), people=[person]) as sandbox:
        config = tmp_path / "config.toml"
        config.write_text(
            SETTINGS.format(
                token=TOKEN,
                base_url=sandbox.base_url,
                database=tmp_path / "plates.db",
                sms_url=sandbox.sms_url,
            ),
            encoding="utf-8",
        )
        program, owner = Program(config), Person(sandbox, 3000)
        await program.start()
        await owner.say("/rehearse")
        await owner.see("【模拟选号】")
        for label in ("【预选号牌】", "小型汽车", "【阅读并同意】"):
            await owner.press(label)
        await owner.say(invented.VIN)
        await owner.press("国产车")
        await program.kill()
        await owner.say(invented.CERTIFICATE)
        await program.start()
        for label in ("确认信息", "【开始选号】"):
            await owner.press(label)
        code = (await owner.see("模拟短信")).words.rpartition("验证码 ")[2][:6]
        await program.kill()
        await program.start()
        await owner.say(code)
        await owner.press("【随机一次(5)】")
        await owner.see("随机选号还剩 4 批", "模拟 · 号码无效")
        assert owner.sms == []
        assert await program.stop() == 0


def _nothing_is_double(database: Path) -> None:
    with sqlite3.connect(database) as db:
        serials = [row[0] for row in db.execute("SELECT serial FROM preselection WHERE state = 'reserved'")]
        assert len(serials) == OWNERS
        assert len(set(serials)) == OWNERS
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
