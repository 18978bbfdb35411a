"""/closed and /hours: days and hours of an office that differ from the settings, entered and taken back."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from bot.desk.confirmation import GONE, Confirmation, screen_of
from bot.desk.day_words import DayWords, read_day_words, require_parts
from bot.desk.undo import days_key
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.errors.commands import UnreadableTime, Usage
from bot.i18n import formatting
from bot.texts.desk import days as texts
from bot.texts.desk import parts
from core.availability import closed_days
from core.availability.closed_days import EnteredDay, HoursKind
from core.people.admins import Permission
from core.preselection.day_changes import Closing
from core.values.hours import Day, parse_day, written
from core.values.offices import Office
from core.values.reasons import reason_or_none

NOT_OPEN = "不开放"
SHUT = frozenset({NOT_OPEN, "shut"})
COUNTER, ONLINE, BOTH = "窗口", "网上", "全部"
PLACES = {
    COUNTER: (HoursKind.COUNTER,),
    "counter": (HoursKind.COUNTER,),
    ONLINE: (HoursKind.ONLINE,),
    "online": (HoursKind.ONLINE,),
    BOTH: (HoursKind.COUNTER, HoursKind.ONLINE),
    "both": (HoursKind.COUNTER, HoursKind.ONLINE),
}
WORDS = SHUT.union(PLACES)
"""The words of /hours that are not part of its reason."""
_A_PAGE = 12


def parse_closed(ctx: Context, arguments: str) -> Goto:
    """Parse /closed 粤K 2026-12-02 [至 2026-12-04] [上午|下午|09:00-12:00] REASON, in any order.

    Without a day it leads to the list of what is entered.

    Raises:
        Usage, UnreadableTime, DateInReason and its like: the arguments are malformed.
        DayInThePast, DayClosed: a day is past, or all are closed already.
        NothingClosed: the counter is not open at that time anyway.
    """
    words = read_day_words(ctx, "closed", arguments)
    if not words.days and words.hours is None and not words.reason:
        return _to_list(words.office)
    require_parts(words, "closed")
    return to_closed(ctx, words)


def to_closed(ctx: Context, words: DayWords) -> Goto:
    """Go to the question before days, or hours of them, are closed.

    Raises:
        DayInThePast, DayClosed, NothingClosed: as ``parse_closed``.
    """
    if words.hours is None:
        return _to_closed(ctx, words.office, words.days, words.reason)
    left = ctx.core.day_changes.left_open(ctx.tx, _configured(ctx, words.office), words.days, words.hours)
    if not any(left.values()):
        return _to_closed(ctx, words.office, tuple(left), words.reason)
    entries = [_entry(day, HoursKind.COUNTER, hours) for day, hours in left.items()]
    return _to_hours(ctx, words.office, entries, words.reason)


def _configured(ctx: Context, office: Office) -> Office:
    """Return an office as in the settings, without the hours of single days."""
    return ctx.core.offices[office.code]


def _entry(day: date, place: HoursKind, hours: Day, reason: str = "", by: str = "") -> EnteredDay:
    return EnteredDay(day=day, place=place, hours=hours, is_closed_day=False, reason=reason, by=by)


def parse_hours(ctx: Context, arguments: str) -> Goto:
    """Parse /hours 粤K 2026-12-31 [至 …] 窗口|网上|全部 09:00-12:00|不开放 REASON, in any order.

    Raises:
        as ``parse_closed``; HoursEntered: hours of a day are entered already.
    """
    words = read_day_words(ctx, "hours", arguments, known=WORDS)
    if not words.days and words.hours is None and not words.reason:
        return _to_list(words.office)
    is_set = words.hours is not None or bool(SHUT & words.words)
    require_parts(words, "hours", place=bool(_places(words)), hours=is_set)
    return to_hours(ctx, words)


def to_hours(ctx: Context, words: DayWords) -> Goto:
    """Go to the question before hours of days are entered.

    Raises:
        Usage: a place or hours are missing.
        DayInThePast, HoursEntered: as ``parse_hours``.
    """
    places = _places(words)
    if not places or (words.hours is None) != bool(SHUT & words.words):
        raise Usage("hours")
    entries = [_entry(day, place, words.hours or ()) for place in dict.fromkeys(places) for day in words.days]
    return _to_hours(ctx, words.office, entries, words.reason)


def _places(words: DayWords) -> list[HoursKind]:
    return [place for word in PLACES if word in words.words for place in PLACES[word]]


# --- closed days -----------------------------------------------------------------------------------


def _to_closed(ctx: Context, office: Office, days: Sequence[date], why: str) -> Goto:
    new = ctx.core.day_changes.new_days(ctx.tx, office, days)
    args = {"office": office.code, "days": [day.isoformat() for day in new], "reason": reason_or_none(why)}
    return Goto(screen=ScreenName.DESK_CLOSED, args=args)


def _days(ctx: Context) -> tuple[date, ...]:
    written_days = ctx.list_arg("days") or [ctx.arg("day")]  # one day, of an older version
    try:
        return tuple(date.fromisoformat(day) for day in written_days)
    except ValueError:
        raise UnreadableTime from None


def _closed_question(ctx: Context) -> str:
    office, days = _configured(ctx, ctx.office_of(ctx.arg("office"))), _days(ctx)
    read = partial(ctx.core.day_changes.closing, office=office, days=days)
    would: Closing = ctx.read_snapshot(f"closing:{office.code}:{days[0]}:{len(days)}", read)
    return texts.closed_question(office, days, ctx.arg("reason"), would)


def _close(ctx: Context) -> str:
    office, days = ctx.office_of(ctx.arg("office")), _days(ctx)
    moved = ctx.core.day_changes.close_days(ctx.tx, office, days, ctx.arg("reason"), ctx.actor)
    return texts.closed(office, days, len(moved))


def _closed_key(ctx: Context) -> str:
    return days_key(ctx.arg("office"), _days(ctx), (HoursKind.COUNTER,))


# --- hours of days -----------------------------------------------------------------------------------


def _to_hours(ctx: Context, office: Office, entries: Sequence[EnteredDay], why: str) -> Goto:
    ctx.core.day_changes.ensure_new(ctx.tx, office, entries)
    packed = [f"{one.place} {one.day.isoformat()} {written(one.hours)}" for one in entries]
    args = {"office": office.code, "hours": packed, "reason": reason_or_none(why)}
    return Goto(screen=ScreenName.DESK_HOURS, args=args)


def _entries(ctx: Context) -> list[EnteredDay]:
    found = []
    for packed in ctx.list_arg("hours"):
        place, day, hours = packed.split(" ", 2)
        found.append(
            _entry(date.fromisoformat(day), HoursKind(place), parse_day(hours), ctx.arg("reason"), ctx.actor)
        )
    return found


def _hours_question(ctx: Context) -> str:
    office, entries = _configured(ctx, ctx.office_of(ctx.arg("office"))), _entries(ctx)
    counter = [one for one in entries if one.place == HoursKind.COUNTER]
    moves = 0
    if counter:
        read = partial(ctx.core.day_changes.changing, office=office, new=counter)
        would: Closing = ctx.read_snapshot(f"changing:{office.code}:{ctx.list_arg('hours')}", read)
        moves = would.moves
    return texts.hours_question(office, entries, ctx.arg("reason"), moves)


def _set_hours(ctx: Context) -> str:
    office, entries = ctx.office_of(ctx.arg("office")), _entries(ctx)
    moved = 0
    for place in HoursKind:
        of_place = [one for one in entries if one.place == place]
        if of_place:
            moved += len(ctx.core.day_changes.set_hours(ctx.tx, office, of_place))
    return texts.hours_set(office, entries, moved)


def _hours_key(ctx: Context) -> str:
    entries = _entries(ctx)
    days, places = ([one.day for one in entries], [one.place for one in entries])
    return days_key(ctx.arg("office"), dict.fromkeys(days), dict.fromkeys(places))


# --- the list ----------------------------------------------------------------------------------------


def _to_list(office: Office) -> Goto:
    return Goto(screen=ScreenName.DESK_DAYS, args={"office": office.code})


def _show_list(ctx: Context) -> View:
    ctx.require(Permission.CLOSED)
    office = ctx.office_of(ctx.arg("office"))
    found = closed_days.entered(ctx.tx, office, ctx.today)
    buttons = [
        Button(
            label=texts.remove_label(one), action=ActionName.UNDO, arg=f"{one.day.isoformat()}.{one.place}"
        )
        for one in found
    ]
    page, turns = page_of(buttons, int(ctx.arg("page") or 0), _A_PAGE)
    return View(
        text=texts.entered(office, found),
        rows=(
            *in_columns(page, 2),
            *((tuple(turns),) if turns else ()),
            (Button(label=parts.MENU(), action=ActionName.HOME),),
        ),
    )


def _remove(ctx: Context, arg: str) -> Goto:
    ctx.require(Permission.UNDO)
    day, _, place = arg.partition(".")
    what = days_key(ctx.arg("office"), (date.fromisoformat(day),), (HoursKind(place),))
    return Goto(screen=ScreenName.DESK_UNDO_REASON, args={"what": what})


LIST = Screen(
    name=ScreenName.DESK_DAYS,
    show=_show_list,
    buttons={
        ActionName.UNDO: _remove,
        ActionName.PAGE: lambda ctx, page: Goto(screen=ScreenName.DESK_DAYS, args={**ctx.args, "page": page}),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_MENU),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)

SCREENS = (
    screen_of(
        Confirmation(
            name=ScreenName.DESK_CLOSED,
            permission=Permission.CLOSED,
            question_text=_closed_question,
            label=texts.CLOSE,
            act=_close,
            undo_key=_closed_key,
        )
    ),
    screen_of(
        Confirmation(
            name=ScreenName.DESK_HOURS,
            permission=Permission.CLOSED,
            question_text=_hours_question,
            label=texts.SET_HOURS,
            act=_set_hours,
            undo_key=_hours_key,
        )
    ),
    LIST,
)
