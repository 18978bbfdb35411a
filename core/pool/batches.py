"""Drawing batches (docs/domain.md, sections 5 and 6).

While much of a pool is free, a draw examines random candidates and takes the first ten that are free; its
cost does not depend on the size of the pool. When little is left, it picks from the ascending list of the
numbers that are free at that moment, by the same stream (``core.pool.free_list``).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import CHINA, from_millis, to_millis
from core.pool.free_list import list_free
from core.pool.seeded_stream import Draw, below
from core.pool.seeds import Seed, Seeds
from core.pool.segments import Released, mask_of, ranks_of, released_of
from core.ports import Row, Tx
from core.public_journal import chain
from core.public_journal.chain import Head, Hold
from core.public_journal.entries import Event
from core.security.vault import Vault
from core.snapshots import NO_SNAPSHOTS, Snapshots
from core.values.masks import Mask
from core.values.offices import Office
from core.values.plates import PlateKind, contains_four

MAX_REJECTED = 300
"""Maximum rejected candidates before a draw falls back to the list of free numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The result of one random draw (一批号码)."""

    office: str
    kind: PlateKind
    n: int
    serials: tuple[str, ...]
    held_until: datetime  # including the office's grace period
    preselection_id: int
    sent: bool = False  # it was shown to its owner
    returned: bool = False  # it never reached its owner and was refunded
    kept: bool = False  # it never reached its owner, and the vehicle has had enough refunds


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRequest:
    """A draw to be made."""

    office: Office
    kind: PlateKind
    preselection_id: int
    press: str  # the messenger's id of it
    without_four: bool
    received_at: datetime
    held_until: datetime
    shortlist_until: datetime
    batch_no: int = 0  # which one of its vehicle it is, if it gives any number; 0: unknown
    snapshots: Snapshots = NO_SNAPSHOTS


class Batches:
    """Draws batches and records the draws."""

    def __init__(self, seeds: Seeds, vault: Vault) -> None:
        self._seeds = seeds
        self._vault = vault

    def draw(self, tx: Tx, request: DrawRequest) -> Batch:
        """Draw up to ``batch_size`` numbers, hold them, and record the draw.

        Numbers that the owner still holds from the previous batch are returned to the pool first. The time
        limit of their shortlist starts again.

        Raises:
            NoSeedToday: no seed was committed to before.
            SnapshotNeeded: the list of free numbers has to be read first; nothing has changed.
        """
        office = request.office
        # Locks the pool, before any of its numbers.
        number, head = _next_number(tx, office.code, request.kind)
        ended = _end_batch(tx, request)
        terms = _terms_of(tx, office, request.kind, self._seeds)
        if not terms.released.segments:
            # Nothing can be drawn, so a seed that is committed to now does no harm.
            head = self._seeds.commit_ahead(tx, office.code, request.kind, head)
        seed = terms.seed or self._seeds.today(tx, office.code, request.kind)
        allocator = _Allocator(tx, request, number, terms)
        nonce = self._vault.lookup("press", request.press).hex()
        stream = Draw(
            seed=seed.secret, office=office.code, kind=request.kind, n=number, nonce=nonce, head=head.hash
        )
        allocator.from_stream(stream.words())
        held_until = request.held_until if allocator.taken else tx.now - timedelta(milliseconds=1)
        batch = Batch(
            office=office.code,
            kind=request.kind,
            n=number,
            serials=tuple(allocator.taken),
            held_until=from_millis(to_millis(held_until)),  # rounded as when it is read back
            preselection_id=request.preselection_id,
        )
        extended = restart_shortlist(
            tx, request.preselection_id, request.shortlist_until, request.received_at
        )
        entry = chain.append(
            tx,
            office.code,
            request.kind,
            head,
            Event.DRAWN,
            n=number,
            day=seed.day,
            nonce=nonce,
            without_four=request.without_four,
            size=allocator.size,
            want=office.batch_size,
            looked_at=allocator.examined,
            numbers=list(batch.serials),
            until=to_millis(batch.held_until),
            ended=ended,
            extended=sorted(extended),
            waiting=allocator.waiting(),
        )
        _record_draw(
            tx, request, batch, seed_id=seed.seed_id, nonce=nonce, examined=allocator.examined, entry=entry
        )
        return batch


def restart_shortlist(tx: Tx, preselection_id: int, until: datetime, received_at: datetime) -> list[Hold]:
    """Restart the time limit of a whole shortlist; return its holds with their new end."""
    rows = tx.all(
        "pool.restart_shortlist",
        preselection_id=preselection_id,
        until=to_millis(until),
        at=to_millis(received_at),
    )
    return holds_of(rows)


def holds_of(rows: Iterable[Row]) -> list[Hold]:
    """Return rows of ``hold`` as the public journal has them."""
    return [(row["serial"], row["draw_no"], row["held_until"]) for row in rows]


def _next_number(tx: Tx, office: str, kind: PlateKind) -> tuple[int, Head]:
    row = tx.one("pool.next_draw", office=office, kind=kind)
    if row is None:
        tx.run("pool.open_pool", office=office, kind=kind)
        row = tx.one("pool.next_draw", office=office, kind=kind)
    tx.renew_now()  # what was given back or held during the wait for the lock is judged by the time after it
    return int(row["last_draw"]) if row else 0, chain.begun(tx, office, kind, row)


def _end_batch(tx: Tx, request: DrawRequest) -> list[str]:
    """Return the numbers of the owner's previous batch to the pool; return those that count as held yet."""
    rows = tx.all("pool.end_batch", preselection_id=request.preselection_id)
    tx.run(
        "pool.end_draw",
        office=request.office.code,
        kind=request.kind,
        preselection_id=request.preselection_id,
        ended=to_millis(tx.now) - 1,
    )
    return sorted(hold[0] for hold in holds_of(rows) if chain.counts_as_held(tx, hold))


