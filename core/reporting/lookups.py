"""Who looked at whose data: entries of the audit log that change nothing (docs/domain.md, section 13).

A search is recorded with the kind of what was typed and a keyed hash of it, never with the value itself,
under the person or thing that was found; so the office concerned and the person (``/export``) can see it.
"""

from core import audit
from core.audit import AuditAction
from core.errors.base import InputError
from core.ports import Tx
from core.reporting.audit_search import RECEIPT
from core.reporting.case_file import CaseFile, CaseFileTopic
from core.reporting.case_files import SHORTEST_IDENTITY
from core.security.vault import Vault
from core.values.identity import parse_phone
from core.values.labels import without_any_label
from core.values.plates import PROVINCES
from core.values.text import HYPHENS, compact
from core.values.vehicles import VIN_LENGTH

_HASH_DIGITS = 16


class Lookups:
    """Records searches, photos that were looked at, and lists that were exported."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def searched(self, tx: Tx, actor: str, written: str, found: CaseFile) -> None:
        """Record that an admin has looked something up.

        Args:
            tx: the transaction.
            actor: the admin.
            written: what was typed; only its kind and a keyed hash are stored.
            found: what was found.
        """
        typed = compact(without_any_label(written), HYPHENS)
        audit.record(
            tx,
            actor,
            AuditAction.LOOKED_UP,
            _subject(found),
            office=_office(found),
            by=kind_of(written),
            key=self._vault.lookup("looked up", typed).hex()[:_HASH_DIGITS],
        )

    def saw_photos(self, tx: Tx, actor: str, appeal_id: int, office: str) -> None:
        """Record that the photos of an appeal were shown to an admin."""
        audit.record(tx, actor, AuditAction.SAW_PHOTOS, audit.appeal_subject(appeal_id), office=office)

    def exported(self, tx: Tx, actor: str, name: str, office: str) -> None:
        """Record that an admin has exported a list; of one office, or of all with an empty code."""
        audit.record(
            tx,
            actor,
            AuditAction.EXPORTED_LIST,
            audit.office_subject(office),
            office=office or None,
            list=name,
        )


def kind_of(written: str) -> str:
    """Return what kind of search term was typed: plate, phone, chat, vin, identity or receipt."""
    written = without_any_label(written)
    if RECEIPT.fullmatch(compact(written)):
        return "receipt"
    typed = compact(written, HYPHENS)
    if typed[:1] and typed[0] in PROVINCES:
        return "plate"
    if _is_phone(typed):
        return "phone"
    if len(typed) < SHORTEST_IDENTITY:
        return "chat"
    return "vin" if len(typed) == VIN_LENGTH else "identity"


def _is_phone(typed: str) -> bool:
    try:
        parse_phone(typed)
    except InputError:
        return False
    return True


def _subject(found: CaseFile) -> str:
    if found.account is not None:
        return found.account.subject
    if found.ban is not None:
        return found.ban.subject
    if found.key.topic == CaseFileTopic.PLATE:
        return audit.plate_subject(*found.key.value.split(":", 2))
    return audit.vehicle_subject(found.key.value)


def _office(found: CaseFile) -> str | None:
    if found.account is not None:
        return found.account.office or (found.focus.office if found.focus else None)
    if found.ban is not None:
        return found.ban.office
    return found.number.plate.office if found.number else next((one.office for one in found.listed), None)
