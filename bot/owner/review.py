"""Steps 2 and 3 on one page: the data to be confirmed, and the service terms (docs/domain.md, section 3).

Personal data are shown in full for some minutes only, and the message does not stay behind.
"""

from datetime import datetime, timedelta

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Lifetime, Style, View
from bot.i18n import formatting
from bot.owner import terms
from bot.owner.entry import data_step, go_on, step_of
from bot.owner.readiness import readiness, subscribe
from bot.owner.vehicle import REFUSED, certificate_kind_asked
from bot.texts.errors import of_error
from bot.texts.owner import preselect, provinces, wishes
from bot.texts.owner import review as texts
from core.availability.clock_guard import ensure_trusted
from core.errors.selection import ChancesUsedUp
from core.errors.vehicles import CertificateError
from core.preselection import Papers, PreselectionState
from core.preselection.quotas import remaining_quota
from core.preselection.reviewed import data_of, keep_reviewed, reviewed_before
from core.values.vehicles import parse_certificate

_IN_FULL = timedelta(minutes=10)
"""How long the page shows personal data in full."""
_START = "start"  # the argument of the button that also starts the selection; older buttons have none


def _show_review(ctx: Context) -> View | Goto:
    begun = ctx.preselection
    if begun.state != PreselectionState.INFORMED:
        return step_of(ctx, begun)
    missing = data_step(ctx, begun)
    if missing.screen != ScreenName.REVIEW:
        return missing
    now = ctx.tx.now
    if not ctx.arg("full_until"):
        return Goto(screen=ScreenName.REVIEW, args={"full_until": (now + _IN_FULL).isoformat()})
    full_until = datetime.fromisoformat(ctx.arg("full_until"))
    in_full, ready = now < full_until, readiness(ctx, ctx.office, begun.kind)
    data = texts.review(
        data_of(begun, ctx.account),
        reviewed_before(ctx.tx, ctx.core.vault, begun),
        ctx.office,
        is_unit=ctx.account.is_unit,
        in_full=in_full,
    )
    said = preselect.terms(ctx.office, remaining_quota(ctx.tx, ctx.office, begun.required_vin))
    changes = [at for at in (full_until, ready.redraw_at) if at is not None and at > now]
    return View(
        text=texts.with_terms(data, said) + ready.text,
        rows=_rows(ctx, can_start=ready.can_start, has_bell=ready.bell is not None, in_full=in_full),
        redraw_at=min(changes, default=None),
        lifetime=Lifetime.PASSING,
    )


def _rows(ctx: Context, *, can_start: bool, has_bell: bool, in_full: bool) -> tuple[tuple[Button, ...], ...]:
    confirm = (
        Button(
            label=preselect.CONFIRM_AND_START(), action=ActionName.CONFIRM, arg=_START, style=Style.SUCCESS
        )
        if can_start
        else Button(label=preselect.CONFIRM(), action=ActionName.CONFIRM, style=Style.SUCCESS)
    )
    other = preselect.OTHER_CERTIFICATE[certificate_kind_asked(ctx).other]()
    rows = (
        (confirm,),
        (Button(label=wishes.TELL_OPENING(), action=ActionName.TELL),) if has_bell else (),
        () if in_full else (Button(label=preselect.SHOW_IN_FULL(), action=ActionName.OPEN),),
        (
            Button(label=preselect.CHANGE_VIN(), action=ActionName.VIN),
            Button(label=preselect.CHANGE_CERTIFICATE(), action=ActionName.CERTIFICATE),
        ),
        (
            Button(label=preselect.CHANGE_NAME(), action=ActionName.NAME),
            Button(label=preselect.CHANGE_PHONE(), action=ActionName.PHONE),
        ),
        (Button(label=other, action=ActionName.KIND),),
        (Button(label=preselect.CHANGE_BASICS(), action=ActionName.BASICS),),
        (
            Button(label=provinces.ELSEWHERE(), action=ActionName.PROVINCES),
            Button(label=formatting.HOME(), action=ActionName.HOME),
        ),
    )
    return tuple(row for row in rows if row)


def _confirm(ctx: Context, arg: str) -> Goto:
    """Confirm the data; if the button said so and the office is open, request the code too.

    If the code cannot be requested, the data are not confirmed either: the page stays as it was.

    Raises:
        ClockInDoubt: whether the office is open cannot be told by this clock.
    """
    if arg == _START:
        ensure_trusted(ctx.tx)
    ctx.core.preselections.confirm(ctx.tx, ctx.account, ctx.preselection.preselection_id)
    ctx.refresh()
    begun = ctx.preselection
    if arg == _START and readiness(ctx, ctx.office, begun.kind).can_start:
        return terms.start(ctx, "")
    return go_on(ctx)


def _correcting(ctx: Context, screen: ScreenName, **args: object) -> Goto:
    """Go to a page on which something is corrected; the review will mark what has changed."""
    keep_reviewed(ctx.tx, ctx.core.vault, ctx.preselection, ctx.account)
    return Goto(screen=screen, args=args)


def _other_kind(ctx: Context, _arg: str) -> Goto:
    """Change the kind of the certificate; its number is asked for again if it cannot be one of that kind."""
    begun = ctx.preselection
    kind = certificate_kind_asked(ctx).other
    keep_reviewed(ctx.tx, ctx.core.vault, begun, ctx.account)
    try:
        number = parse_certificate(kind, begun.certificate or "")
    except CertificateError as error:
        return Goto(
            screen=ScreenName.CERTIFICATE, args={"kind": kind.value}, note=of_error(error), sticky=True
        )
    papers = Papers(certificate_kind=kind, certificate=number)
    ctx.core.preselections.enter_certificate(ctx.tx, begun.preselection_id, papers)
    return go_on(ctx)


def _tell(ctx: Context, _arg: str) -> Goto:
    note = subscribe(ctx, ctx.office, ctx.preselection.kind)
    return Goto(screen=ScreenName.REVIEW, args=ctx.args, note=note)


REVIEW = Screen(
    name=ScreenName.REVIEW,
    personal=True,
    show=_show_review,
    buttons={
        ActionName.CONFIRM: _confirm,
        ActionName.TELL: _tell,
        ActionName.OPEN: lambda _ctx, _arg: Goto(screen=ScreenName.REVIEW),
        ActionName.VIN: lambda ctx, _arg: _correcting(ctx, ScreenName.VIN),
        ActionName.CERTIFICATE: lambda ctx, _arg: _correcting(ctx, ScreenName.CERTIFICATE),
        ActionName.KIND: _other_kind,
        ActionName.NAME: lambda ctx, _arg: _correcting(ctx, ScreenName.REG_NAME),
        ActionName.PHONE: lambda ctx, _arg: _correcting(ctx, ScreenName.REG_PHONE),
        ActionName.BASICS: lambda ctx, _arg: _correcting(
            ctx, ScreenName.BASICS, office=ctx.preselection.office, back=ScreenName.REVIEW.value
        ),
        ActionName.BACK: lambda ctx, _arg: _correcting(ctx, ScreenName.VIN),
        ActionName.PROVINCES: lambda _ctx, _arg: Goto(screen=ScreenName.PROVINCES),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    errors={**REFUSED, ChancesUsedUp: lambda _ctx, _error: Goto(screen=ScreenName.USED_UP)},
)
SCREENS = (REVIEW,)
