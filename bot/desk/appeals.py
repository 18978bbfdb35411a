"""/appeals, /approve, /reject: the queue of appeals and their decision (docs/domain.md, section 7)."""

from functools import partial

from bot.desk import decided_appeals
from bot.desk.arguments import split_args, without_parting, word_at_start
from bot.desk.confirmation import GONE, person_row, to_full_view
from bot.desk.decided_appeals import to_decided
from bot.desk.office_filter import places_of
from bot.desk.spreadsheets import record_export, sheet
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Part, Usage
from bot.i18n import formatting
from bot.pictures.cards import evidence
from bot.texts.desk import appeals as texts
from bot.texts.desk import lists, parts
from bot.texts.errors import of_error
from bot.texts.owner import appeal as owner_texts
from core.appeals import Appeal, Slot, queue
from core.appeals.reviews import Card
from core.errors.appeals import AppealMoved, AppealUnknown, PhotosNotSeen
from core.errors.base import InputError, Refusal, XuanhaoError
from core.errors.registry import RegistryUnavailable
from core.people.admins import Permission
from core.preselection import PreselectionState
from core.reporting import notes
from core.reporting.disclosure import DisclosedPart
from core.reporting.notes import Note
from core.values.labels import without_any_label
from core.values.reasons import parse_reason
from core.values.text import compact

_A_PAGE = 10
_NOTES_READ = 50
_MOST_DIGITS = 15


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


def parse_approve(ctx: Context, arguments: str) -> Goto:
    """Parse /approve 12 and go to the question.

    Raises:
        Usage: the arguments are malformed.
        AppealUnknown, AppealDecided, AppealOfOneself, NotYourOffice: it cannot be decided.
    """
    return _to(ctx, ScreenName.DESK_APPEAL_APPROVE, _number("approve", arguments))


def parse_reject(ctx: Context, arguments: str) -> Goto:
    """Parse /reject 12 REASON and go to the question; raises as ``parse_approve``."""
    written = without_parting(without_any_label(arguments.removeprefix(_APPEAL)))
    appeal = _number("reject", word_at_start(written)) if written else 0
    _, reason = split_args("reject", written, 2)
    return _to(ctx, ScreenName.DESK_APPEAL_REJECT_SURE, appeal, reason=parse_reason(reason))


_APPEAL = "申诉"


def _number(command: str, raw: str) -> int:
    raw = compact(raw, "#").removeprefix(_APPEAL).removesuffix("号")
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= _MOST_DIGITS):
        raise Usage(command, (Part.APPEAL,))
    return int(raw)


def _to(ctx: Context, screen: ScreenName, number: int, **more: object) -> Goto:
    """Go to a page of an appeal that this chat may decide; first to the photos, unless it has seen them."""
    card = (_judged_to_approve if screen == ScreenName.DESK_APPEAL_APPROVE else _judged)(ctx, number)
    try:
        ctx.core.reviews.ensure_viewed(ctx.tx, number, ctx.chat_id)
    except PhotosNotSeen as error:
        return Goto(
            screen=ScreenName.DESK_APPEAL, args={"id": str(number)}, note=of_error(error), sticky=True
        )
    return Goto(screen=screen, args={"id": str(number), "seen": card.obstacles.digest, **more})


def _judged(ctx: Context, number: int) -> Card:
    card = _seen(ctx, number)
    ctx.core.reviews.validate_reviewer(ctx.tx, card, ctx.chat_id)
    return card


def _judged_to_approve(ctx: Context, number: int) -> Card:
    """Return the card by which an approval is decided.

    Raises:
        RegistryUnavailable: later, outside of the transaction: the registry does not answer.
    """
    _require_reviewer(ctx, number)
    card = ctx.core.reviews.card_to_approve(ctx.tx, number)
    ctx.core.reviews.validate_reviewer(ctx.tx, card, ctx.chat_id)
    return card


def _seen(ctx: Context, number: int) -> Card:
    """Return the card of an appeal at an office where this chat reviews; raises as ``_require_reviewer``."""
    _require_reviewer(ctx, number)
    return ctx.core.reviews.card(ctx.tx, number)


