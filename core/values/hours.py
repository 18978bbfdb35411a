"""Service hours: when an office is open, and which moments share one uninterrupted session.

The syntax is ``"08:00-23:00"``, several spans ``"08:00-12:00,14:00-18:00"``, ``"00:00-24:00"`` for
always, or a table by weekday with an optional ``holiday``:

    {mon = "08:00-20:00", tue = "08:00-20:00", sat = "09:00-12:00", holiday = ""}

A weekday that is not listed is closed. ``holiday`` replaces the weekday's hours on public holidays,
including the weekends within them; without it, holidays are treated as ordinary days. A make-up day
keeps the hours of its weekday. Rules: docs/domain.md, sections 3 and 6.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from core.clock import CHINA, require_aware
from core.errors.offices import HoursUnreadable
from core.values.workdays import WorkingCalendar

DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 400
"""How far ahead and back to search for sessions; the rarest hours, on holidays, recur within a year."""

PROBLEMS = {
    "form": "not of the form 08:00-23:00, several spans with commas between",
    "no_such_time": "there is no such time of day; times go from 00:00 to 24:00",
    "backwards": "ends before it begins; write a night as 00:00-02:00,22:00-24:00",
    "overlap": "begins before the preceding span ends",
    "unknown_day": "not a day; the days are mon, tue, wed, thu, fri, sat, sun and holiday",
    "never_open": "never open on any day of the week",
    "not_hours": "neither a text such as 08:00-23:00 nor a table by weekday",
}
"""Error codes of hours, with their English messages."""

_DASHES = dict.fromkeys("‐‑‒–—―−~〜至到", "-")
_PLAIN = str.maketrans(_DASHES | dict.fromkeys("、;；,", ",") | {"：": ":", "∶": ":"})
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-{1,2}(\d{1,2}):(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A span within one day, in minutes since midnight; ``closes`` may be 1440, the end of the day."""

    opens: int
    closes: int

    @property
    def opens_text(self) -> str:
        """``opens`` as ``08:00``."""
        return f"{self.opens // 60:02}:{self.opens % 60:02}"

    @property
    def closes_text(self) -> str:
        """``closes`` as ``23:00``, or ``24:00``."""
        return f"{self.closes // 60:02}:{self.closes % 60:02}"


Day = tuple[Span, ...]
"""The spans of one day, in order and not adjacent to each other; empty when closed."""

WHOLE_DAY: Day = (Span(opens=0, closes=DAY_MINUTES),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHours:
    """When an office is open.

    Arguments are aware datetimes in any time zone; results are in China's.

    Attributes:
        week: the spans of the seven days, Monday first.
        holiday: the spans of public holidays; None to treat them as ordinary days.
        calendar: knows the public holidays.
        special: the spans of single days that differ from those of the week, by day.
        as_of: today, where hours are shown: special days before are not worth showing.
    """

    week: tuple[Day, ...]
    holiday: Day | None = None
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar, compare=False, repr=False)
    special: tuple[tuple[date, Day], ...] = field(default=(), repr=False)
    as_of: date | None = field(default=None, compare=False, repr=False)

    @classmethod
    def parse(cls, written: object) -> "ServiceHours":
        """Parse hours from a string or a table by weekday; see the module docstring.

        Raises:
            HoursUnreadable: the input is malformed.
        """
        table = _table(written)
        week = tuple(table.get(day, ()) for day in WEEKDAYS)
        if not any(week):
            raise _unreadable("never_open", "")
        return cls(week=week, holiday=table.get("holiday"))

    @property
    def always_usually(self) -> bool:
        """Whether the office never closes, but for single days."""
        return self.holiday in (None, WHOLE_DAY) and all(day == WHOLE_DAY for day in self.week)

    @property
    def always(self) -> bool:
        """Whether the office never closes."""
        return self.always_usually and not self.special

    @property
    def daily(self) -> Day | None:
        """The spans common to all days; None if days differ."""
        same = len(set(self.week)) == 1 and self.holiday in (None, self.week[0])
        return self.week[0] if same else None

    def is_special(self, day: date) -> bool:
        """Return whether the hours of a day are not those of its weekday."""
        return any(one == day for one, _ in self.special)

    def spans_on(self, day: date) -> Day:
        for one, spans in self.special:
            if one == day:
                return spans
        if self.holiday is not None and self.calendar.is_holiday(day):
            return self.holiday
        return self.week[day.weekday()]

    def first_opening(self, day: date) -> datetime | None:
        """Return the start of a day's first span; None if the day has none."""
        spans = self.spans_on(day)
        return _moment(day, spans[0].opens) if spans else None

    def last_closing(self, day: date) -> datetime | None:
        """Return the end of a day's last span; None if the day has none."""
        spans = self.spans_on(day)
        return _moment(day, spans[-1].closes) if spans else None

    def is_open(self, moment: datetime) -> bool:
        """Return whether the office is open; the closing minute is excluded."""
        local = _local(moment)
        minute = local.hour * 60 + local.minute
        return any(span.opens <= minute < span.closes for span in self.spans_on(local.date()))

    def closes_at(self, moment: datetime) -> datetime | None:
        """Return the end of the current session, or of the next one if the office is closed.

        None if the office does not close within the search horizon.
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
        """Return the first start of a session after ``moment``, whether or not the office is open then.

        None if there is none because the office never closes.
        """
        local = _local(moment)
        before: datetime | None = None
        for opens, closes in () if self.always else self._spans_from(local.date()):
            if opens > local and opens != before:
                return opens
            before = closes
        return None

    def same_session(self, first: datetime, second: datetime) -> bool:
        """Return whether both moments lie in one uninterrupted session.

        A verification is valid only within the session in which it was made.
        """
        earlier, later = sorted((_local(first), _local(second)))
        if not self.is_open(earlier):
            return False
        closing = self.closes_at(earlier)
        return closing is None or later < closing

    def _spans_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for ahead in range(HORIZON_DAYS):
            yield from self._moments(day + timedelta(days=ahead))

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


def parse_day(text: str) -> Day:
    """Parse the spans of one day; an empty text is a day without any.

    Raises:
        HoursUnreadable: the text is malformed.
    """
    return _spans(text) if text.strip() else ()


def written(day: Day) -> str:
    """Return the spans of a day as ``parse_day`` reads them."""
    return ",".join(f"{span.opens_text}-{span.closes_text}" for span in day)


def without(day: Day, closed: Day) -> Day:
    """Return the spans of a day without those that are closed."""
    left = list(day)
    for gap in closed:
        left = [
            Span(opens=opens, closes=closes)
            for span in left
            for opens, closes in (
                (span.opens, min(span.closes, gap.opens)),
                (max(span.opens, gap.closes), span.closes),
            )
            if opens < closes
        ]
    return tuple(left)


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
    """Merge adjacent spans: the office does not close between them."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].closes == span.opens:
            joined[-1] = Span(opens=joined[-1].opens, closes=span.closes)
        else:
            joined.append(span)
    return tuple(joined)
