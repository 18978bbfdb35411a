"""Broadcasts: messages of an office, or of all, to many of their owners (docs/domain.md, section 13).

    running ──stopped by an admin──▶ stopping ──the last one is out──▶ stopped
       └────────everybody is dealt with────────▶ done

Each recipient gets a notification, planned in the transaction that begins the broadcast and sent by the
same sender as all others, so sending resumes after a restart. One for a later time is running from the start,
with notifications that are due then: to cancel it is to stop it. Delivery is at most once: if it is unknown
whether a message arrived, it counts as uncertain and is not resent (``core.notifications.queue.ONCE``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, moment_or_none, to_millis
from core.errors.broadcasts import (
    BroadcastRunning,
    BroadcastTextEmpty,
    BroadcastTextLong,
    BroadcastTimeWrong,
    NobodyToTell,
)
from core.errors.desk import NothingKnown
from core.notifications.queue import (
    BLOCKED,
    UNCERTAIN,
    NotificationPurpose,
    NotificationState,
    Plan,
    cancel,
    plan,
)
from core.ports import Row, Tx
from core.values.text import in_lines, tidy

MAX_TEXT = 1000
"""Maximum length of a text, in characters."""
PACE = timedelta(milliseconds=50)
"""Interval between two messages: 20 a second leaves a fifth of the bulk rate to other notifications."""
ALL_OFFICES = ""
"""The office of a broadcast to all offices."""
MAX_AHEAD = timedelta(days=30)
"""How far ahead a broadcast can be planned."""
PATIENCE = timedelta(hours=6)
"""How long after its due time sending a message is still retried."""


class Audience(StrEnum):
    """The recipients of a broadcast."""

    REGISTERED = "registered"  # all owners registered at the office
    UNDERWAY = "underway"  # owners with an open preselection or a reserved number there
    SUBSCRIBERS = "subscribers"  # subscribers of its releases or openings


class BroadcastState(StrEnum):
    """The state of a broadcast."""

    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRequest:
    """A broadcast to begin."""

    office: str  # a code, or ALL_OFFICES
    audience: Audience
    text: str
    chat_id: int  # the admin's
    actor: str
    at: datetime | None = None  # when it is to be sent; None for at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """A broadcast, as stored."""

    broadcast_id: int
    office: str
    audience: Audience
    text: str
    chat_id: int
    begun_at: datetime  # when it is sent, possibly later than now
    total: int  # number of recipients
    state: BroadcastState
    ended_at: datetime | None

    @property
    def subject(self) -> str:
        return audit.broadcast_subject(self.broadcast_id)

    def is_scheduled(self, now: datetime) -> bool:
        """Whether it is still to be sent, at its time."""
        return self.state == BroadcastState.RUNNING and now < self.begun_at

    @property
    def is_over(self) -> bool:
        """Whether all messages have been processed."""
        return self.state in {BroadcastState.STOPPED, BroadcastState.DONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastFigures:
    """The numbers of a broadcast's messages by outcome."""

    sent: int = 0
    waiting: int = 0
    blocked: int = 0  # the chat has blocked the bot or no longer exists
    uncertain: int = 0  # it is unknown whether it arrived; not resent
    failed: int = 0  # the messenger rejected it, or it was too late
    unsent: int = 0  # the broadcast was stopped before


def validate_text(written: str) -> str:
    """Return the text of a broadcast as it was typed, with its lines trimmed.

    Raises:
        ControlCharacterInText: it has a control character.
        BroadcastTextEmpty: the text is blank.
        BroadcastTextLong: it has more than 1,000 characters.
    """
    text = in_lines(written)
    if not tidy(text):
        raise BroadcastTextEmpty
    if len(text) > MAX_TEXT:
        raise BroadcastTextLong(limit=MAX_TEXT, found=len(text))
    return text


_RECORDED = 200
"""Characters of a broadcast that the audit log has."""


