"""Finds case files: input is resolved to a key, and a file is read afresh each time it is displayed."""

from collections.abc import Iterable, Mapping
from datetime import date

from core import audit
from core.appeals import AppealEntry, appeals_of_case
from core.audit import SubjectKind
from core.clock import from_millis, to_millis
from core.errors.accounts import NotRegistered
from core.errors.base import InputError
from core.errors.desk import NobodyFound, NothingKnown
from core.errors.offices import OfficeUnknown
from core.errors.preselection import StepOutOfOrder
from core.notifications.desk_messages import sent_to
from core.notifications.queue import NotificationState
from core.people import blacklist
from core.people.accounts import Account, Accounts
from core.people.scope import Scope
from core.pool.number_status import status_of, withholdings_of
from core.ports import Row, Tx
from core.preselection import UNFINISHED, Preselection, PreselectionState, from_row, get, of_account
from core.preselection.contradictions import contradiction_of
from core.preselection.quotas import remaining_quota
from core.reporting import notes
from core.reporting.audit_search import RECEIPT, about
from core.reporting.case_file import (
    CaseFile,
    CaseFileKey,
    CaseFileTopic,
    DueNotification,
    VehicleAward,
    VehicleRecord,
)
from core.reporting.task_lists import FAILURES_SHOWN
from core.reporting.tasks import MAX_LISTED
from core.values.identity import (
    IDENTITY_LENGTH,
    canonical_identity,
    parse_credit_code,
    parse_identity,
    parse_phone,
)
from core.values.labels import without_any_label
from core.values.offices import Office
from core.values.plates import PROVINCES, Plate, PlateKind, parse_plate
from core.values.text import HYPHENS, compact
from core.values.vehicles import parse_vin

AUDIT_ENTRIES = 10
APPEALS_SHOWN = 6
NOTES_SHOWN = 5
MESSAGES_SHOWN = 3
_MOST_VEHICLES = 12
"""Vehicles of a card whose appeals are looked for."""
_SHORTEST_PAPER = 11  # shorter input is a chat id or invalid, longer input is parsed as VIN or identity
SHORTEST_IDENTITY = IDENTITY_LENGTH - 3
"""Fewer digits are a chat id; as many may be an identity number of which some are missing."""
_PLATE_PARTS = 3
_EVERYWHERE = Scope(offices=(), everywhere=True)


