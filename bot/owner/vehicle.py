"""Step 2: the vehicle and its certificate (docs/domain.md, section 3)."""

from dataclasses import replace
from datetime import datetime

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.owner import appeals
from bot.owner.entry import go_on
from bot.owner.vin_pages import PhotoFinds, VinPages, may_be_photographed
from bot.texts.errors import of_error
from bot.texts.owner import appeal, photos, preselect
from core.appeals import awarded_to
from core.errors.base import XuanhaoError
from core.errors.photos import BarcodeWithoutCertificate
from core.errors.preselection import (
    KindMismatch,
    VehicleUnknown,
    VinAwarded,
    VinPreselected,
    VinRegistered,
    VinUnavailable,
)
from core.errors.registry import RegistryUnavailable
from core.errors.vehicles import CertificateError, CertificateIsVin
from core.preselection import Papers, Preselection, PreselectionState
from core.values.labels import VIN as VIN_LABELS
from core.values.labels import without_label
from core.values.personal_numbers import InputKind
from core.values.text import HYPHENS, compact
from core.values.vehicle_texts import split_vehicle
from core.values.vehicles import CertificateKind, certificate_kind_of, is_right_vin, parse_certificate

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


def _take_vehicle(ctx: Context, vin: str, certificate: str = "") -> Goto:
    """Store a VIN, and the certificate number that came with it.

    The number is asked for if it is malformed, or if the vehicle before had a certificate of another kind.
    """
    begun, kind = ctx.preselection, certificate_kind_of(vin)
    ctx.core.preselections.enter_vin(ctx.tx, begun.preselection_id, vin)
    if not certificate:
        is_other = begun.vin is not None and certificate_kind_of(begun.vin) is not kind
        return _asking_again(go_on(ctx), kind) if is_other else go_on(ctx)
    try:
        number = parse_certificate(kind, certificate)
    except CertificateError as error:
        return replace(_asking_again(go_on(ctx), kind), note=of_error(error), sticky=True)
    papers = Papers(certificate_kind=kind, certificate=number)
    ctx.core.preselections.enter_certificate(ctx.tx, begun.preselection_id, papers)
    return go_on(ctx)


def _asking_again(go: Goto, kind: CertificateKind) -> Goto:
    """Ask for the certificate number before the review."""
    asking = Goto(screen=ScreenName.CERTIFICATE, args={"kind": kind.value})
    return asking if go.screen == ScreenName.REVIEW else go


def _back_from_vin(ctx: Context, _arg: str) -> Goto:
    begun = ctx.preselection
    return Goto(screen=ScreenName.REVIEW if _is_complete(begun) else ScreenName.NOTICE)


def _is_complete(begun: Preselection) -> bool:
    """Return whether a complete entry is being corrected."""
    return begun.vin is not None and begun.certificate is not None


def _show_vin(ctx: Context) -> View:
    begun = ctx.preselection
    certificate = ctx.arg("certificate")
    said = preselect.VIN() if _is_complete(begun) and not certificate else preselect.vin_page(certificate)
    theirs = [
        Button(label=appeal.vin_button(vin), action=ActionName.AWARDED, arg=vin)
        for vin in awarded_to(ctx.tx, ctx.account)[:_AWARDED]
    ]
    rows = (
        *VIN_PAGES.suggestion(ctx),
        *in_columns(theirs, 1),
        (Button(label=preselect.CHANGE_BASICS(), action=ActionName.BASICS),),  # it may be of another kind
        (Button(label=formatting.BACK(), action=ActionName.BACK),),
    )
    return View(text=said + may_be_photographed(), rows=rows)


def _registry_down(_ctx: Context, error: XuanhaoError) -> Goto:
    """Go to the page that offers to ask the registry again, also about a VIN that was just typed."""
    since = error.since.isoformat() if isinstance(error, RegistryUnavailable) else ""
    vin = error.vin if isinstance(error, RegistryUnavailable) else ""
    return Goto(screen=ScreenName.REGISTRY_DOWN, args={"since": since, "vin": vin})


REFUSED: ErrorWays = {VinUnavailable: _cannot, RegistryUnavailable: _registry_down}
VIN_PAGES = VinPages(
    page=ScreenName.VIN,
    doubt=ScreenName.VIN_DOUBT,
    choice=ScreenName.VIN_CHOICE,
    take=_take_vehicle,
    errors=REFUSED,
    with_certificate=True,
)

