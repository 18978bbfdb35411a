"""Filling in an appeal: notice, consent, VIN, reason, two photos, review (docs/domain.md, section 7)."""

import asyncio

from telegram.constants import FileSizeLimit

from bot.dialog.context import Context
from bot.dialog.effects import DeleteUserMessage
from bot.dialog.events import Received
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import AttachmentHandler, ErrorWays, Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner.appeals import PHOTO_PAGES, begin, filled, step
from bot.owner.vin_pages import VinPages, may_be_photographed
from bot.photos.isolated import validate_isolated
from bot.photos.perceptual_hash import is_same
from bot.photos.validation import ValidPhoto
from bot.pictures.cards import evidence
from bot.texts.errors import of_error
from bot.texts.owner import appeal as texts
from bot.texts.owner import photos
from core.appeals import Appeal, Photo, Slot
from core.bootstrap import Core
from core.errors.appeals import AppealAboutOwnNumber, AppealIncomplete, AppealNotNeeded, AppealWaits
from core.errors.base import XuanhaoError
from core.errors.blacklist import Blacklisted
from core.errors.photos import PhotoRepeated
from core.errors.preselection import StepOutOfOrder, VehicleUnknown
from core.suspicion import find_asked
from core.values.personal_numbers import InputKind


def _draft(ctx: Context) -> Appeal:
    return ctx.core.appeals.draft(ctx.tx, ctx.account)


def _on(ctx: Context, note: str = "") -> Goto:
    go = step(_draft(ctx))
    return Goto(screen=go.screen, args=go.args, note=note)


def _back(ctx: Context) -> tuple[Button, ...]:
    """Return the back button: to the review while a complete draft is being corrected, else to the list."""
    if _draft(ctx).is_complete:
        return (Button(label=formatting.BACK(), action=ActionName.REVIEW),)
    return (Button(label=texts.LIST(), action=ActionName.LIST),)


_WAYS = {
    ActionName.REVIEW: lambda ctx, _arg: _on(ctx),
    ActionName.LIST: lambda _ctx, _arg: Goto(screen=ScreenName.APPEALS),
}


def _stay_or_list(_ctx: Context, error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.APPEALS, note=of_error(error), sticky=True)


def _pointless(_ctx: Context, error: XuanhaoError) -> Goto:
    """Explain why the appeal is not needed, and offer to cancel it."""
    return Goto(screen=ScreenName.APPEAL_DROP, note=of_error(error), sticky=True)


GONE: ErrorWays = {
    StepOutOfOrder: lambda _ctx, _error: Goto(screen=ScreenName.APPEALS, note=texts.GONE(), sticky=True)
}
"""Handles drafts that have been submitted, cancelled or dropped meanwhile."""


# --- notice and consent ---------------------------------------------------------------------


def _is_answer(ctx: Context) -> bool:
    """Return whether the appeal answers why the owner's selection is suspended."""
    account = ctx.account_or_none
    return account is not None and bool(find_asked(ctx.tx, account.account_id))


def _read(ctx: Context, _arg: str) -> Goto:
    return filled(ctx, ctx.arg("vin"))


NOTICE = Screen(
    name=ScreenName.APPEAL_NOTICE,
    show=lambda ctx: View(
        text=texts.ANSWER_NOTICE() if _is_answer(ctx) else texts.NOTICE(),
        rows=(
            (Button(label=texts.READ(), action=ActionName.AGREE, style=Style.SUCCESS),),
            (Button(label=formatting.BACK(), action=ActionName.LIST),),
        ),
    ),
    buttons={ActionName.AGREE: _read, **_WAYS},
    hint=formatting.PRESS_HINT,
    errors={
        AppealAboutOwnNumber: _stay_or_list,
        AppealNotNeeded: _stay_or_list,
        AppealWaits: _stay_or_list,
        Blacklisted: lambda ctx, _error: begin(ctx),
    },
)


def _consent(ctx: Context, _arg: str) -> Goto:
    ctx.core.appeals.consent(ctx.tx, ctx.account)
    return _on(ctx)


