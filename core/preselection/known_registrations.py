"""Confirming several reservations at once whose vehicles the registry knows as registered."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.people.admins import Admin, Permission
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, get
from core.preselection.contradictions import Contradiction, contradiction_of
from core.preselection.counter import Counter

MAX_AT_ONCE = 100
"""Maximum reservations that one step confirms: about 0.1 s on the writing thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkConfirmation:
    """What confirming several reservations did."""

    registered: tuple[Preselection, ...]
    skipped: int  # ended meanwhile, or no longer known as registered


def confirm_known(
    tx: Tx, counter: Counter, preselection_ids: Iterable[int], admin: Admin, actor: str
) -> BulkConfirmation:
    """Record as registered those of the reservations whose vehicles the registry knows as registered.

    Args:
        tx: the transaction.
        counter: the service that registers one.
        preselection_ids: those that the admin was shown.
        admin: must have the permission to confirm at the office of each.
        actor: the same admin, for the audit log.

    Raises:
        NotPermitted: one belongs to an office where the admin may not confirm; nothing has changed.
    """
    registered: list[Preselection] = []
    skipped = 0
    for preselection_id in sorted(set(preselection_ids)):  # always locked in the same order
        reserved = get(tx, preselection_id, lock=True)
        admin.require(Permission.CONFIRM, reserved.office)
        if not _is_known(tx, reserved):
            skipped += 1
            continue
        registered.append(counter.register_locked(tx, reserved, actor))
    return BulkConfirmation(registered=tuple(registered), skipped=skipped)


def _is_known(tx: Tx, reserved: Preselection) -> bool:
    if reserved.state != PreselectionState.RESERVED:
        return False
    found = contradiction_of(tx, reserved.preselection_id)
    return found is not None and found.contradiction == Contradiction.REGISTERED
