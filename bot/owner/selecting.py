"""Random selection: batches and the shortlist (docs/domain.md, section 5.1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Lifetime, Style, View
from bot.i18n import formatting
from bot.owner.entry import entry, step_of
from bot.owner.holding import (
    Holds,
    closing_redraw,
    closing_words,
    current_holds,
    ended_words,
    holds_of,
    redraw_at,
)
from bot.owner.readiness import Shut, shut_words
from bot.owner.terms import start
from bot.owner.typed_choices import Meaning, read
from bot.owner.vehicle import REFUSED
from bot.owner.wishes import tell_opening, turned_away
from bot.pictures.batch import NUMBERS, BatchPicture
from bot.texts.errors import of_error
from bot.texts.owner import batch as texts
from bot.texts.owner import home, preselect, selecting, wishes
from bot.texts.pictures import SPECIMEN
from core.errors.base import XuanhaoError
from core.errors.offices import InMaintenance
from core.errors.preselection import StepOutOfOrder
from core.errors.suspicion import SelectionSuspended
from core.errors.verification import VerificationLapsed
from core.pool import segments as pool_segments
from core.pool.batches import Batch, latest_batch
from core.preselection import PreselectionState, lease_until
from core.preselection.quotas import Quota, remaining_quota
from core.preselection.random_selection import shortlist
from core.values.offices import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """The data of the screen: read for it, or passed on by the preceding draw."""

    lease_until: datetime | None
    latest: Batch | None
    left: Quota


def _selection(ctx: Context) -> _Selection:
    if isinstance(ctx.known, _Selection):
        return ctx.known
    begun = ctx.preselection
    return _Selection(
        lease_until=lease_until(ctx.tx, begun),
        latest=latest_batch(ctx.tx, begun.preselection_id),
        left=remaining_quota(ctx.tx, ctx.office, begun.required_vin),
    )


def _show(ctx: Context) -> View | Goto:
    begun, office, now = ctx.preselection, ctx.office, ctx.tx.now
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    found = _selection(ctx)
    holds = holds_of(ctx, found.latest)
    said = ended_words(now, found.latest, holds)
    is_open = office.hours.is_open(now)
    if found.lease_until is None or not holds.is_any:
        if found.left.none:
            return Goto(screen=ScreenName.USED_UP, note=said)
        if not is_open:
            return Goto(screen=ScreenName.TERMS, note=said)
        if found.lease_until is None:
            return _lapsed(ctx)
    return _page(ctx, found, holds, said=said, is_open=is_open)


def _page(ctx: Context, found: _Selection, holds: Holds, *, said: str, is_open: bool) -> View:
    office, now, left = ctx.office, ctx.tx.now, found.left
    batch, living = holds.batch, holds.living
    first = batch is None and left.batches == office.random_batches
    text = texts.page(office, left, living, holds.shortlisted, now, said=said, first=first)
    text += closing_words(now, office) if is_open else preselect.closed_meanwhile(_opening(now, office))
    shut = Shut() if ctx.known is found else shut_words(ctx)  # a draw has just looked for maintenance
    may_draw = is_open and not shut.text
    return View(
        text=text + shut.text,
        rows=(
            *_number_rows(ctx, holds),
            *in_columns(_tools(ctx, left, first=first) if may_draw else _closed_tools(), 2),
        ),
        picture=_picture(office, batch, left, over=living is None) if batch is not None else None,
        lifetime=Lifetime.PAGE if batch is None else Lifetime.PASSING,
        redraw_at=redraw_at(now, holds.ends, found.lease_until, closing_redraw(now, office), shut.redraw_at),
        on_delivered=partial(_counts_from_now, office, living) if living is not None else None,
    )


def _opening(now: datetime, office: Office) -> str:
    opening = office.hours.next_opening(now)
    return formatting.moment(opening) if opening is not None else ""


def _lapsed(ctx: Context) -> View:
    return View(
        text=selecting.LAPSED(),
        rows=(
            (Button(label=selecting.VERIFY_AGAIN(), action=ActionName.AGAIN, style=Style.PRIMARY),),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
        redraw_at=closing_redraw(ctx.tx.now, ctx.office),
    )


def _picture(office: Office, batch: Batch, left: Quota, *, over: bool) -> BatchPicture:
    title = selecting.BATCH_OVER() if over else selecting.batch_title(office.code, batch, left)
    return BatchPicture(
        office=office.code,
        kind=batch.kind,
        serials=batch.serials,
        title=title,
        footer=selecting.draw_number(batch),
        mark=SPECIMEN(),
        is_over=over,
    )


def _number_rows(ctx: Context, holds: Holds) -> list[tuple[Button, ...]]:
    """Return the numbers of the batch, marked as in its picture, and the button for the shortlist.

    A single shortlisted number is on that button, several are in the caption: with rows of their own, the
    plates and the buttons would not be visible together on a telephone.
    """
    code, batch = ctx.office.code, holds.living
    kept = {hold.serial for hold in holds.shortlisted}
    serials = batch.serials if batch is not None else ()
    numbers = [
        Button(
            label=texts.number_label(code, serial, mark=mark, kept=serial in kept),
            action=ActionName.PICK,
            arg=serial,
        )
        for mark, serial in zip(NUMBERS, serials, strict=False)
    ]
    rows = [*in_columns(numbers, 2)]
    if holds.shortlisted:
        label = texts.confirm_label(code, holds.shortlisted, ctx.tx.now)
        rows.append((Button(label=label, action=ActionName.CONFIRM, style=Style.SUCCESS),))
    return rows


def _tools(ctx: Context, left: Quota, *, first: bool) -> list[Button]:
    tools: list[Button] = []
    if left.batches:
        label = texts.draw_label(left.batches, first=first)
        tools += [
            Button(label=label, action=ActionName.DRAW, style=Style.PRIMARY),
            Button(
                label=texts.filter_label(on=ctx.preselection.without_four),
                action=ActionName.FILTER,
            ),
        ]
    if left.wishes:
        tools.append(Button(label=texts.COMPOSE(), action=ActionName.COMPOSE))
    return [*tools, Button(label=formatting.HOME(), action=ActionName.HOME)]


def _closed_tools() -> list[Button]:
    return [
        Button(label=wishes.TELL_OPENING(), action=ActionName.TELL),
        Button(label=formatting.HOME(), action=ActionName.HOME),
    ]


def _stay(note: str = "", *, alert: bool = False) -> Goto:
    return Goto(screen=ScreenName.SELECTING, note=note, alert=alert)


def _counts_from_now(office: Office, batch: Batch, ctx: Context) -> None:
    ctx.core.selection.sent(ctx.tx, batch, office, received_at=ctx.received_at)


def _draw(ctx: Context, _arg: str) -> Goto:
    drawn = ctx.core.selection.draw(
        ctx.tx,
        ctx.preselection.preselection_id,
        ctx.office,
        nonce=ctx.nonce,
        received_at=ctx.received_at,
        without_four=ctx.preselection.without_four,
        snapshots=ctx.snapshots,
    )
    if drawn.batch.serials:
        ctx.current_preselection = drawn.preselection
        known = _Selection(lease_until=drawn.lease_until, latest=drawn.batch, left=drawn.quota)
        return replace(_stay(), known=known)
    opened = pool_segments.open_segments(ctx.tx, ctx.office, ctx.preselection.kind)
    return _stay(selecting.NONE_DRAWN() if opened else selecting.NOT_OPEN_YET(), alert=True)


def _filter(ctx: Context, _arg: str) -> Goto:
    begun = ctx.preselection
    ctx.core.selection.leave_out_four(ctx.tx, begun.preselection_id, wanted=not begun.without_four)
    return _stay()


def _open(ctx: Context, serial: str) -> Goto:
    """Ask the last question about a number; one of the batch goes on the shortlist, if that replaces none."""
    number, received = ctx.preselection.preselection_id, ctx.received_at
    kept = {hold.serial for hold in shortlist(ctx.tx, number, received_at=received)}
    if serial not in kept and current_holds(ctx).kept_of_batch() is None:
        ctx.core.selection.pick(ctx.tx, number, ctx.office, serial, received_at=received)
    return Goto(screen=ScreenName.SURE, args={"serial": serial})


def _confirm(ctx: Context, _arg: str) -> Goto:
    if not current_holds(ctx).shortlisted:
        return stay(note=texts.NOTHING_KEPT(), alert=True)
    return Goto(screen=ScreenName.SURE)


def _compose(_ctx: Context, _arg: str) -> Goto:
    return Goto(screen=ScreenName.COMPOSE)


def _home(_ctx: Context, _arg: str) -> Goto:
    return Goto(screen=ScreenName.HOME)


# --- what is typed -------------------------------------------------------------------------


def _typed(ctx: Context, text: str) -> Goto:
    holds = current_holds(ctx)
    batch = holds.living
    serials = batch.serials if batch is not None else tuple(hold.serial for hold in holds.shortlisted)
    choice = read(text, ctx.office, ctx.preselection.kind, serials)
    if choice.meaning in _TYPED:
        return _TYPED[choice.meaning](ctx, "")
    if choice.meaning == Meaning.UNKNOWN:
        hint = texts.HINT if holds.is_any else formatting.PRESS_HINT
        not_understood = home.not_taken(hint, is_photo=False, is_text=True)
        return stay(note=f"{not_understood}\n{_how_to_wish(ctx)}")
    if choice.serial in {*serials, *(hold.serial for hold in holds.shortlisted)}:
        return _open(ctx, choice.serial)
    return stay(note=f"{texts.not_here(ctx.office.code, choice.serial)}{_how_to_wish(ctx)}")


def _leave_out_four(ctx: Context, _arg: str) -> Goto:
    ctx.core.selection.leave_out_four(ctx.tx, ctx.preselection.preselection_id, wanted=True)
    return _stay()


_TYPED: dict[Meaning, Callable[[Context, str], Goto]] = {
    Meaning.DRAW: _draw,
    Meaning.CONFIRM: _confirm,
    Meaning.COMPOSE: _compose,
    Meaning.WITHOUT_FOUR: _leave_out_four,
    Meaning.HOME: _home,
}


def _how_to_wish(ctx: Context) -> str:
    begun, now = ctx.preselection, ctx.tx.now
    left = remaining_quota(ctx.tx, ctx.office, begun.required_vin)
    opened = pool_segments.open_segments(ctx.tx, ctx.office, begun.kind)
    masks = [segment.mask for segment in opened if segment.compose_from <= now]
    return texts.how_to_wish(left.wishes, masks)


# --- errors --------------------------------------------------------------------------------


def _lapse(ctx: Context, error: XuanhaoError) -> Goto:
    """Send an owner whose verification has expired to the step that renews it."""
    del error
    if ctx.current_preselection is None:
        return entry(ctx)
    ctx.core.preselections.lapse(ctx.tx, ctx.current_preselection.preselection_id)
    return Goto(screen=ScreenName.TERMS, note=selecting.LAPSED_NOTE(), alert=True)


def _again(ctx: Context, _arg: str) -> Goto:
    ctx.core.preselections.lapse(ctx.tx, ctx.preselection.preselection_id)
    ctx.refresh()
    return start(ctx, "")


ERRORS: dict[type[XuanhaoError], Callable[[Context, XuanhaoError], Goto]] = {
    **REFUSED,
    VerificationLapsed: _lapse,
    SelectionSuspended: lambda _ctx, error: Goto(
        screen=ScreenName.SUSPENDED, note=of_error(error), alert=True
    ),
    StepOutOfOrder: lambda ctx, _error: entry(ctx),
    InMaintenance: turned_away,
}

SELECTING = Screen(
    name=ScreenName.SELECTING,
    show=_show,
    buttons={
        ActionName.DRAW: _draw,
        ActionName.FILTER: _filter,
        ActionName.PICK: _open,
        ActionName.DROP: _open,  # of a message from an older version, in which a tap dropped the number
        ActionName.CONFIRM: _confirm,
        ActionName.COMPOSE: _compose,
        ActionName.TELL: tell_opening,
        ActionName.AGAIN: _again,
        ActionName.HOME: _home,
    },
    text=_typed,
    errors=ERRORS,
    hint=texts.HINT,
)

SCREENS = (SELECTING,)
