"""Writes ``left/``. To be run on the old version only; kept to show how the fixture was made.

    python -m tests.old_version.make_fixture

The real program talks HTTP to the sandbox, with a clock that moves only when it is moved, and its periodic
jobs are called by hand. At the end the database is copied while the program still runs, as a crash would
leave it: its worker still holds updates and notices, and calls to the messenger are still unanswered.

A run on a later version would make a fixture of that version, and no upgrade from 0.1.0 would be tested any
more. Takes two minutes.
"""

import asyncio
import socket
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from core.bootstrap import Ports
from core.clock import FixedClock
from core.people.admins import EVERYWHERE, Role, RoleAssignment
from core.ports import Tx
from sandbox import Sandbox
from sandbox.updates import Update
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.old_version import acts, parked
from tests.old_version.acts import goes, press, say, see
from tests.old_version.left_behind import keep_database, keep_messenger, keep_photos
from tests.old_version.people import (
    APPELLANT,
    BARRED,
    BATCH,
    BEGUN_AT,
    CLERK,
    CODE_UNSENT,
    DEPUTY,
    ENGLISH,
    HALF_ANSWERED,
    HANGING,
    HOLDER,
    KILLED_AT,
    PEOPLE,
    READERS,
    REASON,
    REHEARSING,
    REVOKED,
    SET_ASIDE,
    SHORTLIST,
    SHUT,
    TABLES,
    TEXT,
    UNFETCHED,
    WITH_CODE,
)
from tests.person import Person
from tests.world import CHIEF, World, eventually, running, settings_for

HANGS = 3600.0
"""Seconds until a call is answered: later than the end of the run."""
TRIES = 5
"""Failures after which an update is set aside."""


class Gateway:
    """Delivers codes to the sandbox; once ``hangs`` is set, calls do not return."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.hangs = False

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:
        """Ignore reminders: no chat of the fixture is blocked."""

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Send a code."""
        if self.hangs:
            await asyncio.sleep(HANGS)
        self._sandbox.world.receive_sms(phone, code, purpose)


