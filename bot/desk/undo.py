"""/undo: taking back what was done at the desk (docs/domain.md, section 13).

What is taken back is named by a key in the screen's arguments: ``preselection:7``, ``appeal:12``,
``segment:粤K:small:B####``, ``day:粤K:2026-12-30,2026-12-31:counter`` of one day or several.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.arguments import mask_for
from bot.desk.confirmation import (
    GONE,
    Confirmation,
    return_to_origin,
    screen_of,
)
from bot.desk.persons import owner_line
from bot.dialog.context import Context
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Part, Usage
from bot.i18n import formatting
from bot.texts.desk import parts
from bot.texts.desk import undo as texts
from core.audit import SubjectKind, office_subject, pool_subject
from core.availability import closed_days, rescheduling
from core.availability.closed_days import EnteredDay, HoursKind
from core.availability.rescheduling import Rescheduling
from core.errors.base import Refusal
from core.errors.desk import NothingKnown
from core.errors.undo import NothingToUndo, UndoForChiefs
from core.people.admins import Permission
from core.people.chief_requests import GraveSubject
from core.preselection import Preselection, get
from core.preselection.undoing import Deed, Undoable
from core.values.grave_acts import GraveAct
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.reasons import parse_published_reason, parse_reason, reason_or_none

_COMMAND = "undo"
_DAY = "day"


# --- what is taken back ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How things of one kind are taken back."""

    question: Callable[[Context], str]  # raises what is in the way
    act: Callable[[Context], str]
    office: Callable[[Context, str], str]  # whose chiefs may take it back
    is_published: bool = False  # the reason is


def _rest(ctx: Context, what: str = "") -> list[str]:
    return (what or ctx.arg("what")).split(":")[1:]


def _number(parts_of_key: list[str]) -> int:
    if len(parts_of_key) != 1 or not parts_of_key[0].isdecimal():
        raise NothingKnown
    return int(parts_of_key[0])


def _found(ctx: Context, preselection: Preselection) -> Undoable:
    """Return what a chief, or who did it within the hour, would take back."""
    own = ctx.actor if _own_only(ctx, preselection.office) else ""
    return ctx.core.undoing.find(ctx.tx, preselection, own=own)


def _own_only(ctx: Context, office: str) -> bool:
    return not ctx.admin.may(Permission.UNDO, office)


def _reservation_question(ctx: Context) -> str:
    found = _found(ctx, get(ctx.tx, _number(_rest(ctx))))
    _ensure_clear(ctx.core.undoing.obstacle(ctx.tx, found))
    return texts.question(found, owner_line(ctx, found.preselection), ctx.arg("reason"))


def _ensure_clear(obstacle: Refusal | None) -> None:
    if obstacle is not None:
        raise obstacle


def _undo_reservation(ctx: Context) -> str:
    expected = Deed(ctx.arg("deed"))
    number, why = _number(_rest(ctx)), ctx.arg("reason")
    own_only = _own_only(ctx, get(ctx.tx, number).office)
    found = ctx.core.undoing.undo(ctx.tx, number, why, ctx.actor, expected=expected, own_only=own_only)
    return texts.undone(found)


def _approval_question(ctx: Context) -> str:
    found = ctx.core.approval_undoing.find(ctx.tx, _number(_rest(ctx)))
    accounts, ended = ctx.core.accounts, found.ended
    owner = accounts.by_id(ctx.tx, found.appeal.account_id)
    former = accounts.by_id(ctx.tx, ended.preselection.account_id) if ended else None
    return texts.approval_question(found, owner, former, ctx.arg("reason"))


def _undo_approval(ctx: Context) -> str:
    number, why = _number(_rest(ctx)), ctx.arg("reason")
    return texts.approval_undone(ctx.core.approval_undoing.undo(ctx.tx, number, why, ctx.chat_id))


def _rescheduling(ctx: Context) -> Rescheduling:
    code, kind, pattern = _rest(ctx)
    office = ctx.office_of(code)
    opens, compose = ctx.arg("opens"), ctx.arg("compose")
    return Rescheduling(
        office=office,
        mask=mask_for(office, PlateKind(kind), pattern),
        reason=ctx.arg("reason"),
        actor=ctx.actor,
        opens_at=datetime.fromisoformat(opens) if opens else None,
        compose_from=datetime.fromisoformat(compose) if compose else None,
    )


