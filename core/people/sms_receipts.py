"""Receipts of SMS: whether codes and reminders have reached the telephone, as the vendor says.

awaited ──vendor: delivered──▶ delivered
   ├──vendor: not delivered──▶ failed
   └──nothing is known in time──▶ unknown
A vendor is asked ever more rarely: after ten seconds, twenty, forty and so on. Silence decides nothing: what
is not known after an hour (codes) or a day (reminders) stays unknown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import from_millis, to_millis
from core.people.sms_budget import SmsBudget
from core.people.verification import CodePurpose, CodeStatus
from core.ports import Row, SentSms, SmsReceipt, Tx
from core.security.vault import Vault

FIRST = timedelta(seconds=10)
"""How long after a message its receipt is first asked for."""
RAREST = timedelta(hours=1)
"""The longest interval between two questions about one message."""
CODES_FOR, REMINDERS_FOR = timedelta(hours=1), timedelta(days=1)
"""For how long the vendor is asked about a code and about a reminder."""
KEPT = timedelta(days=2)
NOT_DELIVERED = "NotDelivered"
"""The error of an SMS reminder that the vendor has not delivered."""
COUNTED_FOR = timedelta(days=1)
"""The span of the rate that the chiefs see."""
LISTED_FROM = 3
"""How many undelivered messages in that span are listed at the desk: fewer are telephones that are off."""
_NO_REASON = "-"


class ReceiptState(StrEnum):
    """The states of a receipt."""

    AWAITED = "awaited"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedReceipt:
    """A receipt that the vendor is to be asked for."""

    receipt_id: int
    sent: SentSms
    code_id: int | None  # the message had a code; otherwise it was a reminder
    notice_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording a receipt has led to.

    Attributes:
        state: the new state; None if it was recorded before, or if it is asked for again.
        waiting_chat: the chat whose owner waits for a code that was not delivered.
    """

    state: ReceiptState | None
    waiting_chat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRate:
    """What has become of the last day's messages whose receipt is known."""

    delivered: int
    failed: int

    @property
    def share(self) -> float:
        """The share that was not delivered."""
        known = self.delivered + self.failed
        return self.failed / known if known else 0.0


class SmsReceipts:
    """Expects receipts and records them; the questions are asked outside of transactions."""

    def __init__(self, vault: Vault, budget: SmsBudget) -> None:
        self._vault = vault
        self._budget = budget

    def expect(
        self, tx: Tx, sent: SentSms, chat_id: int, *, code_id: int | None = None, notice_id: int | None = None
    ) -> None:
        """Expect the receipt of a code or of a reminder that a vendor has accepted."""
        tx.run(
            "sms_receipts.expect",
            provider=sent.provider,
            message_id=sent.message_id,
            chat_id=chat_id,
            code_id=code_id,
            notice_id=notice_id,
            phone_sealed=self._vault.seal(sent.phone),
            sent_at=to_millis(sent.at),
            now=to_millis(tx.now),
            ask_at=to_millis(tx.now + FIRST),
        )

    def due(self, tx: Tx, count: int) -> list[AwaitedReceipt]:
        """Return some of the receipts that are to be asked for now."""
        rows = tx.all("sms_receipts.due", now=to_millis(tx.now), count=count)
        return [self._awaited(row) for row in rows]

    def record(self, tx: Tx, awaited: AwaitedReceipt, receipt: SmsReceipt | None) -> Recorded:
        """Record what the vendor has said; None: nothing yet, or the vendor could not be asked.

        A second receipt of the same message changes nothing.
        """
        if receipt is None:
            return self._ask_again(tx, awaited)
        state = ReceiptState.DELIVERED if receipt.is_delivered else ReceiptState.FAILED
        if not self._settle(tx, awaited, state, receipt.reason):
            return Recorded(state=None)
        if receipt.is_delivered:
            return Recorded(state=state)
        return Recorded(state=state, waiting_chat=self._failed(tx, awaited))

    def _ask_again(self, tx: Tx, awaited: AwaitedReceipt) -> Recorded:
        age = tx.now - awaited.created_at
        if age >= (REMINDERS_FOR if awaited.code_id is None else CODES_FOR):
            is_new = self._settle(tx, awaited, ReceiptState.UNKNOWN, "")
            return Recorded(state=ReceiptState.UNKNOWN if is_new else None)
        at = tx.now + min(max(age, FIRST), RAREST)
        tx.run("sms_receipts.ask_again", receipt_id=awaited.receipt_id, ask_at=to_millis(at))
        return Recorded(state=None)

    def _settle(self, tx: Tx, awaited: AwaitedReceipt, state: ReceiptState, reason: str) -> bool:
        changed = tx.run(
            "sms_receipts.settle",
            receipt_id=awaited.receipt_id,
            state=state,
            reason=None if state == ReceiptState.UNKNOWN else reason or _NO_REASON,
            now=to_millis(tx.now),
        )
        return bool(changed)

    def _failed(self, tx: Tx, awaited: AwaitedReceipt) -> int | None:
        """Apply that a message was not delivered; return the chat whose owner still waits for its code."""
        if awaited.code_id is None:
            tx.run("sms_receipts.notice_failed", notice_id=awaited.notice_id, error=NOT_DELIVERED)
            return None
        row = tx.one("sms_receipts.code", code_id=awaited.code_id)
        marked = {"code_id": awaited.code_id, "provider": awaited.sent.provider}
        if row is None or not tx.run("sms_receipts.undelivered", **marked):
            return None  # its owner has typed it: it did arrive
        tx.run("sms_receipts.begin_after", account_id=row["account_id"], purpose=row["purpose"], **marked)
        self._budget.give_back(
            tx,
            chat_id=row["chat_id"],
            phone=awaited.sent.phone,
            registering=row["purpose"] == CodePurpose.REGISTRATION,
            at=from_millis(row["created_at"]),
            maybe_sent=True,
        )
        waits = row["state"] == CodeStatus.SENT and from_millis(row["expires_at"]) > tx.now
        return int(row["chat_id"]) if waits else None

    def _awaited(self, row: Row) -> AwaitedReceipt:
        sent = SentSms(
            provider=row["provider"],
            message_id=row["message_id"],
            phone=self._vault.open(row["phone_sealed"]),
            at=from_millis(row["sent_at"]),
        )
        return AwaitedReceipt(
            receipt_id=row["receipt_id"],
            sent=sent,
            code_id=row["code_id"],
            notice_id=row["notice_id"],
            created_at=from_millis(row["created_at"]),
        )


def delivery_rate(tx: Tx) -> DeliveryRate:
    """Return what has become of the messages of the last day."""
    rows = tx.all("sms_receipts.counted", since=to_millis(tx.now - COUNTED_FOR))
    counts = {row["state"]: row["messages"] for row in rows}
    return DeliveryRate(
        delivered=counts.get(ReceiptState.DELIVERED, 0), failed=counts.get(ReceiptState.FAILED, 0)
    )


def purge(tx: Tx) -> None:
    """Delete the receipts of earlier days."""
    tx.run("sms_receipts.purge", before=to_millis(tx.now - KEPT))
