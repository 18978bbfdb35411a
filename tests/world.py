"""The whole program over HTTP against the sandbox, with people using it.

The clock starts at ten in the morning of a working day and runs on; tests advance it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot import app
from bot.app import Service
from bot.inbox import Poller
from bot.inbox.receiving import ByPolling
from bot.wiring.options import UNHURRIED, Options
from core.bootstrap import Core, Ports
from core.clock import CHINA, FixedClock, SystemClock
from core.db import open_postgres, open_sqlite
from core.db.tx import WrapTx
from core.pool.releases import Release
from core.ports import SmsGateway, Store
from core.settings import Settings
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from sandbox import PersonSpec, Sandbox
from sandbox.clock import ShiftedClock
from tests import factories
from tests.engines import engine_urls, make_sqlite, ready_schema
from tests.person import Person
from tests.shown_buttons import watched_buttons

MORNING = datetime(2026, 3, 10, 10, 0, tzinfo=CHINA)
OWNER, OTHER, CHIEF = 2001, 2002, 1001
TOKEN = "700000001:AAsandbox0000000000000000000000000"
KEYS = {
    "keys": ["p4Qf2yY3s5q0cQnO9b0C0oW2sB2h1mJ8x0V9o1b2c3Q="],
    "lookup_key": "a lookup key of the tests alone",
}


def clock_at(moment: datetime) -> ShiftedClock:
    """Return a running clock that shows this time now."""
    return ShiftedClock(moment - SystemClock().now())


def office(code: str = "粤K", **values: Any) -> dict[str, Any]:
    """Return an office's table of the settings."""
    plain = {"code": code, "name": f"{code}车辆管理所", "address": "某市某路1号"}
    # Most tests draw, and select what came back, without letting time pass.
    return {**plain, "draw_gap_seconds": 0, "undo_minutes": 0, **values}


def settings_for(sandbox: Sandbox, directory: Path, **tables: Any) -> Settings:
    """Return settings that point to a sandbox."""
    return Settings.model_validate(
        {
            "telegram": {"token": TOKEN, "base_url": sandbox.base_url, "admins": [CHIEF]},
            "security": KEYS,
            "database": {"url": engine_urls(directory)["sqlite"]},
            "sms": {"provider": "http", "http": {"url": sandbox.sms_url}},
            "offices": [office()],
            **tables,
        }
    )


def poller_of(world: "World") -> Poller:
    """Return what polls for a program that does not use the webhook."""
    assert isinstance(world.service.receiving, ByPolling)
    return world.service.receiving.poller


class World:
    """The running program, its sandbox, and its people."""

    def __init__(self, sandbox: Sandbox, service: Service, clock: ShiftedClock | FixedClock) -> None:
        self.sandbox = sandbox
        self.service = service
        self.clock = clock

    @property
    def core(self) -> Core:
        return self.service.core

    @property
    def store(self) -> Store:
        return self.core.store

    def person(self, chat_id: int = OWNER) -> Person:
        """Return a person by chat id."""
        return Person(self.sandbox, chat_id)

    def forward(self, **span: float) -> None:
        """Advance the clock."""
        self.clock.advance(timedelta(**span))

    async def release(
        self, mask: str = "A####", kind: PlateKind = PlateKind.SMALL, code: str = "粤K"
    ) -> None:
        """Release a segment that is open to self-composition immediately."""
        order = Release(
            office=self.core.offices[code],
            mask=parse_mask(kind, mask),
            actor="test",
            compose_now=True,
        )
        await self.store.run(self.core.pools.release, order)

    async def tick(self) -> None:
        """Run the screen timers now, instead of waiting for the next tick."""
        await self.service.jobs.screens()
        await self.service.jobs.redraws.idle()

    async def stop_jobs(self) -> None:
        """Stop the scheduler once it has started and has nothing left to do, so that only steps write."""
        jobs = self.service.jobs
        await eventually(lambda: jobs._scheduler.running)  # or it would start after this
        await jobs.ends()
        jobs._scheduler.stop()  # not the redraws, which ``tick`` starts


