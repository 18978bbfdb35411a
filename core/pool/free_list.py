"""The list of the free numbers of a pool at one moment, for draws from a nearly empty pool.

A number is free when it is neither taken for good (``plate``) nor held (``hold``); see docs/domain.md,
section 5. ``plate`` may have millions of rows and changes seldom; ``hold`` changes with every press and has
few rows. So the list is built from two reads:

- what is **not taken for good**: a long read, which for a large pool is made on a read-only snapshot
  (``read_free_list``) and corrected inside the draw's transaction (``put_right``);
- what is **held**: a short read, made completely inside the transaction. It needs no history: it does not
  matter whether a hold was ended, expired, was extended by a late press or began since the long read.
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
"""Maximum size of a pool that is listed inside the transaction: some tens of milliseconds."""
FRESH = PURGE_LAG / 2
"""Maximum age of a list: what came free since then still has its row when the list is corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeList:
    """The numbers of a pool that were not taken for good, as ascending ranks over all open segments."""

    segment_ids: tuple[int, ...]
    read_at: datetime
    ranks: list[int] = field(repr=False)


def list_free(tx: Tx, office: Office, kind: PlateKind, ranks: Ranks, snapshots: Snapshots) -> list[int]:
    """Return the ranks of all numbers that are free at this moment, over all segments, ascending.

    Args:
        tx: a transaction that holds the pool's lock, so that nothing is drawn or taken for good concurrently.
        office: the office of the pool.
        kind: the plate kind of the pool.
        ranks: the open segments.
        snapshots: may contain the list of a large pool, read for an earlier run.

    Raises:
        SnapshotNeeded: the pool is large, and there is no list of these segments younger than ``FRESH``.
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
    """Return what is not taken for good of a pool. Slow for a large pool: call it on a read-only snapshot."""
    ranks = open_ranks(tx, office, kind)
    return FreeList(segment_ids=ranks.ids, read_at=tx.now, ranks=_not_taken(tx, ranks))


def put_right(tx: Tx, ranks: Ranks, known: FreeList) -> list[int]:
    """Return exactly what is not taken for good now, from a list that was correct some minutes ago.

    - Taken, or started to rest, since then: its row has the time. The transaction that did it may have begun,
      and so be dated, before the list was read, and yet be missing from it. Therefore everything dated from
      ``PURGE_LAG`` before the list is removed; removing what is not in the list changes nothing.
    - Became free since then: only a rest can end, and its row stays for ``PURGE_LAG`` afterwards, twice as
      long as a list is used. Adding what is in the list already changes nothing.

    Both hold as long as no transaction lasts five minutes.
    """
    now, since = to_millis(tx.now), to_millis(known.read_at - PURGE_LAG)
    gone = ranks.of(tx.all("pool.taken_since", now=now, since=since))
    back = ranks.of(tx.all("pool.rested", now=now))
    right = [rank for rank in known.ranks if rank not in gone and rank not in back]
    right += back
    right.sort()  # at most two ascending runs, so this is a merge
    return right


def _not_taken(tx: Tx, ranks: Ranks) -> list[int]:
    free: list[int] = []
    for segment in ranks.segments:
        start = ranks.start(segment)
        gaps = tx.all("pool.gaps", segment_id=segment.segment_id, size=segment.size, now=to_millis(tx.now))
        for gap in gaps:
            free.extend(range(start + gap["low"], start + gap["high"]))
    return free
