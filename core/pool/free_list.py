"""The list of what is free of a pool at one moment, for the tail of a draw (docs/domain.md, section 5).

A number is free when it is neither taken for good (``plate``) nor held (``hold``). What is taken for good may
be millions of rows, and changes seldom; what is held changes with every press, and is few rows. So the
list is made of two looks:

- what is **not taken for good**: a long look, which for a large pool is taken beside the writers
  (``read_free_list``) and put right inside the draw's transaction (``put_right``);
- what is **held**: a short one, taken inside the transaction, whole. It needs no history: whether a hold was
  ended, ran out, was given new life by a late press or began since the long look, is all the same.
"""

from dataclasses import dataclass, field
from datetime import datetime

from core.clock import to_millis
from core.pool.segments import PURGE_LAG, Ranks, open_ranks
from core.ports import Tx
from core.snapshots import SnapshotNeeded, Snapshots
from core.values.offices import Office
from core.values.plates import PlateKind

LARGEST_SCAN_INSIDE = 50_000
"""A pool of no more numbers than this is listed inside the transaction: some tens of milliseconds."""
FRESH = PURGE_LAG / 2
"""So old a list may be; what came free since then is still in the table when it is put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeList:
    """What was not taken for good of a pool, as ranks over all its open segments, ascending."""

    segment_ids: tuple[int, ...]
    read_at: datetime
    ranks: list[int] = field(repr=False)


def list_free(tx: Tx, office: Office, kind: PlateKind, ranks: Ranks, snapshots: Snapshots) -> list[int]:
    """Return the ranks of all that is free at this moment, over all segments, ascending.

    Args:
        tx: a transaction that has the pool's lock: nothing is taken for good or drawn beside it.
        office: where.
        kind: of what.
        ranks: the segments that are open.
        snapshots: may hold the list of a large pool, from a run before.

    Raises:
        SnapshotNeeded: the pool is large, and there is no fresh list of these segments.
    """
    if ranks.size <= LARGEST_SCAN_INSIDE:
        lasting = _not_taken(tx, ranks)
    else:
        lasting = put_right(tx, ranks, _fresh_list(tx, office, kind, ranks, snapshots))
    held = ranks.of(tx.all("pool.held", office=office.code, kind=kind, now=to_millis(tx.now)))
    return [rank for rank in lasting if rank not in held]


def snapshot_key(office: Office, kind: PlateKind) -> str:
    return f"free:{office.code}:{kind}"


def _fresh_list(tx: Tx, office: Office, kind: PlateKind, ranks: Ranks, snapshots: Snapshots) -> FreeList:
    def read(reader: Tx) -> FreeList:
        return read_free_list(reader, office, kind)

    key = snapshot_key(office, kind)
    known: FreeList = snapshots.read(key, read)
    if known.segment_ids != ranks.ids or tx.now - known.read_at > FRESH:
        raise SnapshotNeeded(key, read)
    return known


def read_free_list(tx: Tx, office: Office, kind: PlateKind) -> FreeList:
    """Make the list of what is not taken for good of a pool, beside the writers."""
    ranks = open_ranks(tx, office, kind)
    return FreeList(segment_ids=ranks.ids, read_at=tx.now, ranks=_not_taken(tx, ranks))


def put_right(tx: Tx, ranks: Ranks, known: FreeList) -> list[int]:
    """Return exactly what is not taken for good now, from a list that was right some minutes ago.

    - Taken, or gone to rest, since: its row says since when. The transaction that did it may have begun, and
      so is dated, before the list and yet be missing in it; so all are left out that are dated up to
      ``PURGE_LAG`` before the list, and to leave out what is not in the list changes nothing.
    - Come free since: only a rest comes to an end, and its row stays for ``PURGE_LAG`` afterwards, twice as
      long as a list is used. To add what is in the list already changes nothing.

    Both hold as long as no transaction lasts five minutes.
    """
    now, since = to_millis(tx.now), to_millis(known.read_at - PURGE_LAG)
    gone = ranks.of(tx.all("pool.taken_since", now=now, since=since))
    back = ranks.of(tx.all("pool.rested", now=now))
    right = [rank for rank in known.ranks if rank not in gone and rank not in back]
    right += back
    right.sort()  # two ascending runs at most: it only merges them
    return right


def _not_taken(tx: Tx, ranks: Ranks) -> list[int]:
    free: list[int] = []
    for segment in ranks.segments:
        start = ranks.start(segment)
        gaps = tx.all("pool.gaps", segment_id=segment.segment_id, size=segment.size, now=to_millis(tx.now))
        for gap in gaps:
            free.extend(range(start + gap["low"], start + gap["high"]))
    return free
