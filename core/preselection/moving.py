"""Changing an owner's office of registration (注册地) while nothing is reserved."""

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.accounts import OfficeHeld
from core.errors.preselection import StepOutOfOrder
from core.people.accounts import Account
from core.ports import Tx
from core.preselection.leases import cancel_draft
from core.preselection.model import PreselectionState, lock_unfinished, of_account
from core.values.offices import Office


def ensure_not_held(tx: Tx, account: Account) -> None:
    """Tell an owner at once that nothing can be changed now; the guard itself is in the UPDATE.

    Raises:
        OfficeHeld: a number is reserved.
    """
    if any(one.state == PreselectionState.RESERVED for one in of_account(tx, account)):
        raise OfficeHeld


def change_office(tx: Tx, account: Account, office: Office) -> None:
    """Move a registered account to another office; cancel a preselection that it may not finish from there.

    Raises:
        OfficeHeld: a number is reserved; nothing has changed.
        StepOutOfOrder: the account is not registered, or its office has changed in the meantime.
    """
    if not account.is_registered:
        raise StepOutOfOrder
    if account.office == office.code:
        return
    draft = lock_unfinished(tx, account)
    moved = tx.run(
        "accounts.move_office",
        account_id=account.account_id,
        office=office.code,
        seen=account.office,
        now=to_millis(tx.now),
    )
    if not moved:
        ensure_not_held(tx, account)
        raise StepOutOfOrder
    if draft is not None and not account.user_type.selects_elsewhere:
        cancel_draft(tx, draft, account.actor, AuditAction.ABANDONED)
    audit.record(
        tx,
        account.actor,
        AuditAction.CHANGED_OFFICE,
        account.subject,
        office=office.code,
        before=account.office,
    )
