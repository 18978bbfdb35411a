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
from core.errors.staff import RequestOver
from core.notifications import queue
from core.notifications.queue import NotificationPurpose
from core.people.other_chiefs import TIME_TO_DECIDE, OtherChiefs, Request, RequestState
from core.pool.releases import Freeing, Pools
from core.pool.segments import mask_of
from core.ports import Row, Tx
from core.public_journal import chain
from core.values.masks import Mask
from core.values.offices import Office
from core.values.plates import PlateKind

_DECIDED = NotificationPurpose.UNWITHHOLD_DECIDED
_ACTIONS = {
    RequestState.CONFIRMED: AuditAction.UNWITHHELD,
    RequestState.REFUSED: AuditAction.REFUSED_UNWITHHOLDING,
    RequestState.WITHDRAWN: AuditAction.WITHDREW_UNWITHHOLDING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwithholdRequest(Request):
    """A chief's request to make a withheld mask available again."""

    kind: PlateKind
    pattern: str
    role: str  # of the actor, as the public journal names it
    withheld_since: datetime
    withheld_reason: str  # empty if it was withheld without one
    withheld_role: str
    compose_from: datetime | None  # from when the numbers can be self-composed; None while they are withheld

    @property
    def subject(self) -> str:
        return audit.unwithhold_subject(self.request_id)


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
        role = chain.public_role(tx, actor, office.code)
        if not self._chiefs.chats(tx, office.code, actor):
            return self._end_alone(tx, Freeing(office=office, mask=mask, actor=actor, reason=reason, by=role))
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
        self._chiefs.announce(tx, request, asked=NotificationPurpose.UNWITHHOLD, decided=_DECIDED)
        return UnwithholdResult(compose_from=None, request=request)

    def confirm(self, tx: Tx, request_id: int, office: Office, actor: str) -> datetime:
        """End the withholding that another chief has asked to end.

        Returns:
            From when its numbers can be self-composed.

        Raises:
            OwnRequest: the chief has asked for it themselves.
            SecondChiefTooNew: the chief was appointed too short a time ago.
            HandledMeanwhile: it was decided meanwhile.
            RequestOver: it has expired, or there is no such request.
            NoSeedToday: no day can be drawn today.
        """
        request = self._decide(tx, request_id, RequestState.CONFIRMED, actor)
        self._chiefs.ensure_may_decide(tx, request.office, actor)
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
            OwnRequest, HandledMeanwhile, RequestOver: as ``confirm``.
        """
        request = self._decide(tx, request_id, RequestState.REFUSED, actor)
        _record(tx, request, actor, AuditAction.REFUSED_UNWITHHOLDING)

    def withdraw(self, tx: Tx, request_id: int, actor: str) -> None:
        """Withdraw one's own request.

        Raises:
            RequestOver: it has expired, or is another chief's.
            HandledMeanwhile: it was decided meanwhile.
        """
        request = self._decide(tx, request_id, RequestState.WITHDRAWN, actor)
        _record(tx, request, actor, AuditAction.WITHDREW_UNWITHHOLDING)

    def _end_alone(self, tx: Tx, freeing: Freeing) -> UnwithholdResult:
        pending = waiting_for(tx, freeing.office, freeing.mask)
        if pending is not None:  # from when there was another chief
            values = {"state": RequestState.WITHDRAWN, "actor": freeing.actor, "now": to_millis(tx.now)}
            tx.run("pool.decide_unwithhold", request_id=pending.request_id, **values)
            queue.cancel(tx, pending.subject)
        return UnwithholdResult(compose_from=self._pools.unwithhold(tx, freeing))

    def _decide(self, tx: Tx, request_id: int, state: RequestState, actor: str) -> UnwithholdRequest:
        request = find(tx, request_id)
        request.ensure_is_theirs(state, actor)
        values = {"state": state, "actor": actor, "now": to_millis(tx.now)}
        if not tx.run("pool.decide_unwithhold", request_id=request_id, **values):
            raise find(tx, request_id).decided(_ACTIONS)
        self._chiefs.settle(tx, request, actor, decided=_DECIDED)
        return request

    def _asked_meanwhile(self, tx: Tx, office: Office, mask: Mask) -> HandledMeanwhile:
        pending = waiting_for(tx, office, mask)
        if pending is not None:
            return HandledMeanwhile(by=pending.actor, action=AuditAction.REQUESTED_UNWITHHOLDING.value)
        subject = audit.pool_subject(office.code, mask.kind)
        return audit.mask_handled(tx, subject, AuditAction.UNWITHHELD, mask.pattern)


def find(tx: Tx, request_id: int) -> UnwithholdRequest:
    """Return a request, whatever its state.

    Raises:
        RequestOver: there is no such request.
    """
    row = tx.one("pool.unwithhold_request", request_id=request_id)
    if row is None:
        raise RequestOver
    return _request(row)


def ensure_waiting(tx: Tx, request: UnwithholdRequest) -> None:
    """Check that a request can still be decided.

    Raises:
        HandledMeanwhile, RequestOver: as ``Request.ensure_waiting``.
    """
    request.ensure_waiting(tx.now, _ACTIONS)


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