class CaseFiles:
    """Finds and opens case files."""

    def __init__(self, accounts: Accounts, offices: Mapping[str, Office]) -> None:
        self._accounts = accounts
        self._offices = offices

    # --- resolving input --------------------------------------------------------------------

    def seek(self, tx: Tx, written: str, *, today: date) -> CaseFileKey:
        """Resolve a VIN, plate number, identity number, phone number or chat id to a key.

        Raises:
            InputError: it looks like one of these but is malformed; the subclass says which.
            OfficeUnknown: the plate number is of an office that is not served.
            NobodyFound: no account or ban matches it.
            NothingKnown: the vehicle is unknown.
        """
        written = without_any_label(written)
        if receipt := RECEIPT.fullmatch(compact(written)):
            return _of_receipt(tx, receipt[1], int(receipt[2]))
        text = compact(written, HYPHENS)
        if text[:1] and text[0] in PROVINCES:
            return self._plate(tx, text)
        if len(text) >= _SHORTEST_PAPER and not text.strip("+0123456789"):
            return self._long_number(tx, text, today)
        if len(text) < _SHORTEST_PAPER:
            return self._chat(tx, text)
        return self._paper(tx, text, today)

    def _plate(self, tx: Tx, text: str) -> CaseFileKey:
        office = self._offices.get(text[:2])
        if office is None:
            parse_plate(text)  # report a malformed number as such first
            raise OfficeUnknown
        plate = parse_plate(text, nev_letters=office.nev_letters)
        holders = _of_plate(tx, plate)
        if len(holders) == 1:  # also a past one: there is nothing to choose from
            return _key_of(holders[0])
        return CaseFileKey(topic=CaseFileTopic.PLATE, value=f"{plate.office}:{plate.kind}:{plate.serial}")

    def _long_number(self, tx: Tx, text: str, today: date) -> CaseFileKey:
        try:
            phone = parse_phone(text)
        except InputError:
            if len(text) < SHORTEST_IDENTITY:
                return self._chat(tx, text)
            return self._identity(tx, parse_identity(text, today=today))
        account = self._accounts.by_phone(tx, phone)
        if account is None:
            raise NobodyFound
        return _account_key(account)

    def _chat(self, tx: Tx, text: str) -> CaseFileKey:
        is_id = text.isascii() and text.isdecimal()
        account = self._accounts.find(tx, int(text)) if is_id else None
        if account is None:
            raise NobodyFound
        return _account_key(account)

    def _paper(self, tx: Tx, text: str, today: date) -> CaseFileKey:
        if not text[:-1].strip("0123456789"):
            return self._identity(tx, parse_identity(text, today=today))
        if len(text) == IDENTITY_LENGTH:
            return self._identity(tx, parse_credit_code(text))
        return self._vehicle(tx, parse_vin(text).vin)

    def _identity(self, tx: Tx, number: str) -> CaseFileKey:
        digest = self._accounts.identity_hash(canonical_identity(number))
        account = self._accounts.by_identity(tx, digest)
        if account is not None:
            return _account_key(account)
        if blacklist.running(tx, digest) is None:
            raise NobodyFound
        return CaseFileKey(topic=CaseFileTopic.IDENTITY, value=digest.hex())

    def _vehicle(self, tx: Tx, vin: str) -> CaseFileKey:
        found = _of_vin(tx, vin)
        if len(found) == 1:
            return _key_of(found[0])
        known = found or tx.one("vehicles.get", vin=vin) or tx.one("vehicles.registry_get", vin=vin)
        if not known:
            raise NothingKnown
        return CaseFileKey(topic=CaseFileTopic.VEHICLE, value=vin)

    # --- reading ----------------------------------------------------------------------------

    def open(self, tx: Tx, key: CaseFileKey) -> CaseFile:
        """Return the current data under a key.

        Raises:
            NothingKnown: they do not exist, or no longer do.
            OfficeUnknown: the office of a plate number is no longer served.
        """
        try:
            return self._opened(tx, key)
        except (NotRegistered, StepOutOfOrder, ValueError):
            raise NothingKnown from None

    def _opened(self, tx: Tx, key: CaseFileKey) -> CaseFile:
        match key.topic:
            case CaseFileTopic.ACCOUNT:
                account = self._accounts.by_id(tx, int(key.value))
                return self._of_account(tx, key, account, None)
            case CaseFileTopic.PRESELECTION:
                one = get(tx, int(key.value))
                return self._of_account(tx, key, self._accounts.by_id(tx, one.account_id), one)
            case CaseFileTopic.IDENTITY:
                return self._of_identity(tx, key, bytes.fromhex(key.value))
            case CaseFileTopic.VEHICLE:
                return self._of_vehicle(tx, key, key.value)
            case CaseFileTopic.PLATE:
                return self._of_plate(tx, key)

    def _of_vehicle(self, tx: Tx, key: CaseFileKey, vin: str) -> CaseFile:
        return CaseFile(
            key=key,
            vehicle=self._vehicle_of(tx, vin, None),
            listed=tuple(_of_vin(tx, vin)),
            audit_entries=about(tx, [audit.vehicle_subject(vin)], AUDIT_ENTRIES),
            appeals=tuple(appeals_of_case(tx, None, vin, APPEALS_SHOWN)),
            award=_award(tx, vin),
        )

    def _of_plate(self, tx: Tx, key: CaseFileKey) -> CaseFile:
        code, kind, serial = key.value.split(":", _PLATE_PARTS - 1)
        office = self._offices.get(code)
        if office is None:
            raise OfficeUnknown
        plate = Plate(office=code, kind=PlateKind(kind), serial=serial)
        listed = tuple(_of_plate(tx, plate))
        return CaseFile(
            key=key,
            number=status_of(tx, office, plate),
            withholdings=withholdings_of(tx, office, plate),
            listed=listed,
            appeals=_appeals_of(tx, None, listed),
        )

    def _of_identity(self, tx: Tx, key: CaseFileKey, digest: bytes) -> CaseFile:
        account = self._accounts.by_identity(tx, digest)
        if account is not None:  # the person has registered since
            return self._of_account(tx, key, account, None)
        ban = blacklist.running(tx, digest)
        if ban is None:
            raise NothingKnown
        lines = about(tx, blacklist.subjects_of(tx, digest), AUDIT_ENTRIES)
        return CaseFile(key=key, identity_hash=digest, ban=ban, audit_entries=lines)

    def _of_account(self, tx: Tx, key: CaseFileKey, account: Account, focus: Preselection | None) -> CaseFile:
        everything = tuple(of_account(tx, account))
        focus = focus or _first(everything)
        identity = account.own_identity_hash
        ban = blacklist.running(tx, identity)
        subjects = [account.subject, *(preselection.subject for preselection in everything)]
        subjects += blacklist.subjects_of(tx, identity)
        subjects += [focus.subject] if focus and focus not in everything else []
        notices = [row for subject in subjects for row in tx.all("notices.of_subject", subject=subject)]
        is_of_one = key.topic == CaseFileTopic.PRESELECTION
        shown = [row for row in notices if not is_of_one or _is_on_card(row["subject"], focus)]
        vehicle = self._vehicle_of(tx, focus.vin, focus.office) if focus and focus.vin else None
        lines = about(
            tx, [*subjects, *([audit.vehicle_subject(vehicle.vin)] if vehicle else [])], AUDIT_ENTRIES
        )
        office = self._offices.get(focus.office) if focus else None
        number = status_of(tx, office, focus.plate) if office and focus and focus.plate else None
        return CaseFile(
            key=key,
            number=number,
            withholdings=withholdings_of(tx, office, number.plate) if office and number else (),
            account=account,
            identity_hash=identity,
            ban=ban,
            focus=focus,
            contradiction=contradiction_of(tx, focus.preselection_id) if focus else None,
            preselections=everything,
            vehicle=vehicle,
            due=_due(shown),
            failed=_failed(tx, shown),
            failed_of_person=_failed(tx, notices),
            audit_entries=lines,
            appeals=_appeals_of(tx, account, everything),
            award=_award(tx, focus.vin) if focus and focus.vin else None,
            notes=notes.of_account(tx, account.account_id, NOTES_SHOWN),
            messages=sent_to(tx, account.chat_id, MESSAGES_SHOWN),
        )

    def _vehicle_of(self, tx: Tx, vin: str, office: str | None) -> VehicleRecord:
        row = tx.one("vehicles.get", vin=vin)
        registry = tx.one("vehicles.registry_get", vin=vin)
        lease = tx.one("preselection.lease_of", vin=vin)
        failed = tx.one("vehicles.count_failed_wishes", vin=vin)
        place = self._offices.get(office or "")
        busy = lease is not None and lease["until"] >= to_millis(tx.now)
        return VehicleRecord(
            vin=vin,
            batches_used=row["random_used"] if row else 0,
            batches_granted=row["random_granted"] if row else 0,
            wishes_used=row["compose_used"] if row else 0,
            wishes_granted=row["compose_granted"] if row else 0,
            quota=remaining_quota(tx, place, vin) if place else None,
            failed_wishes=failed["wishes"] if failed else 0,
            registry=registry["state"] if registry else None,
            selecting_until=from_millis(lease["until"]) if lease and busy else None,
        )


