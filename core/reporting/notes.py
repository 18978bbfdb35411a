"""Notes of the desk on a case, such as 已电话,周五来; they are handed over with the shift (/note, /desk)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors.desk import NoteStays, NoteTooLong
from core.people.scope import Scope
from core.ports import Row, Tx
from core.preselection import get
from core.values.personal_numbers import ensure_no_personal_number
from core.values.text import one_line

LONGEST = 500
WITHDRAW_WITHIN = timedelta(hours=1)
HANDED_OVER = timedelta(hours=24)
"""How far back the notes reach that a shift finds at /desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note on a person, a preselection or an appeal."""

    note_id: int
    subject: str
    account_id: int
    office: str
    body: str = field(repr=False)
    at: datetime
    by: str  # an actor
    serial: str = ""  # of the number of its preselection; filled for a hand-over

    def is_withdrawable(self, actor: str, now: datetime) -> bool:
        """Whether its writer may still withdraw it."""
        return self.by == actor and now - self.at <= WITHDRAW_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDraft:
    """A note to be written."""

    subject: str
    account_id: int
    office: str
    body: str = field(repr=False)


def validate_body(typed: str) -> str:
    """Return the text of a note in one line.

    Raises:
        PersonalNumberInText: it contains an identity number or a telephone number.
        ControlCharacterInText: it contains a control character.
        NoteTooLong: it has more than ``LONGEST`` characters.
    """
    ensure_no_personal_number(typed)
    body = one_line(typed)
    if len(body) > LONGEST:
        raise NoteTooLong(LONGEST, len(body))
    return body


def write(tx: Tx, draft: NoteDraft, actor: str) -> None:
    """Write a note. The audit log names it without its text."""
    row = tx.one(
        "notes.add",
        subject=draft.subject,
        account_id=draft.account_id,
        office=draft.office,
        body=draft.body,
        now=to_millis(tx.now),
        actor=actor,
    )
    number = row["note_id"] if row else 0
    audit.record(tx, actor, AuditAction.WROTE_NOTE, draft.subject, office=draft.office, note=number)


def withdraw(tx: Tx, note_id: int, actor: str) -> None:
    """Withdraw a note; it vanishes from its card, and is struck out in the audit log.

    Raises:
        NoteStays: it is another one's, too old, or withdrawn already.
    """
    since = to_millis(tx.now - WITHDRAW_WITHIN)
    row = tx.one("notes.by_id", note_id=note_id)
    if row is None or not tx.run(
        "notes.withdraw", note_id=note_id, actor=actor, since=since, now=to_millis(tx.now)
    ):
        raise NoteStays
    note = _note(row)
    audit.record(tx, actor, AuditAction.WITHDREW_NOTE, note.subject, office=note.office, note=note_id)


def of_account(tx: Tx, account_id: int, limit: int) -> tuple[Note, ...]:
    """Return the notes on a person and all that is theirs, newest first."""
    return tuple(_note(row) for row in tx.all("notes.of_account", account_id=account_id, most=limit))


def handed_over(tx: Tx, scope: Scope, limit: int) -> tuple[Note, ...]:
    """Return the notes of the last day, newest first, with the numbers of their preselections."""
    since = to_millis(tx.now - HANDED_OVER)
    rows = tx.all("notes.recent", since=since, most=limit, **scope.values)
    return tuple(_with_number(tx, _note(row)) for row in rows)


def _with_number(tx: Tx, note: Note) -> Note:
    topic, _colon, number = note.subject.partition(":")
    if topic != audit.SubjectKind.PRESELECTION:
        return note
    return replace(note, serial=get(tx, int(number)).serial or "")


def _note(row: Row) -> Note:
    return Note(
        note_id=row["note_id"],
        subject=row["subject"],
        account_id=row["account_id"],
        office=row["office"],
        body=row["body"],
        at=from_millis(row["written_at"]),
        by=row["written_by"],
    )
