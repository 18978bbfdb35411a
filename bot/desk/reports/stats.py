"""/stats: selections of the last days, and their outcome."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from html import escape

from bot.desk.confirmation import GONE
from bot.desk.reports.parts import choice, columns, home_row, number, office_asked, offices_of, sheet
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.pictures.cards import ReportPicture
from bot.pictures.chart_canvas import Ground
from bot.pictures.figure_tiles import Tile
from bot.pictures.statistics import Chart, Column, StatisticsSheet
from bot.spreadsheets import Table
from bot.texts.desk.reports import parts as report_texts
from bot.texts.desk.reports import stats as texts
from core.people.admins import Permission
from core.people.scope import Scope, scope_of
from core.reporting.statistics import SPANS, Day, Stats, stats
from core.values.offices import Office

_ALL = "all"


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /stats [粤K] and go to the statistics of an office, or of all the admin's offices.

    Raises:
        Usage: the arguments are malformed.
        OfficeUnknown, NotYourOffice: the office is not one of this admin's.
    """
    office = office_asked(ctx, "stats", Permission.STATS, arguments)
    return _go(office.code if office else _ALL, SPANS[0])


def _go(where: str, days: int) -> Goto:
    return Goto(screen=ScreenName.DESK_STATS, args={"of": where, "days": str(days)})


def _office(ctx: Context) -> Office | None:
    """Return the office of the screen; None for all the admin's offices.

    Raises:
        NotPermitted, NotYourOffice, OfficeUnknown: it is no longer one of this admin's.
    """
    if ctx.arg("of") == _ALL:
        ctx.admin.require(Permission.STATS)
        return None
    return ctx.desk_office(ctx.arg("of"), Permission.STATS)


def _scope(ctx: Context, office: Office | None) -> Scope:
    if office is not None:
        return Scope(offices=(office.code,))
    return scope_of(ctx.admin, Permission.STATS, ctx.core.offices)


def _span(ctx: Context) -> int:
    days = number(ctx, "days")
    return days if days in SPANS else SPANS[0]


def _show(ctx: Context) -> View:
    if not ctx.arg("of"):
        everything = Button(label=report_texts.ALL_OFFICES(), action=ActionName.OFFICE, arg=_ALL)
        return choice(ctx, Permission.STATS, everything)
    office, days = _office(ctx), _span(ctx)
    scope = _scope(ctx, office)
    found: Stats = ctx.read_snapshot(
        f"{ScreenName.DESK_STATS}:{scope}:{days}", partial(stats, scope=scope, days=days)
    )
    spans = tuple(
        Button(label=texts.days_label(span, chosen=span == days), action=ActionName.DAYS, arg=str(span))
        for span in SPANS
    )
    more = len(offices_of(ctx, Permission.STATS)) > 1
    return View(
        text=texts.stats_text(found, office),
        picture=ReportPicture(report=picture(found, office)),
        rows=(
            spans,
            (
                Button(label=formatting.EXPORT(), action=ActionName.SHEET),
                Button(label=report_texts.REFRESH(), action=ActionName.DAYS, arg=str(days)),
            ),
            *(((Button(label=report_texts.OFFICES(), action=ActionName.CHOOSE),),) if more else ()),
            home_row(),
        ),
    )


def picture(found: Stats, office: Office | None) -> StatisticsSheet:
    total = found.total
    selected = total.selected
    return StatisticsSheet(
        title=texts.stats_title(office, len(found.days)),
        at=report_texts.counted_at(found.at),
        tiles=tuple(_tiles(found)),
        random=total.random / selected if selected else 0.0,
        random_words=texts.share_of(texts.RANDOM(), total.random, selected) if selected else "",
        composed_words=texts.share_of(texts.COMPOSED(), total.composed, selected) if selected else "",
        nothing=texts.NOTHING_SELECTED(),
        charts=(_by_day(found), _by_hour(found), _by_end(found)),
    )


def _tiles(found: Stats) -> Iterable[Tile]:
    total, days = found.total, len(found.days)
    figures = (
        (texts.SELECTED(), total.selected, texts.a_day(total.selected, days)),
        (texts.REGISTERED(), total.registered, texts.a_day(total.registered, days)),
        (texts.EXPIRED(), total.expired, ""),
        (texts.BANNED(), total.banned, ""),
        (texts.VOID(), total.void, ""),
        (texts.REVOKED(), total.revoked, ""),
        (texts.WAITING(), found.waiting, texts.NOW()),
        (texts.APPEALS(), found.appeals, texts.NOW()),
    )
    return (Tile(label=label, number=f"{count:,}", hint=hint) for label, count, hint in figures)


def _ways() -> tuple[tuple[Ground, str], ...]:
    return (Ground.BLUE, texts.RANDOM()), (Ground.GREEN, texts.COMPOSED())


def _by_hour(found: Stats) -> Chart:
    hours = tuple(Column(parts=(hour.random, hour.composed), label=str(hour.hour)) for hour in found.hours)
    return Chart(title=texts.BY_HOUR(), meanings=_ways(), columns=hours)


def _by_day(found: Stats) -> Chart:
    return Chart(
        title=texts.BY_DAY(),
        meanings=_ways(),
        columns=_columns(found, lambda day: (day.random, day.composed)),
    )


def _by_end(found: Stats) -> Chart:
    meanings = (
        (Ground.GREEN, texts.REGISTERED()),
        (Ground.RED, texts.EXPIRED()),
        (Ground.AMBER, texts.VOID()),
        (Ground.SLATE, texts.REVOKED()),
    )
    parts = _columns(found, lambda day: (day.registered, day.expired, day.void, day.revoked))
    return Chart(title=texts.BY_END(), meanings=meanings, columns=parts)


def _columns(found: Stats, parts: Callable[[Day], tuple[int, ...]]) -> tuple[Column, ...]:
    return tuple(Column(parts=parts(day), label=report_texts.day_label(day.day)) for day in found.days)


def _sheet(ctx: Context, _arg: str) -> Goto:
    office, days = _office(ctx), _span(ctx)
    name = f"stats-{office.code if office else _ALL}-{days}.xlsx"
    caption = escape(texts.stats_title(office, days))
    record_export(ctx, "stats", office.code if office else "")
    return sheet(name, caption, partial(stats, scope=_scope(ctx, office), days=days), _tables)


def _tables(found: object) -> list[Table]:
    if not isinstance(found, Stats):
        raise TypeError("not the figures")
    sums: list[tuple[str, str | int | float | datetime | date | None]] = [
        (name, value) for name, value in texts.stats_sums(found)
    ]
    return [
        Table(title=texts.SUM_SHEET(), columns=columns(texts.SUM_COLUMNS()), rows=sums),
        Table(
            title=texts.DAYS_SHEET(),
            columns=columns(texts.DAY_COLUMNS()),
            rows=[texts.day_row(day) for day in found.days],
        ),
        Table(
            title=texts.HOURS_SHEET(),
            columns=columns(texts.HOUR_COLUMNS()),
            rows=[texts.hour_row(hour) for hour in found.hours],
        ),
    ]


STATS = Screen(
    name=ScreenName.DESK_STATS,
    show=_show,
    buttons={
        ActionName.DAYS: lambda ctx, days: Goto(
            screen=ScreenName.DESK_STATS, args={"of": ctx.arg("of"), "days": days}
        ),
        ActionName.OFFICE: lambda _ctx, code: _go(code, SPANS[0]),
        ActionName.CHOOSE: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_STATS),
        ActionName.PAGE: lambda _ctx, page: Goto(screen=ScreenName.DESK_STATS, args={"page": page}),
        ActionName.SHEET: _sheet,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
