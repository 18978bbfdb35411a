"""Selecting a number: batches, the shortlist, self-composed tries (docs/domain.md, section 5).

Every method runs inside the caller's transaction and takes its locks in one order: preselection, lease,
vehicle, pool, plates. A charged attempt returns a result; a method that raises has charged nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.availability.clock_guard import ensure_trusted
from core.availability.maintenance import ensure_open
from core.clock import from_millis, to_millis
from core.errors.base import InputError
from core.errors.preselection import StepOutOfOrder
from core.errors.selection import (
    HoldEnded,
    NoBatchesLeft,
    NotInBatch,
    NoWishes,
    NoWishesLeft,
    TooManyWishes,
    TriedTooSoon,
    WishesRefused,
    WishRepeated,
    WishWithheld,
)
from core.errors.verification import VerificationLapsed
from core.people.accounts import Account
from core.people.blacklist import ensure_not_banned
from core.pool.batches import Batch, Batches, DrawRequest, last_batch
from core.pool.number_status import NumberStatus
from core.pool.segments import (
    Segment,
    find_segment,
    is_free,
    open_segments,
    pool_state,
    validate_wish,
    withheld,
)
from core.ports import Row, Tx
from core.preselection import Preselection, PreselectionState, Way, end_holds, get, renew_lease
from core.preselection.deadlines import Deadlines
from core.preselection.living import ensure_may_reserve
from core.snapshots import NO_SNAPSHOTS, Snapshots
from core.values.offices import Office
from core.values.plates import near_serials, parse_serial
from core.values.workdays import WorkingCalendar

SUGGESTIONS = 6
"""Maximum similar numbers suggested after a failed try."""
_NEAR_EXAMINED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The remaining batches and wishes of a vehicle."""

    batches: int
    wishes: int

    @property
    def none(self) -> bool:
        """Whether both are used up."""
        return not self.batches and not self.wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawResult:
    """The result of 【换一批】; an empty batch is not charged."""

    batch: Batch
    quota: Quota
    preselection: Preselection  # as it was locked for the draw
    lease_until: datetime  # when the owner's verification expires now


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlisted:
    """A number kept from a batch (备选)."""

    serial: str
    draw_no: int
    held_until: datetime  # including the office's grace period


class Unavailable(StrEnum):
    """Why a wish was not available."""

    PRESELECTED = "preselected"  # 已被他人预选
    USED = "used"  # 已使用
    RESTING = "resting"  # not free yet after its reservation ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeResult:
    """The result of a self-composed try: the number, or why each wish failed."""

    taken: str | None
    reasons: tuple[tuple[str, Unavailable], ...]
    suggestions: tuple[str, ...]
    quota: Quota


def _span(office: Office) -> timedelta:
    """Return how long a batch is held, including the grace period for presses on their way."""
    return timedelta(seconds=office.batch_seconds + office.batch_grace_seconds)


def remaining_quota(tx: Tx, office: Office, vin: str) -> Quota:
    """Return what a vehicle has left of an office's quotas."""
    row = tx.one("vehicles.get", vin=vin)
    if row is None:
        return Quota(batches=office.random_batches, wishes=office.compose_total)
    return _quota_of(row, office)


def _quota_of(row: Row, office: Office) -> Quota:
    return Quota(
        batches=max(0, office.random_batches + row["random_granted"] - row["random_used"]),
        wishes=max(0, office.compose_total + row["compose_granted"] - row["compose_used"]),
    )


def shortlist(tx: Tx, preselection_id: int, *, received_at: datetime) -> list[Shortlisted]:
    """Return the unexpired shortlist of a preselection, in the order of the draws."""
    rows = tx.all("pool.shortlisted", preselection_id=preselection_id, at=to_millis(received_at))
    return [
        Shortlisted(serial=row["serial"], draw_no=row["draw_no"], held_until=from_millis(row["held_until"]))
        for row in rows
    ]


def failed_before(tx: Tx, preselection: Preselection, wishes: Sequence[str]) -> list[str]:
    """Return those wishes that have already failed and been charged for the vehicle."""
    rows = tx.all(
        "vehicles.failed_wishes",
        vin=preselection.vin,
        office=preselection.office,
        kind=preselection.kind,
    )
    known = {row["serial"] for row in rows}
    return [wish for wish in wishes if wish in known]


