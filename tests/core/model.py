"""A plain model of the selection: dictionaries, and the rules of docs/domain.md, section 5.

It shares no code with the services. Times are milliseconds; ``None`` as an end means permanent.
"""

from dataclasses import dataclass, field
from itertools import product

BATCH, SHORTLIST, IDLE, GAP, GRACE = 95_000, 185_000, 30 * 60_000, 8_000, 5_000
QUOTA_BATCHES, QUOTA_WISHES = 3, 9  # small, so that a short run uses them up
REFUNDS = 3


def serials_of(mask: str) -> set[str]:
    """Return all serials of a mask of digits."""
    holes = product(*("0123456789" if char == "#" else char for char in mask))
    return {"".join(serial) for serial in holes}


@dataclass
class Hold:
    """The holder of a number, in which state, until when."""

    state: str
    owner: int  # the id of the preselection
    until: int | None
    draw: int | None = None

    def lives(self, at: int) -> bool:
        return self.until is None or self.until >= at


@dataclass
class Vehicle:
    """The remaining quota of a vehicle, and its current preselection."""

    batches: int = QUOTA_BATCHES
    wishes: int = QUOTA_WISHES
    tried_at: int | None = None
    lease: tuple[int, int] | None = None  # preselection, until
    success: str | None = None  # reserved, registered
    refunds: int = 0  # of batches that were never shown

    def settle(self) -> None:
        """Give the chance of an unshown batch back, the first three times."""
        if self.refunds < REFUNDS:
            self.refunds += 1
            self.batches += 1


@dataclass
class Begun:
    """A preselection in progress."""

    number: int
    vehicle: int
    state: str = "agreed"
    verified_at: int = 0
    acted_at: int = 0
    last_draw: int | None = None


@dataclass
class DrawRecord:
    """One draw."""

    owner: int
    drawn_at: int
    until: int
    serials: list[str]
    vehicle: Vehicle
    state: str = "unsent"  # then sent, or settled


@dataclass
class Model:
    """The whole state."""

    holds: dict[str, Hold] = field(default_factory=dict)
    vehicles: dict[int, Vehicle] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)  # mask: open to self-composition from
    withheld: list[str] = field(default_factory=list)
    draws: list[DrawRecord] = field(default_factory=list)

    def released(self) -> set[str]:
        return set().union(*(serials_of(mask) for mask in self.segments)) - {"00000"}

    def kept_back(self) -> set[str]:
        return set().union(*(serials_of(mask) for mask in self.withheld))

    def is_free(self, serial: str, now: int) -> bool:
        hold = self.holds.get(serial)
        return hold is None or not hold.lives(now)

    def living(self, now: int) -> dict[str, Hold]:
        return {serial: hold for serial, hold in self.holds.items() if hold.lives(now)}

    def held_by(self, owner: int, state: str, at: int) -> dict[str, Hold]:
        return {
            serial: hold
            for serial, hold in self.living(at).items()
            if hold.owner == owner and hold.state == state
        }

    def drawable(self, now: int, *, without_four: bool) -> set[str]:
        return {
            serial
            for serial in self.released() - self.kept_back()
            if self.is_free(serial, now) and not (without_four and "4" in serial)
        }

    def listed(self, now: int) -> list[str]:
        """Return the free numbers, withheld ones included, in the order of release and rank."""
        every = [serial for mask in self.segments for serial in sorted(serials_of(mask) - {"00000"})]
        return [serial for serial in every if self.is_free(serial, now)]

    def holds_lease(self, begun: Begun, at: int) -> bool:
        lease = self.vehicles[begun.vehicle].lease
        return lease is not None and lease[0] == begun.number and lease[1] >= at

    def renew(self, begun: Begun, now: int, at: int) -> None:
        self.vehicles[begun.vehicle].lease = (begun.number, now + IDLE)
        begun.acted_at = at

    def restart_shortlist(self, owner: int, at: int) -> None:
        for hold in self.held_by(owner, "shortlist", at).values():
            hold.until = at + SHORTLIST

    def end(self, owner: int, state: str) -> None:
        """Release what an owner holds in a state; a late press finds nothing."""
        of_theirs = [one for one, hold in self.holds.items() if (hold.owner, hold.state) == (owner, state)]
        for serial in of_theirs:
            del self.holds[serial]

    def end_draws(self, owner: int, now: int) -> None:
        for draw in self.draws:
            if draw.owner == owner:
                draw.until = min(draw.until, now - 1)

    def settle_unsent(self, owner: int) -> None:
        """Settle the chances of batches that were never shown to an owner who leaves."""
        for draw in self.draws:
            if draw.owner == owner and draw.serials and draw.state == "unsent":
                draw.state = "settled"
                draw.vehicle.settle()

    def batch_of(self, begun: Begun, at: int) -> DrawRecord | None:
        if begun.last_draw is None:
            return None
        draw = self.draws[begun.last_draw - 1]
        return draw if draw.until >= at else None

    def reserve(self, begun: Begun, serial: str, now: int) -> None:
        """Reserve the number; the owner's other holds are released."""
        self.holds[serial] = Hold("reserved", begun.number, None)
        for state in ("batch", "shortlist"):
            self.end(begun.number, state)
        self.end_draws(begun.number, now)
        self.settle_unsent(begun.number)
        vehicle = self.vehicles[begun.vehicle]
        vehicle.success, vehicle.lease = "reserved", None
        begun.state = "reserved"
