"""The end of a ban, typed before or after its reason: until a date, or a number of years."""

import re
from datetime import date, datetime, time

from bot.desk.arguments import DAY, PARTING, first_end, first_time, without_parting
from bot.errors.commands import UnreadableTime, Usage
from core.clock import CHINA
from core.people.blacklist import years_after

_NUMERALS = {one: number for number, one in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_YEARS = rf"(?P<years>[1-9]\d?|[{''.join(_NUMERALS)}])\s?(?:年|years?|y)"
_APART_BEFORE, _APART_AFTER = rf"(?:^|[{PARTING}]+)", rf"(?=[{PARTING}]|$)"
_YEARS_FIRST = re.compile(rf"{_YEARS}{_APART_AFTER}", re.IGNORECASE)
_YEARS_LAST = re.compile(rf"[{PARTING}]+{_YEARS}$", re.IGNORECASE)
_UNTIL = re.compile(
    rf"{_APART_BEFORE}(?:until\b\s*|(?:直到|截止到?|截至|至|到)\s*(?=\d))(?P<day>{DAY})(?:为止|止)?{_APART_AFTER}",
    re.IGNORECASE,
)
_DAY_LAST = re.compile(rf"[{PARTING}]+(?P<day>\d{{4}}\s?[-/.年].*)$")


def read_end(raw: str, today: date, *, needed: bool = False) -> tuple[date | None, str]:
    """Split a text into the end of a ban and the reason, in either order.

    A date without ``until`` after the reason is its end only if it is ahead: what happened is not. Within a
    reason, 2025年3月 or 用了3年 belong to it.

    Args:
        raw: the text.
        today: the day from which years are counted.
        needed: whether there must be an end.

    Raises:
        UnreadableTime: the end is malformed, or needed and missing.
        Usage: two ends are named.
    """
    text = without_parting(raw)
    end, left = _first(text, today, needed=needed)
    later, rest = _later(left, today)
    if end is not None and (later is not None or _YEARS_FIRST.match(left)):
        raise Usage("ban")
    return (end, left) if later is None else (later, rest)


def _first(text: str, today: date, *, needed: bool) -> tuple[date | None, str]:
    """Split off an end at the start."""
    found = _YEARS_FIRST.match(text)
    if found:
        return _after_years(today, found["years"]), without_parting(text[found.end() :])
    try:
        return first_end(text, today, needed=needed)
    except UnreadableTime:
        if needed and _later(text, today)[0] is not None:
            return None, text
        raise


def _later(text: str, today: date) -> tuple[date | None, str]:
    """Split off an end after the start."""
    if found := _UNTIL.search(text):
        at, _ = first_time(found["day"], today)
        return at.date(), without_parting(f"{text[: found.start()]} {text[found.end() :]}")
    if found := _YEARS_LAST.search(text):
        return _after_years(today, found["years"]), text[: found.start()]
    if found := _DAY_LAST.search(text):
        try:
            at, after = first_time(found["day"], today)
        except UnreadableTime:
            return None, text
        if not after and at.date() > today:
            return at.date(), text[: found.start()]
    return None, text


def _after_years(today: date, written: str) -> date:
    years = int(written) if written.isdecimal() else _NUMERALS[written]
    return years_after(datetime.combine(today, time(), CHINA), years).date()
