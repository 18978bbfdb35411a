"""Service hours: when an office is open, and what is one uninterrupted opening.

Written as ``"08:00-23:00"``, as several spans ``"08:00-12:00,14:00-18:00"``, as ``"00:00-24:00"``
for always, or as a table by weekday with an optional ``holiday``:

    {mon = "08:00-20:00", tue = "08:00-20:00", sat = "09:00-12:00", holiday = ""}

A weekday that is not named is closed. ``holiday`` holds on public holidays (with the weekends in
them) instead of the weekday's own hours; without it holidays are days like others. A make-up day
keeps the hours of its weekday. Rules: docs/domain.md, sections 3 and 6.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from core.clock import CHINA, require_aware
from core.errors import HoursUnreadable
from core.values.workdays import WorkingCalendar

DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 400
"""How far sessions are looked for: the rarest hours, those of a holiday, come back within a year."""

PROBLEMS = {
    "form": "not of the form 08:00-23:00, several spans with commas between",
    "no_such_time": "there is no such time of day; times go from 00:00 to 24:00",
    "backwards": "ends before it begins; write a night as 00:00-02:00,22:00-24:00",
    "overlap": "begins before the span ahead of it ends",
    "unknown_day": "no day; the days are mon, tue, wed, thu, fri, sat, sun and holiday",
    "never_open": "never open on any day of the week",
    "not_hours": "neither a text such as 08:00-23:00 nor a table by weekday",
}
"""What can be wrong with hours, and how it is said in logs."""

_DASHES = dict.fromkeys("‐‑‒–—―−~〜至到", "-")
_PLAIN = str.maketrans(_DASHES | dict.fromkeys("、;；,", ",") | {"：": ":", "∶": ":"})
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-{1,2}(\d{1,2}):(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A stretch of one day, in minutes since its midnight; ``closes`` may be 1440, the day's end."""

    opens: int
    closes: int

    @property
    def opens_text(self) -> str:
        """The beginning as ``08:00``."""
        return f"{self.opens // 60:02}:{self.opens % 60:02}"

    @property
    def closes_text(self) -> str:
        """The end as ``23:00``, or ``24:00``."""
        return f"{self.closes // 60:02}:{self.closes % 60:02}"


Day = tuple[Span, ...]
"""The spans of one day, in their order, none touching another; empty when closed."""

