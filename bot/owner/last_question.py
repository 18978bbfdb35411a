"""The last question before a number is taken for good (docs/domain.md, section 5.1)."""

from datetime import datetime

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Lifetime, Style, View
from bot.i18n import formatting
from bot.owner.entry import step_of
from bot.owner.holding import Holds, current_holds, redraw_at
from bot.owner.receipt import completed
from bot.owner.selecting import ERRORS
from bot.pictures.batch import NUMBERS, BatchPicture
from bot.pictures.single_plate import PlatePicture
from bot.texts.owner import batch as batch_texts
from bot.texts.owner import last_question as texts
from bot.texts.owner import selecting
from bot.texts.pictures import SPECIMEN
from core.errors.base import XuanhaoError
from core.errors.offices import NoWorkdayAhead
from core.errors.selection import HoldEnded
from core.preselection import PreselectionState
from core.preselection.random_selection import Shortlisted, shortlist


def _show(ctx: Context) -> View | Goto:
    if ctx.preselection.state != PreselectionState.VERIFIED:
        return step_of(ctx, ctx.preselection)
    holds = current_holds(ctx)
    kept, serial = holds.shortlisted, ctx.arg("serial")
    if not serial and len(kept) > 1:
        return _choice(ctx, kept)
    serial = serial or "".join(hold.serial for hold in kept)
    chosen = next((hold for hold in kept if hold.serial == serial), None)
    batch = holds.living
    if chosen is not None:
        return _question(ctx, holds, serial, chosen.held_until)
    if batch is not None and serial in batch.serials:
        return _question(ctx, holds, serial, batch.held_until)
    return _over(ctx, HoldEnded())


def _question(ctx: Context, holds: Holds, serial: str, until: datetime) -> View:
    office, now = ctx.office, ctx.tx.now
    number = formatting.plate(office.code, serial)
    take = Button(label=texts.TAKE(), action=ActionName.TAKE, arg=serial, style=Style.SUCCESS)
    other = _other_kept(holds, serial)
    if other is not None:
        rest = texts.instead_of(formatting.plate(office.code, other), number)
        change = Button(label=texts.keep_label(number), action=ActionName.KEEP, arg=serial)
    else:
        in_batch = holds.living is not None and serial in holds.living.serials
        rest = texts.back_to_batch() if in_batch else texts.back_to_pool()
        change = Button(label=texts.TAKE_OUT(), action=ActionName.DROP, arg=serial)
    return View(
        text=texts.question(number, office, _deadline(ctx), until, now, rest=rest),
        rows=((take,), (change,), (Button(label=formatting.BACK(), action=ActionName.BACK),)),
        picture=PlatePicture(office=office.code, kind=ctx.preselection.kind, serial=serial, mark=SPECIMEN()),
        lifetime=Lifetime.PASSING,
        redraw_at=redraw_at(now, [until]),
    )


def _other_kept(holds: Holds, serial: str) -> str | None:
    """Return the number of the batch that would have to make room on the shortlist for this one."""
    if any(hold.serial == serial for hold in holds.shortlisted):
        return None
    return holds.kept_of_batch()


def _deadline(ctx: Context) -> datetime | None:
    try:
        return ctx.core.selection.deadline(ctx.tx, ctx.office)
    except NoWorkdayAhead:
        return None


def _choice(ctx: Context, kept: list[Shortlisted]) -> View:
    """Ask which number of the shortlist is meant."""
    code, now = ctx.office.code, ctx.tx.now
    until = min(hold.held_until for hold in kept)
    shown = kept[: len(NUMBERS)]
    numbers = [
        Button(
            label=batch_texts.number_label(code, hold.serial, mark=mark),
            action=ActionName.CHOOSE,
            arg=hold.serial,
        )
        for mark, hold in zip(NUMBERS, shown, strict=False)
    ]
    return View(
        text=texts.choice(until, now),
        rows=(*in_columns(numbers, 2), (Button(label=formatting.BACK(), action=ActionName.BACK),)),
        picture=BatchPicture(
            office=code,
            kind=ctx.preselection.kind,
            serials=tuple(hold.serial for hold in shown),
            title=formatting.plain(texts.CHOOSE()),
            mark=SPECIMEN(),
        ),
        lifetime=Lifetime.PASSING,
        redraw_at=redraw_at(now, [until]),
    )


def _over(_ctx: Context, _error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.SELECTING, note=selecting.SHORTLIST_OVER(), alert=True)


def _back(_ctx: Context, _arg: str) -> Goto:
    return Goto(screen=ScreenName.SELECTING)


def _keep(ctx: Context, serial: str) -> Goto:
    ctx.core.selection.pick(
        ctx.tx, ctx.preselection.preselection_id, ctx.office, serial, received_at=ctx.received_at
    )
    return Goto(screen=ScreenName.SURE, args={"serial": serial})


def _take_out(ctx: Context, serial: str) -> Goto:
    ctx.core.selection.unpick(
        ctx.tx, ctx.preselection.preselection_id, ctx.office, serial, received_at=ctx.received_at
    )
    batch = current_holds(ctx).living
    is_back = batch is not None and serial in batch.serials
    number = formatting.plate(ctx.office.code, serial)
    return Goto(screen=ScreenName.SELECTING, note=texts.taken_out(number, is_back=is_back))


def _take(ctx: Context, serial: str) -> Goto:
    begun, office = ctx.preselection, ctx.office
    kept = shortlist(ctx.tx, begun.preselection_id, received_at=ctx.received_at)
    if all(hold.serial != serial for hold in kept):  # another number of its batch is kept
        ctx.core.selection.pick(ctx.tx, begun.preselection_id, office, serial, received_at=ctx.received_at)
    ctx.core.selection.claim(
        ctx.tx, ctx.account, begun.preselection_id, office, serial, received_at=ctx.received_at
    )
    return completed(begun.preselection_id)


SURE = Screen(
    name=ScreenName.SURE,
    show=_show,
    buttons={
        ActionName.CHOOSE: lambda _ctx, serial: Goto(screen=ScreenName.SURE, args={"serial": serial}),
        ActionName.TAKE: _take,
        ActionName.KEEP: _keep,
        ActionName.DROP: _take_out,
        ActionName.BACK: _back,
    },
    errors=ERRORS | {HoldEnded: _over},
    hint=formatting.PRESS_HINT,
)

SCREENS = (SURE,)
