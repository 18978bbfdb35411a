"""SMS codes (docs/domain.md, section 10).

queued ──gateway took it──▶ sent ──right code──▶ used
   └──gateway did not──▶ failed        └──fifth wrong code──▶ locked
A new request moves a queued, sent, failed or locked code to replaced. A failed code is still accepted,
as the gateway may have sent it after all.
"""

import json
import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import from_millis, to_millis
from core.errors.verification import (
    CodeExpired,
    CodeForm,
    CodeLocked,
    CodeTooSoon,
    NoCodeYet,
    SmsFailure,
)
from core.people.accounts import Account
from core.people.sms_budget import SmsBudget
from core.ports import RandomBytes, Row, Tx
from core.security.vault import Vault

CODE_LIFE = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
RETRY_AFTER = timedelta(seconds=20)
"""Minimum interval after a code that the gateway did not accept, or that was not delivered."""
MAX_WRONG_TRIES = 5
CODE_DIGITS = 6


def is_code(typed: str) -> bool:
    """Return whether a text, already normalized, has the form of a code."""
    return len(typed) == CODE_DIGITS and typed.isascii() and typed.isdigit()


class CodePurpose(StrEnum):
    """The purpose of a code."""

    REGISTRATION = "registration"
    PRESELECTION = "preselection"


class CodeStatus(StrEnum):
    """The states of a code that a new one can replace."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBinding:
    """What a code is bound to; it is wrong for anything else."""

    account: Account
    purpose: CodePurpose
    phone: str = field(repr=False)
    vin: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingSms:
    """A code to be sent."""

    code_id: int
    chat_id: int
    purpose: CodePurpose
    phone: str = field(repr=False)
    code: str = field(repr=False)
    after_provider: str | None  # has not delivered an earlier code: the next one is to send


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeState:
    """The state of a code, as shown to its owner."""

    code_id: int
    state: CodeStatus
    expires_at: datetime
    resend_at: datetime
    tries_left: int
    is_undelivered: bool  # the vendor says that it has not reached the telephone
    is_elsewhere: bool = False  # it was sent for another telephone, vehicle or office

    def is_good(self, now: datetime) -> bool:
        """Whether the owner can type it: it is on its way or has arrived, and has not expired."""
        sent = self.state in {CodeStatus.QUEUED, CodeStatus.SENT} and not self.is_undelivered
        return sent and not self.is_elsewhere and self.expires_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of checking a code; a wrong one uses up a try."""

    right: bool
    tries_left: int


