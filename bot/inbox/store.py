"""The table of updates.

Handlers call two functions in the transactions of their own steps: ``mark_applied`` makes an update take
effect only once, and ``mark_done`` ends it. Everything else is ``WorkerInbox``: what one worker does with
the updates that it holds a lease on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Literal

from bot.inbox.backlog import BacklogLimits, excess
from bot.inbox.bodies import Cipher, decrypted, encrypted
from bot.inbox.errors import ProcessDiedError, UnreadableUpdateError
from bot.inbox.model import NO_CHAT, Added, ChatPage, DeadLetter, QueuedUpdate, RawUpdate
from bot.inbox.personal import personal_message
from bot.inbox.raw_update import AFTER_ALL, BEFORE_ALL, chat_of, has_file
from bot.inbox.workers import Holder, owner_of
from core.clock import from_millis, to_millis
from core.ports import Row, Store, Tx

TOMBSTONES = timedelta(days=2)
"""How long a done update is remembered: twice as long as Telegram keeps updates."""

DEAD_LETTERS_KEPT = timedelta(days=7)
"""How long a dead letter is kept."""

_DROPPED = "Dropped"
_LARGEST_BODY = 256 * 1024  # bytes, encrypted; the messenger's own limits allow about a tenth of this


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Which worker holds updates, and for how long without a heartbeat."""

    worker: str
    span: timedelta
    is_alone: bool  # no other process can use this database

    def end(self, now: datetime) -> int:
        """Return the end of a lease that is granted now, as it is stored."""
        return to_millis(now + self.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """The row of an update that is about to be stored."""

    raw: RawUpdate
    chat_id: int
    body: bytes = field(default=b"", repr=False)
    state: Literal["waiting", "done", "broken"] = "waiting"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Who has to handle the new updates of a chat."""

    worker: str
    lease_until: int
    unfinished: frozenset[int] = frozenset()  # updates of the chat, of all workers


def mark_applied(tx: Tx, update_id: int) -> bool:
    """Claim the one effect of an update, in the transaction that has this effect.

    Returns:
        False when it has taken effect before: then do nothing, and show the current screen.
    """
    return tx.run("inbox.applied", update_id=update_id) == 1


def is_applied(tx: Tx, update_id: int) -> bool:
    """Return whether an update has taken effect, and is not done."""
    return tx.one("inbox.is_applied", update_id=update_id) is not None


def mark_done(tx: Tx, update_id: int) -> None:
    """End an update: its reply was sent, or it needs none. Its body is deleted."""
    tx.run("inbox.done", update_id=update_id)


class WorkerInbox:
    """The inbox as one worker uses it; each method runs a transaction of its own.

    Args:
        store: the database.
        cipher: for the bodies.
        lease: this worker's.
    """

    def __init__(self, store: Store, cipher: Cipher, lease: Lease) -> None:
        self._store = store
        self._cipher = cipher
        self._lease = lease

    @property
    def is_alone(self) -> bool:
        """Whether no other worker can use the database."""
        return self._lease.is_alone

    async def add(
        self,
        updates: Sequence[RawUpdate],
        dropped: Collection[int] = (),
        limits: BacklogLimits | None = None,
    ) -> Added:
        """Store a batch, and return what is new; updates that are known are left as they are.

        An update that cannot be stored becomes a dead letter at once, and does not hold up the others.

        Args:
            updates: with ids that ``is_storable``.
            dropped: ids of those that are not to be handled; they are only remembered.
            limits: beside other workers, how many may wait for a chat; further ones are dropped.
        """
        ordered = sorted(updates, key=itemgetter("update_id"))
        batch = [self._prepared(raw, is_dropped=raw["update_id"] in dropped) for raw in ordered]
        return await self._store.run(self._add, batch, limits)

    async def set_aside(self, update: RawUpdate, error: BaseException) -> Added:
        """Store only that an update has arrived and cannot be stored, for this reason."""
        unreadable = _Prepared(raw=update, chat_id=NO_CHAT, state="broken", note=type(error).__name__)
        return await self._store.run(self._add, [unreadable], None)

    async def load(self, chat_id: int, count: int) -> ChatPage:
        """Return at most ``count`` of the first updates of a chat that this worker has to handle.

        What comes after an update that another worker holds is left out until that one is done.
        """
        return await self._store.read(self._load, chat_id, count)

    def is_held_elsewhere(self, tx: Tx, chat_id: int) -> bool:
        """Return whether another worker holds unfinished updates of a chat."""
        return not self._lease.is_alone and self._first_elsewhere(tx, chat_id) < AFTER_ALL

    async def record_attempt(self, update: QueuedUpdate) -> None:
        """Record that an update is about to be handled, in case the process dies over it.

        The count is set, not increased: an attempt whose end could not be recorded is not counted twice.
        """
        begun = update.crashes + 1
        await self._store.run(lambda tx: tx.run("inbox.begun", update_id=update.update_id, begun=begun))

    async def take_back_attempts(self, updates: Sequence[QueuedUpdate]) -> None:
        """Forget recorded attempts that were cancelled."""

        def forget(tx: Tx) -> None:
            for update in updates:
                tx.run("inbox.begun", update_id=update.update_id, begun=update.crashes)

        if updates:
            await self._store.run(forget)

    async def record_failure(self, update: QueuedUpdate, error: BaseException) -> None:
        """Count a failed attempt, with the class of its error."""
        note = type(error).__name__
        await self._store.run(
            lambda tx: tx.run("inbox.failed", update_id=update.update_id, note=note, begun=update.crashes)
        )

    async def dead_letter(self, update_id: int, error: BaseException) -> bool:
        """Give up on an update, for good; return whether it has taken effect.

        If processes have died over it, those deaths are not counted for the other updates any longer.
        """

        def mark(tx: Tx) -> bool:
            applied = tx.one("inbox.was_applied", update_id=update_id) is not None
            tx.run("inbox.broken", update_id=update_id, note=type(error).__name__)
            if isinstance(error, ProcessDiedError):
                tx.run("inbox.acquitted", worker=self._lease.worker)
            return applied

        return await self._store.run(mark)

    async def take_over(self) -> list[int]:
        """Take the updates of workers whose leases have all expired; of all other workers, when alone.

        Returns:
            The chats of these updates, each once.
        """
        return await self._store.run(self._take_over)

    async def renew(self) -> list[int]:
        """Renew this worker's leases; return the chats of which it holds updates."""
        await self._store.run(self._renew)
        rows = await self._store.read(lambda tx: tx.all("inbox.chats", worker=self._lease.worker))
        return [int(row["chat_id"]) for row in rows]

    async def give_up_leases(self) -> None:
        """Let other workers take over at once what this one has not done."""
        await self._store.run(lambda tx: tx.run("inbox.release", worker=self._lease.worker))

    async def purge(self) -> int:
        """Delete old tombstones and dead letters; return how many rows."""
        return await self._store.run(_purge)

    def _prepared(self, raw: RawUpdate, *, is_dropped: bool) -> _Prepared:
        """Return the row of an update; one that cannot be stored has no body."""
        try:
            chat_id = chat_of(raw)
            if is_dropped:
                return _Prepared(raw=raw, chat_id=chat_id, state="done", note=_DROPPED)
            body = encrypted(self._cipher, raw)
        except (RecursionError, TypeError, ValueError) as error:
            return _Prepared(raw=raw, chat_id=NO_CHAT, state="broken", note=type(error).__name__)
        if len(body) > _LARGEST_BODY or abs(chat_id) >= AFTER_ALL:
            known = chat_id if abs(chat_id) < AFTER_ALL else NO_CHAT
            return _Prepared(raw=raw, chat_id=known, state="broken", note=UnreadableUpdateError.__name__)
        return _Prepared(raw=raw, chat_id=chat_id, body=body)

    def _add(self, tx: Tx, batch: Sequence[_Prepared], limits: BacklogLimits | None) -> Added:
        places = {} if self._lease.is_alone else self._places(tx, batch)
        if limits is not None and places:
            batch = self._without_excess(batch, places, limits)
        new = [row for row in batch if self._is_new(tx, row, places.get(row.chat_id))]
        waiting = [row for row in new if row.state == "waiting"]
        handed: dict[str, set[int]] = {}
        for row in waiting:
            if row.chat_id in places and places[row.chat_id].worker != self._lease.worker:
                handed.setdefault(places[row.chat_id].worker, set()).add(row.chat_id)
        return Added(
            updates=tuple(
                QueuedUpdate(
                    update_id=row.raw["update_id"],
                    chat_id=row.chat_id,
                    received_at=tx.now,
                    decode=partial(dict, row.raw),
                    is_risky=has_file(row.raw),
                )
                for row in waiting
                if self._is_here(places.get(row.chat_id))
            ),
            unfinished={chat_id: place.unfinished for chat_id, place in places.items()},
            handed={worker: frozenset(chats) for worker, chats in handed.items()},
            dropped=frozenset(
                row.raw["update_id"]
                for row in batch
                if row.state == "done" and _was_dropped(tx, row.raw["update_id"])
            ),
            dead=tuple(
                DeadLetter(
                    update_id=row.raw["update_id"],
                    chat_id=row.chat_id,
                    received_at=tx.now,
                    tries=0,
                    error=row.note,
                    personal_message=personal_message(row.raw),
                )
                for row in new
                if row.state == "broken"
            ),
        )

    def _is_here(self, place: "_Place | None") -> bool:
        return place is None or place.worker == self._lease.worker

    def _places(self, tx: Tx, batch: Sequence[_Prepared]) -> dict[int, "_Place"]:
        """Return who has to handle the new updates of each chat: who holds some of it, else whose it is.

        Until the transaction ends no other worker stores updates of these chats. They are locked in the order
        of their ids.
        """
        chats = sorted({row.chat_id for row in batch if row.state == "waiting"} - {NO_CHAT})
        return {chat_id: self._place(tx, chat_id) for chat_id in chats}

    def _place(self, tx: Tx, chat_id: int) -> "_Place":
        tx.all("inbox.lock_chat", chat_id=chat_id)
        rows = tx.all("inbox.unfinished", chat_id=chat_id)
        if rows:
            holder = rows[0]["worker"]  # of the last one: what comes after it goes to the same worker
            return _Place(
                worker=holder,
                lease_until=max(row["lease_until"] for row in rows if row["worker"] == holder),
                unfinished=frozenset(row["update_id"] for row in rows),
            )
        owner = owner_of(tx, chat_id) or Holder(worker=self._lease.worker, lease_until=0)
        return _Place(worker=owner.worker, lease_until=owner.lease_until)

    def _without_excess(
        self, batch: Sequence[_Prepared], places: Mapping[int, "_Place"], limits: BacklogLimits
    ) -> list[_Prepared]:
        """Mark as dropped what is too much for its chat."""
        waiting = [(row.chat_id, row.raw) for row in batch if row.state == "waiting"]
        dropped = excess(
            waiting, lambda chat_id: len(places[chat_id].unfinished) if chat_id in places else 0, limits
        )
        return [
            self._prepared(row.raw, is_dropped=True) if row.raw["update_id"] in dropped else row
            for row in batch
        ]

    def _is_new(self, tx: Tx, row: _Prepared, place: "_Place | None") -> bool:
        """Store an update; return False when it is known."""
        given = {
            "update_id": row.raw["update_id"],
            "chat_id": row.chat_id,
            "now": to_millis(tx.now),
        }
        if row.state != "waiting":
            worker = self._lease.worker
            return tx.run("inbox.store_ended", **given, worker=worker, state=row.state, note=row.note) == 1
        if place is None or self._is_here(place):
            worker, until = self._lease.worker, self._lease.end(tx.now)
        else:  # its lease is not made longer: the other worker may be dead
            worker, until = place.worker, place.lease_until
        return tx.run("inbox.store", **given, worker=worker, body=row.body, lease_until=until) == 1

    def _load(self, tx: Tx, chat_id: int, count: int) -> ChatPage:
        end = AFTER_ALL if self._lease.is_alone else self._first_elsewhere(tx, chat_id)
        rows = self._between(tx, chat_id, after=BEFORE_ALL, before=end, count=count)
        is_behind = end < AFTER_ALL and bool(self._between(tx, chat_id, after=end, before=AFTER_ALL, count=1))
        return ChatPage(
            updates=tuple(self._queued(row) for row in rows),
            has_more=is_behind or len(rows) == count,
            is_behind=is_behind,
        )

    def _take_over(self, tx: Tx) -> list[int]:
        rows = tx.all(
            "inbox.take_over",
            worker=self._lease.worker,
            lease_until=self._lease.end(tx.now),
            now=to_millis(tx.now),
            alone=int(self._lease.is_alone),
        )
        firsts: dict[int, int] = {}
        for row in sorted(rows, key=itemgetter("update_id")):
            firsts.setdefault(row["chat_id"], row["update_id"])
        for update_id in firsts.values():
            tx.run("inbox.perhaps_begun", update_id=update_id)
        return sorted(firsts)

    def _renew(self, tx: Tx) -> int:
        """Renew the leases; return how many updates this worker holds."""
        return tx.run("inbox.renew", worker=self._lease.worker, lease_until=self._lease.end(tx.now))

    def _first_elsewhere(self, tx: Tx, chat_id: int) -> int:
        """Return the first update of a chat that another worker holds, or AFTER_ALL."""
        row = tx.one("inbox.first_elsewhere", worker=self._lease.worker, chat_id=chat_id)
        return AFTER_ALL if row is None or row["update_id"] is None else int(row["update_id"])

    def _between(self, tx: Tx, chat_id: int, *, after: int, before: int, count: int) -> list[Row]:
        """Return rows of a chat that this worker has to handle, both ends excluded."""
        return tx.all(
            "inbox.of_chat",
            worker=self._lease.worker,
            chat_id=chat_id,
            after=after,
            before=before,
            count=count,
        )

    def _queued(self, row: Row) -> QueuedUpdate:
        return QueuedUpdate(
            update_id=row["update_id"],
            chat_id=row["chat_id"],
            received_at=from_millis(row["received_at"]),
            decode=partial(decrypted, self._cipher, bytes(row["body"])),
            repeated=row["state"] == "applied" or row["tries"] > 0 or row["begun"] > 0,
            tries=row["tries"],
            is_risky=self._is_risky(row),
            crashes=row["begun"],
        )

    def _is_risky(self, row: Row) -> bool:
        """Return whether a process may die over a stored update, or has.

        Alone, what is loaded was left behind or did not fit into memory. Beside other workers it may just
        have been handed over; if its process dies, it becomes the first one that the chat has left, so it is
        taken for begun.
        """
        if self._lease.is_alone or row["begun"] or row["tries"]:
            return True
        try:
            return has_file(decrypted(self._cipher, bytes(row["body"])))
        except UnreadableUpdateError:
            return True


def _was_dropped(tx: Tx, update_id: int) -> bool:
    """Return whether an update was dropped, now or before, and not handled or kept for handling.

    One that comes again counts: its process may have died before its message was deleted.
    """
    return tx.one("inbox.was_dropped", update_id=update_id, note=_DROPPED) is not None


def _purge(tx: Tx) -> int:
    done = tx.run("inbox.purge_done", before=to_millis(tx.now - TOMBSTONES))
    return done + tx.run("inbox.purge_broken", before=to_millis(tx.now - DEAD_LETTERS_KEPT))
