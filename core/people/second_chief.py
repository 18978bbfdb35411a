"""A second chief confirms that withheld numbers become available again (docs/domain.md, section 5.5).

Who knows when withheld numbers will be free could wish for them first; so a chief only asks for it, and
another chief of the office decides. An office with one chief has nobody to ask: there it takes effect at
once, and the bulletin says so. A chief who was appointed lately cannot confirm yet: otherwise a chief could
appoint somebody for the purpose. The request waits for them, rather than take effect without a second chief.
"""

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, moment_or_none, to_millis
from core.errors.desk import HandledMeanwhile
from core.errors.pool import OwnUnwithholdRequest, UnwithholdRequestOver
from core.errors.staff import SecondChiefTooNew
from core.notifications import queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.other_chiefs import TIME_TO_DECIDE, OtherChiefs, RequestState
from core.pool.releases import Freeing, Pools
from core.pool.segments import mask_of
from core.ports import Row, Tx
from core.public_journal import chain
from core.values.masks import Mask
from core.values.offices import Office
from core.values.plates import PlateKind

_ACTIONS = {
    RequestState.CONFIRMED: AuditAction.UNWITHHELD,
    RequestState.REFUSED: AuditAction.REFUSED_UNWITHHOLDING,
    RequestState.WITHDRAWN: AuditAction.WITHDREW_UNWITHHOLDING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwithholdRequest:
    """A chief's request to make a withheld mask available again."""

    request_id: int
    office: str
    kind: PlateKind
    pattern: str
    reason: str
    actor: str
    role: str  # of the actor, as the public journal names it
    at: datetime
    expires_at: datetime
    state: RequestState
    withheld_since: datetime
    withheld_reason: str  # empty if it was withheld without one
    withheld_role: str
    decided_by: str  # an actor; empty until it is decided
    compose_from: datetime | None  # from when the numbers can be self-composed; None while they are withheld

    @property
    def subject(self) -> str:
        return audit.unwithhold_subject(self.request_id)

    def is_over(self, now: datetime) -> bool:
        """Return whether nobody has decided it in time."""
        waits = self.state == RequestState.WAITING
        return self.state == RequestState.EXPIRED or (waits and self.expires_at <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwithholdResult:
    """What became of a chief's wish to end a withholding."""

    compose_from: datetime | None  # it has ended, and from then the numbers can be self-composed
    request: UnwithholdRequest | None = None  # another chief must confirm it


class SecondChief:
    """Ends withholdings, with the confirmation of another chief if there is one.

    Args:
        pools: the pools.
        chiefs: finds who can confirm.
    """

    def __init__(self, pools: Pools, chiefs: OtherChiefs) -> None:
        self._pools = pools
        self._chiefs = chiefs

    def ask(self, tx: Tx, office: Office, mask: Mask, actor: str, reason: str) -> UnwithholdResult:
        """Ask the other chiefs to end a withholding; without another chief, end it.

        Raises:
            HandledMeanwhile: it has ended meanwhile, or is asked for already.
            NoSeedToday: it would end now, but no day can be drawn today.
        """
        tx.run("pool.expire_unwithhold_requests", now=to_millis(tx.now))
        role, others = chain.public_role(tx, actor, office.code), self._chiefs.chats(tx, office.code, actor)
        if not others:
            return self._end_alone(tx, office, mask, actor, reason)
        row = tx.one(
            "pool.request_unwithhold",
            office=office.code,
            kind=mask.kind,
            mask=mask.pattern,
            reason=reason,
            actor=actor,
            role=role,
            now=to_millis(tx.now),
            expires_at=to_millis(tx.now + TIME_TO_DECIDE),
        )
        if row is None:
            raise self._asked_meanwhile(tx, office, mask)
        request = find(tx, row["request_id"])
        _record(tx, request, actor, AuditAction.REQUESTED_UNWITHHOLDING, reason=reason)
        for chat_id in others:
            self._tell_other(tx, request, chat_id)
        # Cancelled, or sent at once, by the decision.
        _tell(tx, request, _chat(actor), NotificationPurpose.UNWITHHOLD_DECIDED, at=request.expires_at)
        return UnwithholdResult(compose_from=None, request=request)

    def confirm(self, tx: Tx, request_id: int, office: Office, actor: str) -> datetime:
        """End the withholding that another chief has asked to end.

        Returns:
            From when its numbers can be self-composed.

        Raises:
            OwnUnwithholdRequest: the chief has asked for it themselves.
            SecondChiefTooNew: the chief was appointed too short a time ago.
            HandledMeanwhile: it was decided meanwhile.
            UnwithholdRequestOver: it has expired, or there is no such request.
            NoSeedToday: no day can be drawn today.
        """
        request = self._decide(tx, request_id, RequestState.CONFIRMED, actor)
        at = self._chiefs.may_decide_from(tx, request.office, _chat(actor))
        if at is not None:
            raise SecondChiefTooNew(at)
        freeing = Freeing(
            office=office,
            mask=mask_of(request.kind, request.pattern, office.nev_letters),
            actor=actor,
            reason=request.reason,
            by=request.role,
            second=chain.public_role(tx, actor, office.code),
        )
        return self._pools.unwithhold(tx, freeing)

    def refuse(self, tx: Tx, request_id: int, actor: str) -> None:
        """Refuse a request of another chief: the mask stays withheld.

        Raises:
            OwnUnwithholdRequest, HandledMeanwhile, UnwithholdRequestOver: as ``confirm``.
        """
        request = self._decide(tx, request_id, RequestState.REFUSED, actor)
        _record(tx, request, actor, AuditAction.REFUSED_UNWITHHOLDING)

    def withdraw(self, tx: Tx, request_id: int, actor: str) -> None:
        """Withdraw one's own request.

        Raises:
            UnwithholdRequestOver: it has expired, or is another chief's.
            HandledMeanwhile: it was decided meanwhile.
        """
        request = self._decide(tx, request_id, RequestState.WITHDRAWN, actor)
        _record(tx, request, actor, AuditAction.WITHDREW_UNWITHHOLDING)

    def _end_alone(self, tx: Tx, office: Office, mask: Mask, actor: str, reason: str) -> UnwithholdResult:
        pending = waiting_for(tx, office, mask)
        if pending is not None:  # from when there was another chief
            values = {"state": RequestState.WITHDRAWN, "actor": actor, "now": to_millis(tx.now)}
            tx.run("pool.decide_unwithhold", request_id=pending.request_id, **values)
            queue.cancel(tx, pending.subject)
        by = chain.public_role(tx, actor, office.code)
        freeing = Freeing(office=office, mask=mask, actor=actor, reason=reason, by=by)
        return UnwithholdResult(compose_from=self._pools.unwithhold(tx, freeing))

    def _decide(self, tx: Tx, request_id: int, state: RequestState, actor: str) -> UnwithholdRequest:
        request = find(tx, request_id)
        is_own = request.actor == actor
        if is_own and state != RequestState.WITHDRAWN:
            raise OwnUnwithholdRequest
        if not is_own and state == RequestState.WITHDRAWN:
            raise UnwithholdRequestOver
        values = {"state": state, "actor": actor, "now": to_millis(tx.now)}
        if not tx.run("pool.decide_unwithhold", request_id=request_id, **values):
            raise _decided(find(tx, request_id))
        queue.cancel(tx, request.subject)
        if not is_own:
            _tell(tx, request, _chat(request.actor), NotificationPurpose.UNWITHHOLD_DECIDED)
        return request

    def _tell_other(self, tx: Tx, request: UnwithholdRequest, chat_id: int) -> None:
        """Tell another chief of a request; one who cannot confirm it yet is told again when they can."""
        purpose, until = NotificationPurpose.UNWITHHOLD, request.expires_at
        _tell(tx, request, chat_id, purpose, until=until)
        at = self._chiefs.may_decide_from(tx, request.office, chat_id)
        if at is not None:
            _tell(tx, request, chat_id, f"{purpose}:{to_millis(at)}", at=at, until=until)

    def _asked_meanwhile(self, tx: Tx, office: Office, mask: Mask) -> HandledMeanwhile:
        pending = waiting_for(tx, office, mask)
        if pending is not None:
            return HandledMeanwhile(by=pending.actor, action=AuditAction.REQUESTED_UNWITHHOLDING.value)
        subject = audit.pool_subject(office.code, mask.kind)
        return audit.mask_handled(tx, subject, AuditAction.UNWITHHELD, mask.pattern)


def _chat(actor: str) -> int:
    return int(audit.chat_of(actor))


def _tell(
    tx: Tx,
    request: UnwithholdRequest,
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


def find(tx: Tx, request_id: int) -> UnwithholdRequest:
    """Return a request, whatever its state.

    Raises:
        UnwithholdRequestOver: there is no such request.
    """
    row = tx.one("pool.unwithhold_request", request_id=request_id)
    if row is None:
        raise UnwithholdRequestOver
    return _request(row)


def ensure_waiting(tx: Tx, request: UnwithholdRequest) -> None:
    """Check that a request can still be decided.

    Raises:
        HandledMeanwhile: it is decided.
        UnwithholdRequestOver: it has expired.
    """
    if request.state != RequestState.WAITING or request.expires_at <= tx.now:
        raise _decided(request)


def waiting(tx: Tx, limit: int) -> list[UnwithholdRequest]:
    """Return the requests that wait to be decided, of all offices, oldest first."""
    rows = tx.all("pool.waiting_unwithhold_requests", now=to_millis(tx.now), most=limit)
    return [_request(row) for row in rows]


def waiting_for(tx: Tx, office: Office, mask: Mask) -> UnwithholdRequest | None:
    """Return the request to end the withholding of a mask that waits to be decided, if any."""
    row = tx.one(
        "pool.waiting_unwithhold_request",
        office=office.code,
        kind=mask.kind,
        mask=mask.pattern,
        now=to_millis(tx.now),
    )
    return _request(row) if row else None


def _decided(request: UnwithholdRequest) -> HandledMeanwhile | UnwithholdRequestOver:
    if request.state not in _ACTIONS:
        return UnwithholdRequestOver()
    return HandledMeanwhile(by=request.decided_by, action=_ACTIONS[request.state].value)


def _record(tx: Tx, request: UnwithholdRequest, actor: str, action: AuditAction, **details: object) -> None:
    subject = audit.pool_subject(request.office, request.kind)
    audit.record(tx, actor, action, subject, office=request.office, mask=request.pattern, **details)


def _request(row: Row) -> UnwithholdRequest:
    return UnwithholdRequest(
        request_id=row["request_id"],
        office=row["office"],
        kind=PlateKind(row["kind"]),
        pattern=row["mask"],
        reason=row["reason"],
        actor=row["actor"],
        role=row["role"],
        at=from_millis(row["requested_at"]),
        expires_at=from_millis(row["expires_at"]),
        state=RequestState(row["state"]),
        withheld_since=from_millis(row["since"]),
        withheld_reason=row["withheld_reason"],
        withheld_role=row["withheld_role"],
        decided_by=row["decided_by"] or "",
        compose_from=moment_or_none(row["compose_from"]),
    )
