"""The calendar changes while numbers are reserved: deadlines are recomputed, later only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.clock import CHINA
from core.errors.offices import NoWorkdayAhead
from core.preselection import PreselectionState
from core.values.workdays import HORIZON_DAYS
from tests.core import tools
from tests.lifecycle.harness import Harness, chat_of, local, open_harness


@asynccontextmanager
async def restarted(
    harness: Harness, tables: dict[str, Any] | None = None, **office: Any
) -> AsyncIterator[Harness]:
    """Start the program again on the same database, with other settings."""
    office.setdefault("expiry_grace_minutes", 0)
    core = await tools.build(harness.store, harness.clock, tables, **office)
    again = Harness(core, harness.clock)
    again.messenger = harness.messenger
    again.sender = again.new_sender("two")
    yield again


async def recount(harness: Harness, page_size: int = 2) -> int:
    """Recompute all deadlines as ``Jobs.recount`` does, in small pages."""
    deadlines, after, moved = harness.core.deadlines, 0, 0
    while True:
        page = await harness.store.read(deadlines.outdated, after, page_size)
        if page.last is None:
            return moved
        after = page.last
        moved += await harness.store.run(deadlines.recount, page.found)


def holidays(*days: str) -> dict[str, Any]:
    return {"calendar": {"holidays": [date.fromisoformat(day) for day in days]}}


async def deadline(harness: Harness, number: int = 1) -> datetime:
    found = (await harness.preselection(number)).deadline
    assert found is not None
    return found.astimezone(CHINA)


async def test_decreed_holiday_moves_deadlines_and_reminders(harness: Harness) -> None:
    await harness.reserve(*range(1, 6))
    async with restarted(harness, holidays("2026-03-17")) as again:
        assert await recount(again) == 5
        assert await recount(again) == 0
        await again.tick()
        assert again.messenger.count() == {(chat_of(n), "moved", again.now): 1 for n in range(1, 6)}
        assert "工作日安排" in again.messenger.told[0].words
        assert await again.reminders(1) == [
            local("2026-03-12", 9),
            local("2026-03-16", 9),
            local("2026-03-18", 8),
        ]
        rows = again.sql("SELECT details FROM audit WHERE action = 'moved_deadline'")
        assert len(rows) == 5
        assert all('"cause": "calendar"' in row["details"] for row in rows)


async def test_make_up_day_moves_nothing_earlier(harness: Harness) -> None:
    await harness.reserve(1)
    async with restarted(harness, {"calendar": {"workdays": [date(2026, 3, 14)]}}) as again:
        assert await recount(again) == 0
        assert await deadline(again) == local("2026-03-17", 17)


async def test_later_counter_hours_move_deadlines_and_earlier_ones_do_not(harness: Harness) -> None:
    await harness.reserve(1)
    async with restarted(harness, counter_hours="09:00-16:00") as again:
        assert await recount(again) == 0
    async with restarted(harness, counter_hours="09:00-18:00") as again:
        assert await recount(again) == 1
        assert await deadline(again) == local("2026-03-17", 18)


async def test_no_number_expires_on_a_day_that_is_no_working_day_now(harness: Harness) -> None:
    """The expiry itself looks, even if nothing was recomputed before."""
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 10))
    async with restarted(harness, holidays("2026-03-17")) as again:
        await again.until(local("2026-03-17", 18), None)
        assert (await again.preselection(1)).state == PreselectionState.RESERVED
        assert await deadline(again) == local("2026-03-18", 17)
        await again.until(local("2026-03-18", 18))
        assert await again.ban_until(1) == local("2028-03-18", 0)


async def test_deadline_recomputed_into_the_past_moves_to_a_whole_day(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.remind("2026-03-17")
    async with restarted(harness, holidays("2026-03-17")) as again:
        again.clock.set(local("2026-03-20", 12))  # a Friday; the new deadline, the 18th, is over too
        assert await recount(again) == 0  # left to the expiry
        await again.tick()
        assert await deadline(again) == local("2026-03-23", 17)


async def test_extended_deadline_is_not_moved_back(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-04-16", 12), None)
    assert await recount(harness) == 0
    assert await deadline(harness) == local("2026-04-17", 17)


async def test_extended_deadline_moves_off_a_decreed_holiday(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-04-16", 12), None)
    async with restarted(harness, holidays("2026-04-17")) as again:
        assert await recount(again) == 1
        assert await deadline(again) == local("2026-04-20", 17)


async def test_counter_that_opens_on_other_days_moves_deadlines() -> None:
    async with open_harness(local("2026-03-10")) as harness:
        await harness.reserve(1)
        async with restarted(harness, counter_hours={"mon": "09:00-17:00", "fri": "09:00-12:00"}) as again:
            assert await recount(again) == 1
            assert await deadline(again) == local("2026-03-20", 12)


async def test_number_without_a_working_day_ahead_stays_and_the_others_end(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.set(local("2026-03-11"))
    await harness.reserve(*range(2, 7))  # more than one batch of the helper
    await harness.remind("2026-03-17")
    stuck = local("2026-03-17", 16).timestamp() * 1000  # before the others: they come first
    harness.sql("UPDATE preselection SET deadline = ? WHERE preselection_id > 1", round(stuck))
    days = [date(2026, 3, 18) + timedelta(days=ahead) for ahead in range(HORIZON_DAYS + 2)]
    async with restarted(harness, {"calendar": {"holidays": days}}) as again:
        assert await recount(again) == 0
        page = await again.store.read(again.core.deadlines.outdated, 0)
        assert page.unreckonable == (2, 3, 4, 5, 6)
        assert await again.store.run(again.core.deadlines.recount, page.unreckonable) == 0
        await again.until(local("2026-03-17", 18), None)
        assert (await again.preselection(1)).state == PreselectionState.EXPIRED
        assert await again.ban_until(1) == local("2028-03-17", 0)
        for number in range(2, 7):
            assert (await again.preselection(number)).state == PreselectionState.RESERVED
    async with restarted(harness) as mended:  # with a calendar again
        await mended.until(local("2026-03-18", 7), None)
        assert await deadline(mended, 2) == local("2026-03-18", 17)


async def test_move_whose_reminders_cannot_be_computed_writes_nothing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise NoWorkdayAhead

    await harness.reserve(1)
    before = harness.sql("SELECT * FROM preselection"), harness.sql("SELECT * FROM notice")
    async with restarted(harness, holidays("2026-03-17")) as again:
        with monkeypatch.context() as patched:
            patched.setattr("core.notifications.reminders.reminder_times", none)
            assert await again.store.run(again.core.deadlines.recount, [1]) == 0
        assert (harness.sql("SELECT * FROM preselection"), harness.sql("SELECT * FROM notice")) == before
        assert await recount(again) == 1  # the control
