"""Drawing a batch: candidates of the stream, the taking of those that are free, the tail.

While much of a pool is free, a draw looks at random candidates and takes the first ten that are
free; it does not feel the size of the pool. Where little is left, it picks from the ascending list
of what is free at that moment, by the same stream. A large pool's list is read beside the writers
(``FreeListWanted``) and put right inside the transaction, so that no long scan holds up others.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from core.clock import from_millis, to_millis
from core.draws import Draw, Seeds, below
from core.masks import Mask
from core.offices import Office
from core.plates import PlateKind, contains_four
from core.pool import PURGE_LAG, Segment, open_segments, withheld
from core.ports import Row, Tx

LOOKS_BEFORE_THE_TAIL = 300
"""So many candidates are passed over before the list of what is free is made."""
LARGEST_SCAN_INSIDE = 50_000
"""A pool of no more numbers than this is listed inside the transaction: some tens of milliseconds."""
_FRESH = PURGE_LAG / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one random draw gave (一批号码)."""

    office: str
    kind: PlateKind
    n: int
    serials: tuple[str, ...]
    held_until: datetime  # with the office's grace
    preselection_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be drawn, and for whom."""

    office: Office
    kind: PlateKind
    preselection_id: int
    nonce: str
    without_four: bool
    held_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeList:
    """What was free of a pool at a moment, as ranks over all its open segments, ascending."""

    segment_ids: tuple[int, ...]
    read_at: datetime
    ranks: list[int] = field(repr=False)


class FreeListWanted(Exception):
    """The draw needs the list of what is free, which is too long to make inside the transaction."""

    def __init__(self, read: Callable[[Tx], FreeList]) -> None:
        super().__init__()
        self.read = read


class Batches:
    """Draws batches and keeps the journal of draws."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds

    def draw(self, tx: Tx, order: Order, free: FreeList | None) -> Batch:
        """Draw up to ``batch_size`` numbers and hold them; write the draw into the journal.

        Raises:
            FreeListWanted: run again with the list that its ``read`` gives; nothing has changed.
        """
        office = order.office
        number = _next_number(tx, office.code, order.kind)
        seed = self._seeds.current(tx, office.code, order.kind)
        stream = Draw(seed=seed.secret, office=office.code, kind=order.kind, n=number, nonce=order.nonce)
        taker = _Taker(tx, order, number)
        taker.from_stream(stream.words(), free)
        batch = Batch(
            office=office.code,
            kind=order.kind,
            n=number,
            serials=tuple(taker.taken),
            held_until=order.held_until,
            preselection_id=order.preselection_id,
        )
        _journal(tx, order, batch, seed_id=seed.seed_id, looked_at=taker.looked_at)
        return batch


def _next_number(tx: Tx, office: str, kind: PlateKind) -> int:
    row = tx.one("pool.next_draw", office=office, kind=kind)
    if row is None:
        tx.run("pool.open_pool", office=office, kind=kind)
        row = tx.one("pool.next_draw", office=office, kind=kind)
    return int(row["last_draw"]) if row else 0


def _journal(tx: Tx, order: Order, batch: Batch, *, seed_id: int, looked_at: int) -> None:
    tx.run(
        "pool.add_draw",
        office=batch.office,
        kind=batch.kind,
        n=batch.n,
        seed_id=seed_id,
        preselection_id=order.preselection_id,
        nonce=order.nonce,
        without_four=int(order.without_four),
        now=to_millis(tx.now),
        held_until=to_millis(order.held_until if batch.serials else tx.now - timedelta(milliseconds=1)),
        looked_at=looked_at,
        numbers=json.dumps(batch.serials),
    )


