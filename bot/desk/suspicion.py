"""Suspected abuse (异常选号嫌疑) at the desk: evidence and decision (docs/domain.md, section 14)."""

from bot.desk.confirmation import Confirmation, screen_of
from bot.desk.find import to_card
from bot.desk.persons import named
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts.desk import staff
from bot.texts.desk import suspicion as texts
from bot.texts.errors import of_error
from core.appeals import AppealState
from core.errors.base import Refusal, XuanhaoError
from core.errors.suspicion import SuspicionUnknown
from core.people.admins import Permission
from core.suspicion import Suspicion, SuspicionState, find_suspicion
from core.values.reasons import parse_reason


def to_page(number: str) -> Goto:
    return Goto(screen=ScreenName.DESK_SUSPICION, args={"id": number})


def _to_desk(_ctx: Context, error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.DESK_DESK, args={"page": "0"}, note=of_error(error), sticky=True)


_ERRORS: ErrorWays = {Refusal: _to_desk}
"""The suspicion was decided by another admin meanwhile: the work queue is shown with a note."""


def _seen(ctx: Context) -> Suspicion:
    """Return the undecided suspicion of this page, at an office where this chat reviews.

    Raises:
        SuspicionUnknown, HandledMeanwhile, SuspicionOfOneself: it cannot be decided here.
        NotPermitted, NotYourOffice: this chat does not review there.
    """
    ctx.admin.require(Permission.APPEALS)
    number = ctx.arg("id")
    if not number.isdecimal():
        raise SuspicionUnknown
    found = find_suspicion(ctx.tx, int(number))
    ctx.admin.require(Permission.APPEALS, found.office)
    return ctx.core.decisions.undecided(ctx.tx, found.suspicion_id, ctx.chat_id)


def _roles(ctx: Context, found: Suspicion) -> str:
    return "" if found.admin_chat is None else staff.posts(ctx.core.admins.of(ctx.tx, found.admin_chat))


def _show(ctx: Context) -> View:
    found = _seen(ctx)
    answers = ctx.core.appeals.answers(ctx.tx, found.suspicion_id)
    ways = [Button(label=texts.DISMISS(), action=ActionName.DISMISS, style=Style.SUCCESS)]
    if found.state == SuspicionState.OPEN:
        ways.append(Button(label=texts.CONFIRMED(), action=ActionName.CONFIRM))
        if found.account_id is not None:
            ways.append(Button(label=texts.ASK(), action=ActionName.ASK, style=Style.DANGER))
    ways += [
        Button(label=texts.ANSWER(), action=ActionName.APPEAL, arg=str(answer.appeal_id))
        for answer in answers
        if answer.state == AppealState.PENDING
    ]
    if found.account_id is not None:
        ways.append(Button(label=texts.OWNER(), action=ActionName.FIND, arg=found.subject))
    return View(
        text=texts.page(found, ctx.core.settings.suspicion, _roles(ctx, found), answers, ctx.tx.now),
        rows=(*in_columns(ways, 2), (Button(label=formatting.BACK(), action=ActionName.BACK),)),
    )


def _to_ask(ctx: Context, _arg: str) -> Goto:
    found = _seen(ctx)
    args = {"id": ctx.arg("id"), "office": found.office, "back": _origin(ctx)}
    return Goto(screen=ScreenName.DESK_SUSPICION_ASK, args=args)


def _origin(ctx: Context) -> list[object]:
    """Return where a question leads back to: the page of the suspicion."""
    return [ScreenName.DESK_SUSPICION, {"id": ctx.arg("id")}]


def _to_reason(ctx: Context, target: SuspicionState) -> Goto:
    _seen(ctx)
    return Goto(screen=ScreenName.DESK_SUSPICION_REASON, args={"id": ctx.arg("id"), "target": target})


