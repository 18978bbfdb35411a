"""The blacklist (黑名单): by identity, not by chat account (docs/domain.md, section 6).

Of an identity only its keyed hash is kept, so a ban outlives the account that earned it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from core import audit
from core.clock import CHINA, from_millis, to_millis
from core.errors import BanInThePast, Blacklisted, NotBlacklisted
from core.notices import Plan, Purpose, cancel, plan
from core.ports import Row, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One entry of the blacklist."""

    ban_id: int
    identity_hash: bytes = field(repr=False)
    office: str
    reason: str
    cause: str  # expired, void, admin
    since: datetime
    until: datetime
    preselection_id: int | None = None  # what it was earned with

    @property
    def subject(self) -> str:
        """Return how the journal calls it."""
        return f"ban:{self.ban_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A ban to be pronounced."""

    identity_hash: bytes = field(repr=False)
    office: str
    reason: str
    cause: str
    until: datetime
    actor: str
    preselection_id: int | None = None


def years_after(at: datetime, years: int) -> datetime:
    """Return the midnight with which a ban of some years ends; of 29 February, 1 March."""
    day = at.astimezone(CHINA).date()
    try:
        last = day.replace(year=day.year + years)
    except ValueError:
        last = date(day.year + years, 3, 1)
    return datetime.combine(last, time(), CHINA)


def running(tx: Tx, identity_hash: bytes | None) -> Ban | None:
    """Return the running ban of an identity; one whose date has come counts no more."""
    if identity_hash is None:
        return None
    row = tx.one("blacklist.running", identity_hash=identity_hash)
    if row is None or row["until"] <= to_millis(tx.now):
        return None
    return _ban(row)


def refuse_banned(tx: Tx, identity_hash: bytes | None) -> None:
    """Refuse whoever is on the blacklist.

    Raises:
        Blacklisted: with the reason, and until when.
    """
    ban = running(tx, identity_hash)
    if ban is not None:
        raise Blacklisted(ban.until, ban.reason)


def ban(tx: Tx, sentence: Sentence) -> Ban:
    """Put an identity on the blacklist; of two bans the longer one counts.

    Raises:
        BanInThePast: it would be over already.
    """
    if sentence.until <= tx.now:
        raise BanInThePast
    _lift_if_over(tx, sentence.identity_hash)
    tx.one(
        "blacklist.add",
        identity_hash=sentence.identity_hash,
        office=sentence.office,
        reason=sentence.reason,
        cause=sentence.cause,
        preselection_id=sentence.preselection_id,
        now=to_millis(tx.now),
        until=to_millis(sentence.until),
    )
    present = running(tx, sentence.identity_hash)
    if present is None:
        raise NotBlacklisted
    _log(tx, present, sentence.actor, "banned", until=to_millis(present.until), cause=sentence.cause)
    return present


def set_until(tx: Tx, present: Ban, until: datetime, reason: str, actor: str) -> None:
    """Make a running ban longer or shorter.

    Raises:
        BanInThePast: it would be over already; lift it instead.
        NotBlacklisted: it has ended meanwhile.
    """
    if until <= tx.now:
        raise BanInThePast
    if not tx.run("blacklist.set_until", ban_id=present.ban_id, until=to_millis(until), reason=reason):
        raise NotBlacklisted
    _log(tx, present, actor, "changed_ban", until=to_millis(until), reason=reason)


def lift(tx: Tx, present: Ban, actor: str, reason: str) -> None:
    """End a ban, and tell whoever it was about.

    Raises:
        NotBlacklisted: it has ended meanwhile.
    """
    lifted = tx.run(
        "blacklist.lift", ban_id=present.ban_id, actor=actor, reason=reason, now=to_millis(tx.now)
    )
    if not lifted:
        raise NotBlacklisted
    _log(tx, present, actor, "lifted_ban", reason=reason)
    tell(tx, present, Purpose.LIFTED)


def lift_due(tx: Tx, most: int = 100) -> int:
    """End the bans whose time is over; return how many."""
    rows = tx.all("blacklist.due", now=to_millis(tx.now), most=most)
    for row in rows:
        lift(tx, _ban(row), audit.SYSTEM, "its time is over")
    return len(rows)


def tell(tx: Tx, present: Ban, purpose: Purpose) -> None:
    """Plan to tell the registered owner of an identity what became of a ban: the last word alone."""
    cancel(tx, present.subject)
    row = tx.one("blacklist.account_of_identity", identity_hash=present.identity_hash)
    if row is not None:
        plan(
            tx,
            Plan(
                chat_id=row["chat_id"],
                purpose=f"{purpose}:{to_millis(tx.now)}",  # so that a change is told after the ban was
                subject=present.subject,
                due_at=tx.now,
                details={
                    "until": to_millis(present.until),
                    "reason": present.reason,
                    "office": present.office,
                },
            ),
        )


def all_running(tx: Tx) -> list[Ban]:
    """Return everybody who is barred now, first those whose ban ends first."""
    return [_ban(row) for row in tx.all("blacklist.all_running")]


def _lift_if_over(tx: Tx, identity_hash: bytes) -> None:
    """End a ban whose time is over and that no tick has lifted yet, so that it cannot block a new one."""
    row = tx.one("blacklist.running", identity_hash=identity_hash)
    if row is not None and row["until"] <= to_millis(tx.now):
        lift(tx, _ban(row), audit.SYSTEM, "its time is over")


def _ban(row: Row) -> Ban:
    return Ban(
        ban_id=row["ban_id"],
        identity_hash=bytes(row["identity_hash"]),
        office=row["office"],
        reason=row["reason"],
        cause=row["cause"],
        since=from_millis(row["since"]),
        until=from_millis(row["until"]),
        preselection_id=row["preselection_id"],
    )


def _log(tx: Tx, present: Ban, actor: str, action: str, **details: object) -> None:
    audit.record(
        tx,
        audit.Entry(
            actor=actor, action=action, subject=present.subject, office=present.office, details=details
        ),
    )
