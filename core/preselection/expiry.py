"""Ending reservations without registration, and banning their owners (docs/domain.md, section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors.offices import NoWorkdayAhead
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.accounts import Account, Accounts
from core.people.ban_ends import years_after
from core.people.blacklist import Cause, NewBan, add_ban
from core.pool.openings import record_return
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, end, get
from core.preselection.contradictions import contradiction_of
from core.preselection.deadlines import Deadlines
from core.public_journal import chain
from core.public_journal.entries import Event
from core.values.offices import Office

EXPIRED_REASON = "预选号码逾期未办理"
"""The reason of a ban whose reservation expired; admins may read it among their own reasons."""

SET_ASIDE = "车辆识别代号申诉审核通过"
"""The reason of a reservation that an approved appeal has ended, shown to its owner and to the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRequest:
    """How a reservation ends without registration."""

    office: Office | None  # None if no longer served: no rest and no ban then
    target: PreselectionState  # EXPIRED by deadline; VOID or CANCELLED by an admin
    actor: str
    reason: str | None = None  # as given by the admin


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryBatch:
    """What a batch of one office has done."""

    handled: int  # how many were ended or extended
    unreckonable: tuple[int, ...]  # preselections left as they are, as no working day can be found for them
    last: tuple[int, int] | None  # deadline and id of the last one; None if there are no more


_ACTIONS = {
    PreselectionState.EXPIRED: AuditAction.EXPIRED,
    PreselectionState.VOID: AuditAction.VOIDED,
    PreselectionState.CANCELLED: AuditAction.REVOKED,
}


class Expiry:
    """Ends the reservations whose deadline and its grace at the counter have passed."""

    def __init__(self, accounts: Accounts, offices: Mapping[str, Office], deadlines: Deadlines) -> None:
        self._accounts = accounts
        self._offices = offices
        self._deadlines = deadlines

    def overdue_offices(self, tx: Tx) -> tuple[str, ...]:
        """Return the codes of the offices where the deadline of a reservation has passed."""
        return tuple(row["office"] for row in tx.all("preselection.overdue_offices", now=to_millis(tx.now)))

    def expire_due(self, tx: Tx, code: str, after: tuple[int, int] = (0, 0), limit: int = 25) -> ExpiryBatch:
        """End or extend the next reservations of an office whose deadline and grace have passed.

        A number that ends rests before it is free again; its owner is blacklisted, and notified of both at
        once. A deadline moves instead if it ends on a day that is not a working day now, or if no
        reminder has arrived. If none can be delivered in all the time that it may be extended by, it ends
        without a ban. One for which the calendar has no working day stays, and the others go on.

        Runs periodically: it may run twice, concurrently with another run, or a month late.

        Args:
            tx: the transaction.
            code: the office.
            after: ``last`` of the batch before.
            limit: the maximum number.
        """
        office = self._offices.get(code)
        before = tx.now - office.expiry_grace if office else tx.now
        rows = tx.all(
            "preselection.overdue",
            office=code,
            before=to_millis(before),
            after=after[0],
            after_id=after[1],
            most=limit,
        )
        handled, unreckonable = 0, []
        for row in rows:
            try:
                handled += self._settle(tx, row["preselection_id"], office)
            except NoWorkdayAhead:  # raised before anything of this reservation is written
                unreckonable.append(row["preselection_id"])
        last = (rows[-1]["deadline"], rows[-1]["preselection_id"]) if rows else None
        return ExpiryBatch(handled=handled, unreckonable=tuple(unreckonable), last=last)

    def _settle(self, tx: Tx, preselection_id: int, office: Office | None) -> bool:
        """Extend or end a reservation; return whether it still was one that may end.

        Raises:
            NoWorkdayAhead: the calendar has no working day for it; nothing was written.
        """
        reserved = get(tx, preselection_id, lock=True)
        # Asked again: an import may have taken effect while this waited for the row.
        if reserved.state != PreselectionState.RESERVED or contradiction_of(tx, preselection_id) is not None:
            return False
        account = self._accounts.by_id(tx, reserved.account_id)
        if self._deadlines.reckon_anew(tx, reserved, account.chat_id):
            return True
        is_reminded = self._deadlines.is_reminded(tx, reserved)
        if not is_reminded and self._deadlines.extend(tx, reserved, account.chat_id):
            return True
        # An office that is no longer served has no ban, and nobody could have been reminded.
        self._expire(tx, reserved, account, office, is_reminded=is_reminded or office is None)
        return True

    def _expire(
        self, tx: Tx, reserved: Preselection, account: Account, office: Office | None, *, is_reminded: bool
    ) -> None:
        expiry = EndRequest(office=office, target=PreselectionState.EXPIRED, actor=audit.SYSTEM)
        if not end_reservation(tx, reserved, expiry):
            return
        until = bar_owner(tx, reserved, account, expiry) if is_reminded else None
        details: dict[str, object] = {} if until is None else {"until": to_millis(until)}
        if not is_reminded:
            tx.run(
                "preselection.mark_unreminded",
                preselection_id=reserved.preselection_id,
                now=to_millis(tx.now),
            )
            details["unreminded"] = True
        notification_queue.plan(
            tx,
            Plan(
                chat_id=account.chat_id,
                purpose=NotificationPurpose.EXPIRED,
                subject=reserved.subject,
                due_at=tx.now,
                details=details,
            ),
        )


