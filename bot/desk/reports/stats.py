"""/stats: what came in, went out and waits, in the last days, a month or any span."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape

from bot.desk.arguments import is_office_code
from bot.desk.confirmation import GONE
from bot.desk.reports.parts import choice, columns, home_row, office_asked, offices_of, sheet
from bot.desk.reports.span_words import LAST_MONTH, THIS_MONTH, read_span, span_of
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.i18n.staff_names import with_same_names
from bot.pictures.cards import ReportPicture
from bot.pictures.chart_canvas import Ground
from bot.pictures.figure_tiles import Tile
from bot.pictures.statistics import Chart, Column, Grid, StatisticsSheet
from bot.spreadsheets import Cell, Table
from bot.texts.desk.reports import parts as report_texts
from bot.texts.desk.reports import stats as texts
from core.people.admins import Permission
from core.people.scope import Scope, scope_of
from core.reporting.spans import Span
from core.reporting.turnover import SPANS, Day, Stats, stats
from core.values.offices import Office

_ALL = "all"
_STAFF_SHOWN = 8
_MOST_COLUMNS = 92
"""The most columns of a chart: three months of days."""


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /stats [粤K] [span], in any order, and go to the statistics of an office, or of all the admin's.

    Raises:
        Usage: the arguments are malformed.
        SpanAhead, SpanTooLong, DaysReversed, NoSuchDay: there are no figures of such a span.
        OfficeUnknown, NotYourOffice: the office is not one of this admin's.
    """
    offices: list[str] = []
    others: list[str] = []
    for word in arguments.split():
        (offices if is_office_code(word) else others).append(word)
    span = read_span("stats", " ".join(others), ctx.today)
    office = office_asked(ctx, "stats", Permission.STATS, " ".join(offices))
    return _go(office.code if office else _ALL, span)


def _go(where: str, span: str) -> Goto:
    return Goto(screen=ScreenName.DESK_STATS, args={"of": where, "days": span})


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


def _span(ctx: Context) -> Span:
    return span_of(ctx.arg("days"), ctx.today)


def _show(ctx: Context) -> View:
    if not ctx.arg("of"):
        everything = Button(label=report_texts.ALL_OFFICES(), action=ActionName.OFFICE, arg=_ALL)
        return choice(ctx, Permission.STATS, everything)
    office, span = _office(ctx), _span(ctx)
    scope = _scope(ctx, office)
    found: Stats = ctx.read_snapshot(
        f"{ScreenName.DESK_STATS}:{scope}:{span}", partial(stats, scope=scope, span=span)
    )
    more = len(offices_of(ctx, Permission.STATS)) > 1
    return View(
        text=report_texts.fitting(texts.stats_lines(found, office)),
        picture=ReportPicture(report=picture(found, office)),
        rows=(
            *_spans(ctx.arg("days")),
            (
                Button(label=formatting.EXPORT(), action=ActionName.SHEET),
                Button(label=report_texts.REFRESH(), action=ActionName.DAYS, arg=ctx.arg("days")),
            ),
            *(((Button(label=report_texts.OFFICES(), action=ActionName.CHOOSE),),) if more else ()),
            home_row(),
        ),
    )


