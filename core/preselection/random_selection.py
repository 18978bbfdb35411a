"""Random selection: batches, the shortlist, claiming a number (docs/domain.md, section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.availability.clock_guard import ensure_trusted
from core.clock import from_millis, to_millis
from core.errors.preselection import StepOutOfOrder
from core.errors.selection import DrawnTooSoon, HoldEnded, NoBatchesLeft, NotInBatch
from core.people.accounts import Account
from core.people.blacklist import ensure_account_not_banned, ensure_not_banned
from core.pool.batches import Batch, Batches, DrawRequest, holds_of, last_batch, restart_shortlist
from core.ports import Row, Tx
from core.preselection import Preselection, Way
from core.preselection.deadlines import Deadlines
from core.preselection.quotas import Quota, quota_of, remaining_quota, seconds_to_wait
from core.preselection.reserving import Reserving, Taken, ensure_within_hours, lock_selecting
from core.public_journal import chain
from core.public_journal.chain import Head
from core.snapshots import NO_SNAPSHOTS, Snapshots
from core.suspicion import ensure_not_suspended
from core.suspicion.presses import Presses, PressWay
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


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


def _span(office: Office) -> timedelta:
    """Return how long a batch is held, including the grace period for presses on their way."""
    return timedelta(seconds=office.batch_seconds + office.batch_grace_seconds)


def shortlist(tx: Tx, preselection_id: int, *, received_at: datetime) -> list[Shortlisted]:
    """Return the unexpired shortlist of a preselection, in the order of the draws."""
    rows = tx.all("pool.shortlisted", preselection_id=preselection_id, at=to_millis(received_at))
    return [
        Shortlisted(serial=row["serial"], draw_no=row["draw_no"], held_until=from_millis(row["held_until"]))
        for row in rows
    ]


class RandomSelection(Reserving):
    """Batches, the shortlist and the claim of one of its numbers."""

    def __init__(
        self,
        batches: Batches,
        calendar: WorkingCalendar,
        deadlines: Deadlines,
        presses: Presses,
        most_living: int | None = None,
    ) -> None:
        super().__init__(calendar, deadlines, presses, most_living)
        self._batches = batches

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
            SelectionSuspended: the owner was asked for the invoice; nothing is charged.
            DrawnTooSoon: the last draw is less than the office's ``draw_gap_seconds`` ago.
            VerificationLapsed: idle for too long, or the office has closed since the verification.
            OfficeClosed: it is outside the service hours.
            NoBatchesLeft: the quota is used up.
            SnapshotNeeded: the list of free numbers has to be read first.
        """
        preselection, lease_until = lock_selecting(tx, preselection_id, office, received_at=received_at)
        ensure_account_not_banned(tx, preselection.account_id)
        ensure_within_hours(tx, preselection, office, received_at=received_at)
        self._presses.record(
            tx, preselection.account_id, preselection_id, office.code, PressWay.DRAW, at=received_at
        )
        charged = self._charge_batch(tx, preselection, office)
        request = DrawRequest(
            office=office,
            kind=preselection.kind,
            preselection_id=preselection_id,
            press=nonce,
            without_four=without_four,
            received_at=received_at,
            held_until=tx.now + _span(office),
            shortlist_until=_shortlist_until(office, received_at),
            batch_no=charged["random_used"],
            snapshots=snapshots,
        )
        batch = self._batches.draw(tx, request)
        quota = quota_of(charged, office)
        if not batch.serials:
            tx.run("vehicles.refund_batch", vin=preselection.vin)
            quota = remaining_quota(tx, office, preselection.required_vin)
        return DrawResult(batch=batch, quota=quota, preselection=preselection, lease_until=lease_until)

    def _charge_batch(self, tx: Tx, preselection: Preselection, office: Office) -> Row:
        gap = timedelta(seconds=office.draw_gap_seconds)
        charged = tx.one(
            "vehicles.charge_batch",
            vin=preselection.vin,
            quota=office.random_batches,
            now=to_millis(tx.now),
            gap_before=to_millis(tx.now - gap),
        )
        if charged is not None:
            return charged
        if not remaining_quota(tx, office, preselection.required_vin).batches:
            raise NoBatchesLeft
        row = tx.one("vehicles.get", vin=preselection.vin)
        raise DrawnTooSoon(seconds_to_wait(tx, row["drawn_at"] if row else None, gap))

    def leave_out_four(self, tx: Tx, preselection_id: int, *, wanted: bool) -> None:
        """Store whether further batches of a preselection leave out numbers with a 4 (不包含4).

        Raises:
            StepOutOfOrder: it is at another step.
        """
        changed = tx.run(
            "preselection.leave_out_four",
            preselection_id=preselection_id,
            wanted=int(wanted),
            now=to_millis(tx.now),
        )
        if not changed:
            raise StepOutOfOrder

    def sent(self, tx: Tx, batch: Batch, office: Office, *, received_at: datetime) -> None:
        """Start the time limit of a batch when it is first sent; showing it again does not extend it."""
        if batch.sent:  # without the pool's lock, for which draws would have to wait
            return
        until = to_millis(received_at + _span(office))
        head = chain.lock(tx, batch.office, batch.kind)
        now = to_millis(tx.now)
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
            rows = tx.all(
                "pool.extend_batch",
                preselection_id=batch.preselection_id,
                draw_no=batch.n,
                until=until,
                now=now,
            )
            chain.append_holds(tx, batch.office, batch.kind, head, holds_of(rows))

    def pick(
        self, tx: Tx, preselection_id: int, office: Office, serial: str, *, received_at: datetime
    ) -> None:
        """Put a number of the current batch on the shortlist, replacing another of that batch.

        Raises:
            SelectionSuspended: the owner was asked for the invoice.
            HoldEnded: the batch had expired when the press was received.
            NotInBatch: the number is not in the batch.
            VerificationLapsed: idle for too long.
        """
        preselection, _ = lock_selecting(tx, preselection_id, office, received_at=received_at)
        batch = last_batch(tx, preselection_id, received_at=received_at)
        if batch is None:
            raise HoldEnded
        if serial not in batch.serials:
            raise NotInBatch
        self._presses.record(
            tx, preselection.account_id, preselection_id, office.code, PressWay.PICK, at=received_at
        )
        head = chain.lock(tx, preselection.office, preselection.kind)
        changed = tx.all(
            "pool.unshortlist_draw",
            preselection_id=preselection_id,
            draw_no=batch.n,
            until=to_millis(batch.held_until),
            at=to_millis(received_at),
        )
        picked = tx.all(
            "pool.shortlist",
            office=preselection.office,
            kind=preselection.kind,
            serial=serial,
            preselection_id=preselection_id,
            draw_no=batch.n,
            until=to_millis(_shortlist_until(office, received_at)),
            at=to_millis(received_at),
        )
        if not picked:
            raise HoldEnded
        self._record_holds(tx, preselection, office, head, [*changed, *picked], received_at=received_at)

    def unpick(
        self, tx: Tx, preselection_id: int, office: Office, serial: str, *, received_at: datetime
    ) -> None:
        """Remove a number from the shortlist: back to its batch or, if that has expired, to the pool.

        Raises:
            HoldEnded: it was not on the shortlist when the press was received, or had expired.
            VerificationLapsed: idle for too long.
        """
        preselection, _ = lock_selecting(tx, preselection_id, office, received_at=received_at)
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
        head = chain.lock(tx, preselection.office, preselection.kind)
        if batch is not None and shortlisted is not None and shortlisted.draw_no == batch.n:
            changed = tx.all("pool.unshortlist", until=to_millis(batch.held_until), **hold)
        else:
            until = chain.end_of_given_up(tx)
            changed = [{**row, "held_until": until} for row in tx.all("pool.give_up", **hold)]
        if not changed:
            raise HoldEnded
        self._record_holds(tx, preselection, office, head, changed, received_at=received_at)

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
            SelectionSuspended: the owner was asked for the invoice.
            ClockInDoubt: its deadline cannot be computed.
            TooManyLiving: the account has as many reserved numbers as it may have.
            HoldEnded: it had expired when the press was received, and is back in the pool.
            VerificationLapsed: idle for too long.
        """
        ensure_trusted(tx)
        ensure_not_banned(tx, account.identity_hash)
        ensure_not_suspended(tx, account.account_id)
        preselection, _ = lock_selecting(tx, preselection_id, office, received_at=received_at)
        head = self._lock_pool(tx, preselection)
        held = tx.one("pool.claim_held", **self._hold(preselection, serial, received_at))
        if held is None or not self._take(tx, preselection, serial, held["segment_id"], held["position"]):
            raise HoldEnded
        taken = Taken(serial=serial, way=Way.RANDOM, draw_no=held["draw_no"])
        return self._reserved(tx, account, preselection, office, taken, head)

    def _hold(self, preselection: Preselection, serial: str, received_at: datetime) -> dict[str, Any]:
        """Return the query parameters of a hold that must be unexpired at ``received_at``."""
        return {
            "office": preselection.office,
            "kind": preselection.kind,
            "serial": serial,
            "preselection_id": preselection.preselection_id,
            "at": to_millis(received_at),
        }

    def _record_holds(
        self,
        tx: Tx,
        preselection: Preselection,
        office: Office,
        head: Head,
        changed: Iterable[Row],
        *,
        received_at: datetime,
    ) -> None:
        """Restart the shortlist's time limit, and record the new ends of all holds that have changed."""
        restarted = restart_shortlist(
            tx, preselection.preselection_id, _shortlist_until(office, received_at), received_at
        )
        ends = {hold[0]: hold for hold in (*holds_of(changed), *restarted)}
        chain.append_holds(tx, preselection.office, preselection.kind, head, ends.values())


def _shortlist_until(office: Office, received_at: datetime) -> datetime:
    return received_at + timedelta(seconds=office.shortlist_seconds + office.batch_grace_seconds)
