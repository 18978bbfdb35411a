"""The day's budget of SMS codes, and what the chiefs are told about it (docs/domain.md, section 10).

Each code is counted, by the statements that guard the caps, for its telephone, for its chat and for the whole
service. Codes of a registration, which anybody can request for any telephone, have a budget of their own for
each telephone, and only a share of the day's total: the rest is kept for registered owners at step 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import CHINA, from_millis, to_millis
from core.errors.verification import (
    ChatCapReached,
    PhoneCapReached,
    RegistrationCapReached,
    ServiceCapReached,
    SmsFailure,
)
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.admins import Admins
from core.ports import Tx
from core.security.vault import Vault

TOLD_AT = (50, 80, 100)
"""Percentages of the day's total at which the chiefs are told, once a day each."""
FAILING_FOR = timedelta(minutes=3)
"""How long the gateway must have failed before the chiefs are told."""
FAILURES = 10
"""How many failures in a row are told before that."""
TOLD_AGAIN = timedelta(hours=1)
"""Minimum interval between two messages about a failing gateway."""
GIVEN_BACK_IN_DOUBT = 3
"""Codes a day for one telephone and for one chat that do not count, though a gateway may have sent them."""

REGISTRATIONS = "registrations"
"""Marks that registrations have used up their share, where a percentage stands otherwise."""

WORKS = "works"
"""Ends the purpose of the message that the gateway works again."""

