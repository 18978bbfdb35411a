"""Giving up what a preselection holds while its owner selects: the lease on the vehicle, and numbers."""

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.preselection import StepOutOfOrder
from core.pool.batches import holds_of
from core.ports import Tx
from core.preselection.model import Preselection, PreselectionState, end
from core.preselection.undelivered import settle_unsent_of
from core.public_journal import chain
from core.public_journal.chain import Hold


def end_lease(tx: Tx, preselection: Preselection) -> None:
    """End the lease on a preselection's vehicle, so that others can select for it."""
    tx.run("preselection.end_lease", vin=preselection.vin, preselection_id=preselection.preselection_id)


def end_holds(tx: Tx, preselection: Preselection) -> None:
    """Free an owner's batch and shortlist, and settle a batch that was never shown to them.

    They are all in the preselection's own pool, since they are freed before that changes.
    """
    if not tx.all("pool.pools_of_holds", preselection_id=preselection.preselection_id):
        free_holds(tx, preselection)  # without the pool's lock, for which draws would have to wait
        return
    office, kind = preselection.office, preselection.kind
    head = chain.lock(tx, office, kind)
    until = chain.end_of_given_up(tx)
    ended = [(serial, draw_no, until) for serial, draw_no, _ in free_holds(tx, preselection)]
    chain.append_holds(tx, office, kind, head, ended)


def free_holds(tx: Tx, preselection: Preselection) -> list[Hold]:
    """Free an owner's batch and shortlist, under the pool's lock; return the holds that count as held yet."""
    rows = tx.all("pool.end_holds", preselection_id=preselection.preselection_id)
    tx.run(
        "pool.end_draw",
        office=preselection.office,
        kind=preselection.kind,
        preselection_id=preselection.preselection_id,
        ended=to_millis(tx.now) - 1,
    )
    settle_unsent_of(tx, preselection)
    return [hold for hold in holds_of(rows) if chain.counts_as_held(tx, hold)]


def let_go(tx: Tx, preselection: Preselection) -> None:
    """Give up what is held when a selection is left, whether or not its verification has lapsed."""
    if preselection.state in {PreselectionState.AGREED, PreselectionState.VERIFIED}:
        end_holds(tx, preselection)
        end_lease(tx, preselection)


def cancel_draft(tx: Tx, begun: Preselection, actor: str, action: AuditAction) -> None:
    """Cancel an unfinished preselection, give up what it holds, and delete its vehicle data.

    Args:
        tx: the transaction.
        begun: the preselection, locked and unfinished.
        actor: who drops it.
        action: ``ABANDONED`` by its owner, or ``DROPPED_DRAFT``.

    Raises:
        StepOutOfOrder: its state has changed since it was read, so it was not locked.
    """
    let_go(tx, begun)
    if not end(tx, begun, PreselectionState.CANCELLED):
        raise StepOutOfOrder
    tx.run("preselection.forget_vehicle", preselection_id=begun.preselection_id)
    audit.record(tx, actor, action, begun.subject, office=begun.office)
