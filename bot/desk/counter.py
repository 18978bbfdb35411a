"""/confirm, /void, /revoke: reserved numbers at the counter (docs/domain.md, section 6)."""

from bot.desk.arguments import office_meant, plate_within, read_plate, split_named_args
from bot.desk.confirmation import Confirmation, screen_of
from bot.desk.persons import owner_line
from bot.desk.pool_words import is_serial, is_tail_first
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.dialog.view import Style
from bot.texts.desk import counter as texts
from core.people.admins import Permission
from core.preselection.contradictions import contradiction_of
from core.preselection.counter import reserved_of, validate_registration
from core.preselection.extensions import grace_until
from core.values.plates import Plate, PlateKind
from core.values.reasons import parse_reason
from core.values.text import HYPHENS, compact
from core.values.vehicles import ensure_vin_part

_ENDS = {Permission.VOID: ScreenName.DESK_VOID, Permission.REVOKE: ScreenName.DESK_REVOKE}


def _plate(ctx: Context, raw: str, permission: Permission) -> Plate:
    """Parse a number of an office where this chat has the permission."""
    if is_serial(raw):  # without an office: that of an admin who has only one
        raw = f"{office_meant(ctx, permission, permission, '').code}{raw}"
    plate = read_plate(ctx, raw)
    ctx.desk_office(plate.office, permission)
    return plate


def _args(plate: Plate, **more: str) -> dict[str, object]:
    return {"office": plate.office, "kind": plate.kind.value, "serial": plate.serial, **more}


def _meant(ctx: Context) -> Plate:
    return Plate(office=ctx.arg("office"), kind=PlateKind(ctx.arg("kind")), serial=ctx.arg("serial"))


def parse_confirm(ctx: Context, arguments: str) -> Goto:
    """Parse /confirm 粤K12345 LAST6VIN and go to the question.

    Raises:
        Usage, PlateError: the arguments are malformed.
        PlateNotReserved, VinTailMismatch: the confirmation would fail; nothing changes.
    """
    found = plate_within(arguments)
    if found is not None and found[1]:
        written, tail = found
    else:
        written, tail = split_named_args("confirm", arguments, 2)
        if is_tail_first(written, tail):
            written, tail = tail, written
    return to_confirm(ctx, _plate(ctx, written, Permission.CONFIRM), tail)


def to_confirm(ctx: Context, plate: Plate, tail: str) -> Goto:
    """Go to the question whether a number is registered, with the last six characters of the VIN.

    Raises:
        NotPermitted, NotYourOffice: this chat may not confirm it.
        VinPartMalformed: the second part is neither a VIN nor its last six characters.
        PlateNotReserved, VinTailMismatch: the confirmation would fail; nothing changes.
    """
    ctx.admin.require(Permission.CONFIRM, plate.office)
    typed = compact(tail, HYPHENS)
    ensure_vin_part(typed)
    validate_registration(ctx.tx, plate, typed)
    return Goto(screen=ScreenName.DESK_CONFIRM, args=_args(plate, tail=typed))


def _confirm_question(ctx: Context) -> str:
    reserved = validate_registration(ctx.tx, _meant(ctx), ctx.arg("tail"))
    office = ctx.core.offices.get(reserved.office)
    does_not_expire = contradiction_of(ctx.tx, reserved.preselection_id) is not None
    until = None if office is None or does_not_expire else grace_until(reserved, office, ctx.tx.now)
    owner = owner_line(ctx, reserved)
    return texts.register_question(reserved, owner, until, does_not_expire=does_not_expire)


def _confirm(ctx: Context) -> str:
    counter = ctx.core.counter
    return texts.registered(counter.register(ctx.tx, _meant(ctx), ctx.arg("tail"), actor=ctx.actor))


def parse_void(ctx: Context, arguments: str) -> Goto:
    """Parse /void 粤K12345 REASON and go to the question."""
    return _parse_end(ctx, Permission.VOID, arguments)


def parse_revoke(ctx: Context, arguments: str) -> Goto:
    """Parse /revoke 粤K12345 REASON and go to the question."""
    return _parse_end(ctx, Permission.REVOKE, arguments)


def _parse_end(ctx: Context, permission: Permission, arguments: str) -> Goto:
    written, reason = split_named_args(permission, arguments, 2)
    if not is_serial(written) and not plate_within(written) and (found := plate_within(arguments)):
        written, reason = found
    return to_end(ctx, permission, _plate(ctx, written, permission), reason)


def to_end(ctx: Context, permission: Permission, plate: Plate, reason: str) -> Goto:
    """Go to the question before a reservation is voided or revoked, depending on the permission.

    Raises:
        NotPermitted, NotYourOffice: this chat lacks the permission.
        PlateNotReserved: the number is not reserved.
        ReasonTooShort: as ``parse_reason``.
    """
    ctx.admin.require(permission, plate.office)
    reserved_of(ctx.tx, plate)
    return Goto(screen=_ENDS[permission], args=_args(plate, reason=parse_reason(reason)))


def _void_question(ctx: Context) -> str:
    reserved = reserved_of(ctx.tx, _meant(ctx))
    office = ctx.office_of(reserved.office)
    return texts.void_question(reserved, owner_line(ctx, reserved), ctx.arg("reason"), office.ban_years)


def _void(ctx: Context) -> str:
    return texts.voided(ctx.core.counter.void(ctx.tx, _meant(ctx), ctx.arg("reason"), ctx.actor))


def _revoke_question(ctx: Context) -> str:
    reserved = reserved_of(ctx.tx, _meant(ctx))
    return texts.revoke_question(reserved, owner_line(ctx, reserved), ctx.arg("reason"))


def _revoke(ctx: Context) -> str:
    return texts.revoked(ctx.core.counter.revoke(ctx.tx, _meant(ctx), ctx.arg("reason"), ctx.actor))


def _person(ctx: Context) -> str:
    """Return the reservation on account of which its owner can be seen in full."""
    return reserved_of(ctx.tx, _meant(ctx)).subject


def _done(ctx: Context) -> str:
    """Return the key of the reservation that was confirmed or ended, by which that is taken back."""
    return ctx.core.undoing.last_of(ctx.tx, _meant(ctx)).subject


CONFIRM = screen_of(
    Confirmation(
        name=ScreenName.DESK_CONFIRM,
        permission=Permission.CONFIRM,
        question_text=_confirm_question,
        label=texts.REGISTER,
        act=_confirm,
        undo_key=_done,
        person=_person,
        style=Style.SUCCESS,
    )
)
VOID = screen_of(
    Confirmation(
        name=ScreenName.DESK_VOID,
        permission=Permission.VOID,
        question_text=_void_question,
        label=texts.VOID,
        act=_void,
        undo_key=_done,
        person=_person,
        style=Style.DANGER,
    )
)
REVOKE = screen_of(
    Confirmation(
        name=ScreenName.DESK_REVOKE,
        permission=Permission.REVOKE,
        question_text=_revoke_question,
        label=texts.REVOKE,
        act=_revoke,
        undo_key=_done,
        person=_person,
        style=Style.DANGER,
    )
)
