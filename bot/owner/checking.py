"""/verify: verifying one's own draws, and getting the public journal (docs/journal.md, section 5)."""

from bot.dialog.context import Context
from bot.dialog.effects import SendJournal
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.public_journal.checks import CheckRequest
from bot.texts.owner import checking as texts
from bot.texts.owner import journal_files as file_texts
from core.errors.offices import NoSuchOffice, OfficeUnknown
from core.pool.seeds import publishing_time
from core.public_journal.export import head_of
from core.reporting.own_draws import OwnDraw, draws_of_day, own_draws
from core.values import offices
from core.values.offices import Office

_A_PAGE = 6
_MOST_LISTED = 3
"""Batches with a button in the list of preselections; all are on the page 【核验抽号】."""
_OFFICES = 4
"""Offices with a button; any other is typed."""


def batch_buttons(ctx: Context) -> list[Button]:
    """Return buttons that verify an owner's newest batches, for the list of their preselections."""
    draws = _own(ctx)
    several = _are_several(draws)
    return [
        Button(
            label=texts.verify_this_label(draw, with_vehicle=several), action=ActionName.BATCH, arg=_arg(draw)
        )
        for draw in draws[:_MOST_LISTED]
    ]


def to_draw(_ctx: Context, arg: str) -> Goto:
    """Go to the page of a draw; ``arg`` is like 粤K.small.12."""
    office, kind, n = [*arg.split("."), "", ""][:3]
    return Goto(screen=ScreenName.VERIFY_DRAW, args={"office": office, "kind": kind, "n": n})


def send(ctx: Context, code: str) -> Goto:
    """Send the journal of an office; say what is understood if there is no such office here."""
    try:
        office = ctx.office_of(offices.find(code).code)
    except (NoSuchOffice, OfficeUnknown):
        return stay(note=file_texts.no_journal(code, _offices(ctx)))
    return Goto(
        screen=ScreenName.VERIFY,
        note=file_texts.SENDING(),
        effects=(SendJournal(office=office.code),),
    )


def _send_here(ctx: Context, code: str) -> Goto:
    """Send the journal by a button, which leaves the page as it is: perhaps the outcome of a check."""
    outcome = send(ctx, code)
    return stay(note=outcome.note, effects=outcome.effects)


def command(ctx: Context, arguments: str) -> Goto:
    """Route /verify, with or without an office."""
    return send(ctx, arguments) if arguments.strip() else Goto(screen=ScreenName.VERIFY)


def _own(ctx: Context) -> list[OwnDraw]:
    return own_draws(ctx.tx, ctx.account_or_none) if ctx.account_or_none else []


def _are_several(draws: list[OwnDraw]) -> bool:
    return len({draw.vin for draw in draws}) > 1


def _arg(draw: OwnDraw) -> str:
    return f"{draw.office}.{draw.kind}.{draw.n}"


def _offices(ctx: Context) -> list[Office]:
    """Return the offices, the owner's own first."""
    own = ctx.account_or_none.office if ctx.account_or_none else None
    return sorted(ctx.core.offices.values(), key=lambda office: office.code != own)


def _show(ctx: Context) -> View:
    draws = _own(ctx)
    several = _are_several(draws)
    page, turns = page_of(draws, int(ctx.arg("page") or 0), _A_PAGE)
    batches = [
        Button(label=texts.batch_label(draw, with_vehicle=several), action=ActionName.BATCH, arg=_arg(draw))
        for draw in page
    ]
    journals = [
        Button(label=file_texts.send_label(office), action=ActionName.SEND, arg=office.code)
        for office in _offices(ctx)[:_OFFICES]
    ]
    return View(
        text=texts.verify(has_batches=bool(draws)),
        rows=(
            *in_columns(batches, 1 if several else 2),
            *((tuple(turns),) if turns else ()),
            *in_columns(journals, 1),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    )


VERIFY = Screen(
    name=ScreenName.VERIFY,
    show=_show,
    buttons={
        ActionName.BATCH: to_draw,
        ActionName.SEND: _send_here,
        ActionName.PAGE: lambda _ctx, page: Goto(screen=ScreenName.VERIFY, args={"page": page}),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=send,
    hint=texts.HINT,
)


def _show_draw(ctx: Context) -> View | Goto:
    draw = next((draw for draw in _own(ctx) if _is_named(ctx, draw)), None)
    office = ctx.core.offices.get(ctx.arg("office"))
    if draw is None or office is None:
        return Goto(screen=ScreenName.VERIFY)
    rows = (
        (Button(label=file_texts.send_label(office), action=ActionName.SEND, arg=office.code),),
        (
            Button(label=texts.BACK_TO_BATCHES(), action=ActionName.VERIFY),
            Button(label=formatting.HOME(), action=ActionName.HOME),
        ),
    )
    return View(text=_said(ctx, draw, office), rows=rows)


def _is_named(ctx: Context, draw: OwnDraw) -> bool:
    return (draw.office, draw.kind, str(draw.n)) == (ctx.arg("office"), ctx.arg("kind"), ctx.arg("n"))


def _said(ctx: Context, draw: OwnDraw, office: Office) -> str:
    head = head_of(ctx.tx, draw.office, draw.kind)
    if draw.secret is None:
        return texts.pending(draw, publishing_time(ctx.office_of(office.code), draw.day), head)
    day = draws_of_day(ctx.tx, draw.office, draw.kind, draw.day.isoformat())
    outcome = ctx.read_check(
        CheckRequest(
            office=draw.office, kind=draw.kind, since=draw.published_at, first=day.first, last=day.last
        )
    )
    if not outcome.is_finished:
        return texts.unfinished(draw, head)
    found = outcome.draws.get(draw.n)
    if found is None or found.numbers != draw.numbers:
        return texts.wrong(draw, outcome, office)
    return texts.consistent(draw, found, head)


VERIFY_DRAW = Screen(
    name=ScreenName.VERIFY_DRAW,
    show=_show_draw,
    buttons={
        ActionName.SEND: _send_here,
        ActionName.VERIFY: lambda _ctx, _arg: Goto(screen=ScreenName.VERIFY),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)

SCREENS = (VERIFY, VERIFY_DRAW)