def _spans(chosen: str) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of the offered spans."""
    labels = {str(days): texts.days_label(days) for days in SPANS}
    months = {THIS_MONTH: texts.THIS_MONTH(), LAST_MONTH: texts.LAST_MONTH()}

    def row(offered: Mapping[str, str]) -> tuple[Button, ...]:
        return tuple(
            Button(label=texts.marked(label, chosen=kept == chosen), action=ActionName.DAYS, arg=kept)
            for kept, label in offered.items()
        )

    return row(labels), row(months)


def picture(found: Stats, office: Office | None) -> StatisticsSheet:
    total = found.total
    selected = total.selected
    return StatisticsSheet(
        title=texts.stats_title(office, found.span, found.today),
        at=report_texts.counted_at(found.at),
        tiles=tuple(_tiles(found)),
        random=total.random / selected if selected else 0.0,
        random_words=texts.share_of(texts.RANDOM(), total.random, selected) if selected else "",
        composed_words=texts.share_of(texts.COMPOSED(), total.composed, selected) if selected else "",
        nothing=texts.NOTHING_SELECTED(),
        grids=tuple(grid for grid in (_by_kind(found), _by_staff(found)) if grid.rows),
        charts=(_by_day(found), _by_hour(found), _by_end(found)),
    )


def _tiles(found: Stats) -> Iterable[Tile]:
    """Return the equation in two rows: what waited and came in; what went out. Then bans and appeals."""
    total, span, appeals = found.total, found.span, found.appeals
    over = found.at >= span.until
    figures = (
        (texts.WAITED(), found.waited, texts.start_of(span)),
        (texts.plus(texts.SELECTED()), total.selected, texts.a_day(total.selected, span.days)),
        (texts.plus(texts.GIVEN_BACK()), total.given_back, ""),
        (texts.WAITING_AT_END(), found.waiting, texts.end_of(span) if over else texts.NOW()),
        (texts.minus(texts.REGISTERED()), total.registered, texts.a_day(total.registered, span.days)),
        (texts.minus(texts.EXPIRED()), total.expired, ""),
        (texts.minus(texts.VOID()), total.void, ""),
        (texts.minus(texts.REVOKED()), total.revoked, ""),
        (texts.BANNED(), total.banned, texts.ban_entries(found)),
        (texts.APPEALS_CAME(), appeals.came, ""),
        (texts.APPEALS_DECIDED(), appeals.approved + appeals.rejected, texts.decided(appeals)),
        (texts.APPEALS(), appeals.waiting, texts.end_of(span) if over else texts.NOW()),
    )
    return (Tile(label=label, number=f"{count:,}", hint=hint) for label, count, hint in figures)


def _by_kind(found: Stats) -> Grid:
    rows = [texts.kind_row(kind) for kind in found.kinds if texts.has_figures(kind)]
    if len(rows) > 1:
        rows.append(texts.sum_row(found))
    return _grid(texts.BY_KIND(), texts.KIND_COLUMNS(), rows)


def _by_staff(found: Stats) -> Grid:
    rows = [texts.staff_row(one) for one in found.staff[:_STAFF_SHOWN]]
    if len(found.staff) > _STAFF_SHOWN:
        rows.append(texts.other_staff_row(found.staff[_STAFF_SHOWN:]))
    return _grid(texts.BY_STAFF(), texts.STAFF_COLUMNS(), rows)


def _grid(title: str, heads: str, rows: Iterable[Sequence[str | int]]) -> Grid:
    shown = tuple(tuple(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) for row in rows)
    return Grid(title=title, heads=columns(heads), rows=shown)


def _ways() -> tuple[tuple[Ground, str], ...]:
    return (Ground.BLUE, texts.RANDOM()), (Ground.GREEN, texts.COMPOSED())


def _by_hour(found: Stats) -> Chart:
    hours = tuple(Column(parts=(hour.random, hour.composed), label=str(hour.hour)) for hour in found.hours)
    return Chart(title=texts.BY_HOUR(), meanings=_ways(), columns=hours)


def _by_day(found: Stats) -> Chart:
    return Chart(
        title=texts.by_days(texts.BY_DAY(), _step(found)),
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
    return Chart(title=texts.by_days(texts.BY_END(), _step(found)), meanings=meanings, columns=parts)


def _step(found: Stats) -> int:
    """Return how many days a column stands for."""
    return -(-found.span.days // _MOST_COLUMNS)


def _columns(found: Stats, parts: Callable[[Day], tuple[int, ...]]) -> tuple[Column, ...]:
    step = _step(found)
    groups = [found.days[start : start + step] for start in range(0, len(found.days), step)]
    return tuple(
        Column(
            parts=tuple(map(sum, zip(*map(parts, group), strict=True))),
            label=report_texts.day_label(group[0].day),
        )
        for group in groups
    )


def _sheet(ctx: Context, _arg: str) -> Goto:
    office, span = _office(ctx), _span(ctx)
    name = f"stats-{office.code if office else _ALL}-{span.first}-{span.last}.xlsx"
    caption = escape(texts.stats_title(office, span, ctx.today))
    record_export(ctx, "stats", office.code if office else "")
    return sheet(
        name, caption, partial(stats, scope=_scope(ctx, office), span=span), with_same_names(_tables)
    )


def _tables(found: object) -> list[Table]:
    if not isinstance(found, Stats):
        raise TypeError("not the figures")
    sums: list[tuple[Cell, ...]] = [(name, value) for name, value in texts.stats_sums(found)]
    kinds = [*(texts.kind_row(kind) for kind in found.kinds), texts.sum_row(found)]
    lists: tuple[tuple[str, str, Sequence[Sequence[Cell]]], ...] = (
        (texts.SUM_SHEET(), texts.SUM_COLUMNS(), sums),
        (texts.BY_KIND(), texts.KIND_COLUMNS(), kinds),
        (texts.BY_STAFF(), texts.STAFF_COLUMNS(), [texts.staff_row(one) for one in found.staff]),
        (texts.APPEALS_SHEET(), texts.SUM_COLUMNS(), texts.appeal_sums(found.appeals)),
        (texts.DAYS_SHEET(), texts.DAY_COLUMNS(), [texts.day_row(day) for day in found.days]),
        (texts.HOURS_SHEET(), texts.HOUR_COLUMNS(), [texts.hour_row(hour) for hour in found.hours]),
    )
    return [Table(title=title, columns=columns(heads), rows=rows) for title, heads, rows in lists]


STATS = Screen(
    name=ScreenName.DESK_STATS,
    show=_show,
    buttons={
        ActionName.DAYS: lambda ctx, days: Goto(
            screen=ScreenName.DESK_STATS, args={"of": ctx.arg("of"), "days": days}
        ),
        ActionName.OFFICE: lambda ctx, code: _go(code, ctx.arg("days") or str(SPANS[0])),
        ActionName.CHOOSE: lambda ctx, _arg: Goto(
            screen=ScreenName.DESK_STATS, args={"days": ctx.arg("days")}
        ),
        ActionName.PAGE: lambda ctx, page: Goto(
            screen=ScreenName.DESK_STATS, args={"days": ctx.arg("days"), "page": page}
        ),
        ActionName.SHEET: _sheet,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
