"""The program without conversations: the services and the sender, with manual ticks and a manual clock.

``Messenger`` records every message, so that tests can check who was sent what, and when.
"""

import asyncio
import copy
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from telegram.ext import ExtBot

from bot.dialog.keyboards import CallbackCodec
from bot.notifications.sender import Sender
from core.bootstrap import Core
from core.clock import CHINA, FixedClock, from_millis
from core.db import MemoryDatabase
from core.db.memory import MemoryStore
from core.errors.verification import SmsGatewayError
from core.notifications import subscriptions
from core.people import blacklist
from core.people.accounts import Account
from core.ports import Row, Store, Tx
from core.preselection import Papers, Preselection, PreselectionState, get
from core.preselection.deadlines import MovedDeadline
from core.sms.console import ConsoleGateway
from core.values.plates import Plate, PlateKind
from core.values.vehicles import CertificateKind, vin_last_six
from tests import factories
from tests.core import tools

OFFICE = "粤K"

KINDS = {
    "还剩 3 个工作日": "reminder 3",
    "还剩 2 个工作日": "reminder 2",
    "还剩 1 个工作日": "reminder 1",
    "今天是最后一天": "reminder 0",
    "预选号码已过期": "expired",
    "顺延到": "moved",
    "办理截止时间延长到": "extended",
    "您已列入黑名单": "banned",
    "已从黑名单中解除": "lifted",
    "已开放自编选号": "compose",
    "新投放号段": "release",
    "选号服务已开放": "opening",
    "预选到此完成": "registered",
}
"""The kind of a message, by text that no other kind contains."""


