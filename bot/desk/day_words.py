"""Days, spans of days and hours in a command, in any order, and what is left over as the reason."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.desk.arguments import office_meant, read_time
from bot.dialog.context import Context
from bot.errors.commands import DateInReason, DaysReversed, DaysTooMany, Part, UnreadableTime, Usage
from core.people.admins import Permission
from core.values.hours import DAY_MINUTES, Day, Span, parse_day
from core.values.offices import Office
from core.values.plates import PROVINCES
from core.values.text import in_width, without_hidden

MOST_DAYS = 62
"""Maximum days of one command."""
NOON = 12 * 60
MORNING: Day = (Span(opens=0, closes=NOON),)
AFTERNOON: Day = (Span(opens=NOON, closes=DAY_MINUTES),)
_HALVES = {"上午": MORNING, "下午": AFTERNOON, "morning": MORNING, "afternoon": AFTERNOON}

_SOON = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = "一二三四五六日"
_WRITTEN = r"(?<!\d)(?<!\d:)(?:\d{4}\s?[-/.年]\s?)?\d{1,2}\s?[-/.月]\s?\d{1,2}(?![\d:])(?:\s?[日号])?"
_WORD = r"(?:大后天|今天|明天|后天|\btoday\b|\btomorrow\b|下?(?:周|星期|礼拜)[一二三四五六日天])"
DAY_WORD = re.compile(_WORD, re.IGNORECASE)
"""A day in words, such as 明天."""
_ONE = rf"(?:{_WORD}|{_WRITTEN})"
_DAYS = re.compile(
    rf"(?P<first>{_ONE})(?:\s*(?:至|到|to\b|~|—+|–|-|\.\.)\s*(?P<last>{_ONE}|\d{{1,2}}\s?[日号]))?",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(rf"{_ONE}|\d{{1,2}}\s?月|[~至到]\s*\d{{1,2}}\s?[日号]", re.IGNORECASE)
_HOURS = re.compile(
    r"(?<!\d)\d{1,2}:\d{2}\s*(?:-|–|—|~|至|到)\s*\d{1,2}:\d{2}"
    r"(?:\s*[,、;]\s*\d{1,2}:\d{2}\s*(?:-|–|—|~|至|到)\s*\d{1,2}:\d{2})*"
)
_HALF = re.compile(r"上午|下午|\b(?:morning|afternoon)\b", re.IGNORECASE)
_OFFICE = re.compile(rf"(?<!\w)[{PROVINCES}]\s*[A-Za-z](?![A-Za-z0-9])")
_LAST_DAY = re.compile(r"(\d{1,2})\s?[日号]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWords:
    """What a command says of days. ``hours`` is None if it names none."""

    office: Office
    days: tuple[date, ...]
    hours: Day | None
    words: frozenset[str]  # those of the expected ones that it contains
    reason: str


def read_day_words(
    ctx: Context, command: str, arguments: str, *, known: frozenset[str] = frozenset()
) -> DayWords:
    """Read office, days, hours and words of a command, in any order; the rest is the reason.

    Args:
        ctx: the context.
        command: its name, for its usage.
        arguments: its arguments.
        known: words that are not part of the reason.

    Raises:
        OfficeMissing: it names no office, and the admin has several.
        UnreadableTime, HoursUnreadable: a day or hours are malformed.
        DaysReversed, DaysTooMany: the days end before they begin, or are too many.
        DateInReason: what is left has something like a date: it is not guessed at.
        NotYourOffice, OfficeUnknown: as ``Context.desk_office``.
    """
    left = _Left.of(arguments)
    office, left = _office(ctx, command, left)
    hours, left = _hours(left)
    days, left = _days(left, ctx.today)
    found = {word for word in known if word in re.split(r"[\s,、;]+", left.narrow.lower())}
    for word in found:
        parted = rf"(?:^|(?<=[\s,、;])){re.escape(word)}(?=$|[\s,、;])"
        left = left.without(re.search(parted, left.narrow, flags=re.IGNORECASE))
    reason = " ".join(left.raw.split()).strip(" ,、;:\uff0c\uff1b\uff1a")
    if like := _DATE_LIKE.search(in_width(reason)):
        raise DateInReason(like[0])
    return DayWords(office=office, days=days, hours=hours, words=frozenset(found), reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What has not been read yet: as it was typed, for the reason, and of the same length in ASCII."""

    raw: str
    narrow: str

    @classmethod
    def of(cls, arguments: str) -> "_Left":
        raw = without_hidden(arguments).strip()
        return cls(raw=raw, narrow=in_width(raw))

    def without(self, found: re.Match[str] | None) -> "_Left":
        if found is None:
            return self
        raw, narrow = (f"{text[: found.start()]} {text[found.end() :]}" for text in (self.raw, self.narrow))
        return _Left(raw=raw, narrow=narrow)


def _office(ctx: Context, command: str, left: _Left) -> tuple[Office, _Left]:
    found = _OFFICE.search(left.narrow)
    code = found[0] if found else ""
    return office_meant(ctx, command, Permission.CLOSED, code), left.without(found)


def _hours(left: _Left) -> tuple[Day | None, _Left]:
    if found := _HOURS.search(left.narrow):
        return parse_day(found[0]), left.without(found)
    if found := _HALF.search(left.narrow):
        return _HALVES[found[0].lower()], left.without(found)
    return None, left


def _days(left: _Left, today: date) -> tuple[tuple[date, ...], _Left]:
    found = _DAYS.search(left.narrow)
    if found is None:
        return (), left
    first = _day(found["first"], today)
    last = first if found["last"] is None else _last(found["last"], first, today)
    if last < first:
        raise DaysReversed
    if (last - first).days >= MOST_DAYS:
        raise DaysTooMany(MOST_DAYS)
    days = tuple(first + timedelta(days=after) for after in range((last - first).days + 1))
    return days, left.without(found)


def _last(raw: str, first: date, today: date) -> date:
    """Return the last day of a span; without a month or year it is in that of the first day."""
    if found := _LAST_DAY.fullmatch(raw):
        try:
            return first.replace(day=int(found[1]))
        except ValueError:
            raise UnreadableTime from None
    last = _day(raw, today)
    if last < first and "月" in raw and "年" not in raw and not re.match(r"\d{4}", raw):
        return _day(raw, first)
    return last


def _day(raw: str, today: date) -> date:
    if (soon := _SOON.get(raw.lower())) is not None:
        return today + timedelta(days=soon)
    if raw[-1] in f"{_WEEKDAYS}天" and not raw[0].isdigit():
        weekday = _WEEKDAYS.index(raw[-1].replace("天", "日"))
        if raw.startswith("下"):
            monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
            return monday + timedelta(days=weekday)
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return read_time(raw, today).date()


def require_parts(words: DayWords, command: str, **others: bool) -> None:
    """Require days, a reason and other parts, named by ``Part`` with whether they are there.

    Raises:
        Usage: one is missing.
    """
    given = {Part.DAY: bool(words.days)} | {Part(name): is_given for name, is_given in others.items()}
    given[Part.REASON] = bool(words.reason)
    if missing := [part for part, is_given in given.items() if not is_given]:
        raise Usage(command, missing)