def validate_wishes(tx: Tx, office: Office, preselection: Preselection, typed: Sequence[str]) -> list[str]:
    """Return the serials of the typed wishes, in their order, after validating all of them.

    Raises:
        NoWishes, TooManyWishes: their number is not from one to the office's maximum.
        WishesRefused: some are invalid; with each of them and its reason. Nothing is charged.
    """
    if not typed:
        raise NoWishes
    if len(typed) > office.compose_per_try:
        raise TooManyWishes(office.compose_per_try)
    good: list[str] = []
    bad: list[tuple[str, InputError]] = []
    for wish in typed:
        try:
            serial = parse_serial(preselection.kind, wish, office=office.code, nev_letters=office.nev_letters)
            validate_wish(tx, office, preselection.kind, serial)
            if serial in good:
                raise WishRepeated
            good.append(serial)
        except InputError as error:  # not a failing database, which says nothing about the wish
            bad.append((wish, error))
    if bad:
        raise WishesRefused(bad)
    return good


def _ensure_not_withheld(tx: Tx, office: Office, preselection: Preselection, wishes: Sequence[str]) -> None:
    withheld_masks = withheld(tx, office, preselection.kind)
    refused = [wish for wish in wishes if any(mask.matches(wish) for mask in withheld_masks)]
    if refused:
        raise WishesRefused([(wish, WishWithheld()) for wish in refused])


