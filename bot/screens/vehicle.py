"""Step 2: the vehicle and its certificate, and what was entered shown back (docs/domain.md, section 3)."""

from bot.dialog.model import Button, ErrorWays, Go, Screen, Style, View
from bot.dialog.scene import Scene
from bot.screens import appeals
from bot.screens.entry import data_step, go_on, step_of
from bot.screens.layout import in_columns
from bot.screens.vin_pages import VinPages, may_be_photographed
from bot.texts import appeal, common, preselect
from core.appeals import awarded_to
from core.errors import VinAwarded, VinPreselected, VinRegistered, VinUnavailable, XuanhaoError
from core.preselection import Papers, Preselection, State
from core.vehicles import CertificateKind, parse_certificate

_AWARDED = 3
"""So many vehicles whose appeal was approved are offered on the page of the VIN."""


def _cannot(scene: Scene, error: XuanhaoError) -> Go:
    """Lead to the page that says why the vehicle cannot be given a number here."""
    vin = error.vin if isinstance(error, VinUnavailable) else ""
    args = {"why": _WHY.get(type(error), "being_selected"), "from": scene.preselection.state, "vin": vin}
    return Go(screen="vin_refused", args=args)


_WHY: dict[type[XuanhaoError], str] = {
    VinPreselected: "preselected",
    VinRegistered: "registered",
    VinAwarded: "awarded",
}


def _take_vin(scene: Scene, vin: str) -> Go:
    scene.core.preselections.enter_vin(scene.tx, scene.preselection.preselection_id, vin)
    return go_on(scene)


def _back_to_review(preselection: Preselection) -> tuple[Button, ...]:
    """Offer the way back where a complete entry is only being corrected."""
    complete = preselection.vin is not None and preselection.certificate is not None
    return (Button(label=common.BACK(), action="review"),) if complete else ()


def _show_vin(scene: Scene) -> View:
    back = _back_to_review(scene.preselection)
    other = (Button(label=preselect.CHANGE_BASICS(), action="basics"),)  # the vehicle may take another kind
    theirs = [
        Button(label=appeal.vin_button(vin), action="awarded", arg=vin)
        for vin in awarded_to(scene.tx, scene.account)[:_AWARDED]
    ]
    return View(text=preselect.VIN() + may_be_photographed(), rows=(*in_columns(theirs, 1), back or other))


REFUSED: ErrorWays = {VinUnavailable: _cannot}
VIN_PAGES = VinPages(page="vin", take=_take_vin, errors=REFUSED)

VIN = Screen(
    name="vin",
    personal=True,
    show=_show_vin,
    buttons={
        "review": lambda _scene, _arg: Go(screen="review"),
        "basics": lambda scene, _arg: Go(screen="basics", args={"office": scene.preselection.office}),
        "awarded": _take_vin,
    },
    text=VIN_PAGES.typed,
    attachment=VIN_PAGES.intake,
    hint=preselect.VIN_HINT,
    errors=REFUSED,
)


def _show_refused(scene: Scene) -> View:
    return View(
        text=preselect.vin_refused(scene.arg("why"), scene.office),
        rows=(
            (Button(label=preselect.CHANGE_VIN(), action="again"),),
            (Button(label=appeal.APPEAL(), action="appeal"),),
            (Button(label=common.HOME(), action="home"),),
        ),
    )


def _again(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.correct(scene.tx, scene.preselection.preselection_id)
    return Go(screen="vin")


VINREFUSED = Screen(
    name="vin_refused",
    personal=True,
    show=_show_refused,
    buttons={
        "again": _again,
        "appeal": lambda scene, _arg: appeals.begin(scene, scene.arg("vin")),
        "home": lambda _scene, _arg: Go(screen="home"),
    },
)


def _show_certificate_kind(scene: Scene) -> View:
    rows = [
        (Button(label=label(), action="kind", arg=kind),) for kind, label in preselect.CERTIFICATES.items()
    ]
    back = _back_to_review(scene.preselection)
    return View(text=preselect.CERTIFICATE_KIND(), rows=(*rows, back) if back else rows)


CERTIFICATE_KIND = Screen(
    name="certificate_kind",
    personal=True,
    show=_show_certificate_kind,
    buttons={
        "kind": lambda _scene, kind: Go(screen="certificate", args={"kind": CertificateKind(kind).value}),
        "review": lambda _scene, _arg: Go(screen="review"),
    },
)


def _certificate(scene: Scene, typed: str) -> Go:
    kind = CertificateKind(scene.arg("kind"))
    papers = Papers(certificate_kind=kind, certificate=parse_certificate(kind, typed))
    scene.core.preselections.enter_certificate(scene.tx, scene.preselection.preselection_id, papers)
    return go_on(scene)


CERTIFICATE = Screen(
    name="certificate",
    personal=True,
    show=lambda scene: View(
        text=preselect.certificate(CertificateKind(scene.arg("kind"))),
        rows=((Button(label=common.BACK(), action="kinds"),),),
    ),
    buttons={"kinds": lambda _scene, _arg: Go(screen="certificate_kind")},
    text=_certificate,
    hint=preselect.CERTIFICATE_HINT,
)


def _show_review(scene: Scene) -> View | Go:
    begun = scene.preselection
    if begun.state != State.INFORMED:
        return step_of(scene, begun)
    missing = data_step(begun)
    if missing.screen != "review":
        return missing
    return View(
        text=preselect.review(begun, scene.account, scene.office),
        rows=(
            (Button(label=preselect.CONFIRM(), action="confirm", style=Style.SUCCESS),),
            (
                Button(label=preselect.CHANGE_VIN(), action="vin"),
                Button(label=preselect.CHANGE_CERTIFICATE(), action="certificate"),
            ),
            (
                Button(label=preselect.CHANGE_NAME(), action="name"),
                Button(label=preselect.CHANGE_PHONE(), action="phone"),
            ),
            (Button(label=preselect.CHANGE_BASICS(), action="basics"),),
        ),
    )


def _confirm(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.confirm(scene.tx, scene.account, scene.preselection.preselection_id)
    return go_on(scene)


REVIEW = Screen(
    name="review",
    personal=True,
    show=_show_review,
    buttons={
        "confirm": _confirm,
        "vin": lambda _scene, _arg: Go(screen="vin"),
        "certificate": lambda _scene, _arg: Go(screen="certificate_kind"),
        "name": lambda _scene, _arg: Go(screen="reg_name"),
        "phone": lambda _scene, _arg: Go(screen="reg_phone"),
        "basics": lambda scene, _arg: Go(screen="basics", args={"office": scene.preselection.office}),
    },
    errors=REFUSED,
)
SCREENS = (VIN, *VIN_PAGES.screens, VINREFUSED, CERTIFICATE_KIND, CERTIFICATE, REVIEW)
