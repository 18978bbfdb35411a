"""/list: the reservations of an office that wait to be registered; ticking several to confirm them."""

from functools import partial

from bot.desk import confirm_many
from bot.desk.arguments import is_office_code, kind_or_none
from bot.desk.confirmation import GONE
from bot.desk.find import to_card
from bot.desk.keywords import FILTER_WORDS
from bot.desk.reports.parts import choice, columns, home_row, number, office_asked, offices_of, sheet
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Usage
from bot.i18n import formatting
from bot.spreadsheets import Table
from bot.texts.desk import waiting_list as texts
from bot.texts.desk.confirm_many import MOST_NAMED
from bot.texts.desk.reports import parts as report_texts
from core.audit import preselection_subject
from core.people.admins import Permission
from core.ports import Tx
from core.reporting.waiting_list import (
    WaitingChoice,
    WaitingFilter,
    WaitingPage,
    WaitingReservation,
    waiting_page,
    waiting_rows,
)
from core.values.plates import PlateKind
from core.values.text import tidy

_A_PAGE = 8
_MOST_TICKED = MOST_NAMED
_MOST_EXPORTED = 20_000
_KEPT = ("office", "filter", "kind", "page")


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /list [粤K] [filter] [kind], in any order, and go to the list, or to the choice of an office.

    Raises:
        Usage: the arguments are malformed.
        OfficeUnknown, NotYourOffice: the office is not one of this admin's.
    """
    words = arguments.split()
    offices = [word for word in words if is_office_code(word)]
    office = office_asked(ctx, "list", Permission.CONFIRM, " ".join(offices))
    narrowed = _narrowed_by([word for word in words if word not in offices])
    return Goto(screen=ScreenName.DESK_LIST, args={"office": office.code if office else "", **narrowed})


def _narrowed_by(words: list[str]) -> dict[str, str]:
    """Return the filter and the plate kind that words name, each at most once.

    Raises:
        Usage: they name something else.
    """
    found: dict[str, str] = {}
    for word in words:
        name = tidy(word).lower()
        wanted = next((one for one, names in FILTER_WORDS.items() if name in names), None)
        kind = kind_or_none(word) if wanted is None else None
        key, value = ("filter", wanted) if wanted else ("kind", kind)
        if value is None or key in found:
            raise Usage("list")
        found[key] = value.value
    return found


def _choice(ctx: Context) -> WaitingChoice:
    filters, kinds = {one.value: one for one in WaitingFilter}, {kind.value: kind for kind in PlateKind}
    return WaitingChoice(
        office=ctx.arg("office"),
        filter=filters.get(ctx.arg("filter"), WaitingFilter.ALL),
        kind=kinds.get(ctx.arg("kind")),
    )


def _ticked(ctx: Context) -> list[int]:
    return ctx.ids_arg("ticks")


def _is_ticking(ctx: Context) -> bool:
    return "ticks" in ctx.args


def _page(ctx: Context) -> WaitingPage:
    wanted, page = _choice(ctx), number(ctx, "page")
    read = partial(waiting_page, choice=wanted, page=page, size=_A_PAGE)
    found: WaitingPage = ctx.read_snapshot(f"{ScreenName.DESK_LIST}:{wanted}:{page}", read)
    return found


def _show(ctx: Context) -> View:
    if not ctx.arg("office"):
        ctx.admin.require(Permission.CONFIRM)
        return choice(ctx, Permission.CONFIRM)
    ctx.require(Permission.CONFIRM)
    found, wanted = _page(ctx), _choice(ctx)
    _, turns = page_of(range(found.total), found.page, _A_PAGE)
    first = found.page * _A_PAGE + 1
    office = ctx.office_of(wanted.office)
    text = texts.waiting_list(office, wanted, found, first, _A_PAGE)
    if _is_ticking(ctx):
        text += f"\n\n{texts.ticking(_MOST_TICKED)}"
    return View(
        text=text,
        rows=(
            *in_columns(_row_buttons(ctx, found, first), 4),
            *([tuple(turns)] if turns else []),
            *_ticking(ctx, found),
            *in_columns(_filters(wanted, found), 3),
            *_kinds(wanted, found),
            *_lasts(ctx, found),
        ),
    )


def _row_buttons(ctx: Context, found: WaitingPage, first: int) -> list[Button]:
    ticked = _ticked(ctx)
    buttons = []
    for place, row in enumerate(found.rows, first):
        reserved = row.preselection.preselection_id
        action, label = ActionName.OPEN, str(place)
        if _is_ticking(ctx):
            action, label = ActionName.PICK, texts.tick_label(place, ticked=reserved in ticked)
        buttons.append(Button(label=label, action=action, arg=str(reserved)))
    return buttons


def _ticking(ctx: Context, found: WaitingPage) -> tuple[tuple[Button, ...], ...]:
    if not _is_ticking(ctx):
        tick = Button(label=texts.TICK(), action=ActionName.ON)
        file = Button(label=texts.BY_FILE(), action=ActionName.REGISTER)
        return (((tick,) if found.total else ()) + (file,),)
    ticked = _ticked(ctx)
    leave = Button(label=texts.TICK_OFF(), action=ActionName.OFF)
    whole = Button(label=texts.TICK_PAGE(), action=ActionName.ADD)
    if not ticked:
        return ((whole, leave),)
    label = texts.confirm_label(len(ticked))
    return ((Button(label=label, action=ActionName.CONFIRM, style=Style.SUCCESS),), (whole, leave))


def _filters(wanted: WaitingChoice, found: WaitingPage) -> list[Button]:
    return [
        Button(
            label=texts.filter_label(one, found.by_filter[one], chosen=one == wanted.filter),
            action=ActionName.FILTER,
            arg=one.value,
        )
        for one in WaitingFilter
    ]


def _kinds(wanted: WaitingChoice, found: WaitingPage) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons that narrow the list to a plate kind; the chosen one widens it again."""
    if not found.has_several_kinds and wanted.kind is None:
        return ()
    buttons = [
        Button(
            label=texts.kind_label(kind, count, chosen=kind == wanted.kind),
            action=ActionName.KIND,
            arg="" if kind == wanted.kind else kind.value,
        )
        for kind, count in found.by_kind.items()
    ]
    return in_columns(buttons, 2)