def _segment_question(ctx: Context) -> str:
    wanted = _rescheduling(ctx)
    segment = rescheduling.scheduled(ctx.tx, wanted.office, wanted.mask)
    if wanted.opens_at is None:
        return texts.cancel_question(wanted.office.code, segment, wanted.reason)
    return texts.redate_question(segment, wanted, rescheduling.new_dates(ctx.tx, segment, wanted))


def _undo_segment(ctx: Context) -> str:
    wanted = _rescheduling(ctx)
    if wanted.opens_at is None:
        return texts.cancelled(rescheduling.cancel(ctx.tx, wanted))
    return texts.redated(wanted.mask.pattern, rescheduling.redate(ctx.tx, wanted))


def segment_key(office: str, kind: PlateKind, mask: str) -> str:
    """Return the key of a scheduled release."""
    return f"{SubjectKind.SEGMENT}:{office}:{kind}:{mask}"


def days_key(office: str, days: Iterable[date], places: Iterable[HoursKind]) -> str:
    """Return the key of what was entered for some days."""
    return f"{_DAY}:{office}:{','.join(day.isoformat() for day in days)}:{','.join(places)}"


def _days_of(ctx: Context) -> tuple[Office, list[EnteredDay]]:
    """Return what is still entered for the days of the key."""
    code, days, places = _rest(ctx)
    office = ctx.office_of(code)
    meant = {
        (date.fromisoformat(day), HoursKind(place)) for day in days.split(",") for place in places.split(",")
    }
    first = min(day for day, _place in meant)
    found = [one for one in closed_days.entered(ctx.tx, office, first) if (one.day, one.place) in meant]
    if not found:
        raise NothingToUndo
    return office, found


def _day_question(ctx: Context) -> str:
    office, found = _days_of(ctx)
    return texts.day_question(office.code, found, ctx.arg("reason"))


def _undo_day(ctx: Context) -> str:
    office, found = _days_of(ctx)
    for one in found:
        ctx.core.day_changes.reopen(ctx.tx, office, one.day, one.place, ctx.arg("reason"), ctx.actor)
    return texts.days_restored(office.code, [one.day for one in found])


_KINDS: dict[str, _Kind] = {
    SubjectKind.PRESELECTION: _Kind(
        question=_reservation_question,
        act=_undo_reservation,
        office=lambda ctx, what: get(ctx.tx, _number(_rest(ctx, what))).office,
    ),
    SubjectKind.APPEAL: _Kind(
        question=_approval_question,
        act=_undo_approval,
        office=lambda ctx, what: ctx.core.appeals.get(ctx.tx, _number(_rest(ctx, what))).office,
    ),
    SubjectKind.SEGMENT: _Kind(
        question=_segment_question,
        act=_undo_segment,
        office=lambda ctx, what: _rest(ctx, what)[0],
        is_published=True,
    ),
    _DAY: _Kind(question=_day_question, act=_undo_day, office=lambda ctx, what: _rest(ctx, what)[0]),
}


def _kind(what: str) -> _Kind:
    found = _KINDS.get(what.partition(":")[0])
    if found is None:
        raise NothingKnown
    return found


def _require(ctx: Context, what: str, office: str) -> None:
    """Require that this chat may take things of a kind back: a reservation also who is no chief.

    Raises:
        NotPermitted, NotYourOffice: it may take back nothing there.
        UndoForChiefs: it may, but only what it did at the counter itself.
    """
    ctx.admin.require(Permission.UNDO_OWN, office)
    if _own_only(ctx, office) and not what.startswith(SubjectKind.PRESELECTION):
        raise UndoForChiefs


def to_question(ctx: Context, what: str, why: str, **more: str) -> Goto:
    """Go to the question before something is taken back.

    Raises:
        NotPermitted, NotYourOffice, UndoForChiefs: this chat may not take it back.
        Usage, ReasonTooShort: there is no reason.
        NothingToUndo and its like: it cannot be taken back, and why.
    """
    kind = _kind(what)
    office = kind.office(ctx, what)
    _require(ctx, what, office)
    reason = (parse_published_reason if kind.is_published else reason_or_none)(why)
    if not reason:
        raise Usage(_COMMAND, (Part.REASON,))
    args: dict[str, object] = {"what": what, "office": office, "reason": reason, **more}
    if what.startswith(SubjectKind.PRESELECTION):
        found = _found(ctx, get(ctx.tx, _number(_rest(ctx, what))))
        _ensure_clear(ctx.core.undoing.obstacle(ctx.tx, found))
        args["deed"] = found.deed.value
    elif what.startswith(SubjectKind.APPEAL):
        ctx.core.approval_undoing.find(ctx.tx, _number(_rest(ctx, what)))
    return Goto(screen=ScreenName.DESK_REDATE if "opens" in more else ScreenName.DESK_UNDO, args=args)


