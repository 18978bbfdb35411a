"""/confirm, /void, /revoke: what becomes of a reserved number at the counter (docs/domain.md, section 6)."""

from bot.desk.arguments import named
from bot.desk.confirmation import Question, reason_of, screen_of
from bot.dialog.context import Scene
from bot.dialog.names import ScreenName
from bot.dialog.screen import Go
from bot.dialog.view import Style
from bot.texts.desk import counter as texts
from core.people.admins import Permission
from core.preselection.counter import reserved_of, validate_registration
from core.values.plates import Plate, PlateKind, parse_plate
from core.values.text import HYPHENS, compact

_ENDS = {Permission.VOID: ScreenName.DESK_VOID, Permission.REVOKE: ScreenName.DESK_REVOKE}


def _plate(scene: Scene, written: str, permission: Permission) -> Plate:
    """Return the number that was typed, of an office at which this may be done."""
    code = compact(written)[:2]
    office = scene.core.offices.get(code)
    # Of another office the form is judged too, so that a typing error is called one.
    plate = parse_plate(written, nev_letters=office.nev_letters) if office else parse_plate(written)
    scene.desk_office(plate.office, permission)
    return plate


def _args(plate: Plate, **more: str) -> dict[str, object]:
    return {"office": plate.office, "kind": plate.kind.value, "serial": plate.serial, **more}


def _meant(scene: Scene) -> Plate:
    return Plate(office=scene.arg("office"), kind=PlateKind(scene.arg("kind")), serial=scene.arg("serial"))


def ask_confirm(scene: Scene, rest: str) -> Go:
    """Lead from /confirm 粤K12345 LAST6VIN to the question.

    Raises:
        Usage, PlateError: it is written in another way.
        PlateNotReserved, VinTailMismatch: as when it is confirmed; nothing changes.
    """
    written, tail = named("confirm", rest, 2)
    return to_confirm(scene, _plate(scene, written, Permission.CONFIRM), tail)


def to_confirm(scene: Scene, plate: Plate, tail: str) -> Go:
    """Lead to the question whether a number is on its vehicle, of which the last six were typed.

    Raises:
        NotYourDuty, NotYourOffice: this chat may not record it.
        PlateNotReserved, VinTailMismatch: as when it is confirmed; nothing changes.
    """
    scene.admin.require(Permission.CONFIRM, plate.office)
    typed = compact(tail, HYPHENS)
    validate_registration(scene.tx, plate, typed)
    return Go(screen=ScreenName.DESK_CONFIRM, args=_args(plate, tail=typed))


def _confirm_question(scene: Scene) -> str:
    return texts.register_question(validate_registration(scene.tx, _meant(scene), scene.arg("tail")))


def _confirm(scene: Scene) -> str:
    counter = scene.core.counter
    return texts.registered(counter.register(scene.tx, _meant(scene), scene.arg("tail"), actor=scene.actor))


def ask_void(scene: Scene, rest: str) -> Go:
    """Lead from /void 粤K12345 REASON to the question."""
    return _ask_end(scene, Permission.VOID, rest)


def ask_revoke(scene: Scene, rest: str) -> Go:
    """Lead from /revoke 粤K12345 REASON to the question."""
    return _ask_end(scene, Permission.REVOKE, rest)


def _ask_end(scene: Scene, permission: Permission, rest: str) -> Go:
    written, reason = named(permission, rest, 2)
    return to_end(scene, permission, _plate(scene, written, permission), reason)


def to_end(scene: Scene, permission: Permission, plate: Plate, reason: str) -> Go:
    """Lead to the question before a reservation is void or revoked, the permission says which.

    Raises:
        NotYourDuty, NotYourOffice: this chat may not.
        PlateNotReserved: nobody has reserved the number.
    """
    scene.admin.require(permission, plate.office)
    reserved_of(scene.tx, plate)
    return Go(screen=_ENDS[permission], args=_args(plate, reason=reason_of(reason)))


def _void_question(scene: Scene) -> str:
    reserved = reserved_of(scene.tx, _meant(scene))
    office = scene.office_of(reserved.office)
    return texts.void_question(reserved, scene.arg("reason"), office.ban_years)


def _void(scene: Scene) -> str:
    return texts.voided(scene.core.counter.void(scene.tx, _meant(scene), scene.arg("reason"), scene.actor))


def _revoke_question(scene: Scene) -> str:
    return texts.revoke_question(reserved_of(scene.tx, _meant(scene)), scene.arg("reason"))


def _revoke(scene: Scene) -> str:
    return texts.revoked(scene.core.counter.revoke(scene.tx, _meant(scene), scene.arg("reason"), scene.actor))


CONFIRM = screen_of(
    Question(
        name=ScreenName.DESK_CONFIRM,
        permission=Permission.CONFIRM,
        ask=_confirm_question,
        label=texts.REGISTER,
        act=_confirm,
        style=Style.SUCCESS,
    )
)
VOID = screen_of(
    Question(
        name=ScreenName.DESK_VOID,
        permission=Permission.VOID,
        ask=_void_question,
        label=texts.VOID,
        act=_void,
        style=Style.DANGER,
    )
)
REVOKE = screen_of(
    Question(
        name=ScreenName.DESK_REVOKE,
        permission=Permission.REVOKE,
        ask=_revoke_question,
        label=texts.REVOKE,
        act=_revoke,
        style=Style.DANGER,
    )
)
