"""/appeals: the queue of appeals, and the card of one (docs/domain.md, section 7)."""

from functools import partial

from bot.desk import appeal_decisions, decided_appeals
from bot.desk.appeal_access import (
    ERRORS,
    appeal_arg,
    card_of,
    record_look,
    to_decision,
)
from bot.desk.confirmation import person_row, to_full_view
from bot.desk.decided_appeals import to_decided
from bot.desk.office_filter import places_of
from bot.desk.spreadsheets import record_export, sheet
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.pictures.cards import evidence
from bot.texts.desk import appeals as texts
from bot.texts.desk import lists
from core.appeals import Slot, queue
from core.appeals.reviews import Card
from core.people.admins import Permission
from core.reporting import notes
from core.reporting.disclosure import DisclosedPart
from core.reporting.notes import Note

_A_PAGE = 10
_NOTES_READ = 50


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /appeals [粤K] and go to the queue.

    Raises:
        OfficeUnknown, NotYourOffice: the office is not served, or not one of this admin's.
    """
    if not arguments:
        return Goto(screen=ScreenName.DESK_APPEALS)
    return Goto(
        screen=ScreenName.DESK_APPEALS, args={"at": ctx.desk_office(arguments, Permission.APPEALS).code}
    )


# --- the queue ------------------------------------------------------------------------------


def _show_queue(ctx: Context) -> View:
    ctx.admin.require(Permission.APPEALS)
    mine = ctx.admin.offices(Permission.APPEALS, ctx.core.offices)
    code = ctx.arg("at")
    if code:
        ctx.admin.require(Permission.APPEALS, code)
    waiting = queue(ctx.tx, [code] if code else mine)
    cards = [
        Button(label=texts.queued(queued), action=ActionName.CARD, arg=str(queued.appeal_id))
        for queued in waiting
    ]
    page, turns = page_of(cards, int(ctx.arg("page") or 0), _A_PAGE)
    near, others = places_of(ctx, mine, code) if len(mine) > 1 else ([], ())
    places = [
        Button(label=office_code, action=ActionName.AT, arg=office_code)
        for office_code in near
        if office_code != code
    ]
    if code:
        places.insert(0, Button(label=texts.ALL(), action=ActionName.AT))
    oldest = waiting[0].submitted_at if waiting else None
    return View(
        text=texts.queue(len(waiting), oldest, code),
        rows=(
            *in_columns(page, 1),
            *((tuple(turns),) if turns else ()),
            *in_columns(places, 4),
            *((others,) if others else ()),
            (Button(label=texts.DECIDED(), action=ActionName.HISTORY),),
            (
                *((Button(label=formatting.EXPORT(), action=ActionName.EXPORT),) if waiting else ()),
                Button(label=formatting.HOME(), action=ActionName.HOME),
            ),
        ),
    )


def _export(ctx: Context, _arg: str) -> Goto:
    ctx.admin.require(Permission.APPEALS, ctx.arg("at") or None)
    code = ctx.arg("at")
    offices = [code] if code else ctx.admin.offices(Permission.APPEALS, ctx.core.offices)
    rows = [
        (queued.appeal_id, queued.office, queued.vin, queued.submitted_at)
        for queued in queue(ctx.tx, offices)
    ]
    record_export(ctx, "appeals", code)
    wanted = sheet("appeals", lists.APPEALS(), lists.APPEAL_COLUMNS(), rows)
    return stay(effects=(wanted,))


QUEUE = Screen(
    name=ScreenName.DESK_APPEALS,
    show=_show_queue,
    buttons={
        ActionName.CARD: lambda ctx, number: _open(ctx, int(number)),
        ActionName.EXPORT: _export,
        ActionName.HISTORY: lambda ctx, _arg: to_decided(ctx.arg("at")),
        ActionName.AT: lambda _ctx, code: Goto(
            screen=ScreenName.DESK_APPEALS, args={"at": code} if code else {}
        ),
        ActionName.PAGE: lambda ctx, page: Goto(
            screen=ScreenName.DESK_APPEALS, args={**ctx.args, "page": page}
        ),
        ActionName.PLACES: lambda ctx, page: Goto(
            screen=ScreenName.DESK_APPEALS, args={**ctx.args, "places": page}
        ),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=ERRORS,
)


def _open(ctx: Context, number: int) -> Goto:
    card_of(ctx, number)
    return Goto(screen=ScreenName.DESK_APPEAL, args={"id": str(number)})


# --- the card -------------------------------------------------------------------------------


def _show_card(ctx: Context) -> View:
    card = card_of(ctx, appeal_arg(ctx))
    shown = ctx.arg("photo")
    slots = (Slot(shown),) if shown in set(Slot) else tuple(Slot)
    views = [
        Button(label=label(), action=ActionName.PHOTO, arg=slot)
        for slot, label in texts.PHOTO_LABELS.items()
        if slot != shown
    ]
    if shown:
        views.append(Button(label=texts.BOTH(), action=ActionName.PHOTO))
    return View(
        text=texts.card(card, _notes(ctx, card)),
        picture=evidence(ctx.core.photos, card.appeal, slots),
        protected=True,
        on_delivered=partial(record_look, card.appeal),
        rows=(
            tuple(views),
            (
                Button(label=texts.APPROVE(), action=ActionName.APPROVE, style=Style.SUCCESS),
                Button(label=texts.REJECT(), action=ActionName.REJECT, style=Style.DANGER),
            ),
            *person_row(ctx, card.appeal.subject),
            (Button(label=texts.QUEUE(), action=ActionName.QUEUE),),
        ),
    )


def _notes(ctx: Context, card: Card) -> list[Note]:
    """Return the notes on the appeal itself, newest first."""
    found = notes.of_account(ctx.tx, card.appeal.account_id, _NOTES_READ)
    return [note for note in found if note.subject == card.appeal.subject]


CARD = Screen(
    name=ScreenName.DESK_APPEAL,
    show=_show_card,
    buttons={
        ActionName.PHOTO: lambda ctx, slot: Goto(
            screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id"), "photo": slot}
        ),
        ActionName.APPROVE: lambda ctx, _arg: to_decision(
            ctx, ScreenName.DESK_APPEAL_APPROVE, appeal_arg(ctx)
        ),
        ActionName.REJECT: lambda ctx, _arg: to_decision(ctx, ScreenName.DESK_APPEAL_REJECT, appeal_arg(ctx)),
        ActionName.PERSON: lambda ctx, subject: to_full_view(
            Goto(screen=ScreenName.DESK_APPEAL, args=ctx.args), subject, DisclosedPart.PERSON
        ),
        ActionName.QUEUE: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_APPEALS),
    },
    hint=formatting.PRESS_HINT,
    errors=ERRORS,
)

SCREENS = (QUEUE, CARD, *appeal_decisions.SCREENS, *decided_appeals.SCREENS)
