"""What must happen after a selection, derived from the rules and an independent calendar.

docs/domain.md, section 6. It uses none of the program's calculations: working days come from the package
``chinese_calendar``. The office gives four working days instead of five, so that the first reminder falls on
the morning after the selection and the twelve quiet hours matter.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar

from core.clock import CHINA

VALIDITY = 4
COUNTER_CLOSES = time(17)
GRACE = timedelta(hours=4)
"""How long after that the counter can still confirm."""
HOURS = {3: time(9), 1: time(9), 0: time(8)}
QUIET = timedelta(hours=12)
BAN_YEARS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The actions of one owner."""

    number: int
    chat_id: int
    selected_at: datetime
    confirmed_at: datetime | None = None


def workday(day: date, count: int) -> date:
    """Return the working day that is ``count`` working days after a day, or before it."""
    step = 1 if count > 0 else -1
    for _ in range(abs(count)):
        day += timedelta(days=step)
        while not chinese_calendar.is_workday(day):
            day += timedelta(days=step)
    return day


def deadline(selected_at: datetime) -> datetime:
    """Return until when a number must be confirmed."""
    last = workday(selected_at.astimezone(CHINA).date(), VALIDITY)
    return datetime.combine(last, COUNTER_CLOSES, CHINA)


def mornings(life: Life) -> dict[str, datetime]:
    """Return the mornings on which an owner would be reminded without quiet hours."""
    last = deadline(life.selected_at).date()
    return {
        f"reminder {days}": datetime.combine(workday(last, -days), at, CHINA) for days, at in HOURS.items()
    }


def reminders(life: Life) -> dict[str, datetime]:
    """Return the times of an owner's reminders, by kind."""
    return {
        kind: at
        for kind, at in mornings(life).items()
        if at - life.selected_at >= QUIET and (life.confirmed_at is None or at < life.confirmed_at)
    }


def first_tick_after(moment: datetime) -> datetime:
    """Return the first full hour after a time."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour + timedelta(hours=1)


def first_tick_from(moment: datetime) -> datetime:
    """Return the first full hour at a time or after it."""
    is_full = not (moment.minute or moment.second or moment.microsecond)
    return moment if is_full else first_tick_after(moment)


def told(lives: Iterable[Life], until: datetime) -> Counter[tuple[int, str, datetime]]:
    """Return the notifications sent until a time, with hourly ticks."""
    expected: Counter[tuple[int, str, datetime]] = Counter()
    for life in lives:
        events = dict(reminders(life))
        if life.confirmed_at is not None:
            events["registered"] = first_tick_from(life.confirmed_at)
        else:
            events["expired"] = first_tick_after(deadline(life.selected_at) + GRACE)
        expected.update((life.chat_id, kind, at) for kind, at in events.items() if at <= until)
    return expected


def barred_until(selected_at: datetime) -> datetime:
    """Return the midnight at which a ban for an expired number ends."""
    last = deadline(selected_at).date()
    return datetime.combine(last.replace(year=last.year + BAN_YEARS), time(), CHINA)
