"""The other chiefs of an office, one of whom may be the second chief (docs/domain.md, section 5.5).

A chief who was appointed lately cannot decide yet: otherwise a chief could appoint somebody for the purpose.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.desk import HandledMeanwhile
from core.errors.staff import OwnRequest, RequestOver, SecondChiefTooNew
from core.notifications import queue
from core.notifications.queue import Plan
from core.people.admins import Admins
from core.people.roles import Role
from core.ports import Tx

TIME_TO_DECIDE = timedelta(days=7)
"""After this long without a decision, a request to the other chiefs expires."""


class RequestState(StrEnum):
    """The state of a request to the other chiefs; the values are stored in the database."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


Actions = Mapping[RequestState, AuditAction]
"""What it is called when another admin meets a request in one of its final states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What all requests to the other chiefs of an office have."""

    request_id: int
    office: str  # a code, or EVERYWHERE
    reason: str
    actor: str
    at: datetime
    expires_at: datetime
    state: RequestState
    decided_by: str  # an actor; empty until it is decided

    @property
    @abstractmethod
    def subject(self) -> str:
        """The request as a subject of notifications."""

    def is_over(self, now: datetime) -> bool:
        """Return whether nobody has decided it in time."""
        waits = self.state == RequestState.WAITING
        return self.state == RequestState.EXPIRED or (waits and self.expires_at <= now)

    def decided(self, actions: Actions) -> HandledMeanwhile | RequestOver:
        """Return the error for an admin who meets it when it no longer waits."""
        if self.state not in actions:
            return RequestOver()
        return HandledMeanwhile(by=self.decided_by, action=actions[self.state].value)

    def ensure_waiting(self, now: datetime, actions: Actions) -> None:
        """Check that it can still be decided.

        Raises:
            HandledMeanwhile: it is decided.
            RequestOver: it has expired.
        """
        if self.state != RequestState.WAITING or self.expires_at <= now:
            raise self.decided(actions)

    def ensure_is_theirs(self, state: RequestState, actor: str) -> None:
        """Check that it is an admin's to bring into a state: one's own is withdrawn, others' are decided.

        Raises:
            OwnRequest: they have made it themselves.
            RequestOver: it is somebody else's to withdraw.
        """
        is_own = self.actor == actor
        if is_own and state != RequestState.WITHDRAWN:
            raise OwnRequest
        if not is_own and state == RequestState.WITHDRAWN:
            raise RequestOver


class OtherChiefs:
    """Finds who may be the second chief, and tells them of requests.

    Args:
        admins: the admins.
        min_age: how long a chief must have been one before they can decide.
    """

    def __init__(self, admins: Admins, min_age: timedelta) -> None:
        self._admins = admins
        self._min_age = min_age

    def chats(self, tx: Tx, office: str, actor: str) -> list[int]:
        """Return the chats of the chiefs of an office but one, those of all offices included."""
        return [
            admin.chat_id
            for admin in self._admins.all(tx)
            if admin.has(Role.CHIEF, office) and audit.chat_actor(admin.chat_id) != actor
        ]

    def may_decide_from(self, tx: Tx, office: str, chat_id: int) -> datetime | None:
        """Return from when a chief may decide requests of an office; None if they may now."""
        since = self._admins.chief_since(tx, chat_id, office)
        at = None if since is None else since + self._min_age
        return None if at is None or at <= tx.now else at

    def waits_until(self, tx: Tx, office: str, actor: str) -> datetime | None:
        """Return from when the first other chief may decide; None if one may now, or there is none."""
        starts = [self.may_decide_from(tx, office, chat_id) for chat_id in self.chats(tx, office, actor)]
        late = [at for at in starts if at is not None]
        return min(late) if late and len(late) == len(starts) else None

    def ensure_may_decide(self, tx: Tx, office: str, actor: str) -> None:
        """Check that a chief was not appointed lately.

        Raises:
            SecondChiefTooNew: they were.
        """
        at = self.may_decide_from(tx, office, _chat(actor))
        if at is not None:
            raise SecondChiefTooNew(at)

    def announce(self, tx: Tx, request: Request, *, asked: str, decided: str) -> None:
        """Tell the other chiefs of a request; those who cannot decide yet are told again when they can.

        Args:
            tx: the transaction.
            request: the request.
            asked: the purpose of the notifications to them.
            decided: that of the one to who has asked: when it expires, unless ``settle`` sends it before.
        """
        until = request.expires_at
        for chat_id in self.chats(tx, request.office, request.actor):
            _tell(tx, request, chat_id, asked, until=until)
            at = self.may_decide_from(tx, request.office, chat_id)
            if at is not None:
                _tell(tx, request, chat_id, f"{asked}:{to_millis(at)}", at=at, until=until)
        _tell(tx, request, _chat(request.actor), decided, at=until)

    def settle(self, tx: Tx, request: Request, actor: str, *, decided: str) -> None:
        """Cancel the notifications of a request that was decided; tell who has asked, if it was another."""
        queue.cancel(tx, request.subject)
        if request.actor != actor:
            _tell(tx, request, _chat(request.actor), decided)


def _chat(actor: str) -> int:
    return int(audit.chat_of(actor))


def _tell(
    tx: Tx,
    request: Request,
    chat_id: int,
    purpose: str,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
) -> None:
    wanted = Plan(
        chat_id=chat_id,
        purpose=purpose,
        subject=request.subject,
        due_at=at or tx.now,
        details={"office": request.office},
        pointless_after=until,
    )
    queue.plan(tx, wanted, renew=True)