def _require_reviewer(ctx: Context, number: int) -> None:
    """Reject a chat that does not review at the office of an appeal.

    Raises:
        AppealUnknown: there is no such appeal.
        NotPermitted, NotYourOffice: this chat does not review there.
    """
    ctx.admin.require(Permission.APPEALS)
    appeal = ctx.core.appeals.get(ctx.tx, number)
    ctx.admin.require(Permission.APPEALS, appeal.office)


def _id(ctx: Context) -> int:
    number = ctx.arg("id")
    if not number.isdecimal():
        raise AppealUnknown
    return int(number)


def _gone(_ctx: Context, error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.DESK_APPEALS, note=of_error(error), sticky=True)


def _photos_first(ctx: Context, error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}, note=of_error(error), sticky=True)


def _without_registry(ctx: Context, error: XuanhaoError) -> Goto:
    """Leave the appeal as it is: an approval is possible again when the registry answers."""
    note = (
        texts.not_without_registry(error.since) if isinstance(error, RegistryUnavailable) else of_error(error)
    )
    return Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}, note=note, sticky=True)


ERRORS: ErrorWays = {
    **GONE,
    Refusal: _gone,
    PhotosNotSeen: _photos_first,
    RegistryUnavailable: _without_registry,
}
"""The appeal was decided by another admin or withdrawn by its owner: the queue is shown with a note."""


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
    _seen(ctx, number)
    return Goto(screen=ScreenName.DESK_APPEAL, args={"id": str(number)})


# --- the card -------------------------------------------------------------------------------


def _show_card(ctx: Context) -> View:
    card = _seen(ctx, _id(ctx))
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
        text=texts.card(card, _notes(ctx, card), missing=card.appeal.missing_photo is not None),
        picture=evidence(ctx.core.photos, card.appeal, slots),
        protected=True,
        on_delivered=partial(_saw, card.appeal),
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


def _saw(appeal: Appeal, ctx: Context) -> None:
    """Record, once they were shown, that this chat has looked at the photos."""
    ctx.core.reviews.record_viewing(ctx.tx, appeal.appeal_id, ctx.chat_id)
    ctx.core.lookups.saw_photos(ctx.tx, ctx.actor, appeal.appeal_id, appeal.office)


CARD = Screen(
    name=ScreenName.DESK_APPEAL,
    show=_show_card,
    buttons={
        ActionName.PHOTO: lambda ctx, slot: Goto(
            screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id"), "photo": slot}
        ),
        ActionName.APPROVE: lambda ctx, _arg: _to(ctx, ScreenName.DESK_APPEAL_APPROVE, _id(ctx)),
        ActionName.REJECT: lambda ctx, _arg: _to(ctx, ScreenName.DESK_APPEAL_REJECT, _id(ctx)),
        ActionName.PERSON: lambda ctx, subject: to_full_view(
            Goto(screen=ScreenName.DESK_APPEAL, args=ctx.args), subject, DisclosedPart.PERSON
        ),
        ActionName.QUEUE: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_APPEALS),
    },
    hint=formatting.PRESS_HINT,
    errors=ERRORS,
)


# --- the decision ---------------------------------------------------------------------------


def _show_approve(ctx: Context) -> View:
    card, bar = _judged_to_approve(ctx, _id(ctx)), bool(ctx.args.get("bar"))
    holder = card.obstacles.holder
    may_bar = card.suspicion is None and holder is not None and holder.state == PreselectionState.RESERVED
    toggle = Button(label=(texts.BAR_ON if bar else texts.BAR_OFF)(), action=ActionName.BAR)
    return View(
        text=texts.approve_question(card, bar=bar, has_photos=card.appeal.missing_photo is None),
        rows=(
            *(((toggle,),) if may_bar else ()),
            (
                Button(label=texts.APPROVE_SURE(), action=ActionName.DO, style=Style.SUCCESS),
                Button(label=parts.KEEP(), action=ActionName.CARD),
            ),
        ),
    )