WHOLE_DAY: Day = (Span(opens=0, closes=DAY_MINUTES),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHours:
    """When an office is open.

    All moments taken are aware, in any zone; all moments returned are in China's.

    Attributes:
        week: the spans of the seven days, Monday first.
        holiday: the spans of public holidays; None when those are days like others.
        calendar: what knows the holidays.
    """

    week: tuple[Day, ...]
    holiday: Day | None = None
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar, compare=False, repr=False)

    @classmethod
    def parse(cls, written: object, calendar: WorkingCalendar | None = None) -> "ServiceHours":
        """Read hours from a text or a table by weekday; see the top of the module.

        Raises:
            HoursUnreadable: what is wrong, and with which part.
        """
        table = _table(written)
        week = tuple(table.get(day, ()) for day in WEEKDAYS)
        if not any(week):
            raise _unreadable("never_open", "")
        return cls(week=week, holiday=table.get("holiday"), calendar=calendar or WorkingCalendar())

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return self.holiday in (None, WHOLE_DAY) and all(day == WHOLE_DAY for day in self.week)

    @property
    def daily(self) -> Day | None:
        """The spans of every day alike; None when days differ."""
        same = len(set(self.week)) == 1 and self.holiday in (None, self.week[0])
        return self.week[0] if same else None

    def spans_on(self, day: date) -> Day:
        if self.holiday is not None and self.calendar.is_holiday(day):
            return self.holiday
        return self.week[day.weekday()]

    def last_closing(self, day: date) -> datetime | None:
        """Return the end of a day's last span; None when it stays closed that day."""
        spans = self.spans_on(day)
        return _moment(day, spans[-1].closes) if spans else None

    def is_open(self, moment: datetime) -> bool:
        """Return whether it is open; the closing minute no longer is."""
        local = _local(moment)
        minute = local.hour * 60 + local.minute
        return any(span.opens <= minute < span.closes for span in self.spans_on(local.date()))

    def closes_at(self, moment: datetime) -> datetime | None:
        """Return the next closing: of the session that is open, else of the one to come.

        None when it never closes (as far as can be seen).
        """
        if self.always:
            return None
        local = _local(moment)
        closing: datetime | None = None
        for opens, closes in self._spans_from(local.date()):
            if closing is not None and opens != closing:
                return closing
            if closes > local:
                closing = closes
        seen_until = _moment(local.date() + timedelta(days=HORIZON_DAYS), 0)
        return closing if closing is not None and closing < seen_until else None

    def next_opening(self, moment: datetime) -> datetime | None:
        """Return the first moment after ``moment`` at which a session begins, open or not just now.

        None when none is to come, for it never closes.
        """
        local = _local(moment)
        before: datetime | None = None
        for opens, closes in () if self.always else self._spans_from(local.date()):
            if opens > local and opens != before:
                return opens
            before = closes
        return None

    def opened_at(self, moment: datetime) -> datetime | None:
        """Return when the session that is open began.

        None when it is closed, and also when it never closes: then nothing ever began.
        """
        local = _local(moment)
        if self.always or not self.is_open(local):
            return None
        began: datetime | None = None
        for opens, closes in self._spans_back_from(local.date()):
            if began is not None and closes != began:
                return began
            if opens <= local:
                began = opens
        return None

    def same_session(self, first: datetime, second: datetime) -> bool:
        """Return whether both moments lie in one uninterrupted opening.

        What was verified before closing time does not hold after it.
        """
        earlier, later = sorted((_local(first), _local(second)))
        if not self.is_open(earlier):
            return False
        closing = self.closes_at(earlier)
        return closing is None or later < closing

    def _spans_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for ahead in range(HORIZON_DAYS):
            yield from self._moments(day + timedelta(days=ahead))

    def _spans_back_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for back in range(HORIZON_DAYS):
            yield from reversed(self._moments(day - timedelta(days=back)))

    def _moments(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(_moment(day, span.opens), _moment(day, span.closes)) for span in self.spans_on(day)]


def _local(moment: datetime) -> datetime:
    return require_aware(moment).astimezone(CHINA)


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), CHINA) + timedelta(minutes=minutes)


def _unreadable(problem: str, part: str) -> HoursUnreadable:
    return HoursUnreadable(PROBLEMS[problem], problem=problem, part=part)


def _table(written: object) -> dict[str, Day]:
    if isinstance(written, str):
        return dict.fromkeys(WEEKDAYS, _spans(written))
    if not isinstance(written, Mapping):
        raise _unreadable("not_hours", "")
    return {_day_name(name): _day(name, text) for name, text in written.items()}


def _day_name(name: str) -> str:
    if name not in (*WEEKDAYS, "holiday"):
        raise _unreadable("unknown_day", name)
    return name


def _day(name: str, text: object) -> Day:
    if not isinstance(text, str):
        raise _unreadable("form", name)
    try:
        return _spans(text) if text.strip() else ()
    except HoursUnreadable as error:
        raise _unreadable(error.problem, f"{name}: {error.part}") from None


def _spans(text: str) -> Day:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text).translate(_PLAIN))
    spans = sorted(_span(part) for part in plain.split(","))
    for ahead, span in pairwise(spans):
        if span.opens < ahead.closes:
            raise _unreadable("overlap", f"{span.opens_text}-{span.closes_text}")
    return _joined(spans)


def _span(part: str) -> Span:
    match = _SPAN.fullmatch(part)
    if match is None:
        raise _unreadable("form", part)
    hours, minutes, until_hours, until_minutes = map(int, match.groups())
    span = Span(opens=hours * 60 + minutes, closes=until_hours * 60 + until_minutes)
    if max(minutes, until_minutes) > 59 or max(span.opens, span.closes) > DAY_MINUTES:  # noqa: PLR2004 - an hour's last minute
        raise _unreadable("no_such_time", part)
    if span.closes <= span.opens:
        raise _unreadable("backwards", part)
    return span


def _joined(spans: list[Span]) -> Day:
    """Return the spans with those that touch made one: nothing closes between them."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].closes == span.opens:
            joined[-1] = Span(opens=joined[-1].opens, closes=span.closes)
        else:
            joined.append(span)
    return tuple(joined)
