"""The arguments of /undo: a number, an appeal, a scheduled release or a day, and the reason."""

import re

from bot.desk import undo
from bot.desk.arguments import first_time, mask_for, office_meant, read_plate, split_named_args
from bot.desk.keywords import Keyword, pattern_of
from bot.desk.pool_words import is_wide, take_pool_words
from bot.dialog.context import Context
from bot.dialog.screen import Goto
from bot.errors.commands import Part, Usage
from core.audit import appeal_subject
from core.availability import closed_days
from core.errors.undo import NothingToUndo
from core.people.admins import Permission
from core.values.plates import PROVINCES
from core.values.text import in_width

_COMMAND = "undo"
_APPEAL = re.compile(r"(?:申诉|appeal)\s*#?\s*(\d{1,15})(?:\s+|$)|#?(\d{1,9})(?:\s+|$)", re.IGNORECASE)
_REDATE = re.compile(r"(?:改到|改为|改期到?|从|from)\s*", re.IGNORECASE)  # not 自, which may begin a reason
_COMPOSE = re.compile(rf"(?:{pattern_of(Keyword.COMPOSE)})\s*(?:从|改到|from)?\s*", re.IGNORECASE)
_OFFICE = re.compile(rf"[{PROVINCES}]\s*[A-Za-z](?=\s|$)")


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /undo WHAT REASON and go to the question.

    Raises:
        Usage, PlateError, MaskError, UnreadableTime: the arguments are malformed.
        NothingToUndo and its like: it cannot be taken back, and why.
    """
    raw = arguments.strip()
    written = in_width(raw)
    words = written.split()
    if any(map(is_wide, words[:3])) and not written.startswith("#"):
        return _parse_segment(ctx, raw)
    if (found := _APPEAL.match(written)) and not written[found.end() :].startswith(("-", "/", "月", "年")):
        return undo.to_question(ctx, appeal_subject(int(found[1] or found[2])), raw[found.end() :])
    if _OFFICE.match(written) or written[:1].isdigit():
        return _parse_day(ctx, raw)
    number, why = split_named_args(_COMMAND, arguments, 2)
    plate = read_plate(ctx, number)
    ctx.desk_office(plate.office, Permission.UNDO_OWN)
    return undo.to_question(ctx, ctx.core.undoing.last_of(ctx.tx, plate).subject, why)


def _parse_segment(ctx: Context, written: str) -> Goto:
    """Parse 粤K small B#### [改到 TIME [自编 TIME]] REASON; the kind may be left out."""
    found, text = take_pool_words(_COMMAND, written)
    office = office_meant(ctx, _COMMAND, Permission.UNDO_OWN, found.office)
    mask = mask_for(office, found.kind, found.mask)
    key = undo.segment_key(office.code, mask.kind, mask.pattern)
    dates = {}
    if led := _REDATE.match(in_width(text)):
        opens, text = first_time(text[led.end() :], ctx.today)
        dates["opens"] = opens.isoformat()
        if composed := _COMPOSE.match(in_width(text)):
            compose, text = first_time(text[composed.end() :], ctx.today)
            dates["compose"] = compose.isoformat()
    return undo.to_question(ctx, key, text, **dates)


def _parse_day(ctx: Context, written: str) -> Goto:
    """Parse 粤K 2026-12-31 REASON, in either order of office and day."""
    found = _OFFICE.match(in_width(written))
    if found:
        day, why = first_time(written[found.end() :].lstrip(), ctx.today)
        code = found[0]
    else:
        day, left = first_time(written, ctx.today)
        found = _OFFICE.match(in_width(left))
        if found is None:
            raise Usage(_COMMAND, (Part.OFFICE,))
        code, why = found[0], left[found.end() :]
    office = ctx.desk_office(code, Permission.UNDO_OWN)
    entered = [one for one in closed_days.entered(ctx.tx, office, day.date()) if one.day == day.date()]
    if not entered:
        raise NothingToUndo
    key = undo.days_key(office.code, (day.date(),), [one.place for one in entered])
    return undo.to_question(ctx, key, why)