class _Ranks:
    """The serials of several segments under one count, in the order of release."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self._ends = list(accumulate(segment.size for segment in segments))
        self.size = self._ends[-1] if segments else 0

    def split(self, rank: int) -> tuple[Segment, int]:
        """Return the segment of a rank, and the rank inside it."""
        index = bisect_right(self._ends, rank)
        return self.segments[index], rank - (self._ends[index - 1] if index else 0)

    def start(self, index: int) -> int:
        """Return the rank at which a segment begins."""
        return self._ends[index - 1] if index else 0


class _Taker:
    """One draw's taking of numbers."""

    def __init__(self, tx: Tx, order: Order, number: int) -> None:
        self._tx = tx
        self._order = order
        self._number = number
        self._ranks = _Ranks(open_segments(tx, order.office, order.kind))
        self._withheld: list[Mask] = withheld(tx, order.office, order.kind)
        self._values = {
            "office": order.office.code,
            "kind": order.kind,
            "state": "batch",
            "preselection_id": order.preselection_id,
            "draw_no": number,
            "held_until": to_millis(order.held_until),
            "now": to_millis(tx.now),
        }
        self.taken: list[str] = []
        self.looked_at = 0

    def from_stream(self, words: Iterator[int], free: FreeList | None) -> None:
        """Take from random candidates; go over to the list of what is free when those run dry."""
        if not self._ranks.size:
            return
        left = LOOKS_BEFORE_THE_TAIL
        while self._missing:
            if not left:
                self._from_list(words, free)
                return
            ranks = [below(words, self._ranks.size) for _ in range(min(self._missing, left))]
            left -= len(ranks) - self._look_at(ranks)

    def _from_list(self, words: Iterator[int], free: FreeList | None) -> None:
        ranks = self._free_ranks(free)
        while ranks and self._missing:
            some = range(min(self._missing, len(ranks)))
            self._look_at([ranks.pop(below(words, len(ranks))) for _ in some])

    @property
    def _missing(self) -> int:
        return self._order.office.batch_size - len(self.taken)

    def _look_at(self, ranks: Sequence[int]) -> int:
        """Take those candidates that are free, in one statement; return how many.

        Never more candidates than are missing, so that it comes to the same as one after the other: one
        that is withheld or filtered out, and one that comes twice, is passed over.
        """
        self.looked_at += len(ranks)
        wanted: dict[str, tuple[int, int]] = {}
        for rank in ranks:
            segment, position = self._ranks.split(rank)
            serial = segment.mask.unrank(position)
            if not self._is_kept_back(serial):
                wanted[serial] = (segment.segment_id, position)
        if not wanted:
            return 0
        candidates = json.dumps([(serial, *place) for serial, place in wanted.items()])
        rows = self._tx.all("pool.take", candidates=candidates, **self._values)
        taken = {row["serial"] for row in rows}
        self.taken += [serial for serial in wanted if serial in taken]
        return len(taken)

    def _is_kept_back(self, serial: str) -> bool:
        if self._order.without_four and contains_four(serial):
            return True
        return any(mask.matches(serial) for mask in self._withheld)

    def _free_ranks(self, free: FreeList | None) -> list[int]:
        ids = tuple(segment.segment_id for segment in self._ranks.segments)
        if self._ranks.size <= LARGEST_SCAN_INSIDE:
            return list_free(self._tx, self._ranks.segments)
        if free is None or free.segment_ids != ids or self._tx.now - free.read_at > _FRESH:
            order = self._order
            raise FreeListWanted(lambda tx: read_free_list(tx, order.office, order.kind))
        return self._put_right(free)

    def _put_right(self, free: FreeList) -> list[int]:
        """Return exactly what is free now, from a list that was right some minutes ago.

        Rows outlive their hold by ``PURGE_LAG``, so what has come free since still has a row. What has
        been taken since is held, or was taken for good; by a transaction that may have begun, and so is
        dated, somewhat before the list. A hold may be an old one to which a late press gave new life.
        """
        now, since = to_millis(self._tx.now), to_millis(free.read_at - PURGE_LAG)
        starts = {segment.segment_id: self._ranks.start(i) for i, segment in enumerate(self._ranks.segments)}
        ended = self._tx.all("pool.ended", now=now)
        begun = self._tx.all("pool.begun", now=now, since=since)
        ranks = set(free.ranks)
        ranks.update(_rank_of(row, starts) for row in ended if row["segment_id"] in starts)
        ranks.difference_update(_rank_of(row, starts) for row in begun if row["segment_id"] in starts)
        return sorted(ranks)


def _rank_of(row: Row, starts: dict[int, int]) -> int:
    return starts[int(row["segment_id"])] + int(row["position"])


def list_free(tx: Tx, segments: Sequence[Segment]) -> list[int]:
    """Return the ranks of all that is free at this moment, over all segments, ascending."""
    ranks: list[int] = []
    start = 0
    for segment in segments:
        gaps = tx.all("pool.gaps", segment_id=segment.segment_id, size=segment.size, now=to_millis(tx.now))
        for gap in gaps:
            ranks.extend(range(start + gap["low"], start + gap["high"]))
        start += segment.size
    return ranks


def read_free_list(tx: Tx, office: Office, kind: PlateKind) -> FreeList:
    """Make the list of what is free of a pool, beside the writers."""
    segments = open_segments(tx, office, kind)
    return FreeList(
        segment_ids=tuple(segment.segment_id for segment in segments),
        read_at=tx.now,
        ranks=list_free(tx, segments),
    )


def latest_batch(tx: Tx, preselection_id: int) -> Batch | None:
    """Return the newest batch of an owner, whether it lives or not."""
    row = tx.one("pool.last_draw_of", preselection_id=preselection_id)
    if row is None:
        return None
    return Batch(
        office=row["office"],
        kind=PlateKind(row["kind"]),
        n=row["n"],
        serials=tuple(json.loads(row["numbers"])),
        held_until=from_millis(row["held_until"]),
        preselection_id=preselection_id,
    )


def last_batch(tx: Tx, preselection_id: int, *, at: datetime) -> Batch | None:
    """Return the batch that an owner has before them, if its clock has not ended at ``at``."""
    batch = latest_batch(tx, preselection_id)
    return batch if batch is not None and batch.held_until >= at else None
