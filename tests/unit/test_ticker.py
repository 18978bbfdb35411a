"""The ticker: the host's clock may jump; a slow run or chat delays no other."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from bot import ticker
from bot.bot_api.parking import parked
from bot.ticker import ChatTasks, FromNow, Ticker
from tests.host_clock import JUMPS, MODULES, HostClock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUICK = 0.02


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> HostClock:
    clock = HostClock()
    for module in MODULES:
        monkeypatch.setattr(module, "datetime", clock)
    monkeypatch.setattr(ticker, "_CLOCK_EVERY", QUICK)
    return clock


async def _until(true: Callable[[], bool], within: float = 2.0) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(QUICK / 2)


class Counted:
    """A tick that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1


async def _goes_on(host: HostClock, jump: timedelta) -> None:
    tick, plan = Counted(), Ticker()
    plan.add("counted", tick, QUICK)
    plan.start()
    try:
        await _until(lambda: tick.runs > 0)
        before = tick.runs
        host.shift += jump
        await _until(lambda: tick.runs >= before + 3)
    finally:
        plan.stop()


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_ticks_go_on_after_the_clock_jumps(host: HostClock, jump: timedelta) -> None:
    await _goes_on(host, jump)


async def test_ticks_go_on_after_the_clock_is_set_from_1970(host: HostClock) -> None:
    host.shift = EPOCH - datetime.now(UTC)
    await _goes_on(host, -host.shift)


def _steps(trigger: FromNow | IntervalTrigger, since: datetime, now: datetime) -> int:
    """Count the missed runs as APScheduler does."""
    steps, at = 0, since
    while at <= now:
        steps, at = steps + 1, trigger.get_next_fire_time(at, now)
    return steps


def test_missed_runs_are_not_counted_one_by_one() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    assert _steps(FromNow(timedelta(seconds=1)), now - timedelta(days=6000), now) == 1
    control = IntervalTrigger(seconds=1, timezone="UTC")
    assert _steps(control, now - timedelta(hours=1), now) == 3601


async def test_ticks_bear_their_names_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    plan = Ticker()
    with caplog.at_level(logging.INFO):
        plan.add("screens", Counted(), 1)
        plan.start()
        plan.stop()
    assert '"screens"' in caplog.text


async def test_run_that_lasts_long_is_not_repeated_and_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker, "_SLOW", 5 * QUICK)
    begun, other = [], Counted()

    async def hang() -> None:
        begun.append(1)
        await asyncio.Event().wait()

    plan = Ticker()
    plan.add("hanging", hang, QUICK)
    plan.add("other", other, QUICK)
    with caplog.at_level(logging.WARNING):
        plan.start()
        await _until(lambda: other.runs > 20)
        plan.stop()
    assert len(begun) == 1
    assert [record.getMessage() for record in caplog.records if "hanging" in record.getMessage()] == [
        "the tick hanging is still running after 0 s"
    ]
    assert len(caplog.records) == 1


async def test_failed_run_is_logged_and_repeated(caplog: pytest.LogCaptureFixture) -> None:
    runs = []

    async def fail() -> None:
        runs.append(1)
        raise ValueError

    plan = Ticker()
    plan.add("failing", fail, QUICK)
    plan.start()
    await _until(lambda: len(runs) > 2)
    plan.stop()
    assert "the tick failing failed" in caplog.text


# --- tasks of chats ---------------------------------------------------------------------------


class Turns:
    """Chats of which some never get their turn, and some have updates waiting."""

    def __init__(self) -> None:
        self.stuck: set[int] = set()
        self.waiting: set[int] = set()
        self.shown: list[int] = []

    @asynccontextmanager
    async def lock(self, chat_id: int) -> AsyncIterator[None]:
        if chat_id in self.stuck:
            await asyncio.Event().wait()
        yield

    async def show(self, chat_id: int) -> None:
        await asyncio.sleep(0)
        self.shown.append(chat_id)

    def tasks(self) -> ChatTasks:
        return ChatTasks(self.lock, self.waiting.__contains__)


async def test_chat_without_a_turn_delays_no_other() -> None:
    turns = Turns()
    turns.stuck = {1}
    tasks = turns.tasks()
    tasks.start([1, 2, 3], turns.show)
    await _until(lambda: turns.shown == [2, 3])
    tasks.stop()


async def test_chat_whose_turn_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "_TURN_WITHIN", QUICK)
    turns = Turns()
    turns.stuck = {1}
    tasks = turns.tasks()
    tasks.start([1], turns.show)
    await asyncio.wait_for(tasks.idle(), 2)
    turns.stuck.clear()
    tasks.start([1], turns.show)  # the next tick finds it again
    await asyncio.wait_for(tasks.idle(), 2)
    assert turns.shown == [1]


async def test_chat_with_waiting_updates_is_left_out() -> None:
    turns = Turns()
    turns.waiting = {1}
    tasks = turns.tasks()
    tasks.start([1, 2], turns.show)
    await asyncio.wait_for(tasks.idle(), 2)
    assert turns.shown == [2]


async def test_chat_has_one_task_at_a_time() -> None:
    turns = Turns()
    tasks = turns.tasks()
    tasks.start([1, 1], turns.show)
    tasks.start([1], turns.show)
    await asyncio.wait_for(tasks.idle(), 2)
    assert turns.shown == [1]


async def test_number_of_tasks_is_bounded_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "_IN_HAND", 3)
    turns, running, most = Turns(), 0, 0

    async def show(chat_id: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await turns.show(chat_id)
        running -= 1

    tasks = turns.tasks()
    tasks.start(range(20), show)
    await asyncio.wait_for(tasks.idle(), 2)
    assert (most, sorted(turns.shown)) == (3, list(range(20)))


@pytest.mark.parametrize("count", [3, 50])
async def test_refused_chats_do_not_stop_the_clocks_of_others(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Their edits wait for the end of a pause, inside the rate limiter."""
    monkeypatch.setattr(ticker, "_IN_HAND", 3)
    turns, resumed = Turns(), asyncio.Event()

    async def show(chat_id: int) -> None:
        if chat_id < count:
            async with parked():
                await resumed.wait()
        await turns.show(chat_id)

    tasks = turns.tasks()
    tasks.start(range(count), show)
    await asyncio.sleep(QUICK)
    tasks.start(range(100, 120), show)
    await _until(lambda: sorted(turns.shown) == list(range(100, 120)))
    tasks.start([101], show)  # the next tick
    await _until(lambda: len(turns.shown) == 21)
    resumed.set()
    await asyncio.wait_for(tasks.idle(), 2)
    assert len(turns.shown) == 21 + count


async def test_chat_left_out_keeps_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "_IN_HAND", 1)
    turns = Turns()
    turns.waiting = {1, 2, 3}
    tasks = turns.tasks()
    tasks.start([1, 2, 3], turns.show)
    tasks.start([4], turns.show)
    await asyncio.wait_for(tasks.idle(), 2)
    assert turns.shown == [4]


async def test_nothing_waits_once_stopped() -> None:
    turns = Turns()
    tasks = turns.tasks()
    tasks.stop()
    tasks.start([1], turns.show)
    await asyncio.wait_for(tasks.idle(), 2)
    assert turns.shown == []


async def test_failing_chat_is_logged_and_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    turns = Turns()

    async def show(chat_id: int) -> None:
        if chat_id == 1:
            raise ValueError
        await turns.show(chat_id)

    tasks = turns.tasks()
    tasks.start([1, 2], show)
    await asyncio.wait_for(tasks.idle(), 2)
    assert turns.shown == [2]
    assert "a screen was not redrawn" in caplog.text
