"""Confirming many reservations as registered: one by one, each in a transaction of its own.

Nothing of the progress is stored: the state of each reservation says whether it was confirmed. So an
interrupted run goes on when it is started again, and two runs at once confirm nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core import audit
from core.people.admins import Admins, Permission
from core.ports import Tx
from core.preselection.counter import Counter
from core.preselection.model import Preselection, PreselectionState, from_row, get
from core.values.plates import Plate
from core.values.vehicles import vin_last_six


class Match(StrEnum):
    """What a row of a file from the registration system says of a number."""

    READY = "ready"  # reserved for this vehicle: it will be confirmed
    CONFIRMED = "confirmed"  # confirmed for this vehicle already
    NOT_RESERVED = "not_reserved"
    VIN_DIFFERS = "vin_differs"  # reserved or registered for another vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The outcome of matching one number and VIN."""

    match: Match
    preselection_id: int | None = None  # of one that is ready


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationState:
    """What has become of a reservation that was to be confirmed."""

    preselection: Preselection
    by: str  # who has ended it, and how; empty while it is reserved
    action: str

    @property
    def is_left(self) -> bool:
        return self.preselection.state == PreselectionState.RESERVED

    @property
    def is_registered(self) -> bool:
        return self.preselection.state == PreselectionState.REGISTERED


def still_reserved(tx: Tx, preselection_ids: Sequence[int]) -> list[Preselection]:
    """Return those of some preselections that are still reserved, in their order."""
    found = [get(tx, preselection_id) for preselection_id in preselection_ids]
    return [one for one in found if one.state == PreselectionState.RESERVED]


def match_registrations(tx: Tx, rows: Sequence[tuple[Plate, str]]) -> list[Matched]:
    """Match numbers and VINs, each whole or its last six characters; nothing is locked."""
    return [_match(tx, plate, vin) for plate, vin in rows]


def _match(tx: Tx, plate: Plate, vin: str) -> Matched:
    row = tx.one("preselection.last_of_plate", office=plate.office, kind=plate.kind, serial=plate.serial)
    last = from_row(row) if row else None
    if last is None or last.state not in {PreselectionState.RESERVED, PreselectionState.REGISTERED}:
        return Matched(match=Match.NOT_RESERVED)
    if vin not in {last.required_vin, vin_last_six(last.required_vin)}:
        return Matched(match=Match.VIN_DIFFERS)
    if last.state == PreselectionState.REGISTERED:
        return Matched(match=Match.CONFIRMED)
    return Matched(match=Match.READY, preselection_id=last.preselection_id)


def confirm_one(tx: Tx, counter: Counter, admins: Admins, preselection_id: int, chat_id: int) -> bool:
    """Record one reservation as registered, as /confirm does; return whether this did it.

    Args:
        tx: the transaction, of this reservation alone.
        counter: the service that registers it.
        admins: the roles; a role that was removed meanwhile counts no longer.
        preselection_id: the reservation.
        chat_id: the admin.

    Raises:
        NotPermitted, NotYourOffice: the admin may not confirm it.
    """
    reserved = get(tx, preselection_id, lock=True)
    admins.of(tx, chat_id).require(Permission.CONFIRM, reserved.office)
    if reserved.state != PreselectionState.RESERVED:
        return False
    counter.register_locked(tx, reserved, audit.chat_actor(chat_id))
    return True


def confirmation_states(tx: Tx, preselection_ids: Sequence[int]) -> list[ConfirmationState]:
    """Return what has become of reservations that were to be confirmed, in their order."""
    found = []
    for preselection_id in preselection_ids:
        preselection = get(tx, preselection_id)
        done = None
        if preselection.state != PreselectionState.RESERVED:
            done = tx.one("audit.newest_of", subject=preselection.subject, most=1)
        by, action = (done["actor"], done["action"]) if done else ("", "")
        found.append(ConfirmationState(preselection=preselection, by=by, action=action))
    return found