class Story:
    """Everything that happens before the kill."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self._hanging: set[asyncio.Task[None]] = set()
        self.unconfirmed: list[Update] = []

    async def happens(self) -> None:
        """Play all of it, in its order."""
        await self._first_day()
        await self._before_nine()
        await self._is_set_aside()
        await self._people_park()
        await self._at_nine()
        await self._last_moments()

    def _person(self, chat_id: int) -> Person:
        return self._world.person(chat_id)

    async def _goes(self, chat_id: int, *way: acts.Act) -> None:
        person = self._person(chat_id)
        await goes(person, way)
        person.leave()

    async def _tell(self) -> None:
        await self._world.service.jobs.ends()
        await self._world.service.jobs.tell()

    # --- Tuesday, ten o'clock ---------------------------------------------------------------

    async def _first_day(self) -> None:
        await self._goes(CHIEF, say("/start"))
        await self._goes(CHIEF, say("/release 粤K small A#### compose now"), press("确认投放"), see("已投放"))
        await self._goes(CHIEF, say(f"/admins add {CLERK} clerk 粤K"), press("确认添加"), see("已添加"))
        await self._goes(CHIEF, say(f"/admins add {DEPUTY} chief all"), press("确认添加"), see("已添加"))
        await self._tell()
        await self._goes(HOLDER, *acts.to_receipt(HOLDER, "A1234"))
        await self._goes(REVOKED, *acts.to_receipt(REVOKED, "A5678"))
        for reader in READERS:
            await self._goes(reader, say("/notify"), press("小型汽车 · 投放新号段"))
        for number in range(1, parked.RESERVED + 1):
            await self._world.store.run(reserved, self._world.core, number, f"A200{number}")
        await self._world.store.run(self._world.core.accounts.consent, parked.CONSENTED)
        await self._goes(
            parked.CONSENTED, say("/notify"), press("粤A 广州市"), press("小型汽车 · 投放新号段")
        )
        await self._goes(BARRED, *acts.to_basics(BARRED), say("/mine"))
        self._world.sandbox.faults.error("sendMessage", status=400, chat_id=BARRED)
        until = f"/ban {BARRED} until 2027-01-01 冒用他人资料"
        await self._goes(CHIEF, say(until), press("列入黑名单"), see("已列入黑名单"))
        await self._tell()
        later = "/release 粤K small B#### from 2026-03-14T09:00"
        await self._goes(CHIEF, say(later), press("确认投放"), see("已投放"))
        await self._world.service.jobs.count()

    # --- Thursday, before nine --------------------------------------------------------------

    async def _before_nine(self) -> None:
        self._world.forward(days=1, hours=22, minutes=58)
        await self._tell()
        await self._goes(APPELLANT, *acts.to_invoice(APPELLANT, HOLDER, REASON))
        await self._goes(WITH_CODE, *acts.to_code(WITH_CODE), say("000000"), see("还可输入 4 次"))
        await self._goes(ENGLISH, *acts.to_wish(ENGLISH, "A1234"), press("确认提交"), see("已被他人预选"))
        self._world.forward(seconds=10)
        await self._goes(ENGLISH, say("/language"), press("English"), say("/preselect"))
        await self._goes(ENGLISH, press("【Self-composed"), say("A1234 A7777"))
        await self._goes(SHORTLIST, *acts.to_selection(SHORTLIST))
        await self._goes(BATCH, *acts.to_selection(BATCH), press("【不包含4】"), press("【随机一次(5)】"))
        await self._goes(REHEARSING, *acts.to_notice(REHEARSING), *acts.to_rehearsed_code(REHEARSING))
        await self._goes(UNFETCHED, *acts.to_name())
        await self._goes(HALF_ANSWERED, *acts.to_certificate_kind(HALF_ANSWERED))
        await self._goes(CODE_UNSENT, *acts.to_terms(CODE_UNSENT))
        await self._goes(CLERK, say("/find 粤KA5678"), press("⛔ 作废"), say("资料有误"), see("号码作废?"))

    async def _is_set_aside(self) -> None:
        """Let an update fail until it is set aside."""
        await self._goes(SET_ASIDE, say("/start"))
        self._world.sandbox.faults.error("sendMessage", status=400, chat_id=SET_ASIDE, times=TRIES)
        await self._person(SET_ASIDE).say("/help")
        await self._person(CHIEF).see("无法处理")
        await self._world.service.dispatcher.idle()

    async def _people_park(self) -> None:
        world = self._world
        for chat in parked.ADMINS:
            await world.store.run(
                world.core.admins.add, chat, RoleAssignment(role=Role.CHIEF, office=EVERYWHERE), "cli"
            )
        await self._tell()
        for chat, one in {**parked.OWNERS, **parked.ADMINS}.items():
            await self._goes(chat, *one.way, see(one.shown))
            found = await world.store.read(_screen_of, chat)
            if found != one.screen:
                raise AssertionError(f"{chat} is on {found}, not on {one.screen}")

    # --- nine o'clock -----------------------------------------------------------------------

    async def _at_nine(self) -> None:
        """Begin a broadcast and reminders; some of their calls are never answered."""
        self._world.clock.advance(KILLED_AT.replace(microsecond=0) - self._world.clock.now())
        await self._goes(CHIEF, say(f"/broadcast 粤K {TEXT}"), press("订阅了开放提醒的人"))
        self._person(SHUT).block()
        await self._person(CHIEF).press("📢 确认发送")
        await self._person(CHIEF).see("发送中", "共 5 人")
        self._world.clock.advance(KILLED_AT - self._world.clock.now())
        self._world.sandbox.faults.delay(HANGS, "sendMessage", chat_id=HANGING)
        self._world.sandbox.faults.delay(HANGS, "sendVenue", chat_id=HOLDER)
        self._hang(self._world.service.jobs.tell())
        await self._person(REVOKED).see("加入日历")
        await self._person(HOLDER).settled(quiet=1.0)

    async def _last_moments(self) -> None:
        await self._rehearses()
        await self._goes(BATCH, press("【换一批(4)】"), see("随机还剩 3 批"))
        await self._goes(
            SHORTLIST, press("【随机一次(5)】"), acts.pick_one, press("【换一批(4)】"), acts.pick_one
        )
        await self._goes(DEPUTY, say("/desk"), see("搁置的消息 1"))
        self._gateway.hangs = True
        await self._goes(CODE_UNSENT, press("【开始选号】"))
        await self._half_answers()

    async def _rehearses(self) -> None:
        person = self._person(REHEARSING)
        words = (await person.see("模拟短信")).words
        await goes(person, (say(words.rpartition("验证码 ")[2][:6]), press("【随机一次(5)】"), acts.pick_one))

    async def _half_answers(self) -> None:
        """Leave a press applied but not answered, and a typed text waiting behind it."""
        self._world.sandbox.faults.delay(HANGS, "editMessageText", chat_id=HALF_ANSWERED)
        person = self._person(HALF_ANSWERED)
        await person.press("国产车", answered=False)
        self.unconfirmed.append(self._world.sandbox.world.updates.waiting[-1])
        await self._reaches(HALF_ANSWERED, ["applied"])
        await person.say(factories.certificate(HALF_ANSWERED))
        self.unconfirmed.append(self._world.sandbox.world.updates.waiting[-1])
        await self._reaches(HALF_ANSWERED, ["applied", "waiting"])

    async def _reaches(self, chat: int, states: list[str]) -> None:
        while await self._world.store.read(_open_updates, chat) != states:  # noqa: ASYNC110 - until it is so
            await asyncio.sleep(0.05)

    def _hang(self, work: Coroutine[Any, Any, None]) -> None:
        self._hanging.add(asyncio.create_task(work))

    async def ends(self) -> None:
        """Cancel the calls that hang."""
        for task in self._hanging:
            task.cancel()
        await asyncio.gather(*self._hanging, return_exceptions=True)


def _screen_of(tx: Tx, chat: int) -> str:
    (row,) = sql(tx, f"SELECT screen FROM dialog WHERE chat_id = {chat}")  # noqa: S608 - ours
    return str(row["screen"])


def _open_updates(tx: Tx, chat: int) -> list[str]:
    states = "state IN ('waiting', 'applied')"
    rows = sql(tx, f"SELECT state FROM inbox WHERE chat_id = {chat} AND {states} ORDER BY update_id")  # noqa: S608 - ours
    return [row["state"] for row in rows]


async def make(directory: Path) -> None:
    """Play the story with a database in a folder, and write the fixture from it."""
    clock = FixedClock(BEGUN_AT)
    async with AsyncExitStack() as stack:
        people = (*PEOPLE, *parked.PEOPLE)
        sandbox = await stack.enter_async_context(Sandbox(clock, people=people))
        gateway = Gateway(sandbox)
        settings = settings_for(sandbox, directory, **TABLES)
        ports = Ports(clock=clock, sms=gateway)
        world = await stack.enter_async_context(running(settings, sandbox, clock, ports))
        await eventually(lambda: world.service.jobs._scheduler.running)
        world.service.jobs.stop()
        story = Story(world, gateway)
        stack.push_async_callback(story.ends)
        await story.happens()
        database = settings.database.sqlite_path
        assert database is not None
        keep_database(database)
        await world.person(UNFETCHED).say("测试车主")
        keep_messenger(sandbox.world, story.unconfirmed)
        keep_photos(settings.photo_directory())


if __name__ == "__main__":
    with TemporaryDirectory() as name, patch.object(socket, "gethostname", return_value="old-host"):
        asyncio.run(make(Path(name)))