_WHOLE_SERVICE = b""
_REGISTRATIONS = b"registration"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsCaps:
    """Maximum codes per day (in China's time zone)."""

    per_phone: int = 10
    per_chat: int = 15
    service: int = 5000
    reserved_share: float = 0.5  # of the total, for registered owners at step 4

    @property
    def registrations(self) -> int:
        """The maximum number of codes for registrations; at least one."""
        return max(1, int(self.service * (1 - self.reserved_share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTrouble:
    """A gateway that has accepted nothing since a failure."""

    since: datetime
    failures: int
    is_told: bool  # whether the chiefs were told of it


class SmsBudget:
    """Counts codes, gives failed ones back, and tells the chiefs."""

    def __init__(self, vault: Vault, caps: SmsCaps, admins: Admins) -> None:
        self._vault = vault
        self._caps = caps
        self._admins = admins

    def charge(self, tx: Tx, *, chat_id: int, phone: str, registering: bool) -> None:
        """Count one code, unless a cap is reached.

        Raises:
            PhoneCapReached: the telephone has reached its daily limit, of registrations or of step 4.
            ChatCapReached: the chat has reached its daily limit.
            RegistrationCapReached: registrations have used up their share of the day.
            ServiceCapReached: the service has reached its daily limit.
        """
        day, caps = _day(tx.now), self._caps
        phone_key, chat_key = self._keys(chat_id, phone, registering=registering)
        if self._count(tx, day, phone_key, caps.per_phone) is None:
            raise PhoneCapReached
        if self._count(tx, day, chat_key, caps.per_chat) is None:
            raise ChatCapReached
        if registering:
            sent = self._count(tx, day, _REGISTRATIONS, caps.registrations)
            if sent is None:
                raise RegistrationCapReached
            if sent == caps.registrations:
                self._tell_usage(tx, day, REGISTRATIONS)
        sent = self._count(tx, day, _WHOLE_SERVICE, caps.service)
        if sent is None:
            raise ServiceCapReached
        for percent in TOLD_AT:
            if (sent - 1) * 100 < percent * caps.service <= sent * 100:
                self._tell_usage(tx, day, str(percent))

    def give_back(
        self, tx: Tx, *, chat_id: int, phone: str, registering: bool, at: datetime, maybe_sent: bool
    ) -> None:
        """Uncount a code that was charged at a time and that the gateway has not accepted.

        One that may have been sent all the same is uncounted a few times a day only, for its telephone and
        for its chat: a failing gateway must not use up an owner's codes, a slow one not lift the caps.
        """
        if maybe_sent and not self._is_one_of_few(tx, _day(at), chat_id, phone):
            return
        keys = self._keys(chat_id, phone, registering=registering)
        for key in (*keys, *([_REGISTRATIONS] if registering else []), _WHOLE_SERVICE):
            tx.run("sms.uncount", day=_day(at), phone_hash=key)

    def mark_gateway_failed(self, tx: Tx, failure: SmsFailure) -> None:
        """Record that the gateway has failed; tell the chiefs if it has for minutes, at most once an hour.

        A refusal of a single number or message says nothing about the gateway.
        """
        if failure.is_about_message:
            return
        now = tx.now
        tx.run("sms.gateway_failed", now=to_millis(now))
        told = tx.run(
            "sms.tell_of_gateway",
            now=to_millis(now),
            failing_before=to_millis(now - FAILING_FOR),
            failures=FAILURES,
            told_before=to_millis(now - TOLD_AGAIN),
        )
        if told:
            purpose = f"{NotificationPurpose.SMS_FAILING}:{to_millis(now)}"
            self._tell(tx, purpose, "sms:gateway", why=failure.value)

    def tell_of_providers(self, tx: Tx, failed: Iterable[tuple[str, SmsFailure]]) -> None:
        """Tell the chiefs what they have to put right at a provider, each once a day.

        They hear of it also while another provider sends the messages.
        """
        day = _day(tx.now)
        for provider, failure in sorted(failed):
            mark = f"{provider}:{failure}"
            if tx.run("announcements.add", subject=f"sms:{day}:{mark}", now=to_millis(tx.now)):
                # With the purpose of an outage, which the former version knows as well.
                purpose = f"{NotificationPurpose.SMS_FAILING}:{day}:{mark}"
                self._tell(tx, purpose, "sms:gateway", provider=provider, why=failure.value)

    def mark_gateway_working(self, tx: Tx) -> None:
        """Record that the gateway works; tell the chiefs if they were told that it failed."""
        trouble = gateway_trouble(tx)
        if trouble is not None and tx.run("sms.gateway_works") and trouble.is_told:
            # With the purpose of the outage, which the former version knows as well.
            purpose = f"{NotificationPurpose.SMS_FAILING}:{to_millis(tx.now)}:{WORKS}"
            minutes = round((tx.now - trouble.since) / timedelta(minutes=1))
            self._tell(tx, purpose, "sms:gateway", minutes=minutes)

    def _keys(self, chat_id: int, phone: str, *, registering: bool) -> tuple[bytes, bytes]:
        namespace = "phone at registration" if registering else "phone"
        return self._vault.lookup(namespace, phone), self._vault.lookup("chat of codes", str(chat_id))

    def _is_one_of_few(self, tx: Tx, day: str, chat_id: int, phone: str) -> bool:
        keys = (
            self._vault.lookup("codes given back to phone", phone),
            self._vault.lookup("codes given back to chat", str(chat_id)),
        )
        return all(self._count(tx, day, key, GIVEN_BACK_IN_DOUBT) is not None for key in keys)

    def _count(self, tx: Tx, day: str, key: bytes, cap: int) -> int | None:
        """Count one more; return how many there are, None if the cap is reached."""
        row = tx.one("sms.count_one", day=day, phone_hash=key, cap=cap)
        return None if row is None else int(row["sent"])

    def _tell_usage(self, tx: Tx, day: str, mark: str) -> None:
        """Tell the chiefs that a mark is reached, once a day."""
        subject = f"sms:{day}"
        if tx.run("announcements.add", subject=f"{subject}:{mark}", now=to_millis(tx.now)):
            self._tell(tx, f"{NotificationPurpose.SMS_USAGE}:{mark}", subject, mark=mark)

    def _tell(self, tx: Tx, purpose: str, subject: str, **details: object) -> None:
        for chat_id in self._admins.chiefs(tx):
            wanted = Plan(chat_id=chat_id, purpose=purpose, subject=subject, due_at=tx.now, details=details)
            plan(tx, wanted)


def codes_today(tx: Tx) -> int:
    """Return how many codes were counted today."""
    row = tx.one("sms.counted", day=_day(tx.now), phone_hash=_WHOLE_SERVICE)
    return int(row["sent"]) if row else 0


def gateway_trouble(tx: Tx) -> GatewayTrouble | None:
    """Return since when the gateway has been failing; None if it works."""
    row = tx.one("sms.gateway_trouble")
    return (
        None
        if row is None
        else GatewayTrouble(
            since=from_millis(row["failing_since"]),
            failures=row["failures"],
            is_told=(row["told_at"] or 0) >= row["failing_since"],
        )
    )


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()