def _appeals_of(
    tx: Tx, account: Account | None, preselections: Iterable[Preselection]
) -> tuple[AppealEntry, ...]:
    """Return the appeals of a person and about the vehicles of some preselections, newest first."""
    vins = dict.fromkeys(one.vin for one in preselections if one.vin is not None)
    number = account.account_id if account else None
    entries = [
        entry
        for vin in [None, *vins][:_MOST_VEHICLES]
        for entry in appeals_of_case(tx, number, vin, APPEALS_SHOWN)
    ]
    unique = {entry.appeal_id: entry for entry in entries}
    return tuple(unique[number] for number in sorted(unique, reverse=True)[:APPEALS_SHOWN])


def _award(tx: Tx, vin: str) -> VehicleAward | None:
    row = tx.one("appeals.right_to", vin=vin)
    if row is None:
        return None
    return VehicleAward(
        appeal_id=row["appeal_id"], account_id=row["account_id"], since=from_millis(row["since"])
    )


def _first(everything: Iterable[Preselection]) -> Preselection | None:
    """Return the most relevant preselection: a reserved one, else an unfinished one, else the newest."""
    found = list(everything)
    for states in ({PreselectionState.RESERVED}, UNFINISHED):
        for preselection in found:
            if preselection.state in states:
                return preselection
    return found[0] if found else None


def _account_key(account: Account) -> CaseFileKey:
    return CaseFileKey(topic=CaseFileTopic.ACCOUNT, value=str(account.account_id))


def _key_of(preselection: Preselection) -> CaseFileKey:
    return CaseFileKey(topic=CaseFileTopic.PRESELECTION, value=str(preselection.preselection_id))


def _of_receipt(tx: Tx, office: str, number: int) -> CaseFileKey:
    row = tx.one("preselection.by_id", preselection_id=number)
    if row is None or row["office"] != office:
        raise NothingKnown
    return CaseFileKey(topic=CaseFileTopic.PRESELECTION, value=str(number))


def _of_plate(tx: Tx, plate: Plate) -> list[Preselection]:
    rows = tx.all("preselection.of_plate", office=plate.office, kind=plate.kind, serial=plate.serial)
    return [from_row(row) for row in rows]


def _of_vin(tx: Tx, vin: str) -> list[Preselection]:
    return [from_row(row) for row in tx.all("preselection.of_vin", vin=vin)]


def _is_on_card(subject: str, focus: Preselection | None) -> bool:
    """Whether the card of one preselection tells of notifications about a subject: not of another one."""
    is_own = focus is not None and subject == focus.subject
    return is_own or not subject.startswith(f"{SubjectKind.PRESELECTION}:")


def _due(notices: Iterable[Row]) -> tuple[DueNotification, ...]:
    """Return those of some notifications that are waiting, by due time."""
    waiting = [
        row for row in notices if row["state"] in {NotificationState.WAITING, NotificationState.SENDING}
    ]
    due = [DueNotification(purpose=row["purpose"], at=from_millis(row["due_at"])) for row in waiting]
    return tuple(sorted(due, key=lambda one: one.at))


def _failed(tx: Tx, notices: Iterable[Row]) -> int:
    """Return how many of some notifications have failed and stand at the desk (``work_queue.failed``)."""
    values = {"since": to_millis(tx.now - FAILURES_SHOWN), "most": MAX_LISTED, **_EVERYWHERE.values}
    return sum(
        len(tx.all("work_queue.failed", subject=subject, **values))
        for subject in {row["subject"] for row in notices if row["state"] == NotificationState.FAILED}
    )