class Verification:
    """Issues and checks codes."""

    def __init__(self, vault: Vault, random_bytes: RandomBytes, budget: SmsBudget) -> None:
        self._vault = vault
        self._random_bytes = random_bytes
        self._budget = budget

    def request(self, tx: Tx, binding: CodeBinding) -> int:
        """Create a code, which replaces the old one; return its id, for the send queue.

        Raises:
            CodeTooSoon: the last one is less than a minute old, or failed less than 20 seconds ago.
            PhoneCapReached, ChatCapReached, RegistrationCapReached, ServiceCapReached: see ``SmsBudget``.
        """
        former = tx.one("sms.alive", account_id=binding.account.account_id, purpose=binding.purpose)
        if former is not None:
            _ensure_resend_allowed(tx, _state(former))
        self._budget.charge(
            tx,
            chat_id=binding.account.chat_id,
            phone=binding.phone,
            registering=binding.purpose == CodePurpose.REGISTRATION,
        )
        code = self._new_code()
        tx.run("sms.replace_old", account_id=binding.account.account_id, purpose=binding.purpose)
        row = tx.one(
            "sms.add",
            account_id=binding.account.account_id,
            purpose=binding.purpose,
            bound_hash=self._binding_hash(binding, code),
            target_hash=self._target_hash(binding),
            parcel=self._vault.seal(json.dumps([binding.phone, code])),
            now=to_millis(tx.now),
            expires_at=to_millis(tx.now + CODE_LIFE),
            after_provider=(former["undelivered_by"] or former["after_provider"]) if former else None,
        )
        return int(row["code_id"]) if row else 0

    def state_for(self, tx: Tx, binding: CodeBinding) -> CodeState | None:
        """Return the state of the current code, and whether it was sent for exactly this."""
        row = tx.one("sms.alive", account_id=binding.account.account_id, purpose=binding.purpose)
        return replace(_state(row), is_elsewhere=self._is_elsewhere(row, binding)) if row else None

    def check(self, tx: Tx, binding: CodeBinding, typed: str, *, received_at: datetime) -> CheckResult:
        """Check a code; a wrong one is a result, not an error, so that the used try is committed.

        Args:
            tx: the transaction.
            binding: what the code must be bound to.
            typed: the owner's input, already normalized.
            received_at: when the owner's message was received.

        Raises:
            CodeForm: it is not six digits; no try is charged.
            NoCodeYet: no code was requested, or it was used; or it was requested for another telephone,
                vehicle or office, for which it stays valid.
            CodeLocked: there were five wrong attempts before.
            CodeExpired: it was received more than five minutes after the request.
        """
        if not is_code(typed):
            raise CodeForm
        row = tx.one("sms.alive", account_id=binding.account.account_id, purpose=binding.purpose)
        if row is None or self._is_elsewhere(row, binding):
            raise NoCodeYet
        if row["state"] == CodeStatus.LOCKED:
            raise CodeLocked
        if from_millis(row["expires_at"]) < received_at:
            raise CodeExpired
        if bytes(row["bound_hash"]) == self._binding_hash(binding, typed):
            if not tx.run("sms.use", code_id=row["code_id"]):
                raise NoCodeYet
            return CheckResult(right=True, tries_left=MAX_WRONG_TRIES - row["wrong_tries"])
        charged = tx.one("sms.wrong_try", code_id=row["code_id"])
        if charged is None:
            raise CodeLocked
        return CheckResult(right=False, tries_left=MAX_WRONG_TRIES - charged["wrong_tries"])

    def queued(self, tx: Tx) -> list[int]:
        """Return the ids of codes still to be sent, for recovery after a crash."""
        return [row["code_id"] for row in tx.all("sms.queued", now=to_millis(tx.now))]

    def claim(self, tx: Tx, code_id: int, span: timedelta) -> OutgoingSms | None:
        """Claim a code for sending, and return it; None if it is sent, replaced or claimed by another worker.

        Args:
            tx: the transaction.
            code_id: the code.
            span: how long no other worker sends it.
        """
        now, until = to_millis(tx.now), to_millis(tx.now + span)
        if not tx.run("sms.claim", code_id=code_id, claimed_until=until, now=now):
            return None
        return self.outgoing(tx, code_id)

    def outgoing(self, tx: Tx, code_id: int) -> OutgoingSms | None:
        """Return an SMS to send; None if it has been sent or replaced."""
        row = tx.one("sms.parcel", code_id=code_id)
        return self._outgoing(row) if row else None

    def mark_sent(self, tx: Tx, code_id: int) -> None:
        """Mark a code as accepted by the gateway, and delete its stored contents."""
        tx.run("sms.sent", code_id=code_id)
        self._budget.mark_gateway_working(tx)

    def mark_failed(self, tx: Tx, code_id: int, *, maybe_sent: bool, failure: SmsFailure) -> None:
        """Mark a code as not accepted by the gateway: another may be requested soon.

        It no longer counts; if the gateway may have sent it all the same, only a few a day do not count.
        """
        row = tx.one("sms.parcel", code_id=code_id)
        if row is not None and tx.run("sms.failed", code_id=code_id):
            sms = self._outgoing(row)
            self._budget.give_back(
                tx,
                chat_id=sms.chat_id,
                phone=sms.phone,
                registering=sms.purpose == CodePurpose.REGISTRATION,
                at=from_millis(row["created_at"]),
                maybe_sent=maybe_sent,
            )
        self._budget.mark_gateway_failed(tx, failure)

    def _outgoing(self, row: Row) -> OutgoingSms:
        phone, code = json.loads(self._vault.open(row["parcel_sealed"]))
        return OutgoingSms(
            code_id=row["code_id"],
            chat_id=row["chat_id"],
            purpose=CodePurpose(row["purpose"]),
            phone=phone,
            code=code,
            after_provider=row["after_provider"],
        )

    def _new_code(self) -> str:
        while True:  # rejection sampling: 2**32 is not a multiple of a million, so a plain modulo is biased
            number = int.from_bytes(self._random_bytes(4))
            if number < 4_294_000_000:  # noqa: PLR2004 - the largest multiple of a million below 2**32
                return f"{number % 1_000_000:06d}"

    def _binding_hash(self, binding: CodeBinding, code: str) -> bytes:
        return self._vault.lookup("code", "\0".join((*_bound(binding), code)))

    def _target_hash(self, binding: CodeBinding) -> bytes:
        return self._vault.lookup("code target", "\0".join(_bound(binding)))

    def _is_elsewhere(self, row: Row, binding: CodeBinding) -> bool:
        """Return whether a code was sent for something else; unknown of those of older versions."""
        target = row["target_hash"]
        return target is not None and bytes(target) != self._target_hash(binding)


def _bound(binding: CodeBinding) -> tuple[str, ...]:
    return (
        str(binding.account.account_id),
        binding.purpose,
        binding.phone,
        binding.vin,
        binding.office,
    )


def _ensure_resend_allowed(tx: Tx, current: CodeState) -> None:
    if current.resend_at > tx.now:
        raise CodeTooSoon(math.ceil((current.resend_at - tx.now).total_seconds()))


def _state(row: Row) -> CodeState:
    created, state = from_millis(row["created_at"]), CodeStatus(row["state"])
    is_undelivered = state == CodeStatus.SENT and row["undelivered_by"] is not None
    is_soon = is_undelivered or state == CodeStatus.FAILED
    return CodeState(
        code_id=row["code_id"],
        state=state,
        expires_at=from_millis(row["expires_at"]),
        resend_at=created + (RETRY_AFTER if is_soon else RESEND_AFTER),
        tries_left=MAX_WRONG_TRIES - row["wrong_tries"],
        is_undelivered=is_undelivered,
    )