def may_undo(ctx: Context, preselection: Preselection | None) -> bool:
    """Return whether this chat may take back what was last done to a reservation, and still can."""
    if preselection is None or not ctx.admin.may(Permission.UNDO_OWN, preselection.office):
        return False
    try:
        _found(ctx, preselection)
    except Refusal:
        return False
    return True


def _ask(ctx: Context) -> str:
    _require(ctx, ctx.arg("what"), ctx.arg("office"))
    return _kind(ctx.arg("what")).question(ctx)


def _act(ctx: Context) -> str:
    _require(ctx, ctx.arg("what"), ctx.arg("office"))
    return _kind(ctx.arg("what")).act(ctx)


def _grave(ctx: Context) -> GraveSubject | None:
    """Return what another chief may have to agree to: not what a clerk takes back within the hour."""
    what, office = ctx.arg("what"), ctx.arg("office")
    if _own_only(ctx, office):
        return None
    subject = what
    if what.startswith(SubjectKind.SEGMENT):
        subject = pool_subject(*_rest(ctx)[:2])
    elif what.startswith(_DAY):
        subject = office_subject(office)
    return GraveSubject(act=GraveAct.UNDO, key=what, subject=subject, office=office)


UNDO_QUESTION = Confirmation(
    name=ScreenName.DESK_UNDO,
    permission=Permission.UNDO_OWN,
    question_text=_ask,
    label=texts.UNDO_SURE,
    act=_act,
    grave=_grave,
)
REDATE_QUESTION = Confirmation(
    name=ScreenName.DESK_REDATE,
    permission=Permission.UNDO_OWN,
    question_text=_ask,
    label=texts.REDATE_SURE,
    act=_act,
    grave=_grave,
)
_UNDO = screen_of(UNDO_QUESTION)
_REDATE_SCREEN = screen_of(REDATE_QUESTION)


# --- below what was just done ----------------------------------------------------------------------


def _show_done(_ctx: Context) -> View:
    undo = Button(label=texts.UNDO(), action=ActionName.UNDO, style=Style.DANGER)
    onwards = Button(label=parts.MENU(), action=ActionName.HOME)
    return View(text=texts.DONE(), rows=((undo, onwards),))


def _onwards(ctx: Context, _arg: str) -> Goto:
    return Goto(screen=SCREEN_NAMES.get(ctx.arg("to"), ScreenName.DESK_MENU))


def _to_reason(ctx: Context, _arg: str) -> Goto:
    """Ask for the reason, unless it can no longer be taken back: then say why."""
    what = ctx.arg("what")
    kind = _kind(what)
    _require(ctx, what, kind.office(ctx, what))
    kind.question(ctx)
    return Goto(screen=ScreenName.DESK_UNDO_REASON, args={"what": what})


_DONE = Screen(
    name=ScreenName.DESK_DONE,
    show=_show_done,
    buttons={ActionName.UNDO: _to_reason, ActionName.HOME: _onwards},
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


def _show_reason(ctx: Context) -> View:
    ctx.admin.require(Permission.UNDO_OWN)
    back = Button(label=formatting.BACK(), action=ActionName.BACK)
    return View(text=texts.REASON(), rows=((back,),))


def _typed(ctx: Context, text: str) -> Goto:
    return to_question(ctx, ctx.arg("what"), parse_reason(text))


_REASON = Screen(
    name=ScreenName.DESK_UNDO_REASON,
    show=_show_reason,
    buttons={ActionName.BACK: lambda ctx, _arg: return_to_origin(ctx, parts.CANCELLED())},
    text=_typed,
    hint=parts.TYPE_IT,
    errors=GONE,
)

SCREENS = (_DONE, _REASON, _UNDO, _REDATE_SCREEN)