PAGE = Screen(
    name=ScreenName.DESK_SUSPICION,
    show=_show,
    buttons={
        ActionName.DISMISS: lambda ctx, _arg: _to_reason(ctx, SuspicionState.DISMISSED),
        ActionName.CONFIRM: lambda ctx, _arg: _to_reason(ctx, SuspicionState.CONFIRMED),
        ActionName.ASK: _to_ask,
        ActionName.APPEAL: lambda _ctx, number: Goto(screen=ScreenName.DESK_APPEAL, args={"id": number}),
        ActionName.FIND: lambda _ctx, what: to_card(what),
        ActionName.BACK: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_DESK, args={"page": "0"}),
    },
    hint=formatting.PRESS_HINT,
    errors=_ERRORS,
)


def _who(ctx: Context) -> str:
    """Return the owner whom the suspicion is about, masked; empty if it is about an admin."""
    found = _seen(ctx)
    return "" if found.account_id is None else named(ctx, found.account_id)


# --- asking for the invoice -------------------------------------------------------------------


def _ask(ctx: Context) -> str:
    return texts.asked(ctx.core.decisions.ask(ctx.tx, _seen(ctx).suspicion_id, ctx.chat_id))


ASK = screen_of(
    Confirmation(
        name=ScreenName.DESK_SUSPICION_ASK,
        permission=Permission.APPEALS,
        question_text=lambda ctx: texts.ask_question(_seen(ctx), _who(ctx)),
        label=texts.ASK_SURE,
        act=_ask,
        style=Style.DANGER,
    )
)


# --- dismissing and confirming ----------------------------------------------------------------


def _target(ctx: Context) -> SuspicionState:
    is_confirmed = ctx.arg("target") == SuspicionState.CONFIRMED
    return SuspicionState.CONFIRMED if is_confirmed else SuspicionState.DISMISSED


def _show_reason(ctx: Context) -> View:
    found, target = _seen(ctx), _target(ctx)
    ready = [
        Button(label=reason(), action=ActionName.REASON, arg=str(place))
        for place, reason in enumerate(texts.REASONS[target])
    ]
    return View(
        text=texts.reason_page(found, target),
        rows=(*in_columns(ready, 1), (Button(label=texts.BACK(), action=ActionName.BACK),)),
    )


def _because(ctx: Context, text: str) -> Goto:
    reason, found = parse_reason(text), _seen(ctx)
    args = {"id": ctx.arg("id"), "target": _target(ctx), "reason": reason, "office": found.office}
    return Goto(screen=ScreenName.DESK_SUSPICION_DECIDE, args={**args, "back": _origin(ctx)})


REASON = Screen(
    name=ScreenName.DESK_SUSPICION_REASON,
    show=_show_reason,
    buttons={
        ActionName.REASON: lambda ctx, place: _because(ctx, texts.REASONS[_target(ctx)][int(place)].chinese),
        ActionName.BACK: lambda ctx, _arg: to_page(ctx.arg("id")),
    },
    text=_because,
    hint=texts.REASON_HINT,
    errors=_ERRORS,
)


def _decide(ctx: Context, _arg: str) -> Goto:
    found = _seen(ctx)
    decide = (
        ctx.core.decisions.confirm if _target(ctx) == SuspicionState.CONFIRMED else ctx.core.decisions.dismiss
    )
    decided = decide(ctx.tx, found.suspicion_id, ctx.arg("reason"), ctx.chat_id)
    args = {"page": "0", "done": found.own_subject}
    return Goto(screen=ScreenName.DESK_DESK, args=args, note=texts.decided(decided), sticky=True)


def _show_decide(ctx: Context) -> View:
    found = _seen(ctx)
    buttons = (
        Button(label=texts.DISMISS_SURE(), action=ActionName.DO, style=Style.PRIMARY),
        Button(label=texts.BACK(), action=ActionName.BACK),
    )
    text = texts.decide_question(found, _who(ctx), _target(ctx), ctx.arg("reason"))
    return View(text=text, rows=(buttons,))


DECIDE = Screen(
    name=ScreenName.DESK_SUSPICION_DECIDE,
    show=_show_decide,
    buttons={ActionName.DO: _decide, ActionName.BACK: lambda ctx, _arg: to_page(ctx.arg("id"))},
    hint=formatting.PRESS_HINT,
    errors=_ERRORS,
)

SCREENS = (PAGE, ASK, REASON, DECIDE)
