"""What reviewers decide about suspicions: dismissing, confirming, and asking for the invoice.

A decision is final; the first counts. Each is in the audit log, and the owner is told of a suspension and of
its end.
"""

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.desk import HandledMeanwhile
from core.errors.suspicion import NobodyToAsk, SuspicionOfOneself
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.accounts import Accounts
from core.ports import Tx
from core.suspicion.model import Suspicion, SuspicionState, find_asked, find_suspicion

_ACTIONS = {
    SuspicionState.DISMISSED: AuditAction.DISMISSED_SUSPICION,
    SuspicionState.CONFIRMED: AuditAction.CONFIRMED_SUSPICION,
}


class Decisions:
    """The reviewers' operations on suspicions; every method runs within the caller's transaction."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def undecided(self, tx: Tx, suspicion_id: int, chat_id: int, *, lock: bool = False) -> Suspicion:
        """Return a suspicion that a reviewer may decide; with ``lock``, lock its row.

        Raises:
            SuspicionUnknown: the id is unknown.
            HandledMeanwhile: it is decided already; with the actor and the action.
            SuspicionOfOneself: it is about the reviewer.
        """
        found = find_suspicion(tx, suspicion_id, lock=lock)
        if not found.is_undecided:
            raise self._decided(tx, found)
        self._ensure_not_own(tx, found, chat_id)
        return found

    def dismiss(self, tx: Tx, suspicion_id: int, reason: str, chat_id: int) -> Suspicion:
        """Find nothing wrong; a suspension because of it ends, and its owner is told.

        Raises:
            SuspicionUnknown, HandledMeanwhile, SuspicionOfOneself: as ``undecided``.
        """
        return self._decide(tx, suspicion_id, SuspicionState.DISMISSED, reason, chat_id)

    def confirm(self, tx: Tx, suspicion_id: int, reason: str, chat_id: int) -> Suspicion:
        """Find that the rule is right, which bars nobody: what follows is decided elsewhere.

        Raises:
            SuspicionUnknown, HandledMeanwhile, SuspicionOfOneself: as ``undecided``; HandledMeanwhile also if
                the invoice has been asked for, as a suspension ends by a dismissal or an answer.
        """
        return self._decide(tx, suspicion_id, SuspicionState.CONFIRMED, reason, chat_id)

    def ask(self, tx: Tx, suspicion_id: int, chat_id: int) -> Suspicion:
        """Ask the owner for the invoice: selecting is suspended until the answer is approved.

        Raises:
            SuspicionUnknown, HandledMeanwhile, SuspicionOfOneself: as ``undecided``; HandledMeanwhile also if
                it has been asked for already.
            NobodyToAsk: it is about an admin.
        """
        found = self.undecided(tx, suspicion_id, chat_id, lock=True)
        if found.account_id is None:
            raise NobodyToAsk
        actor = audit.chat_actor(chat_id)
        asked = tx.run("suspicion.ask", suspicion_id=suspicion_id, actor=actor, now=to_millis(tx.now))
        if not asked:
            raise self._decided(tx, found)
        audit.record(
            tx,
            actor,
            AuditAction.ASKED_FOR_INVOICE,
            found.own_subject,
            office=found.office,
            rule=found.kind,
            about=found.subject,
        )
        self._tell_owner(tx, found, NotificationPurpose.SUSPENDED)
        return find_suspicion(tx, suspicion_id)

    def end_suspensions(self, tx: Tx, account_id: int, reason: str, actor: str) -> int:
        """End all suspensions of an account whose answer was approved; the caller tells the owner.

        Returns:
            How many ended.
        """
        asked = find_asked(tx, account_id)
        return sum(
            self._end(tx, one, SuspicionState.DISMISSED, reason, actor, is_told=False) for one in asked
        )

    def _decide(
        self, tx: Tx, suspicion_id: int, target: SuspicionState, reason: str, chat_id: int
    ) -> Suspicion:
        found = self.undecided(tx, suspicion_id, chat_id, lock=True)
        if target == SuspicionState.CONFIRMED and found.state == SuspicionState.ASKED:
            raise self._decided(tx, found)
        if not self._end(tx, found, target, reason, audit.chat_actor(chat_id), is_told=True):
            raise self._decided(tx, found)
        return find_suspicion(tx, suspicion_id)

    def _end(
        self, tx: Tx, found: Suspicion, target: SuspicionState, reason: str, actor: str, *, is_told: bool
    ) -> bool:
        decided = tx.run(
            "suspicion.decide",
            suspicion_id=found.suspicion_id,
            target=target,
            actor=actor,
            reason=reason,
            now=to_millis(tx.now),
        )
        if not decided:
            return False
        audit.record(
            tx,
            actor,
            _ACTIONS[target],
            found.own_subject,
            office=found.office,
            about=found.subject,
            reason=reason,
        )
        account_id = found.account_id
        was_asked = is_told and found.state == SuspicionState.ASKED
        if was_asked and account_id is not None and not find_asked(tx, account_id):
            self._tell_owner(tx, found, NotificationPurpose.RESUMED)
        return True

    def _tell_owner(self, tx: Tx, found: Suspicion, purpose: NotificationPurpose) -> None:
        if found.account_id is None:
            return
        owner = self._accounts.by_id(tx, found.account_id)
        notification_queue.plan(
            tx,
            Plan(
                chat_id=owner.chat_id,
                purpose=purpose,
                subject=found.own_subject,
                due_at=tx.now,
                details={"office": found.office},
            ),
        )

    def _ensure_not_own(self, tx: Tx, found: Suspicion, chat_id: int) -> None:
        if found.admin_chat == chat_id:
            raise SuspicionOfOneself
        if found.account_id is None:
            return
        owner, own = self._accounts.by_id(tx, found.account_id), self._accounts.find(tx, chat_id)
        is_same = (
            own is not None and own.identity_hash is not None and own.identity_hash == owner.identity_hash
        )
        if owner.chat_id == chat_id or is_same:
            raise SuspicionOfOneself

    def _decided(self, tx: Tx, found: Suspicion) -> HandledMeanwhile:
        return audit.handled(tx, found.own_subject)
