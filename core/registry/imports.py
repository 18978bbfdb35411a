"""Imports of the embedded vehicle registry (docs/domain.md, section 13).

    loading ──▶ ready ──confirmed──▶ done ──within a week──▶ undone
       └───────────┴──given up──▶ dropped

An import is loaded in the background, in small chunks, and has no effect until it is confirmed.
Confirming it is one statement that makes all of it effective at once; undoing it is one statement too.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, moment_or_none, to_millis
from core.errors.desk import ImportOver, ImportUnderWay
from core.ports import Row, Tx
from core.registry.lookup import RegistryState, RegistryVehicle
from core.values.plates import PlateKind

A_PIECE = 2000
"""Vehicles per transaction: about ten milliseconds, so that other writers are not delayed."""
UNDO_WITHIN = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=1)
LEASE = timedelta(minutes=1)
"""Lease of a loader on an import; after it expires, another worker takes over."""
BY_COMMAND_LINE = 0
"""Replaces the chat id of imports from the command line."""
_AT_ONCE = 5000


class ImportState(StrEnum):
    """The state of an import."""

    LOADING = "loading"
    READY = "ready"
    DONE = "done"
    UNDONE = "undone"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What an import would change: the numbers of new, changed and unchanged vehicles."""

    total: int
    new: int
    changed: int
    registered: int  # of all, those that already have a number

    @property
    def same(self) -> int:
        return self.total - self.new - self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import of a file of vehicles."""

    import_id: int
    chat_id: int  # the admin's, or BY_COMMAND_LINE
    file_id: str  # Telegram's id of the file, to download it again after a crash
    file_name: str
    digest: str  # SHA-256 of the file, hex
    total: int
    loaded: int
    state: ImportState
    begun_at: datetime
    done_at: datetime | None
    differences: Differences | None  # None until it is ready

    @property
    def subject(self) -> str:
        return audit.import_subject(self.import_id)

    def can_be_undone(self, now: datetime) -> bool:
        """Whether the previous data still exist, so that it can be undone."""
        return (
            self.state == ImportState.DONE and self.done_at is not None and self.done_at >= now - UNDO_WITHIN
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """A file to import, and by whom."""

    chat_id: int
    file_id: str
    file_name: str
    digest: str
    total: int
    actor: str


def _import(row: Row) -> Import:
    return Import(
        import_id=row["import_id"],
        chat_id=row["chat_id"],
        file_id=row["file_id"],
        file_name=row["file_name"],
        digest=row["digest"],
        total=row["total"],
        loaded=row["loaded"],
        state=ImportState(row["state"]),
        begun_at=from_millis(row["begun_at"]),
        done_at=moment_or_none(row["done_at"]),
        differences=_differences(row) if row["new_count"] is not None else None,
    )


def _differences(row: Row) -> Differences:
    return Differences(
        total=row["total"],
        new=row["new_count"],
        changed=row["changed_count"],
        registered=row["registered_count"],
    )


def begin(tx: Tx, request: ImportRequest) -> Import:
    """Begin an import.

    Raises:
        ImportUnderWay: the admin has another import that is neither confirmed nor dropped.
    """
    row = tx.one(
        "imports.begin",
        chat_id=request.chat_id,
        file_id=request.file_id,
        file_name=request.file_name,
        digest=request.digest,
        total=request.total,
        actor=request.actor,
        now=to_millis(tx.now),
        lease_until=to_millis(tx.now + LEASE),
    )
    if row is None:
        open_one = under_way(tx, request.chat_id)
        raise ImportUnderWay(open_one.file_name if open_one else "")
    return get(tx, row["import_id"])


def get(tx: Tx, import_id: int) -> Import:
    """Return an import.

    Raises:
        ImportOver: the id is unknown.
    """
    row = tx.one("imports.get", import_id=import_id)
    if row is None:
        raise ImportOver
    return _import(row)


def under_way(tx: Tx, chat_id: int) -> Import | None:
    row = tx.one("imports.open_of", chat_id=chat_id)
    return _import(row) if row else None


def recent(tx: Tx, limit: int) -> list[Import]:
    """Return the latest imports, newest first."""
    return [_import(row) for row in tx.all("imports.recent", most=limit)]


def put(tx: Tx, import_id: int, vehicles: Sequence[RegistryVehicle], *, loaded: int) -> bool:
    """Write a chunk of an import; return whether it is still being loaded.

    Args:
        tx: the transaction.
        import_id: the import.
        vehicles: the chunk. Existing entries are kept, so writing a chunk is idempotent.
        loaded: how many vehicles of the file are loaded after it.
    """
    lease = to_millis(tx.now + LEASE)
    if tx.one("imports.advance", import_id=import_id, loaded=loaded, lease_until=lease) is None:
        return False
    rows = [
        (vehicle.vin, vehicle.certificate, vehicle.kind.value, vehicle.state.value) for vehicle in vehicles
    ]
    tx.run("imports.put", import_id=import_id, vehicles=json.dumps(rows))
    return True


def ready(tx: Tx, import_id: int, found: Differences) -> bool:
    """Mark a loaded import as ready to be confirmed; return whether it was still being loaded."""
    return bool(
        tx.run(
            "imports.ready",
            import_id=import_id,
            new=found.new,
            changed=found.changed,
            registered=found.registered,
        )
    )


def differences(tx: Tx, import_id: int) -> Differences:
    """Return what an import would change; run it on a read-only snapshot, as it reads every vehicle."""
    row = tx.one("imports.differences", import_id=import_id)
    if row is None:
        raise ImportOver
    return _differences(row)


def no_longer_registered(tx: Tx, import_id: int) -> int:
    """Return how many vehicles an import would make unregistered again; run it on a read-only snapshot."""
    row = tx.one("imports.no_longer_registered", import_id=import_id)
    return int(row["number"]) if row else 0


def confirm(tx: Tx, import_id: int, actor: str) -> Import:
    """Make an import effective as a whole.

    Raises:
        ImportOver: it is not ready, or was already confirmed or dropped.
    """
    return _end(tx, "imports.confirm", import_id, actor, AuditAction.IMPORTED_VEHICLES)


def drop(tx: Tx, import_id: int, actor: str) -> Import:
    """Drop an import before it is confirmed.

    Raises:
        ImportOver: it was already confirmed or dropped.
    """
    return _end(tx, "imports.drop", import_id, actor, AuditAction.DROPPED_IMPORT)


def undo(tx: Tx, import_id: int, actor: str) -> Import:
    """Undo an import and restore the data from before it.

    Raises:
        ImportOver: it is not effective, or has been for longer than ``UNDO_WITHIN``.
    """
    since = to_millis(tx.now - UNDO_WITHIN)
    return _end(tx, "imports.undo", import_id, actor, AuditAction.UNDID_IMPORT, since=since)


def _end(tx: Tx, query: str, import_id: int, actor: str, action: AuditAction, **values: object) -> Import:
    if not tx.run(query, import_id=import_id, now=to_millis(tx.now), **values):
        raise ImportOver
    ended = get(tx, import_id)
    audit.record(
        tx, actor, action, ended.subject, vehicles=ended.total, digest=ended.digest, file=ended.file_name
    )
    return ended


def current(tx: Tx, limit: int) -> list[RegistryVehicle]:
    """Return the current registry, ordered by VIN; run it on a read-only snapshot, as it reads everything."""
    return [
        RegistryVehicle(
            vin=row["vin"],
            certificate=row["certificate"],
            kind=PlateKind(row["kind"]),
            registered=row["state"] == RegistryState.REGISTERED,
        )
        for row in tx.all("imports.all", most=limit)
    ]


def take_over_abandoned(tx: Tx) -> Import | None:
    """Take over an import whose lease has expired; None if there is none."""
    now = tx.now
    row = tx.one("imports.claim", now=to_millis(now), lease_until=to_millis(now + LEASE))
    return _import(row) if row else None


def load(tx: Tx, vehicles: Iterable[RegistryVehicle]) -> int:
    """Add or change vehicles in the registry in one transaction; return how many."""
    all_of_them = list(vehicles)
    request = ImportRequest(
        chat_id=BY_COMMAND_LINE,
        file_id="",
        file_name="",
        digest="",
        total=len(all_of_them),
        actor=audit.COMMAND_LINE,
    )
    started = begin(tx, request)
    put(tx, started.import_id, all_of_them, loaded=len(all_of_them))
    ready(tx, started.import_id, differences(tx, started.import_id))
    confirm(tx, started.import_id, audit.COMMAND_LINE)
    return len(all_of_them)


def purge(tx: Tx) -> int:
    """Delete a portion of the ineffective entries; return how many."""
    now = tx.now
    tx.run("imports.forgotten", now=to_millis(now), before=to_millis(now - FORGOTTEN_AFTER))
    return tx.run("imports.purge_ended", most=_AT_ONCE) + _tidy(tx, now - UNDO_WITHIN)


def _tidy(tx: Tx, before: datetime) -> int:
    """Delete the data replaced by an import that can no longer be undone."""
    row = tx.one("imports.untidied", before=to_millis(before))
    if row is None:
        return 0
    gone = tx.run("imports.tidy", import_id=row["import_id"], done_at=row["done_at"], most=_AT_ONCE)
    if not gone:
        tx.run("imports.tidied", import_id=row["import_id"])
    return gone or 1
