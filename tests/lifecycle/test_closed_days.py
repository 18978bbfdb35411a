"""Closed days move deadlines: later only, with one notification per owner and new reminders.

A number selected on Tuesday 10 March 2026 lasts until Tuesday the 17th, 17:00.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from telegram.error import NetworkError

from core.clock import CHINA
from core.errors.desk import HandledMeanwhile
from core.preselection import PreselectionState
from core.values.workdays import WorkingCalendar
from tests.lifecycle.harness import OFFICE, Fault, Harness, chat_of, local, open_harness
from tests.unit import test_workdays as test_calendar

MOVES = [
    # closed on                     the deadline then
    (["2026-03-11"], "2026-03-18"),  # the first day
    (["2026-03-13"], "2026-03-18"),  # inside
    (["2026-03-17"], "2026-03-18"),  # the last day
    (["2026-03-12", "2026-03-13"], "2026-03-19"),  # two days
    (["2026-03-17", "2026-03-18"], "2026-03-19"),  # the last day, and the one it moved to
    (["2026-03-18", "2026-03-17"], "2026-03-19"),  # the same in reverse order
    (["2026-03-17", "2026-03-18", "2026-03-19", "2026-03-20"], "2026-03-23"),  # over a weekend
    (["2026-03-10"], "2026-03-17"),  # the day of the selection is not counted
    (["2026-03-14"], "2026-03-17"),  # a Saturday is no working day
    (["2026-03-18"], "2026-03-17"),  # after the deadline
]


@pytest.fixture
async def autumn() -> AsyncIterator[Harness]:
    """A number selected on Wednesday 30 September 2026, before 国庆, is valid until Tuesday 13 October."""
    async with open_harness(local("2026-09-30")) as opened:
        yield opened


async def deadline(harness: Harness, number: int = 1) -> datetime:
    found = (await harness.preselection(number)).deadline
    assert found is not None
    return found.astimezone(CHINA)


def moves(harness: Harness, number: int = 1) -> list[datetime]:
    return [at for kind, at in harness.messenger.kinds(chat_of(number)) if kind == "moved"]


# --- deadlines ------------------------------------------------------------------------------


@pytest.mark.parametrize(("closed", "expected"), MOVES)
async def test_closed_days_move_deadline(harness: Harness, closed: list[str], expected: str) -> None:
    await harness.reserve(1)
    for day in closed:
        await harness.close(day)
    assert await deadline(harness) == local(expected, 17)


@pytest.mark.parametrize(("closed", "expected"), MOVES)
async def test_selection_after_closing_counts_alike(
    harness: Harness, closed: list[str], expected: str
) -> None:
    for day in closed:
        await harness.close(day)
    await harness.reserve(1)
    assert await deadline(harness) == local(expected, 17)


async def test_closed_make_up_saturday_moves_deadline(autumn: Harness) -> None:
    await autumn.reserve(1)
    assert await deadline(autumn) == local("2026-10-13", 17)
    await autumn.close("2026-10-10")
    assert await deadline(autumn) == local("2026-10-14", 17)


async def test_closed_public_holiday_moves_nothing(autumn: Harness) -> None:
    await autumn.reserve(1)
    assert await autumn.close("2026-10-05") == []


async def test_closed_day_of_another_office_moves_nothing(harness: Harness) -> None:
    await harness.reserve(1)
    other = replace(harness.core.offices[OFFICE], code="粤B")
    await harness.store.run(
        harness.core.day_changes.close_days, other, (date(2026, 3, 13),), "停电", "chat:1001"
    )
    assert await deadline(harness) == local("2026-03-17", 17)


async def test_deadline_that_has_passed_moves_while_number_is_theirs(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.set(local("2026-03-17", 17, 1))  # no tick has come yet
    assert [moved.deadline for moved in await harness.close("2026-03-17")] == [local("2026-03-18", 17)]


async def test_expired_number_has_no_deadline_to_move(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 18))
    assert (await harness.preselection(1)).state == PreselectionState.EXPIRED
    assert await harness.close("2026-03-17") == []


async def test_closing_at_the_last_minute_still_moves(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.set(local("2026-03-17", 16, 59))
    assert [moved.deadline.astimezone(CHINA) for moved in await harness.close("2026-03-17")] == [
        local("2026-03-18", 17)
    ]


async def test_registered_number_has_no_deadline_to_move(harness: Harness) -> None:
    await harness.reserve(1, 2)
    await harness.confirm(1)
    moved = await harness.close("2026-03-13")
    assert [one.preselection_id for one in moved] == [(await harness.preselection(2)).preselection_id]


# --- recipients -----------------------------------------------------------------------------


async def test_each_moved_owner_is_told_once(harness: Harness) -> None:
    await harness.reserve(1, 2, 3)
    await harness.close("2026-03-13")
    for _ in range(3):
        await harness.tick()
    assert harness.messenger.count() == {(chat_of(n), "moved", harness.now): 1 for n in (1, 2, 3)}


async def test_closing_twice_tells_nobody_twice(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-13")
    await harness.tick()
    with pytest.raises(HandledMeanwhile):
        await harness.close("2026-03-13", "停电。")
    await harness.tick()
    assert len(moves(harness)) == 1


async def test_two_closed_days_at_once_are_told_once(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-12")
    await harness.close("2026-03-13")
    await harness.tick()
    assert len(moves(harness)) == 1
    assert "2026年3月19日" in harness.messenger.told[0].words


async def test_second_closed_day_is_told_too(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-12")
    await harness.tick()
    await harness.close("2026-03-13")
    await harness.tick()
    assert len(moves(harness)) == 2


async def test_owner_who_is_not_touched_hears_nothing(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-18")
    await harness.tick()
    assert harness.messenger.told == []


async def test_wish_for_fewer_reminders_mutes_no_move(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-13")
    await harness.wish(1, 0)
    await harness.tick()
    assert len(moves(harness)) == 1


# --- reminders ------------------------------------------------------------------------------


async def test_reminders_follow_the_deadline(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-16")
    assert await harness.reminders(1) == [
        local("2026-03-12", 9),
        local("2026-03-17", 9),
        local("2026-03-18", 8),
    ]


async def test_reminder_is_not_repeated_for_a_later_closing(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-12", 10))
    await harness.close("2026-03-16")
    await harness.until(local("2026-03-18", 20))
    assert [kind for kind, _ in harness.messenger.kinds()] == [
        "reminder 3",
        "moved",
        "reminder 1",
        "reminder 0",
        "expired",
    ]


async def test_new_last_morning_is_reminded_again(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 9))
    await harness.close("2026-03-17")  # everybody has been notified that it is the last day
    await harness.until(local("2026-03-18", 20))
    assert harness.messenger.kinds()[-4:] == [
        ("reminder 0", local("2026-03-17", 8)),
        ("moved", local("2026-03-17", 10)),
        ("reminder 0", local("2026-03-18", 8)),
        ("expired", local("2026-03-18", 18)),
    ]


async def test_failed_reminder_is_sent_after_a_move(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 7))
    harness.messenger.faults.append(Fault(error=NetworkError("reset")))
    await harness.until(local("2026-03-17", 8), None)
    await harness.close("2026-03-17")
    harness.messenger.told.clear()
    await harness.until(local("2026-03-18", 8))
    assert [told.kind for told in harness.messenger.told if told.at == harness.now] == ["reminder 0"]


async def test_note_names_the_day_and_the_reason(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-17", "<停电>")
    await harness.tick()
    (told,) = [told for told in harness.messenger.told if told.kind == "moved"]
    assert "3月17日 &lt;停电&gt; 不办公" in told.words
    assert "顺延到 <b>2026年3月18日" in told.words


async def test_expiry_waits_for_the_new_deadline(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-03-17")
    await harness.until(local("2026-03-18", 17))
    assert "expired" not in dict(harness.messenger.kinds())
    await harness.until(local("2026-03-18", 18))
    assert await harness.ban_until(1) == local("2028-03-18", 0)


# --- the table of deadlines -----------------------------------------------------------------


def test_table_of_deadlines_has_holidays_and_years_ends() -> None:
    rows = [
        (date.fromisoformat(first), date.fromisoformat(last)) for first, _, last in test_calendar.DEADLINES
    ]
    calendar = WorkingCalendar()
    holidays = [row for row in rows if any(calendar.is_holiday(day) for day in days_between(*row))]
    worked = [
        row
        for row in rows
        if any(day.weekday() > 4 and calendar.is_workday(day) for day in days_between(*row))
    ]
    assert len(rows) >= 40
    assert min(len(holidays), len(worked)) >= 15
    assert sum(first.year != last.year for first, last in rows) >= 5


def days_between(first: date, last: date) -> list[date]:
    return [date.fromordinal(number) for number in range(first.toordinal() + 1, last.toordinal() + 1)]
