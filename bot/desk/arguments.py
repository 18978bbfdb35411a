"""Parse command arguments: tolerant of spaces, commas, character widths and date forms, never guessing."""

import re
from datetime import date, datetime, timedelta

from bot.desk.required import missing_after
from bot.dialog.context import Context
from bot.errors.commands import NoSuchDay, OfficeMissing, UnreadableTime, Usage
from bot.i18n.formatting import KINDS
from core.clock import CHINA
from core.people.admins import Permission
from core.values.labels import without_any_label
from core.values.masks import Mask, parse_mask
from core.values.offices import Office
from core.values.plates import PROVINCES, Plate, PlateKind, parse_plate
from core.values.text import DOTS, clean, compact, tidy

PARTING = "\\s,、;\uff0c\uff1b"  # including the full-width comma and semicolon
_WORD = rf"[^{PARTING}]+"
_FIRST_WORD = re.compile(_WORD)
_OFFICE_CODE = re.compile(f"[{PROVINCES}][A-Z]")
_APART = re.compile(rf"[{PARTING}]+")
_BETWEEN = r"\s*_·-"
_DIGIT = rf"(?:\d[{_BETWEEN}]{{0,2}})"
_NUMBER = rf"[{PROVINCES}]\s*[A-Za-z\uff21-\uff3a\uff41-\uff5a]\s*[{re.escape(DOTS)}]?\s*{_WORD}"
_PLATE = re.compile(rf"(?<![^{PARTING}]){_NUMBER}")
_NAMING = re.compile(
    "|".join(
        (
            # 110105 19491231 002X in any groups; the year of birth keeps chat ids and dates apart
            rf"(?={_DIGIT}{{6}}(?:1[{_BETWEEN}]{{0,2}}9|2[{_BETWEEN}]{{0,2}}0)){_DIGIT}{{17}}[\dXx\uff38\uff58](?!\w)",
            r"(?:(?:[+\uff0b]|00)?86[\s-]*)?1\d{2}[\s-]?\d{4}[\s-]?\d{4}(?!\w)",  # +86 138 0013 8001
            _NUMBER,
            _WORD,
        )
    )
)
DAY = r"(?:\d{4}\s?[-/.年]\s?)?\d{1,2}\s?[-/.月]\s?\d{1,2}(?!\d)(?:\s?[日号])?"
"""A day, with or without its year."""
_DAY = r"(?:(?P<year>\d{4})\s?[-/.年]\s?)?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})(?!\d)(?:\s?[日号])?"
_HOUR = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::00)?|[时点](?:(?P<past>\d{1,2})分)?)(?!\d)"
_TIME = rf"{_DAY}(?:(?:T|\s+|(?<=[日号])){_HOUR})?"
_WHOLE_TIME = re.compile(_TIME)
_FIRST_TIME = re.compile(rf"{_TIME}(?:(?<=[日号])|$|(?=[{PARTING}]))")
_UNTIL = re.compile(r"until\b\s*|(?:直到|截止|截至|至|到)\s*(?=\d)", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}\s?[-/.年]")
_YEARS_READ = range(1900, 2200)
"""Years with room around them for what is counted from a date; in others it would leave the calendar."""
_LEAP_DAY = (2, 29)
_LONG_PAST = timedelta(days=183)
_NARROW = str.maketrans(
    {
        chr(ord(one) + 0xFEE0): one for one in "0123456789:-/."
    }  # length stays, so positions hold in the raw text
)


def read_time(raw: str, today: date | None = None) -> datetime:
    """Parse a local time written as 2026-12-01T09:00, 2026-12-01, 2026/12/1 9:00 or 2026年12月1日.

    Args:
        raw: the input.
        today: if given, 12月1日 is accepted too: as a day of this year, or of the next if it is long past.

    Raises:
        UnreadableTime: it has another form.
    """
    return _moment(_WHOLE_TIME.fullmatch(clean(raw)), today)


def first_time(raw: str, today: date | None = None) -> tuple[datetime, str]:
    """Split a text into the time at its start, as ``read_time`` parses it, and the rest.

    Raises:
        UnreadableTime: it starts with something else.
        NoSuchDay: it starts with a day that the calendar does not have.
    """
    found = _FIRST_TIME.match(raw.translate(_NARROW))
    at = _moment(found, today)
    return at, without_parting(raw[found.end() if found else 0 :])


def first_end(raw: str, today: date, *, needed: bool = False) -> tuple[date | None, str]:
    """Split a text into the end date at its start, with or without ``until``, and the rest.

    A date without a year is accepted only where one is required, as it may begin a reason.

    Raises:
        UnreadableTime: a required date is missing, or the text starts with a year that begins no date.
    """
    led = _UNTIL.match(raw)
    left = raw[led.end() :] if led else raw
    needed = needed or led is not None
    if not needed and not _YEAR.match(left.translate(_NARROW)):
        return None, left
    at, left = first_time(left, today if needed else None)
    return at.date(), left


