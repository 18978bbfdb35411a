"""Phase 1: basic data, notice, confirmation, service terms (docs/domain.md, section 3)."""

from datetime import timedelta

from bot.dialog.model import Button, ErrorWays, Go, Screen, Style, View
from bot.dialog.scene import Scene
from bot.screens import appeals, codes
from bot.screens.entry import data_step, entry, step_of
from bot.screens.layout import in_columns, page_of
from bot.screens.vin_pages import VinPages, may_be_photographed
from bot.screens.wishes import tell_opening
from bot.texts import appeal, common, preselect, provinces, registration, wishes
from bot.texts.errors import CHANCES_USED_UP
from core.appeals import awarded_to
from core.errors import (
    ChancesUsedUp,
    OfficeClosed,
    StepOutOfOrder,
    VinAwarded,
    VinPreselected,
    VinRegistered,
    VinUnavailable,
    XuanhaoError,
)
from core.maintenance import of_office, refuse_in_maintenance
from core.plates import PlateKind
from core.preselection import Papers, Preselection, State
from core.selection import chances
from core.vehicles import CertificateKind, parse_certificate
from core.verification import Purpose

_OFFICES_A_PAGE = 16
_AWARDED = 3
"""So many vehicles whose appeal was approved are offered on the page of the VIN."""
CLOSING_WARNING = timedelta(minutes=30)


def _on(scene: Scene) -> Go:
    scene.fresh()
    return step_of(scene, scene.preselection)


# --- step 1: basic data and notice ----------------------------------------------------------


def _show_basics(scene: Scene) -> View:
    account = scene.account
    offices = list(scene.core.offices.values())
    chosen = scene.office_of(scene.arg("office") or account.office or offices[0].code)
    may_change = account.user_type.selects_elsewhere and len(offices) > 1
    kinds = [Button(label=common.KINDS[kind](), action="kind", arg=kind) for kind in PlateKind]
    rows = list(in_columns(kinds, 1))
    if may_change:
        buttons = [
            Button(label=common.office_title(one), action="office", arg=one.code)
            for one in offices
            if one.code != chosen.code
        ]
        page, turns = page_of(buttons, int(scene.arg("page") or 0), _OFFICES_A_PAGE)
        rows += in_columns(page, 2)
        rows += [tuple(turns)] if turns else []
    rows.append((Button(label=common.BACK(), action="home"),))
    return View(text=preselect.basics(offices, chosen, may_change=may_change), rows=rows)


def _choose(scene: Scene, kind: str) -> Go:
    account = scene.account
    office = scene.office_of(scene.arg("office") or account.office or "")
    scene.core.preselections.choose(scene.tx, account, office, PlateKind(kind))
    return Go(screen="notice")


BASICS = Screen(
    name="basics",
    personal=True,
    show=_show_basics,
    buttons={
        "kind": _choose,
        "office": lambda _scene, code: Go(screen="basics", args={"office": code}),
        "page": lambda scene, page: Go(screen="basics", args={"office": scene.arg("office"), "page": page}),
        "home": lambda _scene, _arg: Go(screen="home"),
    },
)


def _show_notice(scene: Scene) -> View:
    begun = scene.preselection
    return View(
        text=preselect.notice(scene.office, begun.kind),
        rows=(
            (Button(label=preselect.AGREE_NOTICE(), action="agree", style=Style.SUCCESS),),
            (Button(label=common.BACK(), action="basics"),),
        ),
    )


