"""The inbox: what may be done with the rows of updates. Plain functions over a transaction.

Handlers use two of them in the transaction of their own step: ``mark_applied`` makes the effect of
an update happen once, ``mark_done`` spares a transaction when nothing is left to answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.inbox.model import Broken, Sealed, Waiting
from core.clock import from_millis, to_millis
from core.ports import Row, Tx

TOMBSTONES = timedelta(days=2)
"""How long a done update is remembered: twice as long as the messenger keeps one."""

BROKEN_KEPT = timedelta(days=7)
"""How long an update that was set aside is kept."""

_BEFORE_ALL, _AFTER_ALL = -1, 2**62  # no update has such an id


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of a batch."""

    new: tuple[int, ...]  # ids, to be handled now
    known: tuple[int, ...]  # ids that were there already and are not done: somebody has them in hand
    behind: frozenset[int]  # chats in which something that came earlier is in another worker's hands
    at: datetime  # aware; when the new ones were received


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some updates of one chat."""

    updates: tuple[Waiting, ...]  # in order
    has_more: bool  # of this worker
    is_behind: bool  # the others come after something that is in another worker's hands


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """In whose hands rows are, and for how long without a sign of life."""

    worker: str
    span: timedelta
    is_alone: bool  # no other process can be on this database

    def end(self, now: datetime) -> int:
        """Return until when a lease granted now holds, as it is stored."""
        return to_millis(now + self.span)


def store_batch(tx: Tx, updates: Sequence[Sealed], lease: Lease) -> Stored:
    """Write a batch down; what is known already stays as it is."""
    new: list[int] = []
    known: list[int] = []
    for update in updates:
        if tx.run(
            "inbox.store",
            update_id=update.update_id,
            chat_id=update.chat_id,
            now=to_millis(tx.now),
            body=update.body,
            worker=lease.worker,
            lease_until=lease.end(tx.now),
        ):
            new.append(update.update_id)
        elif tx.one("inbox.unfinished", update_id=update.update_id) is not None:
            known.append(update.update_id)
    behind = _elsewhere(tx, lease).intersection(update.chat_id for update in updates)
    return Stored(new=tuple(new), known=tuple(known), behind=behind, at=tx.now)


def mark_applied(tx: Tx, update_id: int) -> bool:
    """Claim the one effect of an update, in the transaction that has this effect.

    Returns:
        False when it was had before: then do nothing, and show the present screen.
    """
    return tx.run("inbox.applied", update_id=update_id) == 1


def mark_done(tx: Tx, *update_ids: int) -> None:
    """Close updates whose replies are out; their contents are forgotten."""
    for update_id in sorted(update_ids):
        tx.run("inbox.done", update_id=update_id)


def note_failure(tx: Tx, update_id: int, error: str) -> None:
    """Count a try that failed with an error of that class."""
    tx.run("inbox.failed", update_id=update_id, note=error)


def was_applied(tx: Tx, update_id: int) -> bool:
    """Return whether an update that is not finished has had its effect."""
    return tx.one("inbox.was_applied", update_id=update_id) is not None


def set_broken(tx: Tx, update_id: int, error: str) -> bool:
    """Set an update aside; False when it was finished meanwhile."""
    return tx.run("inbox.broken", update_id=update_id, note=error) == 1


def take_over(tx: Tx, lease: Lease) -> list[int]:
    """Take what workers left behind that give no sign of life any more; all others', when alone.

    Returns:
        The chats of which something was taken, each once.
    """
    rows = tx.all(
        "inbox.take_over",
        worker=lease.worker,
        lease_until=lease.end(tx.now),
        now=to_millis(tx.now),
        alone=int(lease.is_alone),
    )
    return sorted({int(row["chat_id"]) for row in rows})


def renew(tx: Tx, lease: Lease) -> int:
    """Give a sign of life; return how many updates are in this worker's hands."""
    return tx.run("inbox.renew", worker=lease.worker, lease_until=lease.end(tx.now))


def release(tx: Tx, worker: str) -> int:
    """Let go of everything, for others to take over at once; return how many updates that was."""
    return tx.run("inbox.release", worker=worker)


def chats(tx: Tx, worker: str) -> list[int]:
    """Return the chats of which a worker has something to handle."""
    return [int(row["chat_id"]) for row in tx.all("inbox.chats", worker=worker)]


def load(tx: Tx, lease: Lease, chat_id: int, count: int) -> Page:
    """Return the first updates of a chat that a worker has to handle, at most ``count``, in order.

    What comes after an update that another worker has in hand is left out until that one is done.
    """
    end = _first_elsewhere(tx, lease, chat_id)
    rows = _between(tx, lease, chat_id, after=_BEFORE_ALL, before=end, count=count)
    is_behind = end < _AFTER_ALL and bool(_between(tx, lease, chat_id, after=end, before=_AFTER_ALL, count=1))
    return Page(
        updates=tuple(_waiting(row) for row in rows),
        has_more=is_behind or len(rows) == count,
        is_behind=is_behind,
    )


def list_broken(tx: Tx, count: int = 50) -> list[Broken]:
    """Return what was set aside, newest first."""
    return [
        Broken(
            update_id=row["update_id"],
            chat_id=row["chat_id"],
            received_at=from_millis(row["received_at"]),
            tries=row["tries"],
            error=row["note"] or "",
        )
        for row in tx.all("inbox.set_aside", count=count)
    ]


def purge(tx: Tx) -> int:
    """Delete tombstones and what was set aside when their time is over; return how many rows."""
    done = tx.run("inbox.purge_done", before=to_millis(tx.now - TOMBSTONES))
    return done + tx.run("inbox.purge_broken", before=to_millis(tx.now - BROKEN_KEPT))


def _elsewhere(tx: Tx, lease: Lease) -> frozenset[int]:
    """Return the chats of which other workers have something in hand."""
    if lease.is_alone:
        return frozenset()
    return frozenset(int(row["chat_id"]) for row in tx.all("inbox.elsewhere", worker=lease.worker))


def _first_elsewhere(tx: Tx, lease: Lease, chat_id: int) -> int:
    """Return the first update of a chat that another worker has in hand, or _AFTER_ALL."""
    if lease.is_alone:
        return _AFTER_ALL
    row = tx.one("inbox.first_elsewhere", worker=lease.worker, chat_id=chat_id)
    return _AFTER_ALL if row is None or row["update_id"] is None else int(row["update_id"])


def _between(tx: Tx, lease: Lease, chat_id: int, *, after: int, before: int, count: int) -> list[Row]:
    """Return rows of a chat that this worker has to handle, both ends left out."""
    return tx.all(
        "inbox.of_chat", worker=lease.worker, chat_id=chat_id, after=after, before=before, count=count
    )


def _waiting(row: Row) -> Waiting:
    """Return a row as it waits for its turn."""
    return Waiting(
        update_id=row["update_id"],
        chat_id=row["chat_id"],
        received_at=from_millis(row["received_at"]),
        repeated=row["state"] == "applied" or row["tries"] > 0,
        tries=row["tries"],
        body=bytes(row["body"]),
    )
