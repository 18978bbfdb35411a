"""Self-composed selection: wishes are typed and tried in their order (docs/domain.md, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from core import audit
from core.audit import AuditAction
from core.availability.maintenance import ensure_open
from core.clock import to_millis
from core.errors.base import InputError
from core.errors.selection import (
    NoWishes,
    NoWishesLeft,
    TooManyWishes,
    TriedTooSoon,
    WishesRefused,
    WishRepeated,
)
from core.people.accounts import Account
from core.people.blacklist import ensure_not_banned
from core.pool.composable import Composable, composable, free_of
from core.pool.number_status import NumberStatus
from core.pool.segments import Segment, find_segment, open_segments, pool_state
from core.ports import Tx
from core.preselection import Preselection, Way
from core.preselection.living import ensure_may_reserve
from core.preselection.quotas import Quota, remaining_quota, seconds_to_wait
from core.preselection.reserving import Reserving, Taken, ensure_within_hours, lock_selecting
from core.suspicion import ensure_not_suspended
from core.suspicion.presses import PressWay
from core.values.offices import Office
from core.values.plates import Plate, near_serials, parse_serial

SUGGESTIONS = 6
"""Maximum similar numbers suggested after a failed try."""
_NEAR_EXAMINED = 200
_LOOKED_UP_AT_ONCE = 20


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedWishes:
    """Typed wishes: those that can be tried, those that cannot, and those that were too many."""

    good: tuple[str, ...]
    refused: tuple[tuple[str, InputError], ...]
    left_out: tuple[str, ...]  # possible, but more than a try may have


def sort_wishes(
    found: Composable, office: Office, typed: Sequence[str], *, most: int, known: Sequence[str] = ()
) -> SortedWishes:
    """Judge each typed wish by itself, so that one that is not possible takes no other with it.

    Args:
        found: what can be self-composed.
        office: the office of the pool.
        typed: the wishes, in their order.
        most: how many may be in the list.
        known: serials that are in the list already.
    """
    good: list[str] = []
    refused: list[tuple[str, InputError]] = []
    left_out: list[str] = []
    for wish in typed:
        try:
            serial = parse_serial(found.pool[1], wish, office=office.code, nev_letters=office.nev_letters)
            found.ensure(serial)
            if serial in (*known, *good, *left_out):
                raise WishRepeated
        except InputError as error:  # not a failing database, which says nothing about the wish
            refused.append((wish, error))
            continue
        (good if len(known) + len(good) < most else left_out).append(serial)
    return SortedWishes(good=tuple(good), refused=tuple(refused), left_out=tuple(left_out))


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
    found = composable(tx, office, preselection.kind)
    judged = sort_wishes(found, office, typed, most=len(typed))
    if judged.refused:
        raise WishesRefused(judged.refused)
    return list(judged.good)


def validate_try(
    tx: Tx, office: Office, preselection: Preselection, wishes: Sequence[str], *, received_at: datetime
) -> None:
    """Check a try before the owner is asked whether to make it, as ``ComposedSelection.compose`` will.

    Raises:
        OfficeClosed, InMaintenance, ClockInDoubt: none can be made now.
        WishesRefused, NoWishes, TooManyWishes: as ``validate_wishes``.
        NoWishesLeft: fewer are left than were typed.
    """
    ensure_open(tx, office, received_at)
    validate_wishes(tx, office, preselection, wishes)
    left = remaining_quota(tx, office, preselection.required_vin).wishes
    if left < len(wishes):
        raise NoWishesLeft(left)


def _ensure_composable(tx: Tx, office: Office, preselection: Preselection, wishes: Sequence[str]) -> None:
    """Check again, under the pool's lock, that no wish was withheld or given free to draws meanwhile."""
    found = composable(tx, office, preselection.kind)
    refused: list[tuple[str, InputError]] = []
    for wish in wishes:
        try:
            found.ensure(wish)
        except InputError as error:
            refused.append((wish, error))
    if refused:
        raise WishesRefused(refused)


class ComposedSelection(Reserving):
    """Tries of self-composed numbers."""

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
            SelectionSuspended: the owner was asked for the invoice; nothing is charged.
            TooManyLiving: the account has as many reserved numbers as it may have; nothing is charged.
            WishesRefused, NoWishes, TooManyWishes: as ``validate_wishes``; nothing is charged.
            NoWishesLeft: fewer are left than were typed.
            TriedTooSoon: the last try is less than the office's ``compose_gap_seconds`` ago.
            OfficeClosed, VerificationLapsed: as with a draw.
        """
        ensure_not_banned(tx, account.identity_hash)
        ensure_not_suspended(tx, account.account_id)
        # Before the wishes are looked at, so that a refusal tells nothing of them.
        ensure_may_reserve(tx, account.account_id, self._most_living)
        preselection, _ = lock_selecting(tx, preselection_id, office, received_at=received_at)
        ensure_within_hours(tx, preselection, office, received_at=received_at)
        wishes = validate_wishes(tx, office, preselection, typed)
        self._charge_wishes(tx, preselection, office, len(wishes))
        self._presses.record(
            tx, account.account_id, preselection_id, office.code, PressWay.COMPOSE, at=received_at
        )
        released = open_segments(tx, office, preselection.kind)
        head = self._lock_pool(tx, preselection)
        # Again, under the lock that withholding takes too.
        _ensure_composable(tx, office, preselection, wishes)
        freed = self._presses.freed(tx, office, preselection.kind, preselection_id, wishes)
        for wish in wishes:
            taken = self._take_wish(tx, preselection, find_segment(released, wish), wish)
            if taken is not None:
                tx.run("vehicles.refund_wishes", vin=preselection.vin, wishes=len(wishes))
                self._reserved(tx, account, preselection, office, taken, head)
                if wish in freed:
                    plate = Plate(office=office.code, kind=preselection.kind, serial=wish)
                    self._presses.note_freed(tx, account.account_id, preselection_id, plate, freed[wish])
                quota = remaining_quota(tx, office, preselection.required_vin)
                return ComposeResult(taken=wish, reasons=(), suggestions=(), quota=quota)
        return self._failed(tx, account, preselection, office, wishes)

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
        seconds = seconds_to_wait(tx, row["composed_at"] if row else None, gap)
        raise TriedTooSoon(seconds, office.compose_gap_seconds)

    def _take_wish(
        self, tx: Tx, preselection: Preselection, segment: Segment | None, serial: str
    ) -> Taken | None:
        if segment is None:
            return None
        hold = tx.one(
            "pool.give_way",
            office=preselection.office,
            kind=preselection.kind,
            serial=serial,
            preselection_id=preselection.preselection_id,
            now=to_millis(tx.now),
        )
        if not self._take(tx, preselection, serial, segment.segment_id, segment.mask.rank(serial)):
            return None
        is_own = hold is not None and hold["preselection_id"] == preselection.preselection_id
        return Taken(serial=serial, way=Way.COMPOSED, draw_no=hold["draw_no"] if hold and is_own else 0)

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
        kind, found = preselection.kind, composable(tx, office, preselection.kind)
        suggestions: list[str] = []
        for wish in wishes:
            near = islice(near_serials(wish, kind, nev_letters=office.nev_letters), _NEAR_EXAMINED)
            possible = [
                one for one in near if one not in suggestions and one not in wishes and found.allows(one)
            ]
            for start in range(0, len(possible), _LOOKED_UP_AT_ONCE):
                suggestions += free_of(tx, found, possible[start : start + _LOOKED_UP_AT_ONCE])
                if len(suggestions) >= SUGGESTIONS:
                    return suggestions[:SUGGESTIONS]
        return suggestions
