"""Refunding batches that never reached their owners (docs/domain.md, section 5.3)."""

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.ports import Row, Tx
from core.preselection.model import Preselection

MAX_REFUNDS = 3
"""Maximum undelivered batches refunded to a vehicle; more are for an admin to judge (``/grant``)."""


def settle_unsent(tx: Tx, drawn: Row) -> bool:
    """Settle a batch that never reached its owner, once: refund it, up to the limit of the vehicle.

    Args:
        tx: the transaction.
        drawn: office, kind, n and preselection_id of the draw, and vin of the vehicle that paid for it.

    Returns:
        Whether it was settled now; ``Batch.returned`` or ``Batch.kept`` says how.
    """
    draw = {key: drawn[key] for key in ("office", "kind", "n")}
    if not tx.run("pool.return_draw", now=to_millis(tx.now), **draw):
        return False
    refunded = tx.run("vehicles.return_batch", vin=drawn["vin"], most=MAX_REFUNDS)
    if not refunded:
        tx.run("pool.keep_draw", **draw)
    audit.record(
        tx,
        audit.SYSTEM,
        AuditAction.RETURNED_BATCH if refunded else AuditAction.KEPT_BATCH,
        audit.preselection_subject(drawn["preselection_id"]),
        office=drawn["office"],
        draw=drawn["n"],
    )
    return True


def settle_unsent_of(tx: Tx, preselection: Preselection) -> None:
    """Settle all unsent batches of a preselection, while it still has the vehicle that paid for them."""
    for row in tx.all("pool.unsent_of", preselection_id=preselection.preselection_id):
        settle_unsent(tx, row)
