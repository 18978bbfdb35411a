"""Step 3: service terms, the code of step 4, and the ends before a number (docs/domain.md, section 3)."""

from datetime import timedelta

from bot.dialog.context import Scene
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting as common
from bot.owner import appeals, codes
from bot.owner.entry import entry, step_of
from bot.owner.vehicle import REFUSED
from bot.owner.wishes import tell_opening
from bot.texts.errors import CHANCES_USED_UP
from bot.texts.owner import appeal, preselect, provinces, registration, wishes
from core.availability.maintenance import ensure_open, of_office
from core.errors import ChancesUsedUp
from core.people.verification import CodePurpose, CodeStatus
from core.preselection import PreselectionState
from core.preselection.selection import remaining_quota

CLOSING_WARNING = timedelta(minutes=30)


def _show_terms(scene: Scene) -> View | Go:
    begun, office, now = scene.preselection, scene.office, scene.tx.now
    if begun.state not in {PreselectionState.AGREED, PreselectionState.VERIFIED}:
        return step_of(scene, begun)
    left = remaining_quota(scene.tx, office, begun.required_vin)
    if left.none:
        return Go(screen=ScreenName.USED_UP)
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
        Button(label=preselect.START(), action=ActionName.START, style=Style.PRIMARY)
        if office.hours.is_open(now)
        else Button(label=wishes.TELL_OPENING(), action=ActionName.TELL, style=Style.PRIMARY)
    )
    return View(
        text=text,
        rows=(
            (first,),
            (Button(label=provinces.ELSEWHERE(), action=ActionName.PROVINCES),),
            (
                Button(label=preselect.CORRECT(), action=ActionName.CORRECT),
                Button(label=common.HOME(), action=ActionName.HOME),
            ),
        ),
        redraw_at=redraw_at,
    )


def start(scene: Scene, _arg: str) -> Go:
    """Ask for the code with which phase 2 begins."""
    core, begun, office = scene.core, scene.preselection, scene.office
    ensure_open(scene.tx, office, scene.at)
    if remaining_quota(scene.tx, office, begun.required_vin).none:
        raise ChancesUsedUp
    core.preselections.lapse(scene.tx, begun.preselection_id)
    core.preselections.validate_start(scene.tx, begun)
    binding = core.preselections.code_binding(scene.account, begun)
    present = core.verification.state(scene.tx, scene.account, CodePurpose.PRESELECTION)
    if present is not None and present.resend_at > scene.tx.now and present.state != CodeStatus.LOCKED:
        return Go(screen=ScreenName.CODE)  # the code that was sent a moment ago is still good
    return codes.request(scene, binding, ScreenName.CODE)


def _tell(scene: Scene, _arg: str) -> Go:
    tell_opening(scene, scene.office)
    return Go(screen=ScreenName.TERMS, note=wishes.OPENING_NOTED())


def _correct(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.correct(scene.tx, scene.preselection.preselection_id)
    return Go(screen=ScreenName.REVIEW)


TERMS = Screen(
    name=ScreenName.TERMS,
    personal=True,
    show=_show_terms,
    buttons={
        ActionName.START: start,
        ActionName.TELL: _tell,
        ActionName.CORRECT: _correct,
        ActionName.PROVINCES: lambda _scene, _arg: Go(screen=ScreenName.PROVINCES),
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
    errors={**REFUSED, ChancesUsedUp: lambda _scene, _error: Go(screen=ScreenName.USED_UP)},
)


def _show_code(scene: Scene) -> View | Go:
    if scene.preselection.state != PreselectionState.AGREED:
        return step_of(scene, scene.preselection)
    back = Button(label=common.BACK(), action=ActionName.TERMS)
    return codes.page(scene, CodePurpose.PRESELECTION, scene.account.phone, (back,))


def _resend(scene: Scene, _arg: str) -> Go:
    ensure_open(scene.tx, scene.office, scene.at)
    binding = scene.core.preselections.code_binding(scene.account, scene.preselection)
    return codes.request(scene, binding, ScreenName.CODE)


def _code(scene: Scene, typed: str) -> Go:
    begun = scene.preselection
    result = scene.core.preselections.verify(
        scene.tx,
        scene.account,
        begun.preselection_id,
        codes.digits(typed),
        office=scene.office,
        received_at=scene.at,
    )
    return Go(screen=ScreenName.SELECTING) if result.right else codes.wrong(result)


CODE = Screen(
    name=ScreenName.CODE,
    personal=True,
    show=_show_code,
    buttons={ActionName.RESEND: _resend, ActionName.TERMS: lambda _scene, _arg: Go(screen=ScreenName.TERMS)},
    text=_code,
    hint=registration.CODE_HINT,
    errors=REFUSED,
)
USED_UP = Screen(
    name=ScreenName.USED_UP,
    show=lambda scene: View(
        text=preselect.used_up(CHANCES_USED_UP(), scene.office),
        rows=(
            (Button(label=appeal.APPEAL(), action=ActionName.APPEAL),),
            (Button(label=common.HOME(), action=ActionName.HOME),),
        ),
    ),
    buttons={
        ActionName.APPEAL: lambda scene, _arg: appeals.begin(scene, scene.preselection.required_vin),
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
)


def _abandon(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.abandon(scene.tx, scene.account, scene.preselection.preselection_id)
    return Go(screen=ScreenName.HOME, note=preselect.ABANDONED())


ABANDON = Screen(
    name=ScreenName.ABANDON,
    show=lambda _scene: View(
        text=preselect.ABANDON_TEXT(),
        rows=(
            (
                Button(label=preselect.KEEP(), action=ActionName.KEEP, style=Style.SUCCESS),
                Button(label=preselect.ABANDON(), action=ActionName.ABANDON, style=Style.DANGER),
            ),
        ),
    ),
    buttons={ActionName.ABANDON: _abandon, ActionName.KEEP: lambda scene, _arg: entry(scene)},
)
SCREENS = (TERMS, CODE, USED_UP, ABANDON)