def _approve(ctx: Context, _arg: str) -> Goto:
    number = _id(ctx)
    _judged_to_approve(ctx, number)
    outcome = ctx.core.reviews.approve(
        ctx.tx, number, ctx.chat_id, expected=ctx.arg("seen"), bar=bool(ctx.args.get("bar"))
    )
    appeal = ctx.core.appeals.get(ctx.tx, number)
    note = texts.approved(appeal, outcome)
    if ctx.admin.may(Permission.UNDO, appeal.office) and appeal.suspicion_id is None:
        args = {"what": appeal.subject, "to": ScreenName.DESK_APPEALS}
        return Goto(screen=ScreenName.DESK_DONE, args=args, note=note, sticky=True)
    return Goto(screen=ScreenName.DESK_APPEALS, note=note, sticky=True)


def _look_again(ctx: Context, error: XuanhaoError) -> Goto:
    """Show the question again: the facts have changed, and an earlier tick must not bar anybody."""
    go = _to(ctx, ScreenName.DESK_APPEAL_APPROVE, _id(ctx))
    return Goto(screen=go.screen, args=go.args, note=of_error(error), sticky=True)


def _to_card(ctx: Context, error: XuanhaoError) -> Goto:
    """Leave a question that was answered with text, and return to the card."""
    return Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}, note=of_error(error), sticky=True)


APPROVE = Screen(
    name=ScreenName.DESK_APPEAL_APPROVE,
    show=_show_approve,
    buttons={
        ActionName.BAR: lambda ctx, _arg: Goto(
            screen=ScreenName.DESK_APPEAL_APPROVE, args={**ctx.args, "bar": not ctx.args.get("bar")}
        ),
        ActionName.DO: _approve,
        ActionName.CARD: lambda ctx, _arg: Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}),
    },
    hint=formatting.PRESS_HINT,
    errors={**ERRORS, InputError: _to_card, AppealMoved: _look_again},
)


def _show_reject(ctx: Context) -> View:
    card = _judged(ctx, _id(ctx))
    ready = [
        Button(label=reason(), action=ActionName.REASON, arg=str(place))
        for place, reason in enumerate(owner_texts.REASONS)
    ]
    return View(
        text=texts.reject_page(card.appeal),
        rows=(*in_columns(ready, 1), (Button(label=texts.CARD(), action=ActionName.CARD),)),
    )


def _because(ctx: Context, text: str) -> Goto:
    return _to(ctx, ScreenName.DESK_APPEAL_REJECT_SURE, _id(ctx), reason=parse_reason(text))


REJECT = Screen(
    name=ScreenName.DESK_APPEAL_REJECT,
    show=_show_reject,
    buttons={
        ActionName.REASON: lambda ctx, place: _because(ctx, owner_texts.REASONS[int(place)].chinese),
        ActionName.CARD: lambda ctx, _arg: Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}),
    },
    text=_because,
    hint=texts.REASON_HINT,
    errors=ERRORS,
)


def _show_reject_sure(ctx: Context) -> View:
    card = _judged(ctx, _id(ctx))
    return View(
        text=texts.reject_question(card, ctx.arg("reason")),
        rows=(
            (
                Button(label=texts.REJECT_SURE(), action=ActionName.DO, style=Style.DANGER),
                Button(label=parts.KEEP(), action=ActionName.CARD),
            ),
        ),
    )


def _reject(ctx: Context, _arg: str) -> Goto:
    number = _id(ctx)
    _judged(ctx, number)
    appeal = ctx.core.reviews.reject(ctx.tx, number, ctx.arg("reason"), ctx.chat_id)
    return Goto(screen=ScreenName.DESK_APPEALS, note=texts.rejected(appeal), sticky=True)


REJECT_SURE = Screen(
    name=ScreenName.DESK_APPEAL_REJECT_SURE,
    show=_show_reject_sure,
    buttons={
        ActionName.DO: _reject,
        ActionName.CARD: lambda ctx, _arg: Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}),
    },
    hint=formatting.PRESS_HINT,
    errors={**ERRORS, InputError: _to_card},
)

SCREENS = (QUEUE, CARD, APPROVE, REJECT, REJECT_SURE, *decided_appeals.SCREENS)
