"""What a preselection holds while its owner selects: the right to select for the vehicle, and numbers."""

from datetime import datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors import StepOutOfOrder, VerificationLapsed
from core.ports import Tx
from core.preselection.model import Preselection, PreselectionState, end
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


def let_go(tx: Tx, preselection: Preselection) -> None:
    """Give back what is held for a selection that is left, be its verification alive or lapsed."""
    if preselection.state in {PreselectionState.AGREED, PreselectionState.VERIFIED}:
        end_holds(tx, preselection)
        end_lease(tx, preselection)


def drop(tx: Tx, begun: Preselection, actor: str, action: AuditAction) -> None:
    """End what has not come to a number, with what it holds, and forget its vehicle.

    Args:
        tx: the transaction.
        begun: the preselection, locked and unfinished.
        actor: who drops it.
        action: ``ABANDONED`` by its owner, or ``DROPPED_DRAFT``.

    Raises:
        StepOutOfOrder: it has been led on since it was read, so it was not locked.
    """
    let_go(tx, begun)
    if not end(tx, begun, PreselectionState.CANCELLED):
        raise StepOutOfOrder
    tx.run("blacklist.forget_data", preselection_id=begun.preselection_id)
    audit.record(tx, actor, action, begun.subject, office=begun.office)


def renew_lease(tx: Tx, preselection: Preselection, office: Office, *, received_at: datetime) -> datetime:
    """Note that the owner did something: another span of idleness is theirs; return its end.

    Raises:
        VerificationLapsed: the last one ran out, or somebody else selects for the vehicle now.
    """
    until = max(tx.now, received_at) + timedelta(minutes=office.idle_minutes)
    row = tx.one(
        "preselection.renew_lease",
        vin=preselection.vin,
        preselection_id=preselection.preselection_id,
        until=to_millis(until),
        at=to_millis(received_at),
    )
    if row is None:
        raise VerificationLapsed
    return from_millis(row["until"])


def lease_until(tx: Tx, preselection: Preselection) -> datetime | None:
    """Return until when the owner's verification holds, None when it has run out."""
    row = tx.one("preselection.lease_of", vin=preselection.vin)
    if row is None or row["preselection_id"] != preselection.preselection_id:
        return None
    until = from_millis(row["until"])
    return until if until >= tx.now else None
