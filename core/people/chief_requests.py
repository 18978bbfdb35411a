"""Requests to another chief, for the acts that need two of them (docs/domain.md, section 13).

The setting ``desk.two_chiefs`` names the acts. A request holds a question of the desk with its arguments. The
act is done when another chief of the office agrees. An office with one chief has nobody to ask: there it is
done at once, and the audit log says so.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors.base import XuanhaoError
from core.errors.blacklist import NotBlacklisted
from core.errors.counter import IdentityIsTheirs, PlateNotReserved
from core.errors.desk import AlreadyHandled, HandledMeanwhile, NobodyFound, NothingKnown
from core.errors.staff import RequestOver
from core.errors.undo import (
    AnswerApproved,
    AppealUsed,
    NothingToUndo,
    SegmentOpened,
    UndoneByAppeal,
    UndoTooLate,
)
from core.notifications import queue
from core.notifications.queue import NotificationPurpose
from core.people.other_chiefs import TIME_TO_DECIDE, OtherChiefs, Request, RequestState
from core.ports import Row, Tx
from core.security.vault import TOKEN, Vault
from core.values.grave_acts import GraveAct

_SEALED = "sealed"
_DECIDED = NotificationPurpose.CHIEF_REQUEST_DECIDED
_ACTIONS = {
    RequestState.CONFIRMED: AuditAction.AGREED_TO_REQUEST,
    RequestState.REFUSED: AuditAction.REFUSED_REQUEST,
    RequestState.WITHDRAWN: AuditAction.WITHDREW_REQUEST,
}
_FOR_GOOD = (
    *(HandledMeanwhile, AlreadyHandled, NobodyFound, NothingKnown),
    *(NotBlacklisted, PlateNotReserved, IdentityIsTheirs),
    *(NothingToUndo, UndoTooLate, UndoneByAppeal, AppealUsed, AnswerApproved, SegmentOpened),
)


def is_for_good(error: XuanhaoError) -> bool:
    """Return whether what is in the way of an act stays: nobody will be able to do it.

    Another chief may not meet what concerns the one who opened it, and a number that is held at this moment,
    or a vehicle that somebody selects for, may be free a minute later: such requests go on waiting.
    """
    return isinstance(error, _FOR_GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraveSubject:
    """What a grave act is about."""

    act: GraveAct
    key: str  # what is asked for once only at a time, without personal data
    subject: str  # as in the audit log
    office: str  # a code, or EVERYWHERE
    account_id: int | None = None  # whose data are among the arguments of the question
    holder_id: int | None = None  # the same of who has the identity now


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiefRequest(Request):
    """A question of the desk that another chief is asked to answer."""

    about: GraveSubject
    question: str  # the name of its screen
    sealed: bytes | None = field(repr=False)  # its arguments; None once it is decided

    @property
    def is_closed(self) -> bool:
        """Whether it was closed because it could no longer be done."""
        return self.state == RequestState.REFUSED and self.decided_by == audit.SYSTEM

    @property
    def subject(self) -> str:
        return audit.request_subject(self.request_id)


class ChiefRequests:
    """Asks another chief before a grave act.

    Args:
        chiefs: finds who can decide.
        vault: encrypts the arguments of questions.
        acts: those that need two chiefs, by the settings.
    """

    def __init__(self, chiefs: OtherChiefs, vault: Vault, acts: Collection[GraveAct]) -> None:
        self._chiefs = chiefs
        self._vault = vault
        self._acts = frozenset(acts)

    def is_needed(self, tx: Tx, about: GraveSubject, actor: str) -> bool:
        """Return whether another chief has to agree: the settings want it, and there is one."""
        return about.act in self._acts and bool(self._chiefs.chats(tx, about.office, actor))

    def ask(
        self, tx: Tx, about: GraveSubject, question: str, args: Mapping[str, object], actor: str
    ) -> ChiefRequest:
        """Ask the other chiefs of the office.

        Args:
            tx: the transaction.
            about: the act.
            question: the name of the screen with the question.
            args: its arguments, JSON values; ``reason`` is among them.
            actor: who asks.

        Raises:
            HandledMeanwhile: the same is asked for already.
        """
        tx.run("chief_requests.expire", now=to_millis(tx.now))
        row = tx.one(
            "chief_requests.add",
            act=about.act.value,
            question=question,
            about=about.key,
            subject=about.subject,
            office=about.office,
            account_id=about.account_id,
            holder_id=about.holder_id,
            args_sealed=self._sealed(args),
            reason=str(args.get("reason", "")),
            actor=actor,
            now=to_millis(tx.now),
            expires_at=to_millis(tx.now + TIME_TO_DECIDE),
        )
        if row is None:
            waits = waiting_about(tx, question, about.key)
            by = waits.actor if waits else ""
            raise HandledMeanwhile(by=by, action=AuditAction.ASKED_CHIEF.value)
        request = find(tx, row["request_id"])
        _record(tx, request, actor, AuditAction.ASKED_CHIEF, reason=request.reason)
        self._chiefs.announce(tx, request, asked=NotificationPurpose.CHIEF_REQUEST, decided=_DECIDED)
        return request

    def note_alone(self, tx: Tx, about: GraveSubject, question: str, actor: str) -> None:
        """Record that an act that needs two chiefs was done by one, as the office has no other.

        A request for it from when there was another chief is withdrawn.
        """
        values = {"question": question, "about": about.key, "actor": actor, "now": to_millis(tx.now)}
        for row in tx.all("chief_requests.settle", **values):
            queue.cancel(tx, audit.request_subject(row["request_id"]))
        if about.act in self._acts:
            details = {"act": about.act.value}
            audit.record(
                tx, actor, AuditAction.ACTED_ALONE, about.subject, office=about.office or None, **details
            )

    def arguments(self, request: ChiefRequest) -> dict[str, object]:
        """Return the arguments of the question.

        Raises:
            RequestOver: it is decided, and they are gone.
        """
        if request.sealed is None:
            raise RequestOver
        found: dict[str, object] = json.loads(self._vault.open(request.sealed))
        return {name: self._resealed(value) for name, value in found.items()}

    def _sealed(self, args: Mapping[str, object]) -> bytes:
        """Encrypt arguments; nothing is encrypted twice, as a rotation of keys looks at one layer."""
        opened = {
            name: {_SEALED: self._vault.open(value.encode())} if _is_sealed(value) else value
            for name, value in args.items()
        }
        return self._vault.seal(json.dumps(opened, ensure_ascii=False))

    def _resealed(self, value: object) -> object:
        if isinstance(value, dict) and set(value) == {_SEALED}:
            return self._vault.seal(value[_SEALED]).decode()
        return value

    def agree(self, tx: Tx, request: ChiefRequest, actor: str) -> None:
        """Agree to the request of somebody else; the caller does the act in the same transaction.

        Raises:
            OwnRequest: they have asked for it themselves.
            SecondChiefTooNew: they were appointed too short a time ago.
            HandledMeanwhile: it was decided meanwhile.
            RequestOver: it has expired.
        """
        self._decide(tx, request, RequestState.CONFIRMED, actor)
        self._chiefs.ensure_may_decide(tx, request.office, actor)

    def refuse(self, tx: Tx, request: ChiefRequest, actor: str) -> None:
        """Refuse the request of somebody else: nothing is done.

        Raises:
            OwnRequest, HandledMeanwhile, RequestOver: as ``agree``.
        """
        self._decide(tx, request, RequestState.REFUSED, actor)

    def close(self, tx: Tx, request: ChiefRequest, actor: str) -> None:
        """Close a request that can no longer be done; ``actor`` has met it, who asked is told if another.

        Of one that no longer waits nothing changes.
        """
        values = {"state": RequestState.REFUSED.value, "actor": audit.SYSTEM, "now": to_millis(tx.now)}
        if tx.run("chief_requests.decide", request_id=request.request_id, **values):
            _record(tx, request, audit.SYSTEM, AuditAction.CLOSED_REQUEST, asker=request.actor)
            self._chiefs.settle(tx, request, actor, decided=_DECIDED)

    def withdraw(self, tx: Tx, request: ChiefRequest, actor: str) -> None:
        """Withdraw one's own request.

        Raises:
            RequestOver: it has expired, or is somebody else's.
            HandledMeanwhile: it was decided meanwhile.
        """
        self._decide(tx, request, RequestState.WITHDRAWN, actor)

    def _decide(self, tx: Tx, request: ChiefRequest, state: RequestState, actor: str) -> None:
        request.ensure_is_theirs(state, actor)
        values = {"state": state.value, "actor": actor, "now": to_millis(tx.now)}
        if not tx.run("chief_requests.decide", request_id=request.request_id, **values):
            raise find(tx, request.request_id).decided(_ACTIONS)
        _record(tx, request, actor, _ACTIONS[state], asker=request.actor)
        self._chiefs.settle(tx, request, actor, decided=_DECIDED)


def find(tx: Tx, request_id: int) -> ChiefRequest:
    """Return a request, whatever its state.

    Raises:
        RequestOver: there is no such request.
    """
    row = tx.one("chief_requests.get", request_id=request_id)
    if row is None:
        raise RequestOver
    return _request(row)


def ensure_waiting(tx: Tx, request: ChiefRequest) -> None:
    """Check that a request can still be decided.

    Raises:
        HandledMeanwhile, RequestOver: as ``Request.ensure_waiting``.
    """
    request.ensure_waiting(tx.now, _ACTIONS)


def waiting(tx: Tx, limit: int) -> list[ChiefRequest]:
    """Return the requests that wait to be decided, of all offices, oldest first."""
    return [_request(row) for row in tx.all("chief_requests.waiting", now=to_millis(tx.now), most=limit)]


def waiting_about(tx: Tx, question: str, key: str) -> ChiefRequest | None:
    """Return the request of a question with this key that waits to be decided, if any."""
    values = {"question": question, "about": key, "now": to_millis(tx.now)}
    row = tx.one("chief_requests.waiting_about", **values)
    return _request(row) if row else None


def expire(tx: Tx) -> None:
    """End the requests that nobody has decided in time; their arguments are deleted."""
    tx.run("chief_requests.expire", now=to_millis(tx.now))


def _is_sealed(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and TOKEN.fullmatch(value) is not None


def _record(tx: Tx, request: ChiefRequest, actor: str, action: AuditAction, **details: object) -> None:
    about = request.about
    audit.record(
        tx, actor, action, about.subject, office=about.office or None, act=about.act.value, **details
    )


def _request(row: Row) -> ChiefRequest:
    about = GraveSubject(
        act=GraveAct(row["act"]),
        key=row["about"],
        subject=row["subject"],
        office=row["office"],
        account_id=row["account_id"],
        holder_id=row["holder_id"],
    )
    return ChiefRequest(
        request_id=row["request_id"],
        office=row["office"],
        about=about,
        question=row["question"],
        sealed=bytes(row["args_sealed"]) if row["args_sealed"] is not None else None,
        reason=row["reason"],
        actor=row["actor"],
        at=from_millis(row["requested_at"]),
        expires_at=from_millis(row["expires_at"]),
        state=RequestState(row["state"]),
        decided_by=row["decided_by"] or "",
    )
