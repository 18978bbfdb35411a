"""/note: a note on a case, withdrawing it, and the notes of the last day, which a shift finds at /desk."""

import re

from bot.desk.arguments import split_named_args
from bot.desk.confirmation import GONE
from bot.desk.pool_words import with_own_office
from bot.desk.reports.parts import home_row
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.errors.commands import Part, Usage
from bot.i18n import formatting
from bot.texts.desk import notes as texts
from core import audit
from core.audit import SubjectKind
from core.errors.desk import NoteNeedsCase, NotYourOffice
from core.people.accounts import Account
from core.people.admins import Permission
from core.people.scope import scope_of
from core.reporting import notes
from core.reporting.case_file import CaseFile, CaseFileTopic, parse_key
from core.reporting.notes import Note, NoteDraft

_COMMAND = "note"
_MOST = 30
_APPEAL = re.compile(
    r"(?:申诉|appeal)\s*#?\s*(\d{1,15})(?:号)?(?:[\s,:;\uff0c\uff1a\uff1b]+|$)", re.IGNORECASE
)


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /note WHAT TEXT, write the note, and go to the card.

    Raises:
        Usage: there is no text.
        PersonalNumberInText, NoteTooLong: the text cannot be kept.
        NotYourOffice: it concerns other offices.
        NoteNeedsCase: what was named is no single case.
    """
    ctx.admin.require(Permission.FIND)
    if found := _APPEAL.match(arguments.strip()):
        what, text = found[0], arguments.strip()[found.end() :]
    else:
        what, text = split_named_args(_COMMAND, arguments, 2)
    body = validate_body(text)
    return write_on(ctx, find_case(ctx, what), body)


def find_case(ctx: Context, what: str) -> str:
    """Return the key of a case on which a note can be written: ``appeal:12``, or that of a case file.

    Raises:
        InputError, NobodyFound, NothingKnown, AppealUnknown: nothing is found.
        NotYourOffice: it concerns other offices.
        NoteNeedsCase: what was named is no single case.
    """
    found = _APPEAL.fullmatch(what.strip())
    key = audit.appeal_subject(int(found[1])) if found else ""
    if not key:
        what = with_own_office(ctx, what, Permission.FIND)
        key = str(ctx.core.case_files.seek(ctx.tx, what, today=ctx.today))
    _draft_on(ctx, key, "")
    return key


def account_of(ctx: Context, key: str) -> Account:
    """Return the person whom a case on which a note can be written is about; raises as ``find_case``."""
    return ctx.core.accounts.by_id(ctx.tx, _draft_on(ctx, key, "").account_id)


def write_on(ctx: Context, key: str, body: str) -> Goto:
    """Write a note on the case of a key, and go to its card; raises as ``find_case``."""
    draft = _draft_on(ctx, key, body)
    return _write(ctx, draft, _case_of(draft) if key == draft.subject else key)


def _draft_on(ctx: Context, key: str, body: str) -> NoteDraft:
    topic, _colon, number = key.partition(":")
    if topic != SubjectKind.APPEAL:
        return _draft(ctx, ctx.core.case_files.open(ctx.tx, parse_key(key)), body)
    appeal = ctx.core.appeals.get(ctx.tx, int(number))
    ctx.admin.require(Permission.FIND, appeal.office)
    return NoteDraft(subject=appeal.subject, account_id=appeal.account_id, office=appeal.office, body=body)


def validate_body(typed: str) -> str:
    """Return the text of a note in one line.

    Raises:
        Usage: there is none.
        PersonalNumberInText, NoteTooLong: it cannot be kept.
    """
    body = notes.validate_body(typed)
    if not body:
        raise Usage(_COMMAND, (Part.TEXT,))
    return body


def add(ctx: Context, case_file: CaseFile, text: str) -> Goto:
    """Write a note that was typed on a card."""
    return _write(ctx, _draft(ctx, case_file, validate_body(text)), str(case_file.key))


def _draft(ctx: Context, case_file: CaseFile, body: str) -> NoteDraft:
    """Return a note on what a card is about: a person, or one of their preselections."""
    if not case_file.is_known_to(ctx.admin):
        raise NotYourOffice
    account, focus = case_file.account, case_file.focus
    if account is None:
        raise NoteNeedsCase
    if case_file.key.topic == CaseFileTopic.PRESELECTION and focus is not None:
        subject, office = focus.subject, focus.office
    else:
        subject, office = account.subject, account.office or (focus.office if focus else "")
    if not office:
        raise NoteNeedsCase
    return NoteDraft(subject=subject, account_id=account.account_id, office=office, body=body)


def _case_of(note: Note | NoteDraft) -> str:
    """Return the key of the card that has a note: of one on an appeal, its owner's."""
    is_on_appeal = note.subject.startswith(f"{SubjectKind.APPEAL}:")
    return audit.account_subject(note.account_id) if is_on_appeal else note.subject


def _write(ctx: Context, draft: NoteDraft, key: str) -> Goto:
    notes.write(ctx.tx, draft, ctx.actor)
    return Goto(screen=ScreenName.DESK_FIND, args={"what": key}, note=texts.WRITTEN(), sticky=True)


# --- the notes of the last day ----------------------------------------------------------------


def recent(ctx: Context) -> tuple[Note, ...]:
    """Return the notes that this chat finds at its desk."""
    return notes.handed_over(ctx.tx, scope_of(ctx.admin, Permission.FIND, ctx.core.offices), _MOST)


def _show(ctx: Context) -> View:
    found = recent(ctx)
    cards = [Button(label=texts.label(note), action=ActionName.FIND, arg=_case_of(note)) for note in found]
    back = Button(label=formatting.BACK(), action=ActionName.BACK)
    return View(text=texts.handed_over(found), rows=(*in_columns(cards, 2), (back, *home_row())))


NOTES = Screen(
    name=ScreenName.DESK_NOTES,
    show=_show,
    buttons={
        ActionName.FIND: lambda _ctx, key: Goto(screen=ScreenName.DESK_FIND, args={"what": key}),
        ActionName.BACK: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_DESK, args={"page": "0"}),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