def _agree(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.agree(scene.tx, scene.account, scene.preselection.preselection_id)
    return _on(scene)


NOTICE = Screen(
    name="notice",
    personal=True,
    show=_show_notice,
    buttons={
        "agree": _agree,
        "basics": lambda scene, _arg: Go(screen="basics", args={"office": scene.preselection.office}),
    },
    errors={StepOutOfOrder: lambda scene, _error: entry(scene)},
)


# --- step 2: the vehicle --------------------------------------------------------------------


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
    return _on(scene)


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
    return _on(scene)


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
    return _on(scene)


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


# --- step 3: service terms, and the code of step 4 ------------------------------------------


def _show_terms(scene: Scene) -> View | Go:
    begun, office, now = scene.preselection, scene.office, scene.tx.now
    if begun.state not in {State.AGREED, State.VERIFIED}:
        return step_of(scene, begun)
    left = chances(scene.tx, office, begun.the_vin)
    if left.none:
        return Go(screen="used_up")
    text, redraw_at = preselect.terms(office, left), None
    if office.hours.is_open(now):
        closes = office.hours.closes_at(now)
        if closes is not None and closes - now <= CLOSING_WARNING:
            text += preselect.closing_soon(common.clock(closes))
        redraw_at = closes
    else:
        redraw_at = office.hours.next_opening(now)
        text += preselect.closed(common.moment(redraw_at)) if redraw_at else ""
    closed = of_office(scene.tx, office.code)
    if closed is not None:
        text += preselect.in_maintenance(closed.text)
    first = (
        Button(label=preselect.START(), action="start", style=Style.PRIMARY)
        if office.hours.is_open(now)
        else Button(label=wishes.TELL_OPENING(), action="tell", style=Style.PRIMARY)
    )
    return View(
        text=text,
        rows=(
            (first,),
            (Button(label=provinces.ELSEWHERE(), action="provinces"),),
            (
                Button(label=preselect.CORRECT(), action="correct"),
                Button(label=common.HOME(), action="home"),
            ),
        ),
        redraw_at=redraw_at,
    )


def start(scene: Scene, _arg: str) -> Go:
    """Ask for the code with which phase 2 begins."""
    core, begun, office = scene.core, scene.preselection, scene.office
    if not office.hours.is_open(scene.at):
        raise OfficeClosed(office.hours.next_opening(scene.at))
    refuse_in_maintenance(scene.tx, office.code)
    if chances(scene.tx, office, begun.the_vin).none:
        raise ChancesUsedUp
    core.preselections.lapse(scene.tx, begun.preselection_id)
    core.preselections.judge_start(scene.tx, begun)
    bond = core.preselections.bond(scene.account, begun)
    present = core.verification.state(scene.tx, scene.account, Purpose.PRESELECTION)
    if present is not None and present.resend_at > scene.tx.now and present.state != "locked":
        return Go(screen="code")  # the code that was sent a moment ago is still good
    return codes.request(scene, bond, "code")


def _tell(scene: Scene, _arg: str) -> Go:
    tell_opening(scene, scene.office)
    return Go(screen="terms", note=wishes.OPENING_NOTED())


def _correct(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.correct(scene.tx, scene.preselection.preselection_id)
    return Go(screen="review")


TERMS = Screen(
    name="terms",
    personal=True,
    show=_show_terms,
    buttons={
        "start": start,
        "tell": _tell,
        "correct": _correct,
        "provinces": lambda _scene, _arg: Go(screen="provinces"),
        "home": lambda _scene, _arg: Go(screen="home"),
    },
    errors={**REFUSED, ChancesUsedUp: lambda _scene, _error: Go(screen="used_up")},
)


def _show_code(scene: Scene) -> View | Go:
    if scene.preselection.state != State.AGREED:
        return step_of(scene, scene.preselection)
    back = Button(label=common.BACK(), action="terms")
    return codes.page(scene, Purpose.PRESELECTION, scene.account.phone, (back,))


def _resend(scene: Scene, _arg: str) -> Go:
    bond = scene.core.preselections.bond(scene.account, scene.preselection)
    return codes.request(scene, bond, "code")


def _code(scene: Scene, typed: str) -> Go:
    begun = scene.preselection
    answer = scene.core.preselections.verify(
        scene.tx,
        scene.account,
        begun.preselection_id,
        codes.digits(typed),
        office=scene.office,
        at=scene.at,
    )
    return Go(screen="selecting") if answer.right else codes.wrong(answer)


CODE = Screen(
    name="code",
    personal=True,
    show=_show_code,
    buttons={"resend": _resend, "terms": lambda _scene, _arg: Go(screen="terms")},
    text=_code,
    hint=registration.CODE_HINT,
    errors=REFUSED,
)


# --- the ends before a number ---------------------------------------------------------------


USED_UP = Screen(
    name="used_up",
    show=lambda scene: View(
        text=preselect.used_up(CHANCES_USED_UP(), scene.office),
        rows=(
            (Button(label=appeal.APPEAL(), action="appeal"),),
            (Button(label=common.HOME(), action="home"),),
        ),
    ),
    buttons={
        "appeal": lambda scene, _arg: appeals.begin(scene, scene.preselection.the_vin),
        "home": lambda _scene, _arg: Go(screen="home"),
    },
)


def _abandon(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.abandon(scene.tx, scene.account, scene.preselection.preselection_id)
    return Go(screen="home", note=preselect.ABANDONED())


ABANDON = Screen(
    name="abandon",
    show=lambda _scene: View(
        text=preselect.ABANDON_TEXT(),
        rows=(
            (
                Button(label=preselect.KEEP(), action="keep", style=Style.SUCCESS),
                Button(label=preselect.ABANDON(), action="abandon", style=Style.DANGER),
            ),
        ),
    ),
    buttons={"abandon": _abandon, "keep": lambda scene, _arg: entry(scene)},
)

SCREENS = (
    BASICS,
    NOTICE,
    VIN,
    *VIN_PAGES.screens,
    VINREFUSED,
    CERTIFICATE_KIND,
    CERTIFICATE,
    REVIEW,
    TERMS,
    CODE,
    USED_UP,
    ABANDON,
)