def reach(tx: Tx, office: str, audience: Audience) -> int:
    """Return how many chats an audience has, of an office or of all; each counts once."""
    if office == ALL_OFFICES:
        row = tx.one("broadcasts.reach_everywhere", audience=audience)
    else:
        row = tx.one("broadcasts.reach", office=office, audience=audience)
    return row["people"] if row else 0


def validate_time(now: datetime, at: datetime | None) -> None:
    """Check when a broadcast is to be sent.

    Raises:
        BroadcastTimeWrong: the time is past, or too far ahead.
    """
    if at is not None and not now < at <= now + MAX_AHEAD:
        raise BroadcastTimeWrong(days=MAX_AHEAD.days)


def begin(tx: Tx, request: BroadcastRequest) -> Broadcast:
    """Begin a broadcast and plan a notification for every recipient.

    Raises:
        BroadcastRunning: the office's last one has not ended.
        NobodyToTell: the audience is empty.
        BroadcastTimeWrong: the time is past, or too far ahead.
    """
    validate_time(tx.now, request.at)
    begins = to_millis(request.at or tx.now)
    row = tx.one(
        "broadcasts.add",
        office=request.office,
        audience=request.audience,
        text=request.text,
        chat_id=request.chat_id,
        begins=begins,
    )
    if row is None:
        current = running_of(tx, request.office)
        raise BroadcastRunning(current.broadcast_id if current else 0)
    number = row["broadcast_id"]
    everywhere = request.office == ALL_OFFICES
    total = tx.run(
        "broadcasts.add_notices_everywhere" if everywhere else "broadcasts.add_notices",
        subject=audit.broadcast_subject(number),
        **({} if everywhere else {"office": request.office}),
        audience=request.audience,
        now=to_millis(tx.now),
        begins=begins,
        gap=int(PACE / timedelta(milliseconds=1)),
        patience=int(PATIENCE / timedelta(milliseconds=1)),
    )
    if not total:
        raise NobodyToTell
    tx.run("broadcasts.set_total", broadcast_id=number, total=total)
    broadcast = get(tx, number)
    audit.record(
        tx,
        request.actor,
        AuditAction.BEGAN_BROADCAST,
        broadcast.subject,
        office=broadcast.office or None,
        audience=request.audience,
        total=total,
        text=request.text[:_RECORDED],
        **({"opens_at": begins} if request.at else {}),
    )
    return broadcast


def stop(tx: Tx, broadcast_id: int, actor: str) -> Broadcast:
    """Stop a broadcast: cancel the messages that no worker has leased.

    Raises:
        NothingKnown: the id is unknown.
        HandledMeanwhile: it was already stopped, or has ended.
    """
    current = get(tx, broadcast_id)
    if not tx.run("broadcasts.stop", broadcast_id=broadcast_id):
        raise audit.handled(tx, current.subject)
    cancel(tx, current.subject)
    audit.record(tx, actor, AuditAction.STOPPED_BROADCAST, current.subject, office=current.office or None)
    return get(tx, broadcast_id)


