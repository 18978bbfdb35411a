"""/holidays: the holidays and make-up working days of a year, entered by hand or by a file."""

from collections.abc import Iterable
from datetime import date

from bot.desk.confirmation import GONE, Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.events import Received
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import AttachmentHandler, Goto, ReadingQueue, Screen
from bot.dialog.view import Button, View
from bot.errors.tables import TableFileTooLarge
from bot.texts.desk import holidays as texts
from bot.texts.desk import parts
from bot.vehicle_import.holiday_files import MOST_BYTES, read_holiday_lines
from core.availability import holidays
from core.availability.holidays import Schedule, country_calendar, validate_schedule
from core.bootstrap import Core
from core.clock import to_millis
from core.people.admins import EVERYWHERE, Permission
from core.values.holiday_text import parse_holidays

_YEAR_LENGTH = 4


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /holidays [2027] [休 … 班 …] and go to the question, or to the page that asks for the days.

    Raises:
        HolidaysUnreadable, DayOfNoKind and their like: the days are malformed.
    """
    ctx.admin.require(Permission.HOLIDAYS, EVERYWHERE)
    if not arguments or (len(arguments) == _YEAR_LENGTH and arguments.isdecimal()):
        return Goto(screen=ScreenName.DESK_HOLIDAYS, args={"office": EVERYWHERE, "year": arguments})
    return _to_question(ctx, arguments)


def _to_question(ctx: Context, text: str) -> Goto:
    ctx.admin.require(Permission.HOLIDAYS, EVERYWHERE)
    asked = ctx.arg("year")
    found = parse_holidays(text, int(asked) if asked.isdecimal() else ctx.today.year + 1)
    schedule = Schedule(year=found.year, off=frozenset(found.off), worked=frozenset(found.worked))
    validate_schedule(ctx.tx, schedule)
    known = [one for one in holidays.years(ctx.tx) if one.year == schedule.year]
    args = {
        "office": EVERYWHERE,
        "year": str(schedule.year),
        "off": _packed(schedule.off),
        "worked": _packed(schedule.worked),
        "seen": str(to_millis(known[0].at)) if known else "0",
    }
    return Goto(screen=ScreenName.DESK_HOLIDAYS_SURE, args=args)


def _packed(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _schedule(ctx: Context) -> Schedule:
    off, worked = (frozenset(map(date.fromisoformat, ctx.list_arg(name))) for name in ("off", "worked"))
    return Schedule(year=int(ctx.arg("year")), off=off, worked=worked)


def _show(ctx: Context) -> View:
    ctx.admin.require(Permission.HOLIDAYS, EVERYWHERE)
    calendar, this_year = country_calendar(ctx.tx, ctx.core.calendar), ctx.today.year
    known = {one.year: one for one in holidays.years(ctx.tx)}
    years = [(year, known.get(year), calendar.has_schedule(year)) for year in (this_year, this_year + 1)]
    home = Button(label=parts.MENU(), action=ActionName.HOME)
    return View(text=texts.page(years, ctx.arg("year") or str(this_year + 1)), rows=((home,),))


async def _read(_core: Core, received: Received) -> str:
    return await read_holiday_lines(received.content)


_HOLIDAYS = Screen(
    name=ScreenName.DESK_HOLIDAYS,
    show=_show,
    buttons={ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_MENU)},
    text=_to_question,
    attachment=AttachmentHandler(
        most_bytes=MOST_BYTES,
        parse=_read,
        apply=_to_question,
        too_large=TableFileTooLarge,
        queue=ReadingQueue.TABLES,
    ),
    hint=texts.HINT,
    errors=GONE,
)


def _question(ctx: Context) -> str:
    schedule = _schedule(ctx)
    calendar = country_calendar(ctx.tx, ctx.core.calendar)
    replaces = ctx.arg("seen") != "0"
    return texts.question(schedule, calendar, replaces=replaces)


def _enter(ctx: Context) -> str:
    schedule = _schedule(ctx)
    holidays.enter(ctx.tx, schedule, ctx.actor, expected=int(ctx.arg("seen")))
    return texts.entered(schedule)


SCREENS = (
    _HOLIDAYS,
    screen_of(
        Confirmation(
            name=ScreenName.DESK_HOLIDAYS_SURE,
            permission=Permission.HOLIDAYS,
            question_text=_question,
            label=texts.ENTER,
            act=_enter,
        )
    ),
)