def _lasts(ctx: Context, found: WaitingPage) -> tuple[tuple[Button, ...], ...]:
    export = Button(label=formatting.EXPORT(), action=ActionName.EXPORT)
    renew = Button(label=report_texts.REFRESH(), action=ActionName.PAGE, arg=str(found.page))
    more = len(offices_of(ctx, Permission.CONFIRM)) > 1
    others = (Button(label=report_texts.OFFICES(), action=ActionName.CHOOSE),) if more else ()
    return ((export, renew) if found.total else (renew,), (*others, *home_row()))


def _to(ctx: Context, **changes: object) -> Goto:
    """Return the list with some arguments changed; what is ticked stays."""
    kept = {name: ctx.args[name] for name in (*_KEPT, "ticks") if name in ctx.args}
    return Goto(screen=ScreenName.DESK_LIST, args={**kept, **changes})


def _plain(ctx: Context) -> Goto:
    """Return the list as it is, without what is ticked."""
    kept = {name: ctx.args[name] for name in _KEPT if name in ctx.args}
    return Goto(screen=ScreenName.DESK_LIST, args=kept)


def _open(ctx: Context, preselection_id: str) -> Goto:
    card = to_card(preselection_subject(int(preselection_id)))
    return Goto(screen=card.screen, args={**card.args, "list": dict(_plain(ctx).args)})


def _tick(ctx: Context, preselection_id: str) -> Goto:
    ticked, one = _ticked(ctx), int(preselection_id)
    if one in ticked:
        ticked.remove(one)
    elif len(ticked) >= _MOST_TICKED:
        return _too_many(ctx)
    else:
        ticked.append(one)
    return _to(ctx, ticks=ticked)


def _tick_page(ctx: Context, _arg: str) -> Goto:
    ctx.require(Permission.CONFIRM)
    here = [row.preselection.preselection_id for row in _page(ctx).rows]
    ticked = [*_ticked(ctx), *(one for one in here if one not in _ticked(ctx))]
    return _to(ctx, ticks=ticked) if len(ticked) <= _MOST_TICKED else _too_many(ctx)


def _too_many(ctx: Context) -> Goto:
    go = _to(ctx)
    return Goto(screen=go.screen, args=go.args, note=texts.too_many(_MOST_TICKED), alert=True)


def _confirm(ctx: Context, _arg: str) -> Goto:
    ctx.require(Permission.CONFIRM)
    return confirm_many.to_question(ctx, _ticked(ctx), _plain(ctx))


def _typed(ctx: Context, text: str) -> Goto:
    if not ctx.arg("office"):
        return parse(ctx, text)
    return _to(ctx, page="0", **{"filter": "", "kind": "", **_narrowed_by(text.split())})


def _export(ctx: Context, _arg: str) -> Goto:
    ctx.require(Permission.CONFIRM)
    wanted, core = _choice(ctx), ctx.core

    def read(tx: Tx) -> list[tuple[WaitingReservation, str]]:
        rows = waiting_rows(tx, wanted, skip=0, limit=_MOST_EXPORTED)
        return [(row, core.accounts.by_id(tx, row.preselection.account_id).name or "") for row in rows]

    now = ctx.tx.now

    def tables(found: object) -> list[Table]:
        rows = [texts.row_cells(row, name, now) for row, name in found] if isinstance(found, list) else []
        return [Table(title=texts.SHEET(), columns=columns(texts.COLUMNS()), rows=rows)]

    record_export(ctx, "list", wanted.office)
    caption = texts.exported(ctx.office_of(wanted.office), wanted)
    return sheet(f"list-{wanted.office}-{ctx.today}.xlsx", caption, read, tables)


LIST = Screen(
    name=ScreenName.DESK_LIST,
    show=_show,
    buttons={
        ActionName.OPEN: _open,
        ActionName.PICK: _tick,
        ActionName.ADD: _tick_page,
        ActionName.ON: lambda ctx, _arg: _to(ctx, ticks=[]),
        ActionName.OFF: lambda ctx, _arg: _plain(ctx),
        ActionName.CONFIRM: _confirm,
        ActionName.PAGE: lambda ctx, page: _to(ctx, page=page),
        ActionName.FILTER: lambda ctx, wanted: _to(ctx, filter=wanted, page="0"),
        ActionName.KIND: lambda ctx, kind: _to(ctx, kind=kind, page="0"),
        ActionName.EXPORT: _export,
        ActionName.REGISTER: lambda ctx, _arg: confirm_many.to_file(_plain(ctx)),
        ActionName.CHOOSE: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_LIST),
        ActionName.OFFICE: lambda _ctx, code: Goto(screen=ScreenName.DESK_LIST, args={"office": code}),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=_typed,
    attachment=confirm_many.FILES,
    hint=texts.HINT,
    errors=GONE,
)

SCREENS = (LIST,)
