"""Telephones of owners: offered, proved, and taken over from a former holder (docs/domain.md, section 2).

A telephone belongs to one registered account. Numbers are given to new holders, so who proves one by a code
gets it: the account that had it loses it and is told. Typing a number tells nothing about whose it is.
"""

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.accounts import PhoneTaken
from core.errors.preselection import StepOutOfOrder
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.accounts import Account, Accounts, at_once
from core.people.probes import ensure_may_ask
from core.ports import Tx
from core.security.vault import Vault


class Telephones:
    """Changes of telephones; every method runs within the caller's transaction."""

    def __init__(self, vault: Vault, accounts: Accounts) -> None:
        self._vault = vault
        self._accounts = accounts

    def offer(self, tx: Tx, account: Account, phone: str, *, shared: bool = False) -> None:
        """Set a phone number, in E.164 form, that is still to be verified.

        Args:
            tx: the transaction.
            account: the owner.
            phone: the number.
            shared: whether it is the messenger's own contact of this chat, which is not delayed by the limit
                on guessing.

        Raises:
            ProbedTooOften: the chat has typed too many values of others, and has to wait.
        """
        if not shared:
            ensure_may_ask(tx, account.chat_id)
        tx.run(
            "accounts.offer_phone",
            account_id=account.account_id,
            sealed=self._vault.seal(phone),
            hash=self._accounts.phone_hash(phone),
            now=to_millis(tx.now),
        )

    def share(self, tx: Tx, account: Account, phone: str) -> bool:
        """Take the messenger's own contact of this chat, in E.164 form; return whether it is proved by that.

        One with which another account is registered is only offered, and has to be proved by a code: the
        messenger may still name the number of somebody who has given it up.
        """
        self.offer(tx, account, phone, shared=True)
        if self._is_held_by_other(tx, account, phone):
            return False
        self.prove(tx, account)
        return True

    def _is_held_by_other(self, tx: Tx, account: Account, phone: str) -> bool:
        """Return whether another account is registered with a phone number; not told before it is proved."""
        holder = tx.one("accounts.registered_phone", hash=self._accounts.phone_hash(phone))
        return holder is not None and holder["account_id"] != account.account_id

    def prove(self, tx: Tx, account: Account, *, by_code: bool = False) -> None:
        """Mark the offered phone number as verified; it replaces the previous one.

        Args:
            tx: the transaction.
            account: the owner.
            by_code: whether a code was received on it. Only then another account loses it.

        Raises:
            PhoneTaken: another account is registered with it, or has been in the meantime.
            StepOutOfOrder: none was offered.
        """
        fresh = self._accounts.by_id(tx, account.account_id)
        if not fresh.new_phone:
            raise StepOutOfOrder
        if by_code:
            self._take_over(tx, fresh)
        elif self._is_held_by_other(tx, fresh, fresh.new_phone):
            raise PhoneTaken
        at_once(tx, "accounts.prove_phone", fresh)
        if fresh.is_registered:
            audit.record(tx, fresh.actor, AuditAction.CHANGED_PHONE, fresh.subject, office=fresh.office)

    def _take_over(self, tx: Tx, account: Account) -> None:
        """Take the phone number from the account that is registered with it, if there is one."""
        row = tx.one(
            "accounts.lose_phone",
            account_id=account.account_id,
            hash=self._accounts.phone_hash(account.new_phone),
            now=to_millis(tx.now),
        )
        if row is None:
            return
        former = self._accounts.by_id(tx, row["account_id"])
        audit.record(
            tx,
            audit.SYSTEM,
            AuditAction.LOST_PHONE,
            former.subject,
            office=former.office,
            to=account.account_id,
        )
        purpose = f"{NotificationPurpose.PHONE}:{to_millis(tx.now)}"
        plan(tx, Plan(chat_id=former.chat_id, purpose=purpose, subject=former.subject, due_at=tx.now))
