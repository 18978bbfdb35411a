"""Imports of the embedded vehicle registry (docs/domain.md, section 13).

    loading ──▶ ready ──confirmed──▶ done ──within a week──▶ undone
       └───────────┴──given up──▶ dropped

An import is loaded beside everything else, in small pieces, and counts for nothing meanwhile. Confirming
it is one statement: from that moment all of it counts, and undoing it is one statement too.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, moment_or_none, to_millis
from core.errors import ImportOver, ImportUnderWay
from core.ports import Row, Tx
from core.registry.lookup import RegistryState, RegistryVehicle
from core.values.plates import PlateKind

A_PIECE = 2000
"""Vehicles in a transaction: some ten milliseconds, after which others have their turn."""
UNDO_WITHIN = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=1)
LEASE = timedelta(minutes=1)
"""So long after its last sign of life another worker takes an import up."""
BY_COMMAND_LINE = 0
"""In the place of a chat."""
_AT_ONCE = 5000


class ImportState(StrEnum):
    """Where an import stands."""

    LOADING = "loading"
    READY = "ready"
    DONE = "done"
    UNDONE = "undone"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What an import would change: vehicles that are new, that change, that stay as they are."""

    total: int
    new: int
    changed: int
    registered: int  # of all, those that have a number already

    @property
    def same(self) -> int:
        return self.total - self.new - self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file of vehicles, on its way into the registry or in it."""

    import_id: int
    chat_id: int  # of its admin, or BY_COMMAND_LINE
    file_id: str  # the messenger's, by which the file is fetched again after a crash
    file_name: str
    digest: str  # SHA-256 of the file, hex
    total: int
    loaded: int
    state: ImportState
    begun_at: datetime
    done_at: datetime | None
    differences: Differences | None  # once it is ready

    @property
    def subject(self) -> str:
        return audit.import_subject(self.import_id)

    def can_be_undone(self, now: datetime) -> bool:
        """Whether what was known before is still there."""
        return (
            self.state == ImportState.DONE and self.done_at is not None and self.done_at >= now - UNDO_WITHIN
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What is to be imported, by whom."""

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
        ImportUnderWay: its admin has another one that is neither confirmed nor given up.
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
        raise ImportUnderWay
    return get(tx, row["import_id"])


def get(tx: Tx, import_id: int) -> Import:
    """Return an import.

    Raises:
        ImportOver: there is none of this number.
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
    """Write a piece of an import; return whether it is still to be loaded.

    Args:
        tx: the transaction.
        import_id: whose piece it is.
        vehicles: the piece. One that is there already stays as it is, so a piece may come twice.
        loaded: how many vehicles of the file are in with it.
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
    """Leave a loaded import to its admin, with what it would change; return whether it was to be loaded."""
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
    """Return what an import would change; for a snapshot, for it looks at every vehicle."""
    row = tx.one("imports.differences", import_id=import_id)
    if row is None:
        raise ImportOver
    return _differences(row)


def confirm(tx: Tx, import_id: int, actor: str) -> Import:
    """Let an import count, as a whole.

    Raises:
        ImportOver: it is not ready, or was confirmed or given up before.
    """
    return _end(tx, "imports.confirm", import_id, actor, AuditAction.IMPORTED_VEHICLES)


def drop(tx: Tx, import_id: int, actor: str) -> Import:
    """Give an import up before it counted.

    Raises:
        ImportOver: it was confirmed or given up before.
    """
    return _end(tx, "imports.drop", import_id, actor, AuditAction.DROPPED_IMPORT)


def undo(tx: Tx, import_id: int, actor: str) -> Import:
    """Let an import count no more, and what was known before count again.

    Raises:
        ImportOver: it does not count, or has counted for too long.
    """
    since = to_millis(tx.now - UNDO_WITHIN)
    return _end(tx, "imports.undo", import_id, actor, AuditAction.UNDID_IMPORT, since=since)


def _end(tx: Tx, query: str, import_id: int, actor: str, action: AuditAction, **values: object) -> Import:
    if not tx.run(query, import_id=import_id, now=to_millis(tx.now), **values):
        raise ImportOver
    ended = get(tx, import_id)
    audit.record(tx, actor, action, ended.subject, vehicles=ended.total, digest=ended.digest)
    return ended


def current(tx: Tx, limit: int) -> list[RegistryVehicle]:
    """Return the registry as it counts now, by VIN; for a snapshot, for it looks at every vehicle."""
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
    """Take up an import whose loader has died; None when there is none."""
    now = tx.now
    row = tx.one("imports.claim", now=to_millis(now), lease_until=to_millis(now + LEASE))
    return _import(row) if row else None


def load(tx: Tx, vehicles: Iterable[RegistryVehicle]) -> int:
    """Put some vehicles into the registry at once, new or changed; return how many there were."""
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
    """Forget some of what does not count; return how many entries went."""
    now = tx.now
    tx.run("imports.forgotten", now=to_millis(now), before=to_millis(now - FORGOTTEN_AFTER))
    return tx.run("imports.purge_ended", most=_AT_ONCE) + _tidy(tx, now - UNDO_WITHIN)


def _tidy(tx: Tx, before: datetime) -> int:
    """Forget what lies behind an import that cannot be undone any more."""
    row = tx.one("imports.untidied", before=to_millis(before))
    if row is None:
        return 0
    gone = tx.run("imports.tidy", import_id=row["import_id"], done_at=row["done_at"], most=_AT_ONCE)
    if not gone:
        tx.run("imports.tidied", import_id=row["import_id"])
    return gone or 1
