"""Search in the audit log (/audit): newest first, restricted to what the admin may see.

A query consists of terms that must all match: a plate number, a VIN, a chat id, the number of a
preselection or receipt, a segment, an identity or phone number, an actor, an action, an office, a date.
Identity and phone numbers are looked up by their hash and not stored.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import product

from core import audit
from core.audit import AuditAction, SubjectKind
from core.clock import CHINA, from_millis, to_millis
from core.errors.base import InputError
from core.errors.desk import NotInAuditLog
from core.people import blacklist
from core.people.accounts import Account, Accounts
from core.people.scope import Scope
from core.ports import Row, Tx
from core.security.vault import Vault
from core.values.identity import is_credit_code, parse_identity, parse_phone
from core.values.labels import without_any_label
from core.values.masks import parse_mask
from core.values.offices import Office
from core.values.plates import PROVINCES, PlateKind, parse_plate
from core.values.text import compact
from core.values.vehicles import parse_vin

MAX_WORDS = 6
_EVER = (0, 2**53)
IDENTITY, CREDIT_CODE, PHONE = "identity", "credit_code", "phone"
"""Placeholders displayed instead of an identity or phone number in a query."""
_ACTIONS = frozenset(AuditAction)
_ACTORS = (audit.SYSTEM, audit.COMMAND_LINE)
_OFFICE = re.compile(f"[{PROVINCES}][A-Z]")
_DATE = re.compile(r"(?:(?P<year>\d{4})[-/.年])?(?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})[日号]?|月)?")
_APART = re.compile(r"[\s,、，]+")
_NUMBERED = sorted(set(SubjectKind) - {"vehicle", "office", "pool", "plate"})
_SUBJECT = re.compile(rf"({'|'.join(_NUMBERED)}):(\d{{1,15}})")
_ALL_OFFICES = audit.office_subject("")
_POOL = re.compile(rf"pool:([{PROVINCES}][a-z]):({'|'.join(PlateKind)})")
ACTIONS_APART = "|"
"""Between the actions of one term, any of which may match."""
RECEIPT = re.compile(rf"([{PROVINCES}][A-Z])-(\d{{8,15}})")
"""The number on a receipt: the office's code and the id of the preselection."""
_CHAT = re.compile(r"(chat:)?([1-9]\d{0,14})")
_VIN_LENGTH = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """A search in the audit log; all given criteria must match. It contains no personal data."""

    words: tuple[str, ...] = ()  # the terms of the query, in a form that may be displayed
    subjects: tuple[str, ...] | None = None  # entries about one of these, or by ``by``
    by: str = ""
    mask: str = ""  # of entries about a pool, only those with this mask
    actor: str = ""
    action: str = ""  # one action, or several with ACTIONS_APART between them
    office: str = ""
    since: int = _EVER[0]
    until: int = _EVER[1]

    def to_json(self) -> dict[str, object]:
        return {
            "words": list(self.words),
            "subjects": None if self.subjects is None else list(self.subjects),
            "by": self.by,
            "mask": self.mask,
            "actor": self.actor,
            "action": self.action,
            "office": self.office,
            "since": self.since,
            "until": self.until,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "AuditQuery":
        """Return the query stored in a conversation."""
        values: dict[str, object] = dict(stored)
        for name in ("words", "subjects"):
            value = values.get(name)
            values[name] = tuple(value) if isinstance(value, list) else None
        return cls(**values)  # type: ignore[arg-type]  # as written by to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry of the audit log."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    office: str | None
    subject: str
    details: Mapping[str, object] = field(repr=False)
    plate: str = ""  # the preselection's number, where the details do not have it
    is_struck: bool = False  # a note that was withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of entries, newest first."""

    entries: tuple[AuditEntry, ...]
    more: bool  # whether there are older entries


class AuditSearch:
    """Parses queries and finds entries."""

    def __init__(self, accounts: Accounts, vault: Vault, offices: Mapping[str, Office]) -> None:
        self._accounts = accounts
        self._vault = vault
        self._offices = offices

    def parse_query(self, tx: Tx, written: str, *, today: date) -> AuditQuery:
        """Parse a query.

        Raises:
            NotInAuditLog: a term cannot be searched for, or two terms contradict each other.
        """
        words = [word for word in _APART.split(written) if word and without_any_label(f"{word} ").strip()]
        if not 0 < len(words) <= MAX_WORDS:
            raise NotInAuditLog
        query = AuditQuery()
        for word in words:
            query = _both(query, self._read(tx, word, today))
        return query

    def page(
        self, tx: Tx, query: AuditQuery, scope: Scope, *, newest: int, skip: int, limit: int
    ) -> AuditPage:
        """Return a page of the matching entries in the scope, newest first."""
        values: dict[str, object] = {"newest": newest, "most": limit + 1, "skip": skip, **scope.values}
        days = {"since": query.since, "until": query.until}
        actions = f"|{query.action}|" if query.action else ""
        rows: list[Row]
        if query.subjects is not None:
            subjects = json.dumps(query.subjects, ensure_ascii=False)
            names = {"actor": query.actor, "actions": actions, "office": query.office}
            names |= {"by": query.by, "mask": query.mask}
            rows = tx.all("audit_search.about", subjects=subjects, **names, **days, **values)
        elif query.actor:
            names = {"actor": query.actor, "actions": actions, "office": query.office}
            rows = tx.all("audit_search.by_actor", **names, **days, **values)
        elif query.action:
            names = {"actions": json.dumps(_actions(query)), "office": query.office}
            rows = tx.all("audit_search.by_action", **names, **days, **values)
        elif (query.since, query.until) != _EVER:
            rows = tx.all("audit_search.by_time", office=query.office, **days, **values)
        else:
            rows = tx.all("audit_search.by_office", office=query.office, **values)
        return AuditPage(entries=tuple(_entry(tx, row) for row in rows[:limit]), more=len(rows) > limit)

    def _read(self, tx: Tx, word: str, today: date) -> AuditQuery:
        text = compact(without_any_label(word))
        for reader in (self._plain, self._numbered, self._vehicle, self._person, self._other_actor):
            found = reader(tx, text, today)
            if found is not None:
                return found
        raise NotInAuditLog

    def _plain(self, _tx: Tx, text: str, today: date) -> AuditQuery | None:
        """Parse an office, a day or month, an action, or the system as an actor."""
        word = text.lower()
        if _OFFICE.fullmatch(text):
            return AuditQuery(words=(text,), office=text)
        if all(action in _ACTIONS for action in word.split(ACTIONS_APART)):
            return AuditQuery(words=(word,), action=word)
        if word in _ACTORS:
            return AuditQuery(words=(word,), actor=word)
        written = _DATE.fullmatch(word)
        if written is None or (written["year"] is None and "月" not in word):
            return None
        month, day = int(written["month"]), int(written["day"] or 0)
        past = (month, day) <= (today.month, today.day)  # the audit log knows no later days
        return _days(int(written["year"] or (today.year if past else today.year - 1)), month, day)

    def _numbered(self, tx: Tx, text: str, _today: date) -> AuditQuery | None:
        """Parse a subject with an id (a preselection, its receipt, a segment), or a segment's mask."""
        if found := RECEIPT.fullmatch(text):
            return self._preselections(tx, text, (int(found[2]),))
        word = text.lower()
        if word == _ALL_OFFICES:
            return AuditQuery(words=(word,), subjects=(word,))
        if found := _POOL.fullmatch(word):
            pool = audit.pool_subject(found[1].upper(), found[2])
            return AuditQuery(words=(pool,), subjects=(pool,))
        if found := _SUBJECT.fullmatch(word):
            if found[1] == SubjectKind.PRESELECTION:
                return self._preselections(tx, word, (int(found[2]),))
            return AuditQuery(words=(word,), subjects=(f"{found[1]}:{int(found[2])}",))
        return self._masks(tx, text) if {"#", "@"} & set(text) else None

    def _masks(self, tx: Tx, text: str) -> AuditQuery | None:
        letters = {office.nev_letters for office in self._offices.values()}
        for kind, nev_letters in product(PlateKind, sorted(letters)):
            try:
                pattern = parse_mask(kind, text, nev_letters=nev_letters).pattern
            except InputError:
                continue
            rows = tx.all("audit_search.segments_of_mask", mask=pattern)
            pools = (audit.pool_subject(code, kind) for code in self._offices)
            segments = (audit.segment_subject(row["segment_id"]) for row in rows)
            return AuditQuery(words=(pattern,), subjects=(*segments, *pools), mask=pattern)
        return None

    def _vehicle(self, tx: Tx, text: str, _today: date) -> AuditQuery | None:
        """Parse a plate number or a VIN."""
        try:
            if text[:1] in PROVINCES and text:
                office = self._offices.get(text[:2])
                plate = parse_plate(text, nev_letters=office.nev_letters) if office else parse_plate(text)
                values = {"office": plate.office, "kind": plate.kind, "serial": plate.serial}
                rows = tx.all("audit_search.preselections_of_plate", **values)
                numbers = (row["preselection_id"] for row in rows)
                subject = audit.plate_subject(plate.office, plate.kind, plate.serial)
                return self._preselections(tx, str(plate), numbers, subject)
            if len(text) == _VIN_LENGTH:
                vin = parse_vin(text).vin
                rows = tx.all("audit_search.preselections_of_vin", vin=vin)
                numbers = (row["preselection_id"] for row in rows)
                return self._preselections(tx, vin, numbers, audit.vehicle_subject(vin))
        except InputError:
            return None
        return None

    def _person(self, tx: Tx, text: str, today: date) -> AuditQuery | None:
        """Parse an identity or phone number, neither of which is stored, or a chat id."""
        identity = _parsed_or_none(lambda: parse_identity(text, today=today))
        if identity is not None:
            digest = self._vault.lookup("identity", identity)
            word = CREDIT_CODE if is_credit_code(identity) else IDENTITY
            return self._account(tx, word, self._accounts.by_identity(tx, digest), digest)
        phone = _parsed_or_none(lambda: parse_phone(text))
        if phone is not None and (holder := self._accounts.by_phone(tx, phone)):
            return self._account(tx, PHONE, holder, None)
        found = _CHAT.fullmatch(text.lower())
        known = found is not None and self._knows(tx, int(found[2]))
        if phone is not None and not known:  # do not store a phone number as an unknown chat id
            return AuditQuery(words=(PHONE,), subjects=())
        if found is None:
            return None
        number = int(found[2])
        if not (found[1] or known) and tx.one("preselection.by_id", preselection_id=number):
            return self._preselections(tx, audit.preselection_subject(number), (number,))
        return self._chat(tx, number)

    def _other_actor(self, tx: Tx, text: str, _today: date) -> AuditQuery | None:
        """Parse an actor that is neither a person nor the system, such as the demo."""
        word = text.lower()
        known = word.isalpha() and tx.one("audit_search.knows_actor", actor=word) is not None
        return AuditQuery(words=(word,), actor=word) if known else None

    def _knows(self, tx: Tx, chat_id: int) -> bool:
        actor = audit.chat_actor(chat_id)
        return bool(self._accounts.find(tx, chat_id) or tx.one("audit_search.knows_actor", actor=actor))

    def _chat(self, tx: Tx, chat_id: int) -> AuditQuery:
        by = audit.chat_actor(chat_id)
        of_account = self._account(tx, by, self._accounts.find(tx, chat_id), None)
        subjects = (audit.admin_subject(chat_id), *(of_account.subjects or ()))
        return replace(of_account, subjects=subjects, by=by)

    def _account(self, tx: Tx, word: str, account: Account | None, digest: bytes | None) -> AuditQuery:
        subjects: list[str] = []
        by = ""
        if account is not None:
            rows = tx.all("audit_search.preselections_of_account", account_id=account.account_id)
            subjects += (audit.preselection_subject(row["preselection_id"]) for row in rows)
            subjects.append(account.subject)
            digest, by = digest or account.identity_hash, account.actor
        subjects += blacklist.subjects_of(tx, digest)
        return AuditQuery(words=(word,), subjects=tuple(subjects), by=by)

    def _preselections(self, tx: Tx, word: str, numbers: Iterable[int], *more: str) -> AuditQuery:
        subjects = list(more)
        for number in numbers:
            subjects.append(audit.preselection_subject(number))
            bans = tx.all("audit_search.bans_of_preselection", preselection_id=number)
            subjects += (audit.ban_subject(row["ban_id"]) for row in bans)
        return AuditQuery(words=(word,), subjects=tuple(subjects))


def about(tx: Tx, subjects: Iterable[str], limit: int) -> tuple[AuditEntry, ...]:
    """Return the newest entries about any of some subjects, newest first, of all offices."""
    found = [
        row
        for subject in dict.fromkeys(subjects)
        for row in tx.all("audit.newest_of", subject=subject, most=limit)
    ]
    found.sort(key=lambda row: row["entry_id"], reverse=True)
    return tuple(_entry(tx, row) for row in found[:limit])


def newest(tx: Tx) -> int:
    """Return the number of the newest entry, 0 where there is none."""
    row = tx.one("audit_search.newest")
    return (row["entry_id"] or 0) if row else 0


def _entry(tx: Tx, row: Row) -> AuditEntry:
    details: dict[str, object] = json.loads(row["details"])
    topic, _, number = row["subject"].partition(":")
    plate = ""
    if topic == SubjectKind.PRESELECTION and "plate" not in details:
        about = tx.one("preselection.by_id", preselection_id=int(number))
        plate = f"{about['office']}{about['serial']}" if about and about["serial"] else ""
    is_struck = False
    if row["action"] == AuditAction.WROTE_NOTE and (note := tx.one("notes.by_id", note_id=details["note"])):
        details["body"], is_struck = note["body"], note["withdrawn_at"] is not None
    return AuditEntry(
        entry_id=row["entry_id"],
        at=from_millis(row["at"]),
        actor=row["actor"],
        action=row["action"],
        office=row["office"],
        subject=row["subject"],
        details=details,
        plate=plate,
        is_struck=is_struck,
    )


def _parsed_or_none(read: Callable[[], str]) -> str | None:
    """Return the parsed text, or None if it is malformed."""
    try:
        return read()
    except InputError:
        return None


def _days(year: int, month: int, day: int) -> AuditQuery | None:
    """Return a query for a day, or for a whole month if ``day`` is 0; None for invalid dates."""
    try:
        first = date(year, month, day or 1)
        after = first + timedelta(days=1) if day else (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):  # the second: what follows the last day is out of the calendar
        return None
    since, until = (datetime.combine(one, time(), CHINA) for one in (first, after))
    word = first.isoformat() if day else f"{first:%Y-%m}"
    return AuditQuery(words=(word,), since=to_millis(since), until=to_millis(until))


def _actions(query: AuditQuery) -> list[str]:
    return query.action.split(ACTIONS_APART) if query.action else []


def _both(first: AuditQuery, second: AuditQuery) -> AuditQuery:
    """Return the conjunction of two queries.

    Raises:
        NotInAuditLog: both have a criterion of the same kind, or actions of which none is in both.
    """
    for name in ("actor", "office"):
        if getattr(first, name) and getattr(second, name):
            raise NotInAuditLog
    both = [action for action in _actions(first) if action in _actions(second)]
    if first.action and second.action and not both:
        raise NotInAuditLog
    if first.subjects is not None and second.subjects is not None:
        raise NotInAuditLog
    return AuditQuery(
        words=(*first.words, *second.words),
        subjects=first.subjects if first.subjects is not None else second.subjects,
        by=first.by or second.by,
        mask=first.mask or second.mask,
        actor=first.actor or second.actor,
        action=ACTIONS_APART.join(both) or first.action or second.action,
        office=first.office or second.office,
        since=max(first.since, second.since),
        until=min(first.until, second.until),
    )
