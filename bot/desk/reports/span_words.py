"""The span of days of a report: typed, kept in the arguments of its screen, and offered on buttons.

A span is kept as ``7`` (the last days, today included), ``m0`` (this month), ``m1`` (last month) or as its
two ends, ``2026-11-01..2026-11-15``, so that the first three move on with the calendar.
"""

import re
from datetime import date, timedelta

from bot.desk.arguments import DAY, read_time
from bot.errors.commands import DaysReversed, NoSuchDay, SpanAhead, SpanTooLong, UnreadableTime, Usage
from core.reporting.spans import Span, last_days, month_before, month_of
from core.reporting.turnover import MAX_DAYS, SPANS
from core.values.text import clean

THIS_MONTH, LAST_MONTH = "m0", "m1"
_WORDS = {
    THIS_MONTH: ("本月", "这个月", "this month", "month"),
    LAST_MONTH: ("上月", "上个月", "last month"),
    "1": ("今天", "今日", "today"),
}
_YESTERDAY = ("昨天", "昨日", "yesterday")
_NUMBER = re.compile(r"(?:近|最近|last\s*)?(?P<days>\d{1,3})\s*(?:天|日|days?)?", re.IGNORECASE)
_MONTH = re.compile(r"(?:(?P<year>\d{4})\s?[-/.年]\s?)?(?P<month>\d{1,2})\s?月?(?:份)?")
_TWO = re.compile(rf"(?P<first>{DAY})\s*(?:至|到|to\b|~|—+|–|-|\.\.|\s)\s*(?P<last>{DAY})", re.IGNORECASE)
_BETWEEN = ".."


def read_span(command: str, written: str, today: date) -> str:
    """Return a typed span as it is kept; without one, that of the last seven days.

    Raises:
        Usage: it is none.
        NoSuchDay, UnreadableTime: a day of it does not exist.
        DaysReversed, SpanTooLong, SpanAhead: it ends before it begins, is too long, or lies ahead.
    """
    text = " ".join(clean(written).split()).lower()
    if not text:
        return str(SPANS[0])
    for kept, words in _WORDS.items():
        if text in words:
            return kept
    span = _yesterday(text, today) or _two(text, today) or _month(text, today) or _day(text, today)
    if span is not None:
        return _kept(span, today)
    found = _NUMBER.fullmatch(text)
    days = int(found["days"]) if found else 0
    if not days:
        raise Usage(command)
    if days > MAX_DAYS:
        raise SpanTooLong(MAX_DAYS)
    return str(days)


def span_of(kept: str, today: date) -> Span:
    """Return the span that is kept; one that is unknown to this version is that of the last seven days."""
    if kept in {THIS_MONTH, LAST_MONTH}:
        return _until_today(month_of(today) if kept == THIS_MONTH else month_before(today), today)
    first, between, last = kept.partition(_BETWEEN)
    try:
        if between:
            return _until_today(Span(first=date.fromisoformat(first), last=date.fromisoformat(last)), today)
        days = int(kept)
    except ValueError:
        days = SPANS[0]
    return last_days(today, days if 0 < days <= MAX_DAYS else SPANS[0])


def _until_today(span: Span, today: date) -> Span:
    return Span(first=span.first, last=min(span.last, today)) if span.first <= today else span


def _kept(span: Span, today: date) -> str:
    if span.last < span.first:
        raise DaysReversed
    if span.days > MAX_DAYS:
        raise SpanTooLong(MAX_DAYS)
    if span.first > today:
        raise SpanAhead
    return f"{span.first.isoformat()}{_BETWEEN}{span.last.isoformat()}"


def _yesterday(text: str, today: date) -> Span | None:
    day = today - timedelta(days=1)
    return Span(first=day, last=day) if text in _YESTERDAY else None


def _two(text: str, today: date) -> Span | None:
    found = _TWO.fullmatch(text)
    if found is None:
        return None
    first = _past(found["first"], today)
    last = _past(found["last"], today)
    if last < first and not re.match(r"\d{4}", found["first"]):
        first = _past(found["first"], last)
    return Span(first=first, last=last)


def _day(text: str, today: date) -> Span | None:
    if re.fullmatch(DAY, text) is None:
        return None
    day = _past(text, today)
    return Span(first=day, last=day)


def _past(written: str, today: date) -> date:
    """Return a day; one without a year is the latest that is not after today."""
    if re.match(r"\d{4}", written):
        return read_time(written).date()
    month, day = (int(number) for number in re.findall(r"\d+", written)[:2])
    for year in (today.year, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            if year == today.year - 1:
                raise NoSuchDay(written) from None
            continue
        if found <= today:
            return found
    raise UnreadableTime


def _month(text: str, today: date) -> Span | None:
    found = _MONTH.fullmatch(text)
    if found is None or not (found["year"] or "月" in text):
        return None
    month = int(found["month"])
    year = int(found["year"] or (today.year if month <= today.month else today.year - 1))
    try:
        return month_of(date(year, month, 1))
    except (ValueError, OverflowError):  # the second: what follows the last month is out of the calendar
        raise NoSuchDay(text) from None
