"""A message of the desk to one owner (给车主留言): a notification with the office's name.

If the owner has blocked the bot, an SMS says that there is one, and the message itself waits until they come
back. Its subject is the account, never a preselection: an SMS about a preselection counts as a reminder.
"""

from dataclasses import dataclass, field
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors.desk import MessageEmpty, MessageTooLong
from core.notifications.queue import NotificationPurpose, NotificationState, Plan, plan
from core.ports import Tx
from core.values.personal_numbers import ensure_no_personal_number
from core.values.text import in_lines, tidy

LONGEST = 500
_RECORDED = 200
"""Characters of a message that the audit log has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMessage:
    """A message to an owner, on account of a case at an office."""

    chat_id: int
    subject: str  # of the account
    office: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """What became of a message."""

    at: datetime
    state: NotificationState
    error: str
    sms: NotificationState | None  # of the SMS that tells of it; None if there is none


def validate_text(typed: str) -> str:
    """Return the text of a message, its lines trimmed.

    Raises:
        ControlCharacterInText: it has a control character.
        MessageEmpty: it is blank.
        MessageTooLong: it has more than ``LONGEST`` characters.
        PersonalNumberInText: it contains a personal number; an office's telephone may stand in it.
    """
    text = in_lines(typed)
    if not tidy(text):
        raise MessageEmpty
    if len(text) > LONGEST:
        raise MessageTooLong(LONGEST, len(text))
    ensure_no_personal_number(text, allow_landlines=True)
    return text


def send(tx: Tx, message: DeskMessage, actor: str) -> None:
    """Plan a message, and record it."""
    plan(
        tx,
        Plan(
            chat_id=message.chat_id,
            purpose=f"{NotificationPurpose.DESK_MESSAGE}:{to_millis(tx.now)}",
            subject=message.subject,
            due_at=tx.now,
            details={"office": message.office, "text": message.text},
        ),
    )
    audit.record(
        tx,
        actor,
        AuditAction.MESSAGED_OWNER,
        message.subject,
        office=message.office,
        text=message.text[:_RECORDED],
    )


def sent_to(tx: Tx, chat_id: int, limit: int) -> tuple[SentMessage, ...]:
    """Return the last messages to an owner, newest first."""
    return tuple(
        SentMessage(
            at=from_millis(row["due_at"]),
            state=NotificationState(row["state"]),
            error=row["error"] or "",
            sms=NotificationState(row["sms_state"]) if row["sms_state"] else None,
        )
        for row in tx.all("notices.desk_messages", chat_id=chat_id, most=limit)
    )