def _moment(found: re.Match[str] | None, today: date | None) -> datetime:
    if found is None:
        raise UnreadableTime
    minute = found["minute"] or found["past"] or 0
    try:
        day = _day(found, today)
    except ValueError:
        if found["year"] or "月" in found[0]:
            raise NoSuchDay(found[0]) from None
        raise UnreadableTime from None
    if day.year not in _YEARS_READ:
        raise UnreadableTime
    try:
        return datetime(day.year, day.month, day.day, int(found["hour"] or 0), int(minute), tzinfo=CHINA)
    except ValueError:
        raise UnreadableTime from None


def _day(found: re.Match[str], today: date | None) -> date:
    """Return the day; one without a year is the nearer of this year's and the next year's.

    Raises:
        ValueError: there is no such day, or no year can be told.
    """
    month, day = int(found["month"]), int(found["day"])
    if found["year"] or today is None or "月" not in found[0]:
        return date(int(found["year"] or 0), month, day)
    this_year = (month, day) >= (today.month, today.day)
    if not this_year and (month, day) != _LEAP_DAY:
        this_year = today - date(today.year, month, day) < _LONG_PAST
    return date(today.year if this_year else today.year + 1, month, day)


def split_args(command: str, arguments: str, count: int) -> list[str]:
    """Split arguments into ``count`` parts, the last of which is the remaining text.

    Raises:
        Usage: there are fewer.
    """
    parts = _APART.split(without_parting(without_any_label(arguments)), maxsplit=count - 1)
    if len(parts) < count or not all(parts):
        raise Usage(command, missing_after(command, [part for part in parts if part]))
    return parts


def split_named_args(command: str, arguments: str, count: int) -> list[str]:
    """Split like ``split_args``, where each part but the last names a person or a plate number.

    Such a name may contain spaces: 粤K 12345, +86 138 0013 8001.

    Raises:
        Usage: there are fewer parts.
    """
    parts, left = list[str](), without_parting(arguments)
    for _ in range(count - 1):
        left = without_parting(without_any_label(left))
        found = _NAMING.match(left)
        if found is None:
            raise Usage(command, missing_after(command, parts))
        parts.append(found[0])
        left = without_parting(left[found.end() :])
    if not left:
        raise Usage(command, missing_after(command, parts))
    return [*parts, left]


def without_parting(text: str) -> str:
    """Return a text without the spaces and commas at its start, and without those after its last word."""
    parting = _APART.match(text)
    return text[parting.end() if parting else 0 :].rstrip()


def plate_within(text: str) -> tuple[str, str] | None:
    """Split a text into the only plate number in it, with its office, and the rest; None if it is not one."""
    found = list(_PLATE.finditer(without_any_label(text)))
    if len(found) != 1:
        return None
    left = without_any_label(text)
    before, after = left[: found[0].start()].rstrip(), without_parting(left[found[0].end() :])
    return found[0][0], without_parting(f"{before} {after}")


def word_at_start(text: str) -> str:
    """Return the word at the start of a text; empty if it starts with a space or comma, or is empty."""
    found = _FIRST_WORD.match(text)
    return found[0] if found else ""


def kind_or_none(raw: str) -> PlateKind | None:
    """Return a plate kind by its name in commands or its label in any language; None if it is none."""
    name = tidy(raw)
    for kind in PlateKind:
        if name.lower() == kind or any(KINDS[kind].means(one) for one in (name, f"{name}汽车")):
            return kind
    return None


def office_meant(ctx: Context, command: str, permission: Permission, code: str) -> Office:
    """Return the office of a command: the typed one, or the only one where this chat has the permission.

    Raises:
        OfficeMissing: none was typed, and there are several.
        OfficeUnknown, NotPermitted, NotYourOffice: as ``Context.desk_office``.
    """
    if code:
        return ctx.desk_office(code, permission)
    ctx.admin.require(permission)
    own = ctx.admin.offices(permission, ctx.core.offices)
    if len(own) != 1:
        raise OfficeMissing(command)
    return ctx.office_of(own[0])


def is_office_code(word: str) -> bool:
    """Return whether a word has the form of an office's code."""
    return _OFFICE_CODE.fullmatch(compact(word)) is not None


def office_at_start(text: str) -> tuple[str, str]:
    """Split a text into the office's code at its start, as it was typed, and the rest; the code may miss."""
    left = without_parting(text)
    word = word_at_start(left)
    if not is_office_code(word):
        return "", left
    return word, without_parting(left[len(word) :])


def read_plate(ctx: Context, raw: str) -> Plate:
    """Parse a plate number, with the new-energy letters of its office.

    One of an office that is not served is validated too, so that a typing error is reported as such.

    Raises:
        PlateError: it is malformed.
    """
    office = ctx.core.offices.get(compact(raw)[:2])
    return parse_plate(raw, nev_letters=office.nev_letters) if office else parse_plate(raw)


def mask_for(office: Office, kind: PlateKind, raw: str) -> Mask:
    """Parse a mask, with the office's new-energy letters.

    Raises:
        MaskError: it is not a mask of this kind.
    """
    return parse_mask(kind, raw, nev_letters=office.nev_letters)
