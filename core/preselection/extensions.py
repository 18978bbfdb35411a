"""Deadlines of which no reminder has arrived (docs/domain.md, section 6).

When a reminder counts, and where the deadline moves. Pure functions over the calendar;
``core.preselection.deadlines`` applies them.
"""

from datetime import datetime, time, timedelta

from core.clock import CHINA
from core.notifications.reminders import last_day_of
from core.preselection.model import Preselection, PreselectionState
from core.values.offices import Office
from core.values.workdays import CounterHours, WorkingCalendar

EXTENDABLE_WORKDAYS = 10
"""By how many working days a deadline is extended at most, if no reminder can be delivered."""
REMIND_BY = time(9)
"""Local time until which a reminder on the last day counts, even if the counter opens earlier: an hour after
the reminder of the last morning is due."""
DELIVERY = timedelta(hours=1)
"""Minimum time from an extension to ``remind_by``, so that the message about it arrives in time."""


def remind_by(deadline: datetime, counter_hours: CounterHours) -> datetime:
    """Return until when a reminder must have arrived to count for a deadline.

    That is until the counter opens on the last day, 9:00 at the earliest: an owner who reads it then has
    the whole day.
    """
    day = last_day_of(deadline)
    opening = counter_hours.first_opening(day)
    morning = datetime.combine(day, REMIND_BY, CHINA)
    return min(deadline, max(morning, opening or morning))


def grace_until(reserved: Preselection, office: Office, now: datetime) -> datetime | None:
    """Return until when a reservation whose deadline has passed can still be confirmed at the counter.

    None before the deadline, after the grace, and for a preselection that is not reserved.
    """
    if reserved.state != PreselectionState.RESERVED or reserved.deadline is None:
        return None
    until = reserved.deadline + office.expiry_grace
    return until if reserved.deadline < now <= until else None


def next_whole_day(now: datetime, calendar: WorkingCalendar, counter_hours: CounterHours) -> datetime:
    """Return the closing of the first working day that is still whole when a message sent now has arrived.

    Raises:
        NoWorkdayAhead: there is none within the search horizon.
    """
    closing = calendar.closing_from(now.astimezone(CHINA).date(), counter_hours)
    while remind_by(closing, counter_hours) < now + DELIVERY:
        closing = calendar.closing_from(last_day_of(closing) + timedelta(days=1), counter_hours)
    return closing


def extension_limit(
    deadline: datetime, now: datetime, calendar: WorkingCalendar, counter_hours: CounterHours
) -> datetime:
    """Return how far a deadline that is extended for the first time may be extended in all.

    The working days are counted from the deadline, or from today if the service was down since then.

    Raises:
        NoWorkdayAhead: there are not that many within the search horizon.
    """
    first = max(last_day_of(deadline), now.astimezone(CHINA).date())
    return calendar.closing_from(calendar.add_workdays(first, EXTENDABLE_WORKDAYS), counter_hours)