def end_reservation(tx: Tx, reserved: Preselection, wanted: EndRequest) -> bool:
    """End a reservation: its number rests, and its pending notifications are cancelled.

    Returns:
        Whether it was ended now; False, with nothing changed, if it has ended meanwhile.
    """
    if not end(tx, reserved, wanted.target, wanted.reason):
        return False
    _give_back(tx, reserved, wanted)
    notification_queue.cancel(tx, reserved.subject)
    because = {} if wanted.reason is None else {"reason": wanted.reason}
    audit.record(
        tx,
        wanted.actor,
        _ACTIONS[wanted.target],
        reserved.subject,
        office=reserved.office,
        plate=str(reserved.plate),
        **because,
    )
    return True


def bar_owner(tx: Tx, reserved: Preselection, account: Account, ended: EndRequest) -> datetime | None:
    """Blacklist the owner of a reservation that expired or was voided.

    Returns:
        The end of the ban; None if the office sets no ban, the owner has no identity of their own, or the ban
        would be over already.
    """
    years = ended.office.ban_years if ended.office else 0
    identity = account.own_identity_hash  # None for one that was only typed: it may belong to another person
    if not years or identity is None:
        return None
    expired = ended.target == PreselectionState.EXPIRED
    # From the deadline, not from the time of the job: downtime must not lengthen a ban.
    since = (reserved.deadline or tx.now) if expired else tx.now
    until = years_after(since, years)
    if until <= tx.now:
        return None
    new_ban = NewBan(
        identity_hash=identity,
        office=reserved.office,
        reason=EXPIRED_REASON if ended.reason is None else ended.reason,
        cause=Cause.EXPIRED if expired else Cause.VOID,
        until=until,
        actor=ended.actor,
        preselection_id=reserved.preselection_id,
    )
    return add_ban(tx, new_ban).until


def _rest(wanted: EndRequest) -> timedelta:
    if wanted.office is None:
        return timedelta()
    expired = wanted.target == PreselectionState.EXPIRED
    return timedelta(days=wanted.office.rest_days) if expired else wanted.office.rest_after_desk


def _give_back(tx: Tx, reserved: Preselection, wanted: EndRequest) -> None:
    """Let the number of an ended reservation rest for the days that its office has set."""
    head = chain.lock(tx, reserved.office, reserved.kind)
    until = to_millis(tx.now + _rest(wanted))
    tx.run(
        "pool.rest",
        office=reserved.office,
        kind=reserved.kind,
        serial=reserved.serial,
        preselection_id=reserved.preselection_id,
        until=until,
        now=to_millis(tx.now),
    )
    if reserved.plate is not None:
        record_return(tx, reserved.plate, from_millis(until))
    chain.append(
        tx,
        reserved.office,
        reserved.kind,
        head,
        Event.RETURNED,
        number=reserved.serial,
        why=_ACTIONS[wanted.target].value,
        rests_until=until,
    )
