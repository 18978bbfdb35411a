"""Latency of a draw with and without 100,000 notifications being sent in the background.

The release notifications of all subscribers are due at the same time. A sender works through them in the
background, once with a messenger that answers without delay (the worst case for a shared processor), and once
at the real rate limit of bulk messages. Reminders, each with a picture to draw, and a broadcast to everybody,
of which each message is recorded before it is sent, run at that rate too. In the foreground owners keep
pressing 【换一批】.

    python -m benchmarks.notices
    python -m benchmarks.notices --engine postgres --url postgresql://postgres@127.0.0.1/postgres
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import uvloop
from telegram.ext import ExtBot

from benchmarks.store import SCHEMA, Store, prepare_postgres
from bot.bot_api.rate_limits import BULK, Limiter
from bot.dialog.keyboards import CallbackCodec
from bot.notifications.sender import Sender
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import open_postgres, open_sqlite
from core.notifications import broadcasts, subscriptions
from core.notifications.broadcasts import Audience, Broadcast, BroadcastRequest
from core.notifications.subscriptions import Subscription, SubscriptionTopic
from core.ports import Tx
from core.values.offices import Office
from tests.core.tools import NOON, build, release, verified
from tests.lifecycle.harness import reserve, without_menu

PAUSE = 0.005
"""Seconds between an answer and the next press."""
WITHOUT_LIMIT = 10**9
REMINDERS = 300
OWNERS = 300
"""Owners who press in turn; a single one would accumulate thousands of batches, unlike in practice."""


class Messenger:
    """Accepts every message at once, or through the limiter of the real program."""

    def __init__(self, *, limited: bool) -> None:
        self.sent = 0
        self._limiter = Limiter() if limited else None

    async def send_message(self, chat_id: int, text: str, **_: object) -> None:
        """Count a reminder, a release notification or a broadcast."""
        assert any(word in text for word in ("个工作日", "新投放号段", "车管所通知")), text
        await self._pass(chat_id)
        self.sent += 1

    async def _pass(self, chat_id: int) -> None:
        if self._limiter is not None:
            data = {"chat_id": chat_id}
            await self._limiter.process_request(_through, (), {}, "sendMessage", data, BULK)


async def _through() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Presses:
    """Latencies of presses in milliseconds."""

    times: list[float]

    @property
    def middle(self) -> float:
        """Return the median."""
        return statistics.median(self.times)

    @property
    def late(self) -> float:
        """Return the 95th percentile."""
        return statistics.quantiles(self.times, n=20)[-1]


def subscribe_all(tx: Tx, first: int, last: int) -> None:
    """Subscribe a range of chats to releases."""
    wish = Subscription(office="粤K", kind="small", topic=SubscriptionTopic.RELEASE)
    for chat_id in range(first, last):
        subscriptions.subscribe(tx, chat_id, wish)


class Bench:
    """The services on an engine, owners of a pool, and many recipients."""

    def __init__(self, core: Core, notices: int) -> None:
        self._core = core
        self._notices = notices
        self._office: Office = replace(core.offices["粤K"], random_batches=WITHOUT_LIMIT, idle_minutes=1440)
        self._begun: list[int] = []
        self._presses = 0
        self._broadcast: Broadcast | None = None

    async def prepare(self, clock: FixedClock) -> None:
        """Make reminders due, bring owners to the selection, and subscribe everybody."""
        run = self._core.store.run
        await run(release, self._core, "A####")
        await run(subscriptions.announce, self._core.offices)
        for number in range(2, REMINDERS + 2):
            await run(reserve, self._core, number)
        clock.advance(timedelta(days=2))
        for number in range(REMINDERS + 2, REMINDERS + 2 + OWNERS):
            _, begun = await run(verified, self._core, number)
            self._begun.append(begun)
        for first in range(0, self._notices, 5000):
            await run(subscribe_all, 10_000 + first, 10_000 + min(first + 5000, self._notices))

    async def fall_due(self, pattern: str) -> float:
        """Release one more segment, announced to everybody; return the seconds that planning took."""
        run = self._core.store.run
        await run(release, self._core, pattern)
        begun = time.perf_counter()
        await run(subscriptions.announce, self._core.offices)
        return time.perf_counter() - begun

    async def broadcast(self, clock: FixedClock) -> float:
        """Start a broadcast to everybody, all due now; return the seconds that planning took."""
        request = BroadcastRequest(
            office="粤K", audience=Audience.SUBSCRIBERS, text="窗口搬迁", chat_id=1, actor="chat:1"
        )
        begun = time.perf_counter()
        self._broadcast = await self._core.store.run(broadcasts.begin, request)
        spent = time.perf_counter() - begun
        clock.advance(broadcasts.PACE * self._notices)
        return spent

    async def stop(self) -> None:
        """Stop the broadcast, so that the rest of it is no longer due."""
        if self._broadcast is not None:
            await self._core.store.run(broadcasts.stop, self._broadcast.broadcast_id, "chat:1")

    async def press(self) -> float:
        """Draw a batch; return the milliseconds."""
        self._presses += 1
        begun = time.perf_counter()
        await self._core.store.run(self._draw)
        return (time.perf_counter() - begun) * 1000

    def _draw(self, tx: Tx) -> None:
        begun = self._begun[self._presses % len(self._begun)]
        drawn = self._core.selection.draw(
            tx, begun, self._office, nonce=str(self._presses), received_at=tx.now, without_four=False
        )
        assert len(drawn.batch.serials) == self._office.batch_size

    async def press_while(self, going: Callable[[], bool]) -> Presses:
        """Press until the condition is false."""
        times: list[float] = []
        while going():
            times.append(await self.press())
            await asyncio.sleep(PAUSE)
        return Presses(times=times)

    async def press_for(self, seconds: float) -> Presses:
        end = time.perf_counter() + seconds
        return await self.press_while(lambda: time.perf_counter() < end)

    def send(self, messenger: Messenger) -> Awaitable[int]:
        """Send everything that is due."""
        bot = cast("ExtBot[str]", messenger)
        return Sender(self._core, bot, CallbackCodec(self._core.vault), "bench", without_menu).send_due()


async def while_sending(
    bench: Bench, name: str, alone: Presses, seconds: float, *, limited: bool = True
) -> None:
    """Send what is due for some seconds, and print a line about it."""
    messenger = Messenger(limited=limited)
    task = asyncio.ensure_future(bench.send(messenger))
    beside = await bench.press_for(seconds)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert messenger.sent
    show(name, beside, alone, messenger.sent / seconds)


async def measure(bench: Bench, clock: FixedClock, notices: int, seconds: float) -> None:
    """Print a line for each sending rate."""
    await bench.press_for(0.5)  # warm-up
    print(f"{'':<28}{'presses':>8}{'median ms':>11}{'p95 ms':>9}{'ratio':>7}{'p95':>6}{'notices/s':>11}")
    alone = await bench.press_for(seconds)
    show("nothing is due", alone, alone, 0.0)
    await while_sending(bench, "reminders, bulk lane's pace", alone, seconds)
    await bench.send(Messenger(limited=False))  # drain, or they would be sent before the releases
    planned = await bench.broadcast(clock)
    print(f"({notices:,} messages of a broadcast planned in {planned:.2f} s, in one statement)")
    await while_sending(bench, "broadcast, bulk lane's pace", alone, seconds)
    await bench.stop()
    planned = await bench.fall_due("B####")
    print(f"({notices:,} notices planned in {planned:.2f} s, in one statement)")
    await while_sending(bench, "releases, bulk lane's pace", alone, seconds)
    await while_sending(bench, "releases, answered at once", alone, seconds, limited=False)
    again = await bench.press_for(seconds)
    show("nothing is due, afterwards", again, alone, 0.0)


def show(name: str, presses: Presses, alone: Presses, rate: float) -> None:
    print(
        f"{name:<28}{len(presses.times):>8}{presses.middle:>11.2f}{presses.late:>9.2f}"
        f"{presses.middle / alone.middle:>7.2f}{presses.late / alone.late:>6.2f}{rate:>11.0f}"
    )


async def run(store: Store, clock: FixedClock, notices: int, seconds: float) -> None:
    core = await build(store, clock, hours="00:00-24:00")
    bench = Bench(core, notices)
    try:
        await bench.prepare(clock)
        await measure(bench, clock, notices, seconds)
    finally:
        await core.close()


async def main(engine: str, url: str, notices: int, seconds: float) -> None:
    """Measure on an engine, in a database of its own."""
    print(f"{engine}:")
    clock = FixedClock(NOON)
    if engine == "postgres":
        await run(await open_postgres(url, clock, schema=SCHEMA), clock, notices, seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        await run(await open_sqlite(f"sqlite:///{path}", clock), clock, notices, seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--url", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--notices", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="of pressing, for each line")
    given = parser.parse_args()
    if given.engine == "postgres":
        prepare_postgres(given.url, drop=False)
    try:
        uvloop.run(main(given.engine, given.url, given.notices, given.seconds))
    finally:
        if given.engine == "postgres":
            prepare_postgres(given.url, drop=True)
