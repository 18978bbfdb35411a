"""Step 3: service terms, the code of step 4, and endings without a number (docs/domain.md, section 3)."""

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Rows, Style, View
from bot.i18n import formatting
from bot.owner import appeals, codes
from bot.owner.entry import entry, step_of
from bot.owner.readiness import readiness, subscribe
from bot.owner.vehicle import REFUSED, other_vehicle
from bot.owner.wishes import turned_away
from bot.texts.error_texts.selection import CHANCES_USED_UP
from bot.texts.errors import of_error
from bot.texts.owner import appeal, preselect, provinces, registration, wishes
from bot.texts.owner import receipt as receipts
from core.availability.maintenance import ensure_open
from core.errors.base import XuanhaoError
from core.errors.offices import InMaintenance
from core.errors.registry import RegistryUnavailable
from core.errors.selection import ChancesUsedUp
from core.preselection import PreselectionState
from core.preselection.quotas import remaining_quota


def _show_terms(ctx: Context) -> View | Goto:
    begun, office = ctx.preselection, ctx.office
    if begun.state not in {PreselectionState.AGREED, PreselectionState.VERIFIED}:
        return step_of(ctx, begun)
    left = remaining_quota(ctx.tx, office, begun.required_vin)
    if left.none:
        return Goto(screen=ScreenName.USED_UP)
    ready = readiness(ctx, office, begun.kind)
    first: Rows = ()
    if ready.can_start:
        first = ((Button(label=preselect.START(), action=ActionName.START, style=Style.PRIMARY),),)
    elif ready.bell is not None:
        first = ((Button(label=wishes.TELL_OPENING(), action=ActionName.TELL, style=Style.PRIMARY),),)
    return View(
        text=preselect.terms(office, left) + ready.text,
        rows=(
            *first,
            (Button(label=provinces.ELSEWHERE(), action=ActionName.PROVINCES),),
            (
                Button(label=preselect.CORRECT(), action=ActionName.CORRECT),
                Button(label=formatting.HOME(), action=ActionName.HOME),
            ),
        ),
        redraw_at=ready.redraw_at,
    )


def start(ctx: Context, _arg: str) -> Goto:
    """Request the code that starts phase 2."""
    binding = ctx.core.preselections.prepare_start(
        ctx.tx, ctx.account, ctx.preselection, ctx.office, received_at=ctx.received_at
    )
    return codes.request_unless_sent(ctx, binding, ScreenName.CODE)


def _tell(ctx: Context, _arg: str) -> Goto:
    note = subscribe(ctx, ctx.office, ctx.preselection.kind)
    return Goto(screen=ScreenName.TERMS, note=note)


def _correct(ctx: Context, _arg: str) -> Goto:
    ctx.core.preselections.correct(ctx.tx, ctx.preselection.preselection_id)
    return Goto(screen=ScreenName.REVIEW)


TERMS = Screen(
    name=ScreenName.TERMS,
    personal=True,
    show=_show_terms,
    buttons={
        ActionName.START: start,
        ActionName.TELL: _tell,
        ActionName.CORRECT: _correct,
        ActionName.PROVINCES: lambda _ctx, _arg: Goto(screen=ScreenName.PROVINCES),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    errors={
        **REFUSED,
        ChancesUsedUp: lambda _ctx, _error: Goto(screen=ScreenName.USED_UP),
        InMaintenance: turned_away,
    },
)


def _show_code(ctx: Context) -> View | Goto:
    if ctx.preselection.state != PreselectionState.AGREED:
        return step_of(ctx, ctx.preselection)
    ways = (
        Button(label=formatting.BACK(), action=ActionName.TERMS),
        Button(label=formatting.HOME(), action=ActionName.HOME),
    )
    return codes.page(ctx, ctx.core.preselections.code_binding(ctx.account, ctx.preselection), ways)


def _resend(ctx: Context, _arg: str) -> Goto:
    ensure_open(ctx.tx, ctx.office, ctx.received_at)
    binding = ctx.core.preselections.code_binding(ctx.account, ctx.preselection)
    return codes.request(ctx, binding, ScreenName.CODE)


def _code(ctx: Context, text: str) -> Goto:
    begun = ctx.preselection
    result = ctx.core.preselections.verify(
        ctx.tx,
        ctx.account,
        begun.preselection_id,
        codes.digits(text),
        office=ctx.office,
        received_at=ctx.received_at,
    )
    return Goto(screen=ScreenName.SELECTING) if result.right else codes.wrong()


def _code_stays(_ctx: Context, error: XuanhaoError) -> Goto:
    """Stay at the code, which was not used up: it can be sent once more."""
    return stay(note=of_error(error), alert=True)


CODE = Screen(
    name=ScreenName.CODE,
    personal=True,
    show=_show_code,
    buttons={
        ActionName.RESEND: _resend,
        ActionName.TERMS: lambda _ctx, _arg: Goto(screen=ScreenName.TERMS),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=_code,
    hint=registration.CODE_HINT,
    errors={**REFUSED, InMaintenance: turned_away, RegistryUnavailable: _code_stays},
)


def _next_vehicle(ctx: Context, _arg: str) -> Goto:
    """End the preselection of a vehicle that has no chances left, and begin another one."""
    begun = ctx.preselection
    if not remaining_quota(ctx.tx, ctx.office, begun.required_vin).none:
        return entry(ctx)  # an appeal or an admin has given it new ones
    ctx.core.preselections.abandon(ctx.tx, ctx.account, begun.preselection_id)
    return Goto(screen=ScreenName.BASICS)


USED_UP = Screen(
    name=ScreenName.USED_UP,
    show=lambda ctx: View(
        text=preselect.used_up(CHANCES_USED_UP(), ctx.office),
        rows=(
            (Button(label=receipts.NEXT_VEHICLE(), action=ActionName.NEXT, style=Style.PRIMARY),),
            (Button(label=appeal.APPEAL(), action=ActionName.APPEAL),),
            (Button(label=preselect.CHANGE_VIN(), action=ActionName.AGAIN),),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    ),
    buttons={
        ActionName.NEXT: _next_vehicle,
        ActionName.APPEAL: lambda ctx, _arg: appeals.begin(ctx, ctx.preselection.required_vin),
        ActionName.AGAIN: other_vehicle,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
)


def _abandon(ctx: Context, _arg: str) -> Goto:
    ctx.core.preselections.abandon(ctx.tx, ctx.account, ctx.preselection.preselection_id)
    return Goto(screen=ScreenName.HOME, note=preselect.ABANDONED())


ABANDON = Screen(
    name=ScreenName.ABANDON,
    show=lambda _ctx: View(
        text=preselect.ABANDON_TEXT(),
        rows=(
            (
                Button(label=preselect.KEEP(), action=ActionName.KEEP, style=Style.SUCCESS),
                Button(label=preselect.ABANDON(), action=ActionName.ABANDON, style=Style.DANGER),
            ),
        ),
    ),
    buttons={ActionName.ABANDON: _abandon, ActionName.KEEP: lambda ctx, _arg: entry(ctx)},
)
SCREENS = (TERMS, CODE, USED_UP, ABANDON)