VIN = Screen(
    name=ScreenName.VIN,
    input_kind=InputKind.VEHICLE,
    personal=True,
    show=_show_vin,
    buttons={
        ActionName.REVIEW: lambda _ctx, _arg: Goto(screen=ScreenName.REVIEW),
        ActionName.BACK: _back_from_vin,
        ActionName.BASICS: lambda ctx, _arg: Goto(
            screen=ScreenName.BASICS,
            args={"office": ctx.preselection.office, "back": ScreenName.VIN.value},
        ),
        ActionName.AWARDED: lambda ctx, vin: _take_vehicle(ctx, vin, ctx.arg("certificate")),
        **VIN_PAGES.buttons,
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


def other_vehicle(ctx: Context, _arg: str) -> Goto:
    """Go back to the data, to enter another VIN."""
    ctx.core.preselections.correct(ctx.tx, ctx.preselection.preselection_id)
    return Goto(screen=ScreenName.VIN)


VINREFUSED = Screen(
    name=ScreenName.VIN_REFUSED,
    personal=True,
    show=_show_refused,
    buttons={
        ActionName.AGAIN: other_vehicle,
        ActionName.APPEAL: lambda ctx, _arg: appeals.begin(ctx, ctx.arg("vin")),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
)


def _back_to_vin(_ctx: Context, error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.VIN, note=of_error(error), sticky=True)


def _show_registry_down(ctx: Context) -> View:
    return View(
        text=preselect.registry_down(datetime.fromisoformat(ctx.arg("since"))),
        rows=(
            (Button(label=preselect.ASK_REGISTRY_AGAIN(), action=ActionName.AGAIN),),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    )


def _ask_again(ctx: Context, _arg: str) -> Goto:
    """Ask the registry again; then go on from where the owner was, with the VIN that was typed there."""
    begun, vin = ctx.preselection, ctx.arg("vin")
    ctx.core.vehicle_registry.find(ctx.tx, vin)  # what is missing is asked for outside of this transaction
    is_typed = begun.state == PreselectionState.INFORMED and vin != begun.vin
    return _take_vehicle(ctx, vin) if is_typed else go_on(ctx)


REGISTRYDOWN = Screen(
    name=ScreenName.REGISTRY_DOWN,
    personal=True,
    show=_show_registry_down,
    buttons={
        ActionName.AGAIN: _ask_again,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    errors={**REFUSED, KindMismatch: _back_to_vin, VehicleUnknown: _back_to_vin},
)


def certificate_kind_asked(ctx: Context) -> CertificateKind:
    """Return the kind of certificate that is asked for: as chosen, or as the VIN suggests."""
    begun = ctx.preselection
    chosen = ctx.arg("kind") or begun.certificate_kind
    return CertificateKind(chosen) if chosen else certificate_kind_of(begun.required_vin)


def _show_certificate(ctx: Context) -> View | Goto:
    begun = ctx.preselection
    if begun.vin is None:
        return Goto(screen=ScreenName.VIN)
    kind = certificate_kind_asked(ctx)
    other = kind.other
    rows = (
        (Button(label=preselect.OTHER_CERTIFICATE[other](), action=ActionName.KIND, arg=other),),
        (Button(label=formatting.BACK(), action=ActionName.BACK),),
    )
    return View(text=preselect.certificate(kind, begun.vin), rows=rows)


def _certificate(ctx: Context, text: str) -> Goto:
    """Take a certificate number; a VIN that is typed here, alone or with it, corrects the VIN."""
    begun, entry = ctx.preselection, split_vehicle(text)
    vin = compact(without_label(entry.vin, VIN_LABELS), HYPHENS)
    if is_right_vin(vin) and (entry.certificate or vin != begun.vin):
        return VIN_PAGES.typed(ctx, text)
    if vin == begun.vin:
        raise CertificateIsVin
    return _take_certificate(ctx, text)


def _take_certificate(ctx: Context, text: str) -> Goto:
    kind = certificate_kind_asked(ctx)
    papers = Papers(certificate_kind=kind, certificate=parse_certificate(kind, text))
    ctx.core.preselections.enter_certificate(ctx.tx, ctx.preselection.preselection_id, papers)
    return go_on(ctx)


def _read_certificate(ctx: Context, finds: PhotoFinds) -> Goto:
    """Take the certificate number in a photo; another VIN that is in it too corrects the VIN."""
    if not finds.certificate:
        raise BarcodeWithoutCertificate
    if finds.vins and ctx.preselection.vin not in finds.vins:
        return VIN_PAGES.read_from_photo(ctx, finds)
    note = photos.read_certificate(finds.certificate)
    return replace(_take_certificate(ctx, finds.certificate), note=note, sticky=True)


def _to_kind(_ctx: Context, kind: str) -> Goto:
    return Goto(screen=ScreenName.CERTIFICATE, args={"kind": CertificateKind(kind).value})


CERTIFICATE_KIND = Screen(  # until a chat of an older version has left it
    name=ScreenName.CERTIFICATE_KIND,
    input_kind=InputKind.VEHICLE,
    personal=True,
    show=lambda _ctx: Goto(screen=ScreenName.CERTIFICATE),
    buttons={
        ActionName.KIND: _to_kind,
        ActionName.REVIEW: lambda _ctx, _arg: Goto(screen=ScreenName.REVIEW),
    },
    text=_certificate,
    hint=preselect.CERTIFICATE_HINT,
    errors=REFUSED,
)
CERTIFICATE = Screen(
    name=ScreenName.CERTIFICATE,
    input_kind=InputKind.VEHICLE,
    personal=True,
    show=_show_certificate,
    buttons={
        ActionName.KIND: _to_kind,
        ActionName.KINDS: lambda _ctx, _arg: Goto(screen=ScreenName.CERTIFICATE),
        ActionName.BACK: lambda ctx, _arg: Goto(
            screen=ScreenName.REVIEW if _is_complete(ctx.preselection) else ScreenName.VIN
        ),
    },
    text=_certificate,
    attachment=replace(VIN_PAGES.handler, apply=_read_certificate),
    hint=preselect.CERTIFICATE_HINT,
    errors=REFUSED,
)
SCREENS = (VIN, *VIN_PAGES.screens, VINREFUSED, REGISTRYDOWN, CERTIFICATE_KIND, CERTIFICATE)
