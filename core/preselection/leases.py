"""What a preselection holds while its owner selects: the right to select for the vehicle, and numbers."""

from datetime import datetime, timedelta

from core.clock import from_millis, to_millis
from core.errors import VerificationLapsed
from core.ports import Tx
from core.preselection.model import Preselection
from core.preselection.undelivered import return_unsent_of
from core.values.offices import Office


def end_lease(tx: Tx, preselection: Preselection) -> None:
    """Let others select for a preselection's vehicle."""
    tx.run("preselection.end_lease", vin=preselection.vin, preselection_id=preselection.preselection_id)


def end_holds(tx: Tx, preselection: Preselection) -> None:
    """Give an owner's batch and shortlist back, and the chance of what was never shown to them."""
    tx.run("pool.end_holds", preselection_id=preselection.preselection_id)
    tx.run(
        "pool.end_draw",
        office=preselection.office,
        kind=preselection.kind,
        preselection_id=preselection.preselection_id,
        ended=to_millis(tx.now) - 1,
    )
    return_unsent_of(tx, preselection)


def renew_lease(tx: Tx, preselection: Preselection, office: Office, *, at: datetime) -> None:
    """Note that the owner did something: another span of idleness is theirs.

    Raises:
        VerificationLapsed: the last one ran out, or somebody else selects for the vehicle now.
    """
    until = max(tx.now, at) + timedelta(minutes=office.idle_minutes)
    row = tx.one(
        "preselection.renew_lease",
        vin=preselection.vin,
        preselection_id=preselection.preselection_id,
        until=to_millis(until),
        at=to_millis(at),
    )
    if row is None:
        raise VerificationLapsed


def lease_until(tx: Tx, preselection: Preselection) -> datetime | None:
    """Return until when the owner's verification holds, None when it has run out."""
    row = tx.one("preselection.lease_of", vin=preselection.vin)
    if row is None or row["preselection_id"] != preselection.preselection_id:
        return None
    until = from_millis(row["until"])
    return until if until >= tx.now else None
