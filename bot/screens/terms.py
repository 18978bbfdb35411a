"""Step 3: service terms, the code of step 4, and the ends before a number (docs/domain.md, section 3)."""

from datetime import timedelta

from bot.dialog.model import Button, Go, Screen, Style, View
from bot.dialog.scene import Scene
from bot.screens import appeals, codes
from bot.screens.entry import entry, step_of
from bot.screens.vehicle import REFUSED
from bot.screens.wishes import tell_opening
from bot.texts import appeal, common, preselect, provinces, registration, wishes
from bot.texts.errors import CHANCES_USED_UP
from core.errors import ChancesUsedUp
from core.maintenance import of_office, refuse_closed
from core.preselection import State
from core.selection import chances
from core.verification import Purpose

CLOSING_WARNING = timedelta(minutes=30)


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
            text += preselect.closing_soon(common.minute(closes))
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
    refuse_closed(scene.tx, office, scene.at)
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
    refuse_closed(scene.tx, scene.office, scene.at)
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
SCREENS = (TERMS, CODE, USED_UP, ABANDON)