class Selection:
    """Steps 5 and 6 of a preselection: selecting and claiming a number (docs/domain.md, section 5)."""

    def __init__(
        self,
        batches: Batches,
        calendar: WorkingCalendar,
        deadlines: Deadlines,
        most_living: int | None = None,
    ) -> None:
        self._batches = batches
        self._calendar = calendar
        self._deadlines = deadlines
        self._most_living = most_living

    def draw(  # noqa: PLR0913 - each is named
        self,
        tx: Tx,
        preselection_id: int,
        office: Office,
        *,
        nonce: str,
        received_at: datetime,
        without_four: bool,
        snapshots: Snapshots = NO_SNAPSHOTS,
    ) -> DrawResult:
        """Draw a batch (换一批), which is charged; the previous batch is returned first.

        Args:
            tx: the transaction.
            preselection_id: the preselection.
            office: its office.
            nonce: the messenger's id of the press.
            received_at: when the press was received.
            without_four: whether numbers with a 4 are skipped (不包含4).
            snapshots: values read outside the transaction.

        Raises:
            Blacklisted: the owner has been banned since the start; nothing is charged.
            VerificationLapsed: idle for too long, or the office has closed since the verification.
            OfficeClosed: it is outside the service hours.
            NoBatchesLeft: the quota is used up.
            SnapshotNeeded: the list of free numbers has to be read first.
        """
        preselection, lease_until = self._selecting(tx, preselection_id, office, received_at=received_at)
        owner = tx.one("accounts.by_id", account_id=preselection.account_id)
        ensure_not_banned(tx, owner["identity_hash"] if owner else None)
        self._within_hours(tx, preselection, office, received_at=received_at)
        charged = tx.one("vehicles.charge_batch", vin=preselection.vin, quota=office.random_batches)
        if charged is None:
            raise NoBatchesLeft
        request = DrawRequest(
            office=office,
            kind=preselection.kind,
            preselection_id=preselection_id,
            nonce=nonce,
            without_four=without_four,
            held_until=tx.now + _span(office),
            snapshots=snapshots,
        )
        batch = self._batches.draw(tx, request)
        self._restart_shortlist(tx, preselection, office, received_at=received_at)
        quota = _quota_of(charged, office)
        if not batch.serials:
            tx.run("vehicles.refund_batch", vin=preselection.vin)
            quota = remaining_quota(tx, office, preselection.required_vin)
        return DrawResult(batch=batch, quota=quota, preselection=preselection, lease_until=lease_until)

    def sent(self, tx: Tx, batch: Batch, office: Office, *, received_at: datetime) -> None:
        """Start the time limit of a batch when it is first sent; showing it again does not extend it."""
        until, now = to_millis(received_at + _span(office)), to_millis(tx.now)
        extended = tx.run(
            "pool.extend_draw",
            office=batch.office,
            kind=batch.kind,
            n=batch.n,
            at=to_millis(received_at),
            until=until,
            now=now,
        )
        if extended:
            tx.run(
                "pool.extend_batch",
                preselection_id=batch.preselection_id,
                draw_no=batch.n,
                until=until,
                now=now,
            )

    def pick(
        self, tx: Tx, preselection_id: int, office: Office, serial: str, *, received_at: datetime
    ) -> None:
        """Put a number of the current batch on the shortlist, replacing another of that batch.

        Raises:
            HoldEnded: the batch had expired when the press was received.
            NotInBatch: the number is not in the batch.
            VerificationLapsed: idle for too long.
        """
        preselection, _ = self._selecting(tx, preselection_id, office, received_at=received_at)
        batch = last_batch(tx, preselection_id, received_at=received_at)
        if batch is None:
            raise HoldEnded
        if serial not in batch.serials:
            raise NotInBatch
        tx.run(
            "pool.unshortlist_draw",
            preselection_id=preselection_id,
            draw_no=batch.n,
            until=to_millis(batch.held_until),
            at=to_millis(received_at),
        )
        picked = tx.run(
            "pool.shortlist",
            office=preselection.office,
            kind=preselection.kind,
            serial=serial,
            preselection_id=preselection_id,
            draw_no=batch.n,
            until=self._shortlist_until(office, received_at),
            at=to_millis(received_at),
        )
        if not picked:
            raise HoldEnded
        self._restart_shortlist(tx, preselection, office, received_at=received_at)

    def unpick(
        self, tx: Tx, preselection_id: int, office: Office, serial: str, *, received_at: datetime
    ) -> None:
        """Remove a number from the shortlist: back to its batch or, if that has expired, to the pool.

        Raises:
            HoldEnded: it was not on the shortlist when the press was received, or had expired.
            VerificationLapsed: idle for too long.
        """
        preselection, _ = self._selecting(tx, preselection_id, office, received_at=received_at)
        batch = last_batch(tx, preselection_id, received_at=received_at)
        shortlisted = next(
            (
                shortlisted
                for shortlisted in shortlist(tx, preselection_id, received_at=received_at)
                if shortlisted.serial == serial
            ),
            None,
        )
        hold = self._hold(preselection, serial, received_at)
        if batch is not None and shortlisted is not None and shortlisted.draw_no == batch.n:
            changed = tx.run("pool.unshortlist", until=to_millis(batch.held_until), **hold)
        else:
            changed = tx.run("pool.give_up", **hold)
        if not changed:
            raise HoldEnded
        self._restart_shortlist(tx, preselection, office, received_at=received_at)

    def claim(
        self,
        tx: Tx,
        account: Account,
        preselection_id: int,
        office: Office,
        serial: str,
        *,
        received_at: datetime,
    ) -> Preselection:
        """Take a shortlisted number for good (确认选号): irrevocable.

        Raises:
            Blacklisted: the owner has been banned since the start.
            ClockInDoubt: its deadline cannot be computed.
            TooManyLiving: the account has as many reserved numbers as it may have.
            HoldEnded: it had expired when the press was received, and is back in the pool.
            VerificationLapsed: idle for too long.
        """
        ensure_trusted(tx)
        ensure_not_banned(tx, account.identity_hash)
        preselection, _ = self._selecting(tx, preselection_id, office, received_at=received_at)
        self._lock_pool(tx, preselection)
        held = tx.one("pool.claim_held", **self._hold(preselection, serial, received_at))
        if held is None or not self._take(tx, preselection, serial, held["segment_id"], held["position"]):
            raise HoldEnded
        return self._reserved(tx, account, preselection, office, serial, way=Way.RANDOM)

    def compose(
        self,
        tx: Tx,
        account: Account,
        preselection_id: int,
        office: Office,
        typed: Sequence[str],
        *,
        received_at: datetime,
    ) -> ComposeResult:
        """Try wishes in their order: the first that is free is taken, irrevocably.

        All are charged first, by the statement that guards the quota, and refunded if one of them is taken;
        so two concurrent tries can never use a chance twice.

        Raises:
            Blacklisted: the owner has been banned since the start; nothing is charged.
            TooManyLiving: the account has as many reserved numbers as it may have; nothing is charged.
            WishesRefused, NoWishes, TooManyWishes: as ``validate_wishes``; nothing is charged.
            NoWishesLeft: fewer are left than were typed.
            TriedTooSoon: the last try is less than the office's ``compose_gap_seconds`` ago.
            OfficeClosed, VerificationLapsed: as with a draw.
        """
        ensure_not_banned(tx, account.identity_hash)
        # Before the wishes are looked at, so that a refusal tells nothing of them.
        ensure_may_reserve(tx, account.account_id, self._most_living)
        preselection, _ = self._selecting(tx, preselection_id, office, received_at=received_at)
        self._within_hours(tx, preselection, office, received_at=received_at)
        wishes = validate_wishes(tx, office, preselection, typed)
        self._charge_wishes(tx, preselection, office, len(wishes))
        released = open_segments(tx, office, preselection.kind)
        self._lock_pool(tx, preselection)
        # Again, under the lock that withholding takes too.
        _ensure_not_withheld(tx, office, preselection, wishes)
        for wish in wishes:
            if self._take_wish(tx, preselection, find_segment(released, wish), wish):
                tx.run("vehicles.refund_wishes", vin=preselection.vin, wishes=len(wishes))
                self._reserved(tx, account, preselection, office, wish, way=Way.COMPOSED)
                quota = remaining_quota(tx, office, preselection.required_vin)
                return ComposeResult(taken=wish, reasons=(), suggestions=(), quota=quota)
        return self._failed(tx, account, preselection, office, wishes)

    def _selecting(
        self, tx: Tx, preselection_id: int, office: Office, *, received_at: datetime
    ) -> tuple[Preselection, datetime]:
        """Lock a preselection and renew its lease; return it and the new end of the lease."""
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state != PreselectionState.VERIFIED:
            raise VerificationLapsed if preselection.state == PreselectionState.AGREED else StepOutOfOrder
        return preselection, renew_lease(tx, preselection, office, received_at=received_at)

    def _within_hours(
        self, tx: Tx, preselection: Preselection, office: Office, *, received_at: datetime
    ) -> None:
        ensure_open(tx, office, received_at)
        if preselection.verified_at is None or not office.hours.same_session(
            preselection.verified_at, received_at
        ):
            raise VerificationLapsed

    def _hold(self, preselection: Preselection, serial: str, received_at: datetime) -> dict[str, Any]:
        """Return the query parameters of a hold that must be unexpired at ``received_at``."""
        return {
            "office": preselection.office,
            "kind": preselection.kind,
            "serial": serial,
            "preselection_id": preselection.preselection_id,
            "at": to_millis(received_at),
        }

    def _shortlist_until(self, office: Office, received_at: datetime) -> int:
        return to_millis(
            received_at + timedelta(seconds=office.shortlist_seconds + office.batch_grace_seconds)
        )

    def _restart_shortlist(
        self, tx: Tx, preselection: Preselection, office: Office, *, received_at: datetime
    ) -> None:
        tx.run(
            "pool.restart_shortlist",
            preselection_id=preselection.preselection_id,
            until=self._shortlist_until(office, received_at),
            at=to_millis(received_at),
        )

    def _charge_wishes(self, tx: Tx, preselection: Preselection, office: Office, wishes: int) -> None:
        gap = timedelta(seconds=office.compose_gap_seconds)
        charged = tx.one(
            "vehicles.charge_wishes",
            vin=preselection.vin,
            wishes=wishes,
            quota=office.compose_total,
            now=to_millis(tx.now),
            gap_before=to_millis(tx.now - gap),
        )
        if charged is not None:
            return
        left = remaining_quota(tx, office, preselection.required_vin).wishes
        if left < wishes:
            raise NoWishesLeft(left)
        row = tx.one("vehicles.get", vin=preselection.vin)
        last = from_millis(row["composed_at"]) if row and row["composed_at"] else tx.now
        raise TriedTooSoon(max(1, -int((tx.now - last - gap).total_seconds() // 1)))

    def _lock_pool(self, tx: Tx, preselection: Preselection) -> None:
        """Serialise draws, tries and claims of one pool; to be called before its numbers are touched.

        A draw takes numbers in the order of its stream, and a try in that of its wishes: two concurrent ones
        could deadlock. And a claimed number moves from one table to the other: a concurrent draw could see
        it in neither. The time is taken again: a number that was given back, and held by another, during the
        wait would be in both at the time from before it.
        """
        tx.run("pool.open_pool", office=preselection.office, kind=preselection.kind)
        tx.renew_now()

    def _take_wish(self, tx: Tx, preselection: Preselection, segment: Segment | None, serial: str) -> bool:
        if segment is None:
            return False
        tx.run(
            "pool.give_way",
            office=preselection.office,
            kind=preselection.kind,
            serial=serial,
            preselection_id=preselection.preselection_id,
            now=to_millis(tx.now),
        )
        return self._take(tx, preselection, serial, segment.segment_id, segment.mask.rank(serial))

    def _take(self, tx: Tx, preselection: Preselection, serial: str, segment_id: int, position: int) -> bool:
        """Take a number for good, if it is free; return whether it was."""
        row = tx.one(
            "pool.reserve",
            office=preselection.office,
            kind=preselection.kind,
            serial=serial,
            segment_id=segment_id,
            position=position,
            preselection_id=preselection.preselection_id,
            now=to_millis(tx.now),
        )
        return row is not None

    def _failed(
        self, tx: Tx, account: Account, preselection: Preselection, office: Office, wishes: Sequence[str]
    ) -> ComposeResult:
        key = {"office": preselection.office, "kind": preselection.kind}
        for wish in wishes:
            tx.run(
                "vehicles.add_failed_wish",
                vin=preselection.vin,
                serial=wish,
                now=to_millis(tx.now),
                **key,
            )
        reasons = tuple((wish, self._reason(tx, preselection, wish)) for wish in wishes)
        audit.record(
            tx,
            account.actor,
            AuditAction.COMPOSED_IN_VAIN,
            preselection.subject,
            office=preselection.office,
            wishes=dict(reasons),
        )
        return ComposeResult(
            taken=None,
            reasons=reasons,
            suggestions=tuple(self._suggestions(tx, preselection, office, wishes)),
            quota=remaining_quota(tx, office, preselection.required_vin),
        )

    def _reason(self, tx: Tx, preselection: Preselection, wish: str) -> Unavailable:
        state = pool_state(tx, preselection.office, preselection.kind, wish)
        known: dict[str, Unavailable] = {
            NumberStatus.REGISTERED: Unavailable.USED,
            NumberStatus.RESTING: Unavailable.RESTING,
        }
        return known.get(state or "", Unavailable.PRESELECTED)

    def _suggestions(
        self, tx: Tx, preselection: Preselection, office: Office, wishes: Sequence[str]
    ) -> list[str]:
        """Return similar numbers that are free at this moment, first those similar to the first wish."""
        kind = preselection.kind
        composable = [
            segment for segment in open_segments(tx, office, kind) if segment.compose_from <= tx.now
        ]
        withheld_masks = withheld(tx, office, kind)
        suggestions: list[str] = []
        for wish in wishes:
            for near in islice(near_serials(wish, kind, nev_letters=office.nev_letters), _NEAR_EXAMINED):
                if len(suggestions) == SUGGESTIONS:
                    return suggestions
                if near in suggestions or near in wishes or find_segment(composable, near) is None:
                    continue
                if not any(mask.matches(near) for mask in withheld_masks) and is_free(tx, office, kind, near):
                    suggestions.append(near)
        return suggestions

    def _reserved(
        self,
        tx: Tx,
        account: Account,
        preselection: Preselection,
        office: Office,
        serial: str,
        *,
        way: Way,
    ) -> Preselection:
        calendar = closed_days.calendar_of(tx, office, self._calendar)
        deadline = calendar.deadline(tx.now, office.validity_workdays, office.counter_hours)
        changed = tx.run(
            "preselection.reserve",
            preselection_id=preselection.preselection_id,
            serial=serial,
            way=way,
            deadline=to_millis(deadline),
            most=self._most_living,
            now=to_millis(tx.now),
        )
        if not changed:
            ensure_may_reserve(tx, account.account_id, self._most_living)
            raise StepOutOfOrder
        end_holds(tx, preselection)
        tx.run("preselection.end_lease", vin=preselection.vin, preselection_id=preselection.preselection_id)
        reserved = get(tx, preselection.preselection_id)
        self._deadlines.plan_reminders(tx, reserved, account.chat_id, calendar)
        audit.record(
            tx,
            account.actor,
            AuditAction.RESERVED,
            reserved.subject,
            office=reserved.office,
            plate=str(reserved.plate),
            way=way,
        )
        return reserved