def local(day: str, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """Return a time in China: ``local("2026-03-10", 9)``."""
    return datetime.combine(date.fromisoformat(day), time(hour, minute, second), CHINA)


def chat_of(number: int) -> int:
    """Return the chat of the owner with this number in ``tests.core.tools``."""
    return 5000 + number


def serial_of(number: int) -> str:
    """Return the plate number that an owner selects here."""
    return f"A{number:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that was sent."""

    at: datetime  # in China
    chat_id: int
    words: str
    worker: str

    @property
    def kind(self) -> str:
        """Return its kind; empty for another one."""
        return next((kind for words, kind in KINDS.items() if words in self.words), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of one call."""

    error: BaseException
    chat_id: int | None = None  # None: any
    delivered: bool = False  # it arrived nevertheless


class Messenger:
    """Records the messages sent; has the few methods of ``ExtBot`` that the sender uses."""

    def __init__(self, clock: FixedClock, worker: str = "") -> None:
        self.told: list[Told] = []
        self.asked: list[datetime] = []  # times of all send calls, whatever their result
        self.faults: list[Fault] = []
        self.hooks: list[Callable[[], Awaitable[None]]] = []  # each runs once, before a message arrives
        self._clock = clock
        self._worker = worker

    def of(self, worker: str) -> "Messenger":
        """Return the same messenger as seen by one worker."""
        other = copy.copy(self)
        other._worker = worker
        return other

    async def send_message(self, chat_id: int, text: str, **_: object) -> None:
        """Record a text."""
        await self._send(chat_id, text)

    async def _send(self, chat_id: int, words: str) -> None:
        now = self._clock.now().astimezone(CHINA)
        self.asked.append(now)
        await asyncio.sleep(0)
        if self.hooks:
            await self.hooks.pop()()
        fitting = (fault for fault in self.faults if fault.chat_id in {None, chat_id})
        fault = next(fitting, None)
        if fault is not None:
            self.faults.remove(fault)
        if fault is None or fault.delivered:
            self.told.append(Told(at=now, chat_id=chat_id, words=words, worker=self._worker))
        if fault is not None:
            raise fault.error

    def kinds(self, chat_id: int | None = None) -> list[tuple[str, datetime]]:
        """Return kind and time of the messages sent."""
        return [(told.kind, told.at) for told in self.told if told.kind and chat_id in {None, told.chat_id}]

    def count(self) -> Counter[tuple[int, str, datetime]]:
        """Return how often each chat was sent each kind at each time."""
        return Counter((told.chat_id, told.kind, told.at) for told in self.told if told.kind)


class Telephones(ConsoleGateway):
    """An SMS gateway that records the reminders which it accepted."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self.down = False
        self.asked = 0
        self.received: list[tuple[datetime, str, str]] = []  # in China; phone number; text
        self._clock = clock

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:
        """Record a reminder, or refuse it while the gateway is down."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.down:
            raise SmsGatewayError
        assert all(parameters[name] in text for name in ("number", "deadline", "place"))
        self.received.append((self._clock.now().astimezone(CHINA), phone, text))


class Harness:
    """The services on a store, with a recording messenger."""

    def __init__(self, core: Core, clock: FixedClock) -> None:
        self.core = core
        self.clock = clock
        self.messenger = Messenger(clock)
        self.telephones = cast("Telephones", core.sms)  # if opened by ``open_harness``
        self.sender = self.new_sender("one")

    @property
    def store(self) -> Store:
        return self.core.store

    @property
    def now(self) -> datetime:
        """The current time, in China."""
        return self.clock.now().astimezone(CHINA)

    def new_sender(self, worker: str, core: Core | None = None) -> Sender:
        """Return another sender, with a name of its own."""
        used = core or self.core
        bot = cast("ExtBot[str]", self.messenger.of(worker))
        return Sender(used, bot, CallbackCodec(used.vault), worker, refresh_menu=without_menu)

    async def ends(self, core: Core | None = None) -> None:
        """End what has expired and announce what has opened, in the order of ``bot.scheduler``."""
        used = core or self.core
        await tools.expire(used)
        while await used.store.run(blacklist.lift_due):
            pass
        await used.store.run(subscriptions.announce, used.offices)

    async def tick(self) -> None:
        """Run one tick of everything."""
        await self.ends()
        await self.sender.send_due()
        await self.sender.send_due_sms()

    async def remind(self, day: str) -> None:
        """Let the reminders of a day's morning arrive, without a tick before."""
        await self.until(local(day, 8), None)

    async def until(self, moment: datetime, step: timedelta | None = timedelta(hours=1)) -> None:
        """Tick from now to a time; without a step the clock jumps there and ticks once."""
        while step is not None and self.clock.now() + step < moment:
            self.clock.advance(step)
            await self.tick()
        self.clock.set(moment)
        await self.tick()

    async def reserve(self, *numbers: int) -> list[Preselection]:
        """Let owners select their numbers now."""
        return [await self.store.run(reserve, self.core, number) for number in numbers]

    async def reserve_another(self, number: int, vehicle: int) -> Preselection:
        """Let an owner select for one more vehicle."""
        return await self.store.run(reserve_another, self.core, number, vehicle)

    async def release(self, pattern: str = "A####") -> None:
        """Release a segment, open to both kinds of selection."""
        await self.store.run(tools.release, self.core, pattern)

    async def confirm(self, number: int) -> None:
        """Confirm an owner's number at the counter."""
        await self.store.run(confirm, self.core, number)

    async def close(self, day: str, reason: str = "停电") -> list[MovedDeadline]:
        return await self.store.run(
            self.core.day_changes.close_days,
            self.core.offices[OFFICE],
            (date.fromisoformat(day),),
            reason,
            "chat:1001",
        )

    async def preselection(self, number: int) -> Preselection:
        """Return the latest preselection of an owner."""
        return await self.store.run(last_of, self.core, number)

    async def account(self, number: int) -> Account:
        return await self.store.run(self.core.accounts.require, chat_of(number))

    async def wish(self, number: int, count: int) -> None:
        """Set the number of reminders that an owner wants before the last one."""
        account = await self.account(number)
        await self.store.run(self.core.deadlines.wish_reminders, account, count)

    async def notices(self, number: int) -> list[Row]:
        """Return the rows of all notifications about an owner's latest preselection."""
        one = await self.preselection(number)
        return await self.store.run(all_of, "notices.of_subject", subject=one.subject)

    async def states(self, number: int) -> dict[str, str]:
        """Return the state of each notification about an owner's latest preselection, by kind."""
        return {short(row["purpose"]): row["state"] for row in await self.notices(number)}

    async def reminders(self, number: int) -> list[datetime]:
        """Return the times of an owner's remaining reminders."""
        rows = await self.notices(number)
        waiting = [row for row in rows if row["state"] == "waiting" and "reminder" in row["purpose"]]
        return [from_millis(row["due_at"]).astimezone(CHINA) for row in waiting]

    async def ban_until(self, number: int) -> datetime | None:
        """Return the end of an owner's ban, None if there is none."""
        account = await self.account(number)
        ban = await self.store.run(blacklist.running, account.identity_hash)
        return ban.until.astimezone(CHINA) if ban else None

    def sql(self, text: str, *values: object) -> list[dict[str, Any]]:
        """Query the in-memory database directly."""
        assert isinstance(self.store, MemoryStore)
        cursor = self.store.database._connection.execute(text, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def age(self, table: str, column: str, by: timedelta) -> None:
        """Move a column of times into the past."""
        self.sql(f"UPDATE {table} SET {column} = {column} - {int(by.total_seconds() * 1000)}")  # noqa: S608 - a test's own names

    async def failures(self) -> list[dict[str, Any]]:
        """Return the notifications that could not be sent."""
        return self.sql("SELECT * FROM notice WHERE state = 'failed'")


async def without_menu(_chat_id: int) -> None:
    """Refresh no command menu: the messenger of the harness has none."""


def short(purpose: str) -> str:
    """Return a notification's purpose without dates: ``reminder:3``, ``moved``."""
    kind, _, rest = purpose.partition(":")
    return f"{kind}:{rest.partition(':')[0]}" if kind == "reminder" else kind


def all_of(tx: Tx, query: str, /, **values: object) -> list[Row]:
    return list(tx.all(query, **values))


def reserve(tx: Tx, core: Core, number: int) -> Preselection:
    """Bring an owner through all six steps to a reserved number."""
    account, begun = tools.verified(tx, core, number)
    return compose(tx, core, account, begun, serial_of(number))


def reserve_another(tx: Tx, core: Core, number: int, vehicle: int) -> Preselection:
    """Bring a registered owner through the steps for one more vehicle."""
    account = core.accounts.require(tx, chat_of(number))
    begun = begin(tx, core, account, vehicle)
    tools.verifies_again(tx, core, account, begun)
    return compose(tx, core, account, begun, serial_of(vehicle))


def begin(tx: Tx, core: Core, account: Account, vehicle: int) -> int:
    """Bring a registered owner to the confirmed data of a vehicle."""
    begun = core.preselections.choose(tx, account, core.offices[OFFICE], PlateKind.SMALL).preselection_id
    core.preselections.agree(tx, account, begun)
    core.preselections.enter_vin(tx, begun, factories.vin(vehicle))
    papers = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=factories.certificate(vehicle))
    core.preselections.enter_certificate(tx, begun, papers)
    core.preselections.confirm(tx, account, begun)
    return begun


def compose(tx: Tx, core: Core, account: Account, begun: int, serial: str) -> Preselection:
    """Reserve a number for a verified preselection."""
    result = core.selection.compose(tx, account, begun, core.offices[OFFICE], [serial], received_at=tx.now)
    assert result.taken == serial
    return get(tx, begun)


def confirm(tx: Tx, core: Core, number: int) -> None:
    """Confirm an owner's number at the counter."""
    reserved = last_of(tx, core, number)
    plate = Plate(office=OFFICE, kind=PlateKind.SMALL, serial=serial_of(number))
    core.counter.register(tx, plate, vin_last_six(reserved.required_vin), actor="chat:1001")


def last_of(tx: Tx, core: Core, number: int) -> Preselection:
    """Return the latest preselection of an owner."""
    account = core.accounts.require(tx, chat_of(number))
    row = tx.all("preselection.of_account", account_id=account.account_id)[0]
    return get(tx, row["preselection_id"])


def states(tx: Tx, core: Core, numbers: Iterable[int]) -> Counter[PreselectionState]:
    """Return how many owners' preselections are in each state."""
    return Counter(last_of(tx, core, number).state for number in numbers)


@asynccontextmanager
async def open_harness(
    at: datetime, *, segment: str = "A####", tables: dict[str, Any] | None = None, **office: Any
) -> AsyncIterator[Harness]:
    """Open the services over an in-memory database, at a given time, with a segment released."""
    clock = FixedClock(at)
    store = MemoryStore(MemoryDatabase(clock))
    core = replace(await tools.build(store, clock, tables, **office), sms=Telephones(clock))
    try:
        harness = Harness(core, clock)
        await harness.release(segment)
        yield harness
    finally:
        await core.close()