PEOPLE = (
    PersonSpec(chat_id=OWNER, last_name="陈", first_name="晓东", phone="+8613800138001"),
    PersonSpec(chat_id=OTHER, last_name="李", first_name="小梅", phone="+8613800138002"),
    PersonSpec(chat_id=CHIEF, last_name="王", first_name="主任", phone="+8613800138003", role="admin"),
)


@contextlib.asynccontextmanager
async def running(
    settings: Settings, sandbox: Sandbox, clock: ShiftedClock | FixedClock, ports: Ports
) -> AsyncIterator[World]:
    """Run the program against a sandbox."""
    options = Options(limits=UNHURRIED, long_poll=5)
    async with app.service(settings, ports, options) as service:
        task = asyncio.create_task(service.run())
        try:
            yield World(sandbox, service, clock)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@contextlib.asynccontextmanager
async def open_world(
    engine: str,
    directory: Path,
    *,
    at: datetime = MORNING,
    people: tuple[PersonSpec, ...] = PEOPLE,
    sms: SmsGateway | None = None,
    wrap_tx: WrapTx | None = None,
    **tables: Any,
) -> AsyncIterator[World]:
    """Start sandbox and program on an engine; ``wrap_tx`` as ``open_store`` takes it."""
    clock = clock_at(at)
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock, people=people))
        store: Store | None = None
        url = engine_urls(directory)[engine]
        if engine == "postgres":
            schema = stack.enter_context(ready_schema())
            store = await open_postgres(url, clock, schema=schema, pool_size=4, wrap_tx=wrap_tx)
        else:
            await make_sqlite(directory)
            if wrap_tx is not None:
                store = await open_sqlite(url, clock, wrap_tx=wrap_tx)
        settings = settings_for(sandbox, directory, **tables)
        ports = Ports(clock=clock, store=store, sms=sms)
        lost = stack.enter_context(watched_buttons())
        yield await stack.enter_async_context(running(settings, sandbox, clock, ports))
        assert not sandbox.contract_violations, sandbox.contract_violations
        assert not lost, lost


async def registers(person: Person, number: int = 0) -> None:
    """Register from one's own page, with the contact button, and go to step 1 of a preselection."""
    await person.say("/privacy")
    await person.press("📝 注册")
    await person.press("同意并继续")
    await person.say(f"测试车主 {factories.identity(number)}")
    await person.send_contact()
    await person.press("确认注册")
    await person.press("返回首页")
    await person.press("【预选号牌】")


async def registers_for(person: Person, number: int = 0, kind: str = "小型汽车") -> None:
    """Begin a preselection as a stranger: register on the way, and choose the kind with the confirmation."""
    await person.say("/start")
    await person.press("【预选号牌】")
    await person.press("同意并继续")
    await person.say(f"测试车主 {factories.identity(number)}")
    await person.send_contact()
    await person.press(f"确认注册并预选 {kind}")


async def agrees(person: Person, number: int = 0, kind: str = "小型汽车") -> None:
    """Go from the registration to the review of the data, with the service terms."""
    await person.press(kind)
    await person.press("【阅读并同意】")
    await person.say(f"{factories.vin(number)} {factories.certificate(number)}")
    await person.see("请逐项核对", "选号服务说明")


async def verifies(person: Person) -> None:
    """Go from the review, or from the service terms, through the SMS code."""
    before = len(person.sms)
    await person.press("【开始选号】")
    await person.say(await person.sms_code(after=before))
    await person.see("第5步")


async def reaches_selection(person: Person, number: int = 0) -> None:
    """Go from /start to the page of random selection."""
    await registers(person, number)
    await agrees(person, number)
    await verifies(person)


async def takes_one(person: Person) -> None:
    """Go from the page of random selection, before the first batch, to a confirmed number."""
    await person.press("【随机一次(5)】")
    await person.press("粤K·")
    await person.press("确定选用")
    await person.see("完成号牌预选")


async def composes(person: Person, number: str) -> None:
    """Go from the page of random selection to a confirmed, self-composed number."""
    await person.press("【自编选号】")
    await person.say(number)
    await person.press("提交")
    await person.press("确认提交")
    await person.see("第6步")


async def eventually(true: Callable[[], bool], within: float = 5.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(0.01)
