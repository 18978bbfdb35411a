"""The gap between a backup and the loss: what was done in it is not in the database that was put back.

number issued in the gap        withheld until it is verified; unknown: nothing can be selected
number confirmed in the gap     still reserved in the backup: it does not expire until it is dealt with
notification due in the gap     was sent, so it ends without being sent again
update under way at the backup  was handled, so it ends
button sent in the gap          its revision is unknown, so all earlier buttons become invalid
code sent at the backup         ends; the owner asks for another one
seed of the day                 may have been drawn with in the gap: it is published, another one committed
"""

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import COMMAND_LINE, AuditAction
from core.availability import maintenance
from core.bootstrap import Core
from core.clock import to_millis
from core.people.admins import EVERYWHERE
from core.pool import releases
from core.pool.segments import withheld
from core.ports import Tx
from core.public_journal import chain
from core.public_journal.entries import Event
from core.values.masks import parse_mask
from core.values.plates import Plate

WITHHELD_REASON = "备份恢复后待核实"
"""The reason why a number issued in the gap is withheld."""
SUSPENDED_TEXT = "系统数据正在核对,暂停选号,请稍后再来。"
"""Shown to owners until the numbers issued in the gap are known."""
_TAKEN = ("reserved", "registered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The gap, and what is known of it."""

    backup_at: datetime
    lost_at: datetime  # until when the lost database was in use
    given: tuple[Plate, ...] | None  # the numbers issued in it; None: unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What became of the numbers issued in the gap."""

    withheld: tuple[Plate, ...]
    living: tuple[Plate, ...]  # reserved or registered in the backup already


def close_gap(tx: Tx, core: Core, gap: Gap) -> Marked:
    """Prepare a database that was put back for going on, in one transaction."""
    row = tx.one(
        "restoration.add",
        backup_at=to_millis(gap.backup_at),
        lost_at=to_millis(gap.lost_at),
        now=to_millis(tx.now),
    )
    restoration_id = int(row["restoration_id"]) if row else 0
    marked = _mark_numbers(tx, core, restoration_id, gap.given or ())
    if gap.given is not None:
        tx.run("restoration.settle", now=to_millis(tx.now))
    elif not maintenance.text_of(tx, EVERYWHERE):
        maintenance.begin(tx, EVERYWHERE, SUSPENDED_TEXT, COMMAND_LINE)
    tx.run("restoration.end_updates")
    tx.run("restoration.renew_conversations", now=to_millis(tx.now))
    tx.run("restoration.end_codes")
    for pool in tx.all("restoration.pools"):
        head = chain.lock(tx, pool["office"], pool["kind"])
        head = chain.append(
            tx,
            pool["office"],
            pool["kind"],
            head,
            Event.RESTORED,
            backup_at=to_millis(gap.backup_at),
            lost_at=to_millis(gap.lost_at),
        )
        core.seeds.renew(tx, pool["office"], pool["kind"], head)
    audit.record(
        tx,
        COMMAND_LINE,
        AuditAction.RESTORED,
        audit.restoration_subject(restoration_id),
        backup_at=to_millis(gap.backup_at),
        lost_at=to_millis(gap.lost_at),
        withheld=[str(plate) for plate in marked.withheld],
        known=gap.given is not None,
    )
    return marked


def end_notices(tx: Tx, lost_at: datetime) -> int:
    """End the notifications that were due by the loss; return how many."""
    return tx.run("restoration.end_notices", lost_at=to_millis(lost_at), now=to_millis(tx.now))


def _mark_numbers(tx: Tx, core: Core, restoration_id: int, given: tuple[Plate, ...]) -> Marked:
    aside, living = [], []
    for plate in given:
        names = {"office": plate.office, "kind": plate.kind, "serial": plate.serial}
        tx.run("restoration.add_plate", restoration_id=restoration_id, **names)
        row = tx.one("restoration.plate_state", **names)
        if row is not None and row["state"] in _TAKEN:
            living.append(plate)
            continue
        office = core.offices[plate.office]
        mask = parse_mask(plate.kind, plate.serial, nev_letters=office.nev_letters)
        if mask not in withheld(tx, office, plate.kind):
            releases.withhold(tx, office, mask, COMMAND_LINE, reason=WITHHELD_REASON)
        aside.append(plate)
    return Marked(withheld=tuple(aside), living=tuple(living))
