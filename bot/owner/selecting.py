"""Random selection: batches, the shortlist, the confirmation (docs/domain.md, section 5.1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Lifetime, Style, View
from bot.i18n import formatting
from bot.owner.entry import entry, step_of
from bot.owner.terms import start
from bot.owner.vehicle import REFUSED
from bot.owner.wishes import turned_away
from bot.pictures.batch import BatchPicture
from bot.texts.errors import of_error
from bot.texts.owner import preselect, selecting
from core.errors.base import XuanhaoError
from core.errors.offices import InMaintenance
from core.errors.preselection import StepOutOfOrder
from core.errors.selection import HoldEnded
from core.errors.suspicion import SelectionSuspended
from core.errors.verification import VerificationLapsed
from core.pool import segments as pool_segments
from core.pool.batches import Batch, latest_batch
from core.preselection import PreselectionState, lease_until
from core.preselection.quotas import Quota, remaining_quota
from core.preselection.random_selection import Shortlisted, shortlist
from core.values.offices import Office

SAID_FOR = timedelta(minutes=10)
"""How long the screen reports that a batch has expired."""
LAST_CALL = timedelta(seconds=30)
"""Redraw the screen this long before a timer ends, to show the remaining time."""
CLOSING_WARNING = timedelta(minutes=30)


def _shown_until(until: datetime, office: Office) -> datetime:
    """Return the displayed end of a hold, without the grace period, which is for presses in transit."""
    return until - timedelta(seconds=office.batch_grace_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """The data of the screen: read for it, or passed on by the preceding draw."""

    lease_until: datetime | None
    latest: Batch | None
    left: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holds:
    """The numbers held for an owner, and those that have just expired; times without the grace period."""

    batch: Batch | None  # may have just expired
    is_over: bool  # the batch has just expired
    shortlisted: list[Shortlisted]
    ended: list[datetime]  # when other shortlisted numbers expired, recent ones only


def current_shortlist(ctx: Context) -> list[Shortlisted]:
    """Return the shortlist that lives."""
    return _holds(ctx, None).shortlisted


def _selection(ctx: Context) -> _Selection:
    if isinstance(ctx.known, _Selection):
        return ctx.known
    begun = ctx.preselection
    return _Selection(
        lease_until=lease_until(ctx.tx, begun),
        latest=latest_batch(ctx.tx, begun.preselection_id),
        left=remaining_quota(ctx.tx, ctx.office, begun.required_vin),
    )


def _holds(ctx: Context, latest: Batch | None) -> _Holds:
    """Return which numbers of the batch and the shortlist are held, and which have just expired."""
    office, now = ctx.office, ctx.tx.now
    batch, is_over = None, False
    if latest is not None and latest.serials and not latest.returned and not latest.kept:
        until = _shown_until(latest.held_until, office)
        # One that was never shown does not appear when it is over: it is about to be refunded.
        is_over = latest.sent and until <= now < until + SAID_FOR
        batch = replace(latest, held_until=until) if is_over or now < until else None
    recent = [
        replace(hold, held_until=_shown_until(hold.held_until, office))
        for hold in shortlist(ctx.tx, ctx.preselection.preselection_id, received_at=now - SAID_FOR)
    ]
    return _Holds(
        batch=batch,
        is_over=is_over,
        shortlisted=[one for one in recent if one.held_until > now],
        ended=[one.held_until for one in recent if one.held_until <= now],
    )


def _said(now: datetime, latest: Batch | None, holds: _Holds) -> str:
    """Return a note about what has just expired; empty if nothing has."""
    batch = holds.batch
    gone = [end for end in holds.ended if batch is None or end >= batch.held_until]
    if batch is None and latest is not None and now < latest.held_until + SAID_FOR:
        if latest.returned:
            return selecting.NOT_DELIVERED()
        if latest.kept:
            return selecting.NOT_REFUNDED()
    if holds.is_over and gone and not holds.shortlisted:
        return selecting.ALL_OVER()
    return selecting.BATCH_OVER() if holds.is_over else ""


def _redraw_at(now: datetime, ends: list[datetime], closes: datetime | None) -> datetime | None:
    moments = [moment for end in ends for moment in (end - LAST_CALL, end)]
    if closes is not None:
        moments += [closes - CLOSING_WARNING, closes]
    return min((moment for moment in moments if moment > now), default=None)


def _show(ctx: Context) -> View | Goto:
    begun, office, now = ctx.preselection, ctx.office, ctx.tx.now
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    found = _selection(ctx)
    lease, left = found.lease_until, found.left
    if lease is None:
        return _lapsed()
    holds = _holds(ctx, found.latest)
    batch, kept, over = holds.batch, holds.shortlisted, holds.is_over
    if left.none and not kept and (batch is None or over):
        return Goto(screen=ScreenName.USED_UP)
    lives = None if over else batch
    is_open = office.hours.is_open(now)
    closes = office.hours.closes_at(now) if is_open else None
    text = selecting.selecting(office, left, lives, kept, now, over=_said(now, found.latest, holds))
    if not is_open:
        text += preselect.closed_meanwhile()
    elif closes is not None and closes - now <= CLOSING_WARNING:
        text += preselect.closing_soon(formatting.minute(closes))
    return View(
        text=text,
        rows=_rows(ctx, lives, kept, left, first=batch is None and left.batches == office.random_batches),
        picture=_picture(office, batch, left, over=over) if batch is not None else None,
        lifetime=Lifetime.PAGE if batch is None else Lifetime.PASSING,
        redraw_at=_redraw_at(
            now, [lease, *([lives.held_until] if lives else []), *(hold.held_until for hold in kept)], closes
        ),
        on_delivered=partial(_counts_from_now, office, lives) if lives is not None else None,
    )


def _lapsed() -> View:
    return View(
        text=selecting.LAPSED(),
        rows=(
            (Button(label=selecting.VERIFY_AGAIN(), action=ActionName.AGAIN, style=Style.PRIMARY),),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    )


def _picture(office: Office, batch: Batch, left: Quota, *, over: bool) -> BatchPicture:
    title = selecting.BATCH_OVER() if over else selecting.batch_title(office.code, batch, left)
    return BatchPicture(
        office=office.code,
        kind=batch.kind,
        serials=batch.serials,
        title=title,
        footer=selecting.draw_number(batch),
        is_over=over,
    )


def _rows(
    ctx: Context, batch: Batch | None, kept: list[Shortlisted], left: Quota, *, first: bool
) -> list[tuple[Button, ...]]:
    office = ctx.office
    names = {hold.serial for hold in kept}
    numbers = [
        Button(
            label=selecting.number_label(office.code, serial, kept=serial in names),
            action=ActionName.DROP if serial in names else ActionName.PICK,
            arg=serial,
        )
        for serial in (batch.serials if batch else ())
    ]
    rows = list(in_columns(numbers, 2))
    older = [hold for hold in kept if batch is None or hold.serial not in batch.serials]
    rows += in_columns(
        [
            Button(
                label=selecting.number_label(office.code, one.serial, kept=True),
                action=ActionName.DROP,
                arg=one.serial,
            )
            for one in older
        ],
        2,
    )
    if kept:
        rows.append(
            (
                Button(
                    label=selecting.confirm_label(len(kept)), action=ActionName.CONFIRM, style=Style.SUCCESS
                ),
            )
        )
    if left.batches:
        draw = Button(
            label=selecting.draw_label(left.batches, first=first), action=ActionName.DRAW, style=Style.PRIMARY
        )
        rows.append((draw, Button(label=selecting.filter_label(on=_filter(ctx)), action=ActionName.FILTER)))
    if left.wishes:
        rows.append((Button(label=selecting.COMPOSE(), action=ActionName.COMPOSE),))
    rows.append((Button(label=formatting.HOME(), action=ActionName.HOME),))
    return rows


def _filter(ctx: Context) -> bool:
    return bool(ctx.args.get("without_four"))


def _stay(ctx: Context, note: str = "", *, alert: bool = False) -> Goto:
    return Goto(screen=ScreenName.SELECTING, args={"without_four": _filter(ctx)}, note=note, alert=alert)


def _counts_from_now(office: Office, batch: Batch, ctx: Context) -> None:
    ctx.core.selection.sent(ctx.tx, batch, office, received_at=ctx.received_at)


def _draw(ctx: Context, _arg: str) -> Goto:
    drawn = ctx.core.selection.draw(
        ctx.tx,
        ctx.preselection.preselection_id,
        ctx.office,
        nonce=ctx.nonce,
        received_at=ctx.received_at,
        without_four=_filter(ctx),
        snapshots=ctx.snapshots,
    )
    if drawn.batch.serials:
        ctx.current_preselection = drawn.preselection
        known = _Selection(lease_until=drawn.lease_until, latest=drawn.batch, left=drawn.quota)
        return replace(_stay(ctx), known=known)
    opened = pool_segments.open_segments(ctx.tx, ctx.office, ctx.preselection.kind)
    return _stay(ctx, selecting.NONE_DRAWN() if opened else selecting.NOT_OPEN_YET(), alert=True)


def _pick(ctx: Context, serial: str) -> Goto:
    ctx.core.selection.pick(
        ctx.tx, ctx.preselection.preselection_id, ctx.office, serial, received_at=ctx.received_at
    )
    return _stay(ctx)


def _unpick(ctx: Context, serial: str) -> Goto:
    ctx.core.selection.unpick(
        ctx.tx, ctx.preselection.preselection_id, ctx.office, serial, received_at=ctx.received_at
    )
    return _stay(ctx)


def _confirm(ctx: Context, _arg: str) -> Goto:
    kept = current_shortlist(ctx)
    if not kept:
        raise HoldEnded
    serial = kept[0].serial if len(kept) == 1 else ""
    return Goto(screen=ScreenName.SURE, args={"serial": serial, "without_four": _filter(ctx)})


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
        ActionName.FILTER: lambda ctx, _arg: Goto(
            screen=ScreenName.SELECTING, args={"without_four": not _filter(ctx)}
        ),
        ActionName.PICK: _pick,
        ActionName.DROP: _unpick,
        ActionName.CONFIRM: _confirm,
        ActionName.COMPOSE: lambda ctx, _arg: Goto(
            screen=ScreenName.COMPOSE, args={"without_four": _filter(ctx)}
        ),
        ActionName.AGAIN: _again,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    errors=ERRORS,
    hint=formatting.PRESS_HINT,
)


# --- the confirmation ----------------------------------------------------------------------


def _show_sure(ctx: Context) -> View | Goto:
    begun, now = ctx.preselection, ctx.tx.now
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    kept = current_shortlist(ctx)
    serial = ctx.arg("serial")
    chosen = [hold for hold in kept if hold.serial == serial]
    if not kept or (serial and not chosen):
        return Goto(
            screen=ScreenName.SELECTING,
            args={"without_four": _filter(ctx)},
            note=selecting.SHORTLIST_OVER(),
        )
    back = (Button(label=formatting.BACK(), action=ActionName.BACK),)
    until = min(one.held_until for one in (chosen or kept))
    clock = selecting.until_line(until, now)
    redraw_at = _redraw_at(now, [until], None)
    office = ctx.office.code
    if not chosen:
        numbers = [
            Button(label=formatting.plate(office, hold.serial), action=ActionName.CHOOSE, arg=hold.serial)
            for hold in kept
        ]
        return View(
            text=selecting.CHOOSE() + clock, rows=(*in_columns(numbers, 2), back), redraw_at=redraw_at
        )
    return View(
        text=selecting.sure(formatting.plate(office, serial)) + clock,
        rows=(
            (Button(label=selecting.TAKE(), action=ActionName.TAKE, arg=serial, style=Style.SUCCESS),),
            back,
        ),
        redraw_at=redraw_at,
    )


def _take(ctx: Context, serial: str) -> Goto:
    begun = ctx.preselection
    ctx.core.selection.claim(
        ctx.tx, ctx.account, begun.preselection_id, ctx.office, serial, received_at=ctx.received_at
    )
    return Goto(screen=ScreenName.DONE, args={"id": str(begun.preselection_id)})


SURE = Screen(
    name=ScreenName.SURE,
    show=_show_sure,
    buttons={
        ActionName.CHOOSE: lambda ctx, serial: Goto(
            screen=ScreenName.SURE, args={"serial": serial, "without_four": _filter(ctx)}
        ),
        ActionName.TAKE: _take,
        ActionName.BACK: lambda ctx, _arg: Goto(
            screen=ScreenName.SELECTING, args={"without_four": _filter(ctx)}
        ),
    },
    errors=ERRORS
    | {
        HoldEnded: lambda ctx, _error: Goto(
            screen=ScreenName.SELECTING,
            args={"without_four": _filter(ctx)},
            note=selecting.SHORTLIST_OVER(),
            alert=True,
        )
    },
    hint=formatting.PRESS_HINT,
)

SCREENS = (SELECTING, SURE)