def get(tx: Tx, broadcast_id: int) -> Broadcast:
    """Return a broadcast.

    Raises:
        NothingKnown: the id is unknown.
    """
    row = tx.one("broadcasts.by_id", broadcast_id=broadcast_id)
    if row is None:
        raise NothingKnown
    return _broadcast(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBroadcast:
    """A broadcast of the history, with its outcome; the figures are zero once its messages were purged."""

    broadcast: Broadcast
    figures: BroadcastFigures


def history(
    tx: Tx, offices: Iterable[str], *, everywhere: bool, skip: int, limit: int
) -> list[PastBroadcast]:
    """Return broadcasts of some offices, or ``everywhere`` of all and to all, newest first.

    Counts their messages: call it on a read-only snapshot.
    """
    meant = {"offices": ",".join(offices), "everywhere": int(everywhere)}
    found = map(_broadcast, tx.all("broadcasts.page", skip=skip, most=limit, **meant))
    return [PastBroadcast(broadcast=one, figures=figures(tx, one)) for one in found]


def still_reaches(tx: Tx, broadcast: Broadcast, chat_id: int) -> bool:
    """Return whether a chat that was to be told has not muted the office since, or hears it all the same."""
    if not is_muted(tx, chat_id, broadcast.office):
        return True
    names = {"office": broadcast.office, "audience": broadcast.audience, "chat_id": chat_id}
    return tx.one("broadcasts.reaches", **names) is not None


def running_of(tx: Tx, office: str) -> Broadcast | None:
    """Return the broadcast of an office that has not ended."""
    row = tx.one("broadcasts.running_of", office=office)
    return _broadcast(row) if row else None


def figures(tx: Tx, broadcast: Broadcast) -> BroadcastFigures:
    """Count a broadcast's messages by outcome so far."""
    counted = dict.fromkeys(("sent", "waiting", "blocked", "uncertain", "failed", "unsent"), 0)
    for row in tx.all("broadcasts.figures", subject=broadcast.subject):
        counted[_fate(row["state"], row["error"])] += row["notices"]
    return BroadcastFigures(**counted)


def _fate(state: str, error: str | None) -> str:
    if state == NotificationState.FAILED:
        if error == UNCERTAIN:
            return "uncertain"
        return "blocked" if error in BLOCKED else "failed"
    fates: dict[str, str] = {
        NotificationState.SENT: "sent",
        NotificationState.CANCELLED: "unsent",
        NotificationState.LATE: "failed",
    }
    return fates.get(state, "waiting")


def is_pending(tx: Tx) -> bool:
    """Return whether a broadcast is due to end; called on a read-only snapshot, at every tick."""
    return any(_is_through(tx, _broadcast(row)) for row in tx.all("broadcasts.running"))


def end_due(tx: Tx) -> None:
    """End the broadcasts whose messages are all processed and notify their initiators."""
    for row in tx.all("broadcasts.running"):
        one = _broadcast(row)
        if _is_through(tx, one):
            _end(tx, one)


def _is_through(tx: Tx, broadcast: Broadcast) -> bool:
    return tx.one("broadcasts.is_open", subject=broadcast.subject) is None


def _end(tx: Tx, broadcast: Broadcast) -> None:
    target = BroadcastState.DONE if broadcast.state == BroadcastState.RUNNING else BroadcastState.STOPPED
    changed = tx.run(
        "broadcasts.end",
        broadcast_id=broadcast.broadcast_id,
        source=broadcast.state,
        target=target,
        now=to_millis(tx.now),
    )
    if not changed:  # another worker has
        return
    audit.record(
        tx,
        audit.SYSTEM,
        AuditAction.ENDED_BROADCAST,
        broadcast.subject,
        office=broadcast.office or None,
        sent=figures(tx, broadcast).sent,
        total=broadcast.total,
    )
    plan(
        tx,
        Plan(
            chat_id=broadcast.chat_id,
            purpose=NotificationPurpose.BROADCAST_OVER,
            subject=f"{broadcast.subject}:over",  # another subject, so as not to count as a recipient
            due_at=tx.now,
            details={"broadcast": broadcast.broadcast_id},
        ),
    )


def mute(tx: Tx, chat_id: int, office: str) -> None:
    """Opt a chat out of an office's broadcasts."""
    tx.run("broadcasts.mute", chat_id=chat_id, office=office, now=to_millis(tx.now))


def unmute(tx: Tx, chat_id: int, office: str) -> None:
    """Opt a chat in to an office's broadcasts again."""
    tx.run("broadcasts.unmute", chat_id=chat_id, office=office)


def is_muted(tx: Tx, chat_id: int, office: str) -> bool:
    """Return whether a chat has opted out of an office's broadcasts."""
    return tx.one("broadcasts.is_muted", chat_id=chat_id, office=office) is not None


def _broadcast(row: Row) -> Broadcast:
    return Broadcast(
        broadcast_id=row["broadcast_id"],
        office=row["office"],
        audience=Audience(row["audience"]),
        text=row["text"],
        chat_id=row["chat_id"],
        begun_at=from_millis(row["begun_at"]),
        total=row["total"],
        state=BroadcastState(row["state"]),
        ended_at=moment_or_none(row["ended_at"]),
    )
