"""Periodic cleanup: abandoned drafts, undelivered batches, old codes (docs/domain.md, section 12).

Like every periodic job, each method reads the current state, does a bounded amount of work, and may run
twice, concurrently with another run, or a week late.
"""

from collections.abc import Mapping
from datetime import timedelta

from core import audit
from core.audit import AuditAction
from core.clock import CHINA, to_millis
from core.people import probes, sms_receipts
from core.ports import Tx
from core.preselection import cancel_draft, get, settle_unsent
from core.values.offices import Office

DRAFTS_LIVE = timedelta(days=7)
CODES_LIVE = timedelta(days=1)
_AT_ONCE = 100
"""Maximum drafts, or batches of an office, that one transaction handles."""


class Cleanup:
    """Removes abandoned and obsolete data, and refunds undelivered batches."""

    def __init__(self, offices: Mapping[str, Office]) -> None:
        self._offices = offices

    def has_unsent(self, tx: Tx) -> bool:
        """Whether there may be batches that were never delivered: a cheap check before ``settle_unsent``."""
        grace = max((office.batch_grace_seconds for office in self._offices.values()), default=0)
        return tx.one("pool.is_unsent", before=to_millis(tx.now + timedelta(seconds=grace))) is not None

    def settle_unsent(self, tx: Tx) -> int:
        """Refund batches that were never delivered, within the limit of each vehicle; return how many ended.

        A batch counts from when it is sent (docs/domain.md, section 5.1), so one that could not be sent costs
        nothing. The grace period is for presses on their way; an undelivered batch can have none.
        """
        return sum(self._settle_unsent(tx, office) for office in self._offices.values())

    def _settle_unsent(self, tx: Tx, office: Office) -> int:
        before = to_millis(tx.now + timedelta(seconds=office.batch_grace_seconds))
        rows = tx.all("pool.unsent_draws", office=office.code, before=before, most=_AT_ONCE)
        return sum(settle_unsent(tx, row) for row in rows)

    def drop_old_drafts(self, tx: Tx) -> int:
        """Cancel drafts untouched for a week, and delete their vehicle data; return how many."""
        before = to_millis(tx.now - DRAFTS_LIVE)
        rows = tx.all("preselection.old_drafts", before=before, most=_AT_ONCE)
        for row in rows:
            draft = get(tx, row["preselection_id"], lock=True)
            cancel_draft(tx, draft, audit.SYSTEM, AuditAction.DROPPED_DRAFT)
        return len(rows)

    def purge_codes(self, tx: Tx) -> None:
        """Delete codes and probes older than a day, and the receipts and daily counts of earlier days."""
        probes.purge(tx)
        sms_receipts.purge(tx)
        tx.run("sms.purge", before=to_millis(tx.now - CODES_LIVE))
        yesterday = (tx.now - CODES_LIVE).astimezone(CHINA).date()
        tx.run("sms.purge_counts", before_day=yesterday.isoformat())
