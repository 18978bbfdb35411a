"""The chain of each pool: locking its head, and appending to it (docs/journal.md, section 1).

The head is in the pool's row. Whatever changes the numbers of a pool locks that row first, so the order of
the entries is the order in which the changes took effect.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from core.clock import to_millis
from core.errors.clock import ClockInDoubt
from core.ports import Row, Tx
from core.public_journal.entries import NO_HASH, Event, canonical, next_hash
from core.values.plates import NEV_LETTERS, PlateKind

CARRIED_AT_ONCE = 500
"""Numbers in one ``carried`` entry."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""How far the time of an entry may be behind that of an earlier one (docs/journal.md, section 1)."""

_MOST_WAIT = timedelta(hours=1)
"""How far a clock may be behind for a pool to wait. If it is further behind, a chief has confirmed it."""

Hold = tuple[str, int, int]
"""A number, the draw that gave it, and when its hold ends, in milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest entry of a chain, as it was when the pool was locked."""

    seq: int
    hash: str  # in hex


def lock(tx: Tx, office: str, kind: str) -> Head:
    """Lock a pool and return its head; a chain that has no entry yet is begun.

    The transaction's time is taken again, since it may have waited: what follows in the chain is later.

    Raises:
        ClockInDoubt: as ``begun``.
    """
    row = tx.one("pool.open_pool", office=office, kind=kind)
    tx.renew_now()
    return begun(tx, office, kind, row)


def begun(tx: Tx, office: str, kind: str, pool: Row | None) -> Head:
    """Return the head of a locked pool from its row; begin its chain if there is no entry yet.

    Raises:
        ClockInDoubt: the clock is so far behind the newest entries that no check could ever pass again; the
            pool waits until it has caught up.
    """
    if pool is not None and pool["journal_seq"]:
        latest = pool["journal_at"]  # on PostgreSQL without what came while the lock was waited for
        if latest is not None and is_waited_for(timedelta(milliseconds=latest - to_millis(tx.now))):
            raise ClockInDoubt
        return Head(seq=pool["journal_seq"], hash=pool["journal_head"])
    return _begin(tx, office, kind)


def is_waited_for(behind: timedelta) -> bool:
    """Return whether a pool waits for a clock that is so far behind the newest entries of its chain."""
    return CLOCKS_DIFFER < behind <= _MOST_WAIT


def append(tx: Tx, office: str, kind: str, head: Head, event: Event, /, **values: object) -> Head:
    """Append an entry to the chain of a locked pool; return the new head.

    Args:
        tx: the transaction that holds the pool's lock.
        office: the code of the pool's office.
        kind: the plate kind of the pool.
        head: the head so far.
        event: what the entry tells.
        values: the further keys of the event (docs/journal.md, section 2); nothing personal.
    """
    now, seq = to_millis(tx.now), head.seq + 1
    body = canonical({**values, "at": now, "event": event.value, "kind": kind, "seq": seq})
    digest = next_hash(head.hash, body)
    tx.run("journal.add", office=office, kind=kind, seq=seq, now=now, body=body, hash=digest)
    return Head(seq=seq, hash=digest)


def append_holds(tx: Tx, office: str, kind: str, head: Head, holds: Iterable[Hold]) -> Head:
    """Append the new ends of holds, if there are any."""
    ends = sorted(holds)
    return append(tx, office, kind, head, Event.HELD, holds=ends) if ends else head


def counts_as_held(tx: Tx, hold: Hold) -> bool:
    """Return whether a hold that is deleted must be told of: by a later entry's clock it may not be over."""
    return hold[2] >= to_millis(tx.now - CLOCKS_DIFFER)


def end_of_given_up(tx: Tx) -> int:
    """Return the end of a hold that is given up now: over by the clock of any later entry."""
    return to_millis(tx.now - CLOCKS_DIFFER) - 1


def public_role(tx: Tx, actor: str, office: str) -> str:
    """Return an actor of the audit log as the public journal names them: by role and office, never by chat.

    Args:
        tx: the transaction.
        actor: as in ``core.audit``: ``cli``, ``system``, ``chat:1001``.
        office: the office at which they act; a role there is named before one for all offices.
    """
    prefix, _, chat = actor.partition(":")
    if not chat:
        return prefix
    row = tx.one("journal.role", chat_id=int(chat), office=office, now=to_millis(tx.now))
    if row is None:
        return "chief:all"  # named by the settings, which are not in the database
    return f"{row['role']}:{row['office'] or 'all'}"


def _begin(tx: Tx, office: str, kind: str) -> Head:
    """Begin a chain; a pool that is older than its journal is carried over: segments, and what is taken."""
    head = Head(seq=0, hash=NO_HASH)
    pool = {"office": office, "kind": kind}
    segments, withheld = tx.all("journal.segments", **pool), tx.all("journal.withheld", **pool)
    last = tx.one("journal.last_draw", **pool)
    draws = int(last["n"] or 0) if last else 0
    head = append(
        tx,
        office,
        kind,
        head,
        Event.BEGUN,
        office=office,
        carried=bool(segments or draws),
        draws=draws,
    )
    for row in segments:
        head = append(
            tx,
            office,
            kind,
            head,
            Event.RELEASED,
            mask=row["mask"],
            letters=row["nev_letters"],
            size=row["size"],
            opens_at=row["opens_at"],
            compose_from=row["compose_from"],
            compose=row["compose"] or "date",
            draw_days=[],
            by="system",
        )
    for row in tx.all("journal.seeds", **pool):
        values = {"day": row["day"], "digest": row["digest"]}
        head = append(tx, office, kind, head, Event.SEED_COMMITTED, **values)
    usual = "" if PlateKind(kind).nev_position is None else "".join(sorted(NEV_LETTERS))
    letters = segments[0]["nev_letters"] if segments else usual
    for row in withheld:
        values = {
            "mask": row["mask"],
            "letters": letters,
            "reason": row["reason"],
            "by": row["role"] or "system",
        }
        head = append(tx, office, kind, head, Event.WITHHELD, **values)
    return _carry(tx, office, kind, head) if segments else head


def _carry(tx: Tx, office: str, kind: str, head: Head) -> Head:
    pool, now = {"office": office, "kind": kind}, to_millis(tx.now)
    rows = tx.all("journal.taken", now=now, **pool)
    numbers = [row["serial"] for row in rows]
    for start in range(0, len(numbers), CARRIED_AT_ONCE):
        some = numbers[start : start + CARRIED_AT_ONCE]
        head = append(tx, office, kind, head, Event.CARRIED, numbers=some)
    for row in rows:
        if row["held_until"] is not None:
            head = append(
                tx,
                office,
                kind,
                head,
                Event.RETURNED,
                number=row["serial"],
                why="carried",
                rests_until=row["held_until"],
            )
    holds = tx.all("journal.holds", now=now, **pool)
    return append_holds(
        tx, office, kind, head, ((row["serial"], row["draw_no"], row["held_until"]) for row in holds)
    )
