"""Decided appeals: their list and their cards, with the photos as long as they are kept."""

from functools import partial

from bot.desk.confirmation import GONE
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.pictures.cards import evidence
from bot.texts.desk import appeals as queue_texts
from bot.texts.desk import decided_appeals as texts
from core.appeals import Appeal, AppealState, decided
from core.errors.appeals import AppealUnknown
from core.people.admins import Permission

_A_PAGE = 10


def to_decided(code: str, page: int = 0) -> Goto:
    """Go to the list of decided appeals, of one office or of all with an empty code."""
    return Goto(screen=ScreenName.DESK_APPEALS_DECIDED, args={"at": code, "page": str(page)})


def _show_list(ctx: Context) -> View:
    ctx.admin.require(Permission.APPEALS, ctx.arg("at") or None)
    code, page = ctx.arg("at"), int(ctx.arg("page") or 0)
    offices = [code] if code else ctx.admin.offices(Permission.APPEALS, ctx.core.offices)
    found = decided(ctx.tx, offices, skip=page * _A_PAGE, limit=_A_PAGE + 1)
    cards = [
        Button(label=texts.label(entry), action=ActionName.CARD, arg=str(entry.appeal_id))
        for entry in found[:_A_PAGE]
    ]
    turns = [
        *([Button(label="‹", action=ActionName.PAGE, arg=str(page - 1))] if page else []),
        *([Button(label="›", action=ActionName.PAGE, arg=str(page + 1))] if len(found) > _A_PAGE else []),
    ]
    back = Button(label=queue_texts.QUEUE(), action=ActionName.QUEUE)
    rows = (*in_columns(cards, 1), *((tuple(turns),) if turns else ()), (back,))
    return View(text=texts.heading(code, page) if found else texts.NONE(), rows=rows)


LIST = Screen(
    name=ScreenName.DESK_APPEALS_DECIDED,
    show=_show_list,
    buttons={
        ActionName.CARD: lambda ctx, number: to_card(ctx, int(number)),
        ActionName.PAGE: lambda ctx, page: to_decided(ctx.arg("at"), int(page)),
        ActionName.QUEUE: lambda ctx, _arg: Goto(
            screen=ScreenName.DESK_APPEALS, args={"at": ctx.arg("at")} if ctx.arg("at") else {}
        ),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


def to_card(ctx: Context, number: int) -> Goto:
    """Go to the card of an appeal: the one to decide, or what was decided."""
    appeal = _appeal(ctx, number)
    screen = ScreenName.DESK_APPEAL if appeal.state == AppealState.PENDING else ScreenName.DESK_APPEAL_DECIDED
    return Goto(screen=screen, args={"id": str(number), "at": ctx.arg("at"), "page": ctx.arg("page")})


def _appeal(ctx: Context, number: int) -> Appeal:
    ctx.admin.require(Permission.APPEALS)
    appeal = ctx.core.appeals.get(ctx.tx, number)
    ctx.admin.require(Permission.APPEALS, appeal.office)
    if appeal.state in {AppealState.DRAFT, AppealState.DROPPED}:
        raise AppealUnknown
    return appeal


def _show_card(ctx: Context) -> View | Goto:
    number = ctx.arg("id")
    appeal = _appeal(ctx, int(number) if number.isdecimal() else 0)
    if appeal.state == AppealState.PENDING:  # its decision was taken back
        return to_card(ctx, appeal.appeal_id)
    owner = ctx.core.accounts.by_id(ctx.tx, appeal.account_id)
    has_photos = bool(appeal.photos)
    return View(
        text=texts.card(appeal, owner),
        picture=evidence(ctx.core.photos, appeal) if has_photos else None,
        protected=has_photos,
        on_delivered=partial(_saw, appeal) if has_photos else None,
        rows=((Button(label=texts.LIST(), action=ActionName.BACK),),),
    )


def _saw(appeal: Appeal, ctx: Context) -> None:
    ctx.core.lookups.saw_photos(ctx.tx, ctx.actor, appeal.appeal_id, appeal.office)


CARD = Screen(
    name=ScreenName.DESK_APPEAL_DECIDED,
    show=_show_card,
    buttons={ActionName.BACK: lambda ctx, _arg: to_decided(ctx.arg("at"), int(ctx.arg("page") or 0))},
    hint=formatting.PRESS_HINT,
    errors=GONE,
)

SCREENS = (LIST, CARD)