def _record_draw(  # noqa: PLR0913 - each is named
    tx: Tx, request: DrawRequest, batch: Batch, *, seed_id: int, nonce: str, examined: int, entry: Head
) -> None:
    tx.run(
        "pool.add_draw",
        office=batch.office,
        kind=batch.kind,
        n=batch.n,
        seed_id=seed_id,
        preselection_id=request.preselection_id,
        nonce=nonce,
        without_four=int(request.without_four),
        now=to_millis(tx.now),
        held_until=to_millis(batch.held_until),
        looked_at=examined,
        numbers=json.dumps(batch.serials),
        sent_at=None if batch.serials else to_millis(tx.now),
        journal_seq=entry.seq,
        batch_no=(request.batch_no or None) if batch.serials else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What a draw goes by beside the numbers that are taken, at this moment."""

    released: Released
    withheld: list[Mask]
    seed: Seed | None  # None: none was committed to, or it is published already


def _terms_of(tx: Tx, office: Office, kind: PlateKind, seeds: Seeds) -> _Terms:
    """Return the terms of a draw from a locked pool; in one statement, as a draw waits for each."""
    day = tx.now.astimezone(CHINA).date().isoformat()
    row = tx.one("pool.draw_terms", office=office.code, kind=kind, day=day)
    if row is None:
        raise ValueError("the pool is not locked, so it may have no row")
    masks = (row["masks"] or "").split(";") if row["masks"] else []
    return _Terms(
        released=released_of(kind, row["known"] or ""),
        withheld=[mask_of(kind, mask, office.nev_letters) for mask in masks],
        seed=None if row["seed_id"] is None else seeds.of_row(row),
    )


class _Allocator:
    """Takes the numbers of one draw."""

    def __init__(self, tx: Tx, request: DrawRequest, number: int, terms: _Terms) -> None:
        self._tx = tx
        self._request = request
        self._number = number
        self._ranks = ranks_of(terms.released, tx.now)
        self._withheld = terms.withheld
        self._values = {
            "office": request.office.code,
            "kind": request.kind,
            "preselection_id": request.preselection_id,
            "draw_no": number,
            "held_until": to_millis(request.held_until),
            "now": to_millis(tx.now),
        }
        self.taken: list[str] = []
        self.examined = 0
        self._rejected: list[str] = []

    @property
    def size(self) -> int:
        """The number of ranks that the draw chooses from."""
        return self._ranks.size

    def waiting(self) -> list[str]:
        """Return the rejected candidates whose hold had ended and was kept for a press that waits."""
        if not self._rejected:
            return []
        rows = self._tx.all(
            "pool.waited_for",
            office=self._values["office"],
            kind=self._values["kind"],
            serials=json.dumps(sorted(set(self._rejected))),
            now=self._values["now"],
        )
        return [row["serial"] for row in rows]

    def from_stream(self, words: Iterator[int]) -> None:
        """Take random candidates; fall back to the list of free numbers after ``MAX_REJECTED`` rejections."""
        if not self._ranks.size:
            return
        left = MAX_REJECTED
        while self._missing:
            if not left:
                self._from_list(words)
                return
            ranks = [below(words, self._ranks.size) for _ in range(min(self._missing, left))]
            left -= len(ranks) - self._examine(ranks)

    def _from_list(self, words: Iterator[int]) -> None:
        request = self._request
        ranks = list_free(self._tx, request.office, request.kind, self._ranks, request.snapshots)
        while ranks and self._missing:
            some = range(min(self._missing, len(ranks)))
            self._examine([ranks.pop(below(words, len(ranks))) for _ in some])

    @property
    def _missing(self) -> int:
        return self._request.office.batch_size - len(self.taken)

    def _examine(self, ranks: Sequence[int]) -> int:
        """Take those candidates that are free, in one statement; return how many.

        The caller passes at most as many candidates as are missing, so that the result is the same as taking
        them one by one: withheld, filtered and repeated candidates are skipped.
        """
        self.examined += len(ranks)
        wanted: dict[str, tuple[int, int]] = {}
        for rank in ranks:
            segment, position = self._ranks.split(rank)
            serial = segment.mask.unrank(position)
            if not self._is_left_out(serial):
                wanted[serial] = (segment.segment_id, position)
        if not wanted:
            return 0
        candidates = json.dumps([(serial, *place) for serial, place in wanted.items()])
        rows = self._tx.all("pool.take", candidates=candidates, **self._values)
        taken = {row["serial"] for row in rows}
        self.taken += [serial for serial in wanted if serial in taken]
        self._rejected += [serial for serial in wanted if serial not in taken]
        return len(taken)

    def _is_left_out(self, serial: str) -> bool:
        if self._request.without_four and contains_four(serial):
            return True
        return any(mask.matches(serial) for mask in self._withheld)


def latest_batch(tx: Tx, preselection_id: int) -> Batch | None:
    """Return the newest batch of a preselection, expired or not."""
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
        sent=row["sent_at"] is not None,
        returned=row["returned_at"] is not None,
        kept=row["kept_at"] is not None,
    )


def last_batch(tx: Tx, preselection_id: int, *, received_at: datetime) -> Batch | None:
    """Return the newest batch of a preselection if it had not expired at ``received_at``."""
    batch = latest_batch(tx, preselection_id)
    return batch if batch is not None and batch.held_until >= received_at else None