CONSENT = Screen(
    name=ScreenName.APPEAL_CONSENT,
    personal=True,
    show=lambda ctx: View(
        text=texts.consent(ctx.core.settings.photos.keep_days),
        rows=(
            (
                Button(label=texts.CONSENT(), action=ActionName.AGREE, style=Style.SUCCESS),
                Button(label=texts.DECLINE(), action=ActionName.DECLINE),
            ),
        ),
    ),
    buttons={
        ActionName.AGREE: _consent,
        ActionName.DECLINE: lambda _ctx, _arg: Goto(
            screen=ScreenName.APPEALS, note=texts.DECLINED(), sticky=True
        ),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


# --- vehicle and reason ---------------------------------------------------------------------


def _take_vin(ctx: Context, vin: str, _certificate: str) -> Goto:
    ctx.core.appeals.enter_vin(ctx.tx, ctx.account, vin)
    return _on(ctx)


VIN_PAGES = VinPages(
    page=ScreenName.APPEAL_VIN,
    doubt=ScreenName.APPEAL_VIN_DOUBT,
    choice=ScreenName.APPEAL_VIN_CHOICE,
    take=_take_vin,
    errors=GONE,
)

VIN = Screen(
    name=ScreenName.APPEAL_VIN,
    input_kind=InputKind.VEHICLE,
    personal=True,
    show=lambda ctx: View(
        text=texts.VIN() + may_be_photographed(), rows=(*VIN_PAGES.suggestion(ctx), _back(ctx))
    ),
    buttons={**_WAYS, **VIN_PAGES.buttons},
    text=VIN_PAGES.typed,
    attachment=VIN_PAGES.handler,
    hint=texts.VIN_HINT,
    errors=GONE,
)


def _reason(ctx: Context, text: str) -> Goto:
    ctx.core.appeals.enter_reason(ctx.tx, ctx.account, text)
    return _on(ctx)


REASON = Screen(
    name=ScreenName.APPEAL_REASON,
    personal=True,
    show=lambda ctx: View(text=texts.reason_page(), rows=(_back(ctx),)),
    buttons=_WAYS,
    text=_reason,
    hint=texts.REASON_HINT,
    errors=GONE,
)


# --- photos ---------------------------------------------------------------------------------


async def _judged(core: Core, received: Received) -> Photo:
    """Validate a photo and store it encrypted; the scheduler deletes it if no appeal refers to it.

    Raises:
        PhotoError: it is unusable, or a copy of a photo from which it must differ.
        PhotoStoreError: it cannot be stored.
    """
    photo = await validate_isolated(received.content, core.settings.photos)
    return await asyncio.to_thread(_stored, core, photo, received.prefetched)


def _stored(core: Core, photo: ValidPhoto, others: object) -> Photo:
    if isinstance(others, list) and any(is_same(photo.fingerprint, other) for other in others):
        raise PhotoRepeated
    return Photo(key=core.photos.put(photo.jpeg), fingerprint=photo.fingerprint)


def _photo_screen(slot: Slot) -> Screen:
    def take(ctx: Context, photo: Photo) -> Goto:
        ctx.core.appeals.attach(ctx.tx, ctx.account, slot, photo)
        go = _on(ctx)
        return Goto(
            screen=go.screen, args=go.args, note=texts.photo_taken(slot), effects=(DeleteUserMessage(),)
        )

    return Screen(
        name=PHOTO_PAGES[slot],
        personal=True,
        show=lambda ctx: View(text=texts.photo_page(slot), rows=(_back(ctx),)),
        buttons=_WAYS,
        attachment=AttachmentHandler(
            most_bytes=FileSizeLimit.FILESIZE_DOWNLOAD,  # the settings may set a lower limit
            parse=_judged,
            apply=take,
            prefetch=lambda ctx: ctx.core.appeals.to_differ_from(ctx.tx, ctx.account, slot),
            waiting=photos.READING,
        ),
        hint=texts.PHOTO_HINT,
        errors=GONE,
    )


# --- review ---------------------------------------------------------------------------------


def _show_review(ctx: Context) -> View | Goto:
    draft, account = _draft(ctx), ctx.account
    missing = step(draft)
    if missing.screen != ScreenName.APPEAL_REVIEW:
        return missing
    changes = [
        Button(label=texts.CHANGE_VIN(), action=ActionName.VIN),
        Button(label=texts.CHANGE_REASON(), action=ActionName.REASON),
        *(Button(label=texts.CHANGE_PHOTO[slot](), action=ActionName.PHOTO, arg=slot) for slot in Slot),
    ]
    corrections = (
        Button(label=texts.CHANGE_NAME(), action=ActionName.NAME),
        Button(label=texts.CHANGE_PHONE(), action=ActionName.PHONE),
    )
    return View(
        text=texts.review(draft, account, ctx.office_of(account.office or draft.office)),
        picture=evidence(ctx.core.photos, draft),
        protected=True,
        rows=(
            (Button(label=texts.SUBMIT(), action=ActionName.SUBMIT, style=Style.SUCCESS),),
            *in_columns(changes, 2),
            (Button(label=texts.EXCHANGE(), action=ActionName.EXCHANGE),),
            corrections,
            (
                Button(label=texts.DROP(), action=ActionName.DROP),
                Button(label=texts.LIST(), action=ActionName.LIST),
            ),
        ),
    )


def _submit(ctx: Context, _arg: str) -> Goto:
    appeal = ctx.core.appeals.submit(ctx.tx, ctx.account)
    return Goto(
        screen=ScreenName.APPEAL,
        args={"id": str(appeal.appeal_id)},
        note=texts.SUBMITTED(),
        sticky=True,
    )


def _exchange(ctx: Context, _arg: str) -> Goto:
    ctx.core.appeals.exchange_photos(ctx.tx, ctx.account)
    return Goto(screen=ScreenName.APPEAL_REVIEW, note=texts.EXCHANGED(), sticky=True)


def _corrects(screen: ScreenName) -> Goto:
    """Return the target that opens a registration page and returns here from it."""
    return Goto(screen=screen, args={"back": ScreenName.APPEAL_REVIEW})


REVIEW = Screen(
    name=ScreenName.APPEAL_REVIEW,
    personal=True,
    show=_show_review,
    buttons={
        ActionName.SUBMIT: _submit,
        ActionName.VIN: lambda _ctx, _arg: Goto(screen=ScreenName.APPEAL_VIN),
        ActionName.REASON: lambda _ctx, _arg: Goto(screen=ScreenName.APPEAL_REASON),
        ActionName.PHOTO: lambda _ctx, slot: Goto(screen=PHOTO_PAGES[Slot(slot)]),
        ActionName.EXCHANGE: _exchange,
        ActionName.NAME: lambda _ctx, _arg: _corrects(ScreenName.REG_NAME),
        ActionName.PHONE: lambda _ctx, _arg: _corrects(ScreenName.REG_PHONE),
        ActionName.DROP: lambda _ctx, _arg: Goto(screen=ScreenName.APPEAL_DROP),
        ActionName.LIST: lambda _ctx, _arg: Goto(screen=ScreenName.APPEALS),
    },
    hint=formatting.PRESS_HINT,
    errors={
        **GONE,
        AppealIncomplete: lambda ctx, _error: _on(ctx),
        AppealWaits: _stay_or_list,
        AppealAboutOwnNumber: _pointless,
        AppealNotNeeded: _pointless,
        VehicleUnknown: _stay_or_list,
        Blacklisted: lambda ctx, _error: begin(ctx),
    },
)


def _drop(ctx: Context, _arg: str) -> Goto:
    ctx.core.appeals.drop(ctx.tx, ctx.account)
    return Goto(screen=ScreenName.APPEALS, note=texts.DROPPED())


DROP = Screen(
    name=ScreenName.APPEAL_DROP,
    show=lambda _ctx: View(
        text=texts.DROP_TEXT(),
        rows=(
            (
                Button(label=texts.KEEP(), action=ActionName.REVIEW, style=Style.SUCCESS),
                Button(label=texts.DROP_SURE(), action=ActionName.DROP, style=Style.DANGER),
            ),
        ),
    ),
    buttons={ActionName.DROP: _drop, **_WAYS},
    hint=formatting.PRESS_HINT,
    errors=GONE,
)

SCREENS = (
    NOTICE,
    CONSENT,
    VIN,
    *VIN_PAGES.screens,
    REASON,
    *(_photo_screen(slot) for slot in Slot),
    REVIEW,
    DROP,
)
FORM = frozenset(screen.name for screen in SCREENS)
"""The screens of the appeal form; on these, /cancel cancels the appeal."""
