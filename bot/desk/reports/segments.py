"""/segments: usage of each segment of an office, with the 60 % mark."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape

from bot.desk.confirmation import GONE
from bot.desk.reports.parts import choice, columns, home_row, number, office_asked, offices_of, sheet
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.keyboards import page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.pictures.cards import ReportPicture
from bot.pictures.segments import Bar, Segments
from bot.spreadsheets import Table
from bot.texts.desk.reports import parts as report_texts
from bot.texts.desk.reports import segments as texts
from core.people.admins import Permission
from core.ports import Tx
from core.reporting.statistics import MARK, NEARLY_EMPTY, Fill, UnreleasedMask, fills, unreleased_masks
from core.values.offices import Office

_A_PAGE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The segments of an office at one time."""

    at: datetime
    fills: tuple[Fill, ...]
    unreleased: tuple[UnreleasedMask, ...]


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /segments [粤K] and go to the office's segments, or to the choice of an office.

    Raises:
        Usage: the arguments are malformed.
        OfficeUnknown, NotYourOffice: the office is not one of this admin's.
    """
    office = office_asked(ctx, "segments", Permission.SEGMENTS, arguments)
    return of_office(office.code) if office else Goto(screen=ScreenName.DESK_SEGMENTS)


def of_office(code: str) -> Goto:
    return Goto(screen=ScreenName.DESK_SEGMENTS, args={"office": code, "page": "0"})


def _count(tx: Tx, office: Office) -> Counted:
    return Counted(at=tx.now, fills=tuple(fills(tx, [office])), unreleased=unreleased_masks(tx, office))


def _show(ctx: Context) -> View:
    ctx.require(Permission.SEGMENTS)
    if not ctx.arg("office"):
        return choice(ctx, Permission.SEGMENTS)
    office = ctx.office_of(ctx.arg("office"))
    counted: Counted = ctx.read_snapshot(
        f"{ScreenName.DESK_SEGMENTS}:{office.code}", partial(_count, office=office)
    )
    page, turns = page_of(counted.fills, number(ctx, "page"), _A_PAGE)
    return View(
        text=_text(office, counted, page, number(ctx, "page")),
        picture=ReportPicture(report=picture(office, counted.at, page)),
        rows=(
            *([tuple(turns)] if turns else []),
            (
                Button(label=formatting.EXPORT(), action=ActionName.SHEET),
                Button(label=report_texts.REFRESH(), action=ActionName.PAGE, arg=ctx.arg("page")),
            ),
            *_others(ctx),
            home_row(),
        ),
    )


def _others(ctx: Context) -> tuple[tuple[Button, ...], ...]:
    more = len(offices_of(ctx, Permission.SEGMENTS)) > 1
    return ((Button(label=report_texts.OFFICES(), action=ActionName.CHOOSE),),) if more else ()


def _text(office: Office, counted: Counted, page: list[Fill], number_of_page: int) -> str:
    pages = -(-len(counted.fills) // _A_PAGE)
    head = texts.segments_head(office, counted.fills)
    if counted.unreleased:
        head = f"{head}\n{escape(texts.unreleased(counted.unreleased))}"
    lines = [head, *([report_texts.page_line(min(number_of_page, pages - 1), pages)] if pages > 1 else [])]
    return report_texts.fitting(
        [*lines, *(line for fill in page for line in texts.fill_lines(fill, counted.at))]
    )


def picture(office: Office, at: datetime, page: list[Fill]) -> Segments:
    return Segments(
        title=texts.segments_title(office),
        at=report_texts.counted_at(at),
        bars=tuple(_bar(fill, at) for fill in page),
        mark=MARK,
        mark_words=texts.MARK_WORDS(),
        empty=texts.SEGMENTS_EMPTY(),
        taken_words=texts.TAKEN(),
        past_words=texts.PAST(),
        full_words=texts.FULL(),
        held_words=texts.HELD(),
        free_words=texts.FREE(),
        withheld_words=texts.WITHHELD(),
    )


def _bar(fill: Fill, now: datetime) -> Bar:
    size = fill.segment.size
    return Bar(
        head=str(formatting.KINDS[fill.kind]),
        mask=fill.segment.mask.pattern,
        taken=fill.share,
        held=fill.held / size,
        withheld=fill.withheld_size / size,
        share=report_texts.percent(fill.share),
        figures=texts.fill_figures(fill),
        ways=texts.fill_ways(fill, now),
        kept_back=texts.kept_back(fill),
        scheduled=fill.segment.opens_at > now,
        full=fill.share >= NEARLY_EMPTY,
    )


def _sheet(ctx: Context, _arg: str) -> Goto:
    ctx.require(Permission.SEGMENTS)
    office = ctx.office_of(ctx.arg("office"))
    record_export(ctx, "segments", office.code)
    return sheet(
        f"segments-{office.code}.xlsx",
        escape(texts.segments_title(office)),
        partial(_count, office=office),
        _tables,
    )


def _tables(found: object) -> list[Table]:
    if not isinstance(found, Counted):
        raise TypeError("not the segments of an office")
    return [
        Table(
            title=texts.SEGMENTS_SHEET(),
            columns=columns(texts.SEGMENT_COLUMNS()),
            rows=[_row(fill) for fill in found.fills],
        ),
        Table(
            title=texts.UNRELEASED_SHEET(),
            columns=columns(texts.UNRELEASED_COLUMNS()),
            rows=[_unreleased_row(one) for one in found.unreleased],
        ),
    ]


def _row(fill: Fill) -> tuple[str | int | float | datetime, ...]:
    segment = fill.segment
    return (
        str(formatting.KINDS[fill.kind]),
        segment.mask.pattern,
        segment.size,
        fill.taken,
        fill.held,
        fill.free,
        fill.share,
        fill.withheld_size,
        texts.masks_of(fill.withheld),
        segment.opens_at,
        fill.compose_from,
        segment.released_at,
    )


def _unreleased_row(one: UnreleasedMask) -> tuple[str | int | datetime, ...]:
    kind = str(formatting.KINDS[one.kind])
    return (kind, one.mask.pattern, one.mask.size, one.size, one.since, one.reason)


SEGMENTS = Screen(
    name=ScreenName.DESK_SEGMENTS,
    show=_show,
    buttons={
        ActionName.OFFICE: lambda _ctx, code: of_office(code),
        ActionName.PAGE: lambda ctx, page: Goto(
            screen=ScreenName.DESK_SEGMENTS, args={"office": ctx.arg("office"), "page": page}
        ),
        ActionName.CHOOSE: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_SEGMENTS),
        ActionName.SHEET: _sheet,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
