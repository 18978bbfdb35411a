"""Random selection: batches, the shortlist, the last question (docs/domain.md, section 5.1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.dialog.context import Scene
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting as common
from bot.owner.entry import entry, step_of
from bot.owner.terms import start
from bot.owner.vehicle import REFUSED
from bot.pictures.cards import BatchPicture
from bot.texts.owner import preselect, selecting
from core.errors import HoldEnded, StepOutOfOrder, VerificationLapsed, XuanhaoError
from core.pool import segments as pool_segments
from core.pool.batches import Batch, latest_batch
from core.preselection import PreselectionState, lease_until
from core.preselection.selection import Quota, Shortlisted, remaining_quota, shortlist
from core.values.offices import Office

SAID_FOR = timedelta(minutes=10)
"""How long it is said that a batch is over."""
LAST_CALL = timedelta(seconds=30)
"""So long before a clock ends the screen is shown anew, with what is left."""
CLOSING_WARNING = timedelta(minutes=30)


def _shown_until(until: datetime, office: Office) -> datetime:
    """Return what is shown of a hold's end: the grace is for presses that are on their way."""
    return until - timedelta(seconds=office.batch_grace_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """What the screen is made of: read for it, or handed on by the draw before it."""

    lease_until: datetime | None
    latest: Batch | None
    left: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holds:
    """What an owner has in hand, and what of it has just run out; times without the grace."""

    batch: Batch | None  # with one that has just run out
    is_over: bool  # the batch has just run out
    shortlisted: list[Shortlisted]
    ended: list[datetime]  # when others of the shortlist have ended, of late


def living(scene: Scene) -> list[Shortlisted]:
    """Return the shortlist that lives."""
    return _holds(scene, None).shortlisted


def _selection(scene: Scene) -> _Selection:
    if isinstance(scene.known, _Selection):
        return scene.known
    begun = scene.preselection
    return _Selection(
        lease_until=lease_until(scene.tx, begun),
        latest=latest_batch(scene.tx, begun.preselection_id),
        left=remaining_quota(scene.tx, scene.office, begun.required_vin),
    )


def _holds(scene: Scene, latest: Batch | None) -> _Holds:
    """Return what of a batch and of the shortlist is held, and what has just run out."""
    office, now = scene.office, scene.tx.now
    batch, is_over = None, False
    if latest is not None and latest.serials and not latest.returned:
        until = _shown_until(latest.held_until, office)
        is_over = until <= now < until + SAID_FOR
        batch = replace(latest, held_until=until) if is_over or now < until else None
    recent = [
        replace(one, held_until=_shown_until(one.held_until, office))
        for one in shortlist(scene.tx, scene.preselection.preselection_id, received_at=now - SAID_FOR)
    ]
    return _Holds(
        batch=batch,
        is_over=is_over,
        shortlisted=[one for one in recent if one.held_until > now],
        ended=[one.held_until for one in recent if one.held_until <= now],
    )


def _said(now: datetime, latest: Batch | None, holds: _Holds) -> str:
    """Return what has just run out, in words; nothing when nothing has."""
    batch = holds.batch
    gone = [end for end in holds.ended if batch is None or end >= batch.held_until]
    if batch is None and latest is not None and latest.returned and now < latest.held_until + SAID_FOR:
        return selecting.NOT_DELIVERED()
    if holds.is_over and gone and not holds.shortlisted:
        return selecting.ALL_OVER()
    return selecting.BATCH_OVER() if holds.is_over else ""


def _redraw_at(now: datetime, ends: list[datetime], closes: datetime | None) -> datetime | None:
    moments = [moment for end in ends for moment in (end - LAST_CALL, end)]
    if closes is not None:
        moments += [closes - CLOSING_WARNING, closes]
    return min((moment for moment in moments if moment > now), default=None)


def _show(scene: Scene) -> View | Go:
    begun, office, now = scene.preselection, scene.office, scene.tx.now
    if begun.state != PreselectionState.VERIFIED:
        return step_of(scene, begun)
    found = _selection(scene)
    lease, left = found.lease_until, found.left
    if lease is None:
        return _lapsed()
    holds = _holds(scene, found.latest)
    batch, kept, over = holds.batch, holds.shortlisted, holds.is_over
    if left.none and not kept and (batch is None or over):
        return Go(screen=ScreenName.USED_UP)
    lives = None if over else batch
    is_open = office.hours.is_open(now)
    closes = office.hours.closes_at(now) if is_open else None
    text = selecting.selecting(office, left, lives, kept, now, over=_said(now, found.latest, holds))
    if not is_open:
        text += preselect.closed_meanwhile()
    elif closes is not None and closes - now <= CLOSING_WARNING:
        text += preselect.closing_soon(common.minute(closes))
    return View(
        text=text,
        rows=_rows(scene, lives, kept, left, first=batch is None and left.batches == office.random_batches),
        picture=_picture(office, batch, over=over) if batch is not None else None,
        redraw_at=_redraw_at(
            now, [lease, *([lives.held_until] if lives else []), *(one.held_until for one in kept)], closes
        ),
        sent=partial(_counts_from_now, office, lives) if lives is not None else None,
    )


def _lapsed() -> View:
    return View(
        text=selecting.LAPSED(),
        rows=(
            (Button(label=selecting.VERIFY_AGAIN(), action=ActionName.AGAIN, style=Style.PRIMARY),),
            (Button(label=common.HOME(), action=ActionName.HOME),),
        ),
    )


def _picture(office: Office, batch: Batch, *, over: bool) -> BatchPicture:
    title = selecting.BATCH_OVER() if over else selecting.batch_title(office.code, batch)
    return BatchPicture(office=office.code, kind=batch.kind, serials=batch.serials, title=title)


def _rows(
    scene: Scene, batch: Batch | None, kept: list[Shortlisted], left: Quota, *, first: bool
) -> list[tuple[Button, ...]]:
    office = scene.office
    names = {one.serial for one in kept}
    numbers = [
        Button(
            label=selecting.number_label(office.code, serial, kept=serial in names),
            action=ActionName.DROP if serial in names else ActionName.PICK,
            arg=serial,
        )
        for serial in (batch.serials if batch else ())
    ]
    rows = list(in_columns(numbers, 2))
    older = [one for one in kept if batch is None or one.serial not in batch.serials]
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
        rows.append((draw, Button(label=selecting.filter_label(on=_filter(scene)), action=ActionName.FILTER)))
    if left.wishes:
        rows.append((Button(label=selecting.COMPOSE(), action=ActionName.COMPOSE),))
    rows.append((Button(label=common.HOME(), action=ActionName.HOME),))
    return rows


def _filter(scene: Scene) -> bool:
    return bool(scene.args.get("without_four"))


def _stay(scene: Scene, note: str = "", *, alert: bool = False) -> Go:
    return Go(screen=ScreenName.SELECTING, args={"without_four": _filter(scene)}, note=note, alert=alert)


def _counts_from_now(office: Office, batch: Batch, scene: Scene) -> None:
    scene.core.selection.sent(scene.tx, batch, office, received_at=scene.at)


def _draw(scene: Scene, _arg: str) -> Go:
    drawn = scene.core.selection.draw(
        scene.tx,
        scene.preselection.preselection_id,
        scene.office,
        nonce=scene.nonce,
        received_at=scene.at,
        without_four=_filter(scene),
        free=scene.free,
    )
    if drawn.batch.serials:
        scene.current_preselection = drawn.preselection
        known = _Selection(lease_until=drawn.lease_until, latest=drawn.batch, left=drawn.quota)
        return replace(_stay(scene), known=known)
    opened = pool_segments.open_segments(scene.tx, scene.office, scene.preselection.kind)
    return _stay(scene, selecting.NONE_DRAWN() if opened else selecting.NOT_OPEN_YET(), alert=True)


def _pick(scene: Scene, serial: str) -> Go:
    scene.core.selection.pick(
        scene.tx, scene.preselection.preselection_id, scene.office, serial, received_at=scene.at
    )
    return _stay(scene)


def _drop(scene: Scene, serial: str) -> Go:
    scene.core.selection.unpick(
        scene.tx, scene.preselection.preselection_id, scene.office, serial, received_at=scene.at
    )
    return _stay(scene)


def _confirm(scene: Scene, _arg: str) -> Go:
    kept = living(scene)
    if not kept:
        raise HoldEnded
    serial = kept[0].serial if len(kept) == 1 else ""
    return Go(screen=ScreenName.SURE, args={"serial": serial, "without_four": _filter(scene)})


def _lapse(scene: Scene, error: XuanhaoError) -> Go:
    """Lead an owner whose verification has run out to where it is renewed."""
    del error
    if scene.current_preselection is None:
        return entry(scene)
    scene.core.preselections.lapse(scene.tx, scene.current_preselection.preselection_id)
    return Go(screen=ScreenName.TERMS, note=selecting.LAPSED_NOTE(), alert=True)


def _again(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.lapse(scene.tx, scene.preselection.preselection_id)
    scene.refresh()
    return start(scene, "")


ERRORS: dict[type[XuanhaoError], Callable[[Scene, XuanhaoError], Go]] = {
    **REFUSED,
    VerificationLapsed: _lapse,
    StepOutOfOrder: lambda scene, _error: entry(scene),
}

SELECTING = Screen(
    name=ScreenName.SELECTING,
    show=_show,
    buttons={
        ActionName.DRAW: _draw,
        ActionName.FILTER: lambda scene, _arg: Go(
            screen=ScreenName.SELECTING, args={"without_four": not _filter(scene)}
        ),
        ActionName.PICK: _pick,
        ActionName.DROP: _drop,
        ActionName.CONFIRM: _confirm,
        ActionName.COMPOSE: lambda scene, _arg: Go(
            screen=ScreenName.COMPOSE, args={"without_four": _filter(scene)}
        ),
        ActionName.AGAIN: _again,
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
    errors=ERRORS,
    hint=common.PRESS_HINT,
)


# --- the last question ----------------------------------------------------------------------


def _show_sure(scene: Scene) -> View | Go:
    begun, now = scene.preselection, scene.tx.now
    if begun.state != PreselectionState.VERIFIED:
        return step_of(scene, begun)
    kept = living(scene)
    serial = scene.arg("serial")
    chosen = [one for one in kept if one.serial == serial]
    if not kept or (serial and not chosen):
        return Go(
            screen=ScreenName.SELECTING,
            args={"without_four": _filter(scene)},
            note=selecting.SHORTLIST_OVER(),
        )
    back = (Button(label=common.BACK(), action=ActionName.BACK),)
    until = min(one.held_until for one in (chosen or kept))
    clock = selecting.until_line(until, now)
    redraw_at = _redraw_at(now, [until], None)
    office = scene.office.code
    if not chosen:
        numbers = [
            Button(label=common.plate(office, one.serial), action=ActionName.CHOOSE, arg=one.serial)
            for one in kept
        ]
        return View(
            text=selecting.CHOOSE() + clock, rows=(*in_columns(numbers, 2), back), redraw_at=redraw_at
        )
    return View(
        text=selecting.sure(common.plate(office, serial)) + clock,
        rows=(
            (Button(label=selecting.TAKE(), action=ActionName.TAKE, arg=serial, style=Style.SUCCESS),),
            back,
        ),
        redraw_at=redraw_at,
    )


def _take(scene: Scene, serial: str) -> Go:
    begun = scene.preselection
    scene.core.selection.claim(
        scene.tx, scene.account, begun.preselection_id, scene.office, serial, received_at=scene.at
    )
    return Go(screen=ScreenName.DONE, args={"id": str(begun.preselection_id)})


SURE = Screen(
    name=ScreenName.SURE,
    show=_show_sure,
    buttons={
        ActionName.CHOOSE: lambda scene, serial: Go(
            screen=ScreenName.SURE, args={"serial": serial, "without_four": _filter(scene)}
        ),
        ActionName.TAKE: _take,
        ActionName.BACK: lambda scene, _arg: Go(
            screen=ScreenName.SELECTING, args={"without_four": _filter(scene)}
        ),
    },
    errors=ERRORS
    | {
        HoldEnded: lambda scene, _error: Go(
            screen=ScreenName.SELECTING,
            args={"without_four": _filter(scene)},
            note=selecting.SHORTLIST_OVER(),
            alert=True,
        )
    },
    hint=common.PRESS_HINT,
)

SCREENS = (SELECTING, SURE)
