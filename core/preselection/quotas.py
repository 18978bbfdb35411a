"""Quotas: the batches and wishes that a vehicle has left (docs/domain.md, section 5)."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from core.clock import from_millis
from core.ports import Row, Tx
from core.values.offices import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The remaining batches and wishes of a vehicle."""

    batches: int
    wishes: int
    batches_used: int = 0

    @property
    def batches_in_all(self) -> int:
        """The batches of the vehicle, used or left."""
        return self.batches_used + self.batches

    def wishes_per_try(self, office: Office) -> int:
        """Return how many wishes the next try may have."""
        return min(office.compose_per_try, self.wishes)

    @property
    def none(self) -> bool:
        """Whether both are used up."""
        return not self.batches and not self.wishes


def remaining_quota(tx: Tx, office: Office, vin: str) -> Quota:
    """Return what a vehicle has left of an office's quotas."""
    row = tx.one("vehicles.get", vin=vin)
    if row is None:
        return Quota(batches=office.random_batches, wishes=office.compose_total)
    return quota_of(row, office)


def quota_of(row: Row, office: Office) -> Quota:
    """Return what the row of a vehicle leaves of an office's quotas."""
    return Quota(
        batches=max(0, office.random_batches + row["random_granted"] - row["random_used"]),
        wishes=max(0, office.compose_total + row["compose_granted"] - row["compose_used"]),
        batches_used=row["random_used"],
    )


def seconds_to_wait(tx: Tx, last: int | None, gap: timedelta) -> int:
    """Return the seconds left of the gap after a vehicle's last draw or try, in milliseconds; at least 1."""
    since = tx.now if last is None else from_millis(last)
    return max(1, ceil((since + gap - tx.now).total_seconds()))
