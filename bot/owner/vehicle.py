"""Step 2: the vehicle, its certificate, and the review of the entries (docs/domain.md, section 3)."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner import appeals
from bot.owner.entry import data_step, go_on, step_of
from bot.owner.vin_pages import VinPages, may_be_photographed
from bot.texts.owner import appeal, preselect
from core.appeals import awarded_to
from core.errors.base import XuanhaoError
from core.errors.preselection import VinAwarded, VinPreselected, VinRegistered, VinUnavailable
from core.preselection import Papers, Preselection, PreselectionState
from core.values.personal_numbers import InputKind
from core.values.vehicles import CertificateKind, parse_certificate

_AWARDED = 3
"""Maximum vehicles with an approved appeal that the VIN page offers."""


def _cannot(ctx: Context, error: XuanhaoError) -> Goto:
    """Go to the page that explains why the vehicle cannot get a number here."""
    vin = error.vin if isinstance(error, VinUnavailable) else ""
    args = {"why": _WHY.get(type(error), "being_selected"), "from": ctx.preselection.state, "vin": vin}
    return Goto(screen=ScreenName.VIN_REFUSED, args=args)


_WHY: dict[type[XuanhaoError], str] = {
    VinPreselected: "preselected",
    VinRegistered: "registered",
    VinAwarded: "awarded",
}


def _take_vin(ctx: Context, vin: str) -> Goto:
    ctx.core.preselections.enter_vin(ctx.tx, ctx.preselection.preselection_id, vin)
    return go_on(ctx)


def _back_to_review(preselection: Preselection) -> tuple[Button, ...]:
    """Return a back button while a complete entry is being corrected, else none."""
    complete = preselection.vin is not None and preselection.certificate is not None
    return (Button(label=formatting.BACK(), action=ActionName.REVIEW),) if complete else ()


def _show_vin(ctx: Context) -> View:
    back = _back_to_review(ctx.preselection)
    other = (
        Button(label=preselect.CHANGE_BASICS(), action=ActionName.BASICS),
    )  # the vehicle may be eligible for another kind
    theirs = [
        Button(label=appeal.vin_button(vin), action=ActionName.AWARDED, arg=vin)
        for vin in awarded_to(ctx.tx, ctx.account)[:_AWARDED]
    ]
    return View(text=preselect.VIN() + may_be_photographed(), rows=(*in_columns(theirs, 1), back or other))


REFUSED: ErrorWays = {VinUnavailable: _cannot}
VIN_PAGES = VinPages(
    page=ScreenName.VIN,
    doubt=ScreenName.VIN_DOUBT,
    choice=ScreenName.VIN_CHOICE,
    take=_take_vin,
    errors=REFUSED,
)

VIN = Screen(
    name=ScreenName.VIN,
    input_kind=InputKind.VEHICLE,
    personal=True,
    show=_show_vin,
    buttons={
        ActionName.REVIEW: lambda _ctx, _arg: Goto(screen=ScreenName.REVIEW),
        ActionName.BASICS: lambda ctx, _arg: Goto(
            screen=ScreenName.BASICS, args={"office": ctx.preselection.office}
        ),
        ActionName.AWARDED: _take_vin,
    },
    text=VIN_PAGES.typed,
    attachment=VIN_PAGES.handler,
    hint=preselect.VIN_HINT,
    errors=REFUSED,
)


def _show_refused(ctx: Context) -> View:
    return View(
        text=preselect.vin_refused(ctx.arg("why"), ctx.office),
        rows=(
            (Button(label=preselect.CHANGE_VIN(), action=ActionName.AGAIN),),
            (Button(label=appeal.APPEAL(), action=ActionName.APPEAL),),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    )


def _again(ctx: Context, _arg: str) -> Goto:
    ctx.core.preselections.correct(ctx.tx, ctx.preselection.preselection_id)
    return Goto(screen=ScreenName.VIN)


VINREFUSED = Screen(
    name=ScreenName.VIN_REFUSED,
    personal=True,
    show=_show_refused,
    buttons={
        ActionName.AGAIN: _again,
        ActionName.APPEAL: lambda ctx, _arg: appeals.begin(ctx, ctx.arg("vin")),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
)


def _show_certificate_kind(ctx: Context) -> View:
    rows = [
        (Button(label=label(), action=ActionName.KIND, arg=kind),)
        for kind, label in preselect.CERTIFICATES.items()
    ]
    back = _back_to_review(ctx.preselection)
    return View(text=preselect.CERTIFICATE_KIND(), rows=(*rows, back) if back else rows)


CERTIFICATE_KIND = Screen(
    name=ScreenName.CERTIFICATE_KIND,
    personal=True,
    show=_show_certificate_kind,
    buttons={
        ActionName.KIND: lambda _ctx, kind: Goto(
            screen=ScreenName.CERTIFICATE, args={"kind": CertificateKind(kind).value}
        ),
        ActionName.REVIEW: lambda _ctx, _arg: Goto(screen=ScreenName.REVIEW),
    },
)


def _certificate(ctx: Context, text: str) -> Goto:
    kind = CertificateKind(ctx.arg("kind"))
    papers = Papers(certificate_kind=kind, certificate=parse_certificate(kind, text))
    ctx.core.preselections.enter_certificate(ctx.tx, ctx.preselection.preselection_id, papers)
    return go_on(ctx)


CERTIFICATE = Screen(
    name=ScreenName.CERTIFICATE,
    input_kind=InputKind.VEHICLE,
    personal=True,
    show=lambda ctx: View(
        text=preselect.certificate(CertificateKind(ctx.arg("kind"))),
        rows=((Button(label=formatting.BACK(), action=ActionName.KINDS),),),
    ),
    buttons={ActionName.KINDS: lambda _ctx, _arg: Goto(screen=ScreenName.CERTIFICATE_KIND)},
    text=_certificate,
    hint=preselect.CERTIFICATE_HINT,
)


def _show_review(ctx: Context) -> View | Goto:
    begun = ctx.preselection
    if begun.state != PreselectionState.INFORMED:
        return step_of(ctx, begun)
    missing = data_step(begun)
    if missing.screen != ScreenName.REVIEW:
        return missing
    return View(
        text=preselect.review(begun, ctx.account, ctx.office),
        rows=(
            (Button(label=preselect.CONFIRM(), action=ActionName.CONFIRM, style=Style.SUCCESS),),
            (
                Button(label=preselect.CHANGE_VIN(), action=ActionName.VIN),
                Button(label=preselect.CHANGE_CERTIFICATE(), action=ActionName.CERTIFICATE),
            ),
            (
                Button(label=preselect.CHANGE_NAME(), action=ActionName.NAME),
                Button(label=preselect.CHANGE_PHONE(), action=ActionName.PHONE),
            ),
            (Button(label=preselect.CHANGE_BASICS(), action=ActionName.BASICS),),
        ),
    )


def _confirm(ctx: Context, _arg: str) -> Goto:
    ctx.core.preselections.confirm(ctx.tx, ctx.account, ctx.preselection.preselection_id)
    return go_on(ctx)


REVIEW = Screen(
    name=ScreenName.REVIEW,
    personal=True,
    show=_show_review,
    buttons={
        ActionName.CONFIRM: _confirm,
        ActionName.VIN: lambda _ctx, _arg: Goto(screen=ScreenName.VIN),
        ActionName.CERTIFICATE: lambda _ctx, _arg: Goto(screen=ScreenName.CERTIFICATE_KIND),
        ActionName.NAME: lambda _ctx, _arg: Goto(screen=ScreenName.REG_NAME),
        ActionName.PHONE: lambda _ctx, _arg: Goto(screen=ScreenName.REG_PHONE),
        ActionName.BASICS: lambda ctx, _arg: Goto(
            screen=ScreenName.BASICS, args={"office": ctx.preselection.office}
        ),
    },
    errors=REFUSED,
)
SCREENS = (VIN, *VIN_PAGES.screens, VINREFUSED, CERTIFICATE_KIND, CERTIFICATE, REVIEW)
