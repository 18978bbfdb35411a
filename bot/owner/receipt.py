"""The receipt 预选号凭证 (docs/domain.md, sections 3 and 6): its page, and what is sent from it.

What to bring and what to do if the time is too short replace the caption for a while, so the picture stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.dialog.context import Context
from bot.dialog.effects import SendFile, SendPicture, SendVenue
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Handler, Screen, stay
from bot.dialog.view import Button, Lifetime, View
from bot.i18n import formatting
from bot.i18n.bilingual import bilingual
from bot.owner.calendar_file import calendar_file, cancellation_file
from bot.owner.entry import AGAIN, another_vehicle
from bot.pictures.receipt import Receipt, ReceiptField, ReceiptPicture, receipt_pdf
from bot.pictures.share_card import ShareCard
from bot.texts import notifications as notices
from bot.texts.owner import home, wishes
from bot.texts.owner import receipt as texts
from core.errors.preselection import StepOutOfOrder
from core.preselection import Preselection, PreselectionState, get
from core.public_journal.chain import Head
from core.public_journal.export import entry_of_claim
from core.values.offices import Office

WITH_RECEIPT = frozenset({PreselectionState.RESERVED, PreselectionState.REGISTERED})
PAPERS = "papers"
LATE = "late"


def completed(preselection_id: int) -> Goto:
    """Return the receipt of a number that has just been taken; its message stays in the chat."""
    return Goto(screen=ScreenName.DONE, args={"id": str(preselection_id)})


def to_receipt(ctx: Context, number: str, page: str = "") -> Goto:
    """Return the receipt; shown again, it is deleted when it is left, so that no second picture stays."""
    is_first = ctx.screen == ScreenName.DONE and ctx.arg("id") == number and not ctx.arg(AGAIN)
    args = {"id": number, "page": page, AGAIN: "" if is_first else "1"}
    return Goto(screen=ScreenName.DONE, args={name: value for name, value in args.items() if value})


def _found(ctx: Context, number: str) -> Preselection | None:
    """Return a preselection of this owner that has had a number."""
    if ctx.account_or_none is None or not number.isdigit():
        return None
    try:
        preselection = get(ctx.tx, int(number))
    except StepOutOfOrder:
        return None
    is_own = preselection.account_id == ctx.account_or_none.account_id
    return preselection if is_own and preselection.serial else None


def _own(ctx: Context) -> Preselection | None:
    """Return the preselection named in the screen's arguments, if it is the owner's and has a receipt."""
    preselection = _found(ctx, ctx.arg("id"))
    return preselection if preselection is not None and preselection.state in WITH_RECEIPT else None


def receipt_of(preselection: Preselection, office: Office, name: str, entry: Head | None) -> Receipt:
    """Return the receipt of a preselection.

    Args:
        preselection: reserved or registered.
        office: where it is confirmed.
        name: the owner's, which is masked; empty in a rehearsal.
        entry: that of the selection in the public journal.
    """
    waits = preselection.state == PreselectionState.RESERVED
    fields = [ReceiptField(label=label, value=value) for label, value in texts.fields(preselection, name)]
    wide = [
        ReceiptField(label=label, value=value, is_wide=True)
        for label, value in texts.wide_fields(preselection, entry)
    ]
    return Receipt(
        title=bilingual(texts.TITLE),
        office=preselection.office,
        kind=preselection.kind,
        serial=preselection.serial or "",
        date_label=bilingual(texts.DATE_LABEL if waits else texts.REGISTERED_LABEL),
        date=texts.date(preselection),
        warning=texts.warning(office) if waits else None,
        place_label=bilingual(texts.PLACE_LABEL),
        place=office.name,
        place_lines=tuple(texts.place_lines(office)),
        fields=(*fields, *wide),
        code=texts.confirmation(preselection) if waits else "",
        code_label=bilingual(texts.CODE_LABEL),
        papers_label=bilingual(texts.PAPERS_LABEL),
        papers=tuple(texts.paper_boxes(office)) if waits else (),
    )


# --- the page -------------------------------------------------------------------------------


def _show_done(ctx: Context, *, is_public: bool = True) -> View | Goto:
    """Return the page; ``is_public`` if its number is in a public journal that anybody can check."""
    own = _own(ctx)
    if own is None:
        return Goto(screen=ScreenName.MINE)
    office = ctx.office_of(own.office)
    claim = entry_of_claim(ctx.tx, own.preselection_id) if is_public else None
    picture = ReceiptPicture(
        number=f"{own.preselection_id}:{own.state}", receipt=receipt_of(own, office, ctx.account.name, claim)
    )
    waits = own.state == PreselectionState.RESERVED
    page = ctx.arg("page") if waits else ""
    lifetime = Lifetime.PASSING if ctx.arg(AGAIN) else Lifetime.LASTING
    if page in {PAPERS, LATE}:
        text = texts.papers(own, office) if page == PAPERS else texts.late(own, office)
        back = (
            Button(label=formatting.BACK(), action=ActionName.RECEIPT),
            Button(label=formatting.HOME(), action=ActionName.HOME),
        )
        return View(text=text, picture=picture, rows=(back,), lifetime=lifetime)
    return View(
        text=texts.page(own, office, claim),
        picture=picture,
        rows=_rows(office, waits=waits),
        lifetime=lifetime,
    )


def _rows(office: Office, *, waits: bool) -> Sequence[Sequence[Button]]:
    share = Button(label=texts.SHARE(), action=ActionName.SHARE)
    home_way = Button(label=formatting.HOME(), action=ActionName.HOME)
    ways = (
        Button(label=home.MINE(), action=ActionName.MINE),
        Button(label=texts.NEXT_VEHICLE(), action=ActionName.NEXT),
    )
    if not waits:
        return ((share, home_way), ways)
    places = [Button(label=texts.MAP(), action=ActionName.MAP)] if office.latitude is not None else []
    return (
        (
            Button(label=texts.PAPERS(), action=ActionName.PAPERS),
            Button(label=texts.LATE(), action=ActionName.LATE),
        ),
        (
            *places,
            Button(label=texts.CALENDAR(), action=ActionName.CALENDAR),
            Button(label=texts.PDF(), action=ActionName.PDF),
        ),
        (Button(label=wishes.REMINDERS(), action=ActionName.REMINDERS), share, home_way),
        ways,
    )


def _turned(page: str) -> Handler:
    """Return the handler of a button that replaces the caption."""
    return lambda ctx, _arg: to_receipt(ctx, ctx.arg("id"), page)


def _to_reminders(_ctx: Context, number: str) -> Goto:
    """Return the settings of the reminders, which lead back to the receipt."""
    return Goto(screen=ScreenName.REMINDERS, args={"id": number})


# --- what is sent from it -------------------------------------------------------------------


def _send_map(ctx: Context, _arg: str) -> Goto:
    own = _own(ctx)
    office = ctx.office_of(own.office) if own else None
    if office is None or office.latitude is None or office.longitude is None:
        return Goto(screen=ScreenName.MINE)
    venue = SendVenue(
        title=office.name, address=office.address, latitude=office.latitude, longitude=office.longitude
    )
    return stay(note=texts.SENDING(), effects=(venue,))


def _send_calendar(ctx: Context, _arg: str) -> Goto:
    own = _own(ctx)
    file = None if own is None else _calendar(ctx, own)
    return Goto(screen=ScreenName.MINE) if file is None else stay(note=texts.SENDING(), effects=(file,))


def _calendar(ctx: Context, preselection: Preselection) -> SendFile | None:
    """Return the file that puts a deadline into a calendar, or takes that of an ended number out of it."""
    office, deadline = ctx.core.offices.get(preselection.office), preselection.deadline
    if office is None or deadline is None:
        return None
    waits = preselection.state == PreselectionState.RESERVED
    content = (calendar_file if waits else cancellation_file)(preselection, office, deadline)
    return SendFile(
        name=f"{preselection.office}{preselection.serial}.ics",
        caption=notices.CALENDAR_FILE() if waits else notices.CANCELLATION_FILE(),
        read=lambda _tx: content,
        make=lambda made: made,
    )


def _send_pdf(ctx: Context, _arg: str) -> Goto:
    own = _own(ctx)
    if own is None:
        return Goto(screen=ScreenName.MINE)
    claim = entry_of_claim(ctx.tx, own.preselection_id)
    receipt = receipt_of(own, ctx.office_of(own.office), ctx.account.name, claim)
    file = SendFile(
        name=f"{own.office}{own.serial}.pdf",
        caption=texts.PDF_FILE(),
        read=lambda _tx: receipt,
        make=receipt_pdf,
    )
    return stay(note=texts.SENDING(), effects=(file,))


def _share(ctx: Context, _arg: str) -> Goto:
    own = _own(ctx)
    return Goto(screen=ScreenName.MINE) if own is None else stay(note=texts.SENDING(), effects=(_card(own),))


def _card(preselection: Preselection) -> SendPicture:
    title = bilingual(texts.SHARE_TITLE)
    card = ShareCard(
        office=preselection.office,
        kind=preselection.kind,
        serial=preselection.serial or "",
        title=title.chinese,
        subtitle=title.english,
    )
    return SendPicture(picture=card, caption=texts.shared(preselection))


DONE = Screen(
    name=ScreenName.DONE,
    show=_show_done,
    buttons={
        ActionName.RECEIPT: _turned(""),
        ActionName.PAPERS: _turned(PAPERS),
        ActionName.LATE: _turned(LATE),
        ActionName.MAP: _send_map,
        ActionName.CALENDAR: _send_calendar,
        ActionName.PDF: _send_pdf,
        ActionName.SHARE: _share,
        ActionName.REMINDERS: lambda ctx, _arg: _to_reminders(ctx, ctx.arg("id")),
        ActionName.MINE: lambda _ctx, _arg: Goto(screen=ScreenName.MINE),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
        ActionName.NEXT: lambda ctx, _arg: another_vehicle(ctx),
    },
    hint=formatting.PRESS_HINT,
)


REHEARSED = replace(DONE, show=partial(_show_done, is_public=False))
"""The page of a rehearsal, whose journal nobody can check."""


# --- from the buttons under notices ---------------------------------------------------------


def _with_calendar(ctx: Context, number: str) -> Goto:
    """Send the calendar file that fits by now, and show the receipt, or the list without one."""
    found = _found(ctx, number)
    file = None if found is None else _calendar(ctx, found)
    return replace(to_receipt(ctx, number), effects=() if file is None else (file,))


def _with_card(ctx: Context, number: str) -> Goto:
    found = _found(ctx, number)
    has_receipt = found is not None and found.state in WITH_RECEIPT
    effects = (_card(found),) if found is not None and has_receipt else ()
    return replace(to_receipt(ctx, number), effects=effects)


def _opened(page: str) -> Handler:
    return lambda ctx, number: to_receipt(ctx, number, page)


GLOBAL_BUTTONS: Mapping[ActionName, Handler] = {
    ActionName.RECEIPT: to_receipt,
    ActionName.PAPERS: _opened(PAPERS),
    ActionName.LATE: _opened(LATE),
    ActionName.CALENDAR: _with_calendar,
    ActionName.SHARE: _with_card,
    ActionName.REMINDERS: _to_reminders,
}
