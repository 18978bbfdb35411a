"""/approve, /reject, and the questions before an appeal is decided (docs/domain.md, section 7)."""

from bot.desk.appeal_access import (
    ERRORS,
    appeal_arg,
    card_to_approve,
    card_to_decide,
    require_reviewer,
    to_card,
    to_decision,
)
from bot.desk.arguments import split_args, without_parting, word_at_start
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Part, Usage
from bot.i18n import formatting
from bot.texts.desk import appeals as texts
from bot.texts.desk import parts
from bot.texts.errors import of_error
from bot.texts.owner import appeal as owner_texts
from core.errors.appeals import AppealMoved
from core.errors.base import InputError, XuanhaoError
from core.people.admins import Permission
from core.preselection import PreselectionState
from core.values.labels import without_any_label
from core.values.reasons import parse_reason
from core.values.text import compact

_APPEAL = "申诉"
_MOST_DIGITS = 15


def parse_approve(ctx: Context, arguments: str) -> Goto:
    """Parse /approve 12 and go to the question.

    Raises:
        Usage: the arguments are malformed.
        AppealUnknown, AppealDecided, AppealOfOneself, NotYourOffice: it cannot be decided.
    """
    return to_decision(ctx, ScreenName.DESK_APPEAL_APPROVE, _number("approve", arguments))


def parse_reject(ctx: Context, arguments: str) -> Goto:
    """Parse /reject 12 REASON and go to the question; raises as ``parse_approve``."""
    written = without_parting(without_any_label(arguments.removeprefix(_APPEAL)))
    appeal = _number("reject", word_at_start(written)) if written else 0
    _, reason = split_args("reject", written, 2)
    return to_decision(ctx, ScreenName.DESK_APPEAL_REJECT_SURE, appeal, reason=parse_reason(reason))


def _number(command: str, raw: str) -> int:
    raw = compact(raw, "#").removeprefix(_APPEAL).removesuffix("号")
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= _MOST_DIGITS):
        raise Usage(command, (Part.APPEAL,))
    return int(raw)


# --- approving --------------------------------------------------------------------------------


def _show_approve(ctx: Context) -> View:
    card, bar = card_to_approve(ctx, appeal_arg(ctx)), bool(ctx.args.get("bar"))
    holder = card.obstacles.holder
    may_bar = card.suspicion is None and holder is not None and holder.state == PreselectionState.RESERVED
    toggle = Button(label=(texts.BAR_ON if bar else texts.BAR_OFF)(), action=ActionName.BAR)
    return View(
        text=texts.approve_question(card, bar=bar),
        rows=(
            *(((toggle,),) if may_bar else ()),
            (
                Button(label=texts.APPROVE_SURE(), action=ActionName.DO, style=Style.SUCCESS),
                Button(label=parts.KEEP(), action=ActionName.CARD),
            ),
        ),
    )


def _approve(ctx: Context, _arg: str) -> Goto:
    number = appeal_arg(ctx)
    card_to_approve(ctx, number)
    outcome = ctx.core.reviews.approve(
        ctx.tx, number, ctx.chat_id, expected=ctx.arg("seen"), bar=bool(ctx.args.get("bar"))
    )
    appeal = ctx.core.appeals.get(ctx.tx, number)
    note = texts.approved(appeal, outcome)
    if ctx.admin.may(Permission.UNDO, appeal.office) and appeal.suspicion_id is None:
        args = {"what": appeal.subject, "to": ScreenName.DESK_APPEALS}
        return Goto(screen=ScreenName.DESK_DONE, args=args, note=note, sticky=True)
    return Goto(screen=ScreenName.DESK_APPEALS, note=note, sticky=True)


def _look_again(ctx: Context, error: XuanhaoError) -> Goto:
    """Show the question again: the facts have changed, and an earlier tick must not bar anybody."""
    go = to_decision(ctx, ScreenName.DESK_APPEAL_APPROVE, appeal_arg(ctx))
    return Goto(screen=go.screen, args=go.args, note=of_error(error), sticky=True)


APPROVE = Screen(
    name=ScreenName.DESK_APPEAL_APPROVE,
    show=_show_approve,
    buttons={
        ActionName.BAR: lambda ctx, _arg: Goto(
            screen=ScreenName.DESK_APPEAL_APPROVE, args={**ctx.args, "bar": not ctx.args.get("bar")}
        ),
        ActionName.DO: _approve,
        ActionName.CARD: lambda ctx, _arg: Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}),
    },
    hint=formatting.PRESS_HINT,
    errors={**ERRORS, InputError: to_card, AppealMoved: _look_again},
)


# --- rejecting --------------------------------------------------------------------------------


def _show_reject(ctx: Context) -> View:
    card = card_to_decide(ctx, appeal_arg(ctx))
    ready = [
        Button(label=reason(), action=ActionName.REASON, arg=str(place))
        for place, reason in enumerate(owner_texts.REASONS)
    ]
    return View(
        text=texts.reject_page(card.appeal),
        rows=(*in_columns(ready, 1), (Button(label=texts.CARD(), action=ActionName.CARD),)),
    )


def _because(ctx: Context, text: str) -> Goto:
    return to_decision(ctx, ScreenName.DESK_APPEAL_REJECT_SURE, appeal_arg(ctx), reason=parse_reason(text))


REJECT = Screen(
    name=ScreenName.DESK_APPEAL_REJECT,
    show=_show_reject,
    buttons={
        ActionName.REASON: lambda ctx, place: _because(ctx, owner_texts.REASONS[int(place)].chinese),
        ActionName.CARD: lambda ctx, _arg: Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}),
    },
    text=_because,
    hint=texts.REASON_HINT,
    errors=ERRORS,
)


def _show_reject_sure(ctx: Context) -> View:
    card = card_to_decide(ctx, appeal_arg(ctx))
    return View(
        text=texts.reject_question(card, ctx.arg("reason")),
        rows=(
            (
                Button(label=texts.REJECT_SURE(), action=ActionName.DO, style=Style.DANGER),
                Button(label=parts.KEEP(), action=ActionName.CARD),
            ),
        ),
    )


def _reject(ctx: Context, _arg: str) -> Goto:
    number = appeal_arg(ctx)
    require_reviewer(ctx, number)
    appeal = ctx.core.reviews.reject(ctx.tx, number, ctx.arg("reason"), ctx.chat_id)
    return Goto(screen=ScreenName.DESK_APPEALS, note=texts.rejected(appeal), sticky=True)


REJECT_SURE = Screen(
    name=ScreenName.DESK_APPEAL_REJECT_SURE,
    show=_show_reject_sure,
    buttons={
        ActionName.DO: _reject,
        ActionName.CARD: lambda ctx, _arg: Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}),
    },
    hint=formatting.PRESS_HINT,
    errors={**ERRORS, InputError: to_card},
)

SCREENS = (APPROVE, REJECT, REJECT_SURE)
