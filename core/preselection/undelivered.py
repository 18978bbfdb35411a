"""Refunding batches that never reached their owners (docs/domain.md, section 5.3)."""

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.ports import Row, Tx
from core.preselection.model import Preselection


def return_unsent(tx: Tx, drawn: Row) -> bool:
    """Refund a batch that never reached its owner, once; return whether it was refunded now.

    Args:
        tx: the transaction.
        drawn: office, kind, n and preselection_id of the draw, and vin of the vehicle that paid for it.
    """
    draw = {key: drawn[key] for key in ("office", "kind", "n")}
    if not tx.run("pool.return_draw", now=to_millis(tx.now), **draw):
        return False
    tx.run("vehicles.refund_batch", vin=drawn["vin"])
    audit.record(
        tx,
        audit.SYSTEM,
        AuditAction.RETURNED_BATCH,
        audit.preselection_subject(drawn["preselection_id"]),
        office=drawn["office"],
        draw=drawn["n"],
    )
    return True


def return_unsent_of(tx: Tx, preselection: Preselection) -> None:
    """Refund all unsent batches of a preselection, while it still has the vehicle that paid for them."""
    for row in tx.all("pool.unsent_of", preselection_id=preselection.preselection_id):
        return_unsent(tx, row)
