"""/withhold and /unwithhold: withholding numbers by a mask, which the pool bulletin shows.

That numbers become available again is confirmed by a second chief, if there is one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.desk.arguments import mask_for, office_meant
from bot.desk.confirmation import GONE, Confirmation, return_to_origin, screen_of
from bot.desk.pool_words import take_pool_words
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts.desk import parts
from bot.texts.desk import withholding as texts
from core.people import second_chief
from core.people.admins import Permission
from core.people.second_chief import UnwithholdRequest
from core.pool import releases
from core.pool import segments as pool_segments
from core.ports import Tx
from core.values.masks import Mask
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.reasons import parse_published_reason

_QUESTIONS = {"withhold": ScreenName.DESK_WITHHOLD, "unwithhold": ScreenName.DESK_UNWITHHOLD}


def _parse(ctx: Context, command: str, arguments: str, judge: Callable[[Tx, Office, Mask], None]) -> Goto:
    found, reason = take_pool_words(command, arguments)
    office = office_meant(ctx, command, Permission.WITHHOLD, found.office)
    meant = mask_for(office, found.kind, found.mask)
    args = {
        "office": office.code,
        "kind": meant.kind.value,
        "mask": meant.pattern,
        "reason": parse_published_reason(reason),
    }
    judge(ctx.tx, office, meant)
    return Goto(screen=_QUESTIONS[command], args=args)


def parse_withhold(ctx: Context, arguments: str) -> Goto:
    """Parse /withhold 粤K small A888# REASON and go to the question.

    Raises:
        Usage, MaskError: the arguments are malformed.
        ReasonTooShort: there is no reason, or it says too little.
        PersonalNumberInText: the reason, which is published, contains an identity or telephone number.
        AlreadyWithheld: there is nothing to change.
    """
    return _parse(ctx, "withhold", arguments, releases.validate_withhold)


def parse_unwithhold(ctx: Context, arguments: str) -> Goto:
    """Parse /unwithhold 粤K small A888# REASON and go to the question, or to a request that waits already.

    Raises:
        Usage, MaskError, ReasonTooShort, PersonalNumberInText: as with /withhold.
        NotWithheld: there is nothing to change.
    """
    question = _parse(ctx, "unwithhold", arguments, releases.validate_unwithhold)
    office = ctx.office_of(str(question.args["office"]))
    mask = mask_for(office, PlateKind(str(question.args["kind"])), str(question.args["mask"]))
    pending = second_chief.waiting_for(ctx.tx, office, mask)
    if pending is not None and _has_second(ctx, office):
        return to_request(str(pending.request_id))
    return question


def _meant(ctx: Context) -> tuple[Office, Mask]:
    office = ctx.office_of(ctx.arg("office"))
    return office, mask_for(office, PlateKind(ctx.arg("kind")), ctx.arg("mask"))


def _has_second(ctx: Context, office: Office) -> bool:
    return bool(ctx.core.other_chiefs.chats(ctx.tx, office.code, ctx.actor))


def _waits_until(ctx: Context, office: Office) -> datetime | None:
    return ctx.core.other_chiefs.waits_until(ctx.tx, office.code, ctx.actor)


def _question(ctx: Context) -> str:
    office, mask = _meant(ctx)
    taken = ctx.read_snapshot(f"taken:{mask.pattern}", lambda tx: pool_segments.taken_of(tx, office, mask))
    return texts.withhold_question(office, mask, taken, ctx.arg("reason"))


def _withhold(ctx: Context) -> str:
    office, mask = _meant(ctx)
    releases.withhold(ctx.tx, office, mask, ctx.actor, reason=ctx.arg("reason"))
    return texts.withheld(office, mask)


def _unquestion(ctx: Context) -> str:
    office, mask = _meant(ctx)
    return texts.unwithhold_question(
        office,
        mask,
        ctx.arg("reason"),
        releases.freed_opening(ctx.tx, office, mask),
        has_second=_has_second(ctx, office),
        waits_until=_waits_until(ctx, office),
        after_restore=pool_segments.is_withheld_after_restore(ctx.tx, office, mask),
    )


def _unwithhold(ctx: Context) -> str:
    office, mask = _meant(ctx)
    asked = ctx.core.second_chief.ask(ctx.tx, office, mask, ctx.actor, ctx.arg("reason"))
    if asked.request is not None:
        return texts.asked(office, mask, asked.request, _waits_until(ctx, office))
    return texts.unwithheld(office, mask, asked.compose_from or ctx.tx.now, ctx.tx.now)


WITHHOLD = screen_of(
    Confirmation(
        name=ScreenName.DESK_WITHHOLD,
        permission=Permission.WITHHOLD,
        question_text=_question,
        label=texts.WITHHOLD,
        act=_withhold,
        style=Style.DANGER,
    )
)
UNWITHHOLD = screen_of(
    Confirmation(
        name=ScreenName.DESK_UNWITHHOLD,
        permission=Permission.WITHHOLD,
        question_text=_unquestion,
        label=texts.UNWITHHOLD,
        act=_unwithhold,
    )
)


# --- the second chief ------------------------------------------------------------------------


def to_request(request_id: str, way: str = "") -> Goto:
    """Go to a request to end a withholding.

    Args:
        request_id: which.
        way: ``confirm`` or ``refuse`` if the chief has chosen already, below a notification.
    """
    return Goto(screen=ScreenName.DESK_UNWITHHOLD_REQUEST, args={"id": request_id, "way": way})


def _request(ctx: Context) -> UnwithholdRequest:
    number = ctx.arg("id")
    found = second_chief.find(ctx.tx, int(number) if number.isdecimal() else 0)
    ctx.admin.require(Permission.WITHHOLD, found.office)
    return found


def _show_request(ctx: Context) -> View:
    found = _request(ctx)
    second_chief.ensure_waiting(ctx.tx, found)
    office = ctx.office_of(found.office)
    opening = releases.freed_opening(ctx.tx, office, mask_for(office, found.kind, found.pattern))
    cancel = (Button(label=parts.KEEP(), action=ActionName.CANCEL),)
    if found.actor == ctx.actor:
        text = texts.own_request(found, _waits_until(ctx, office), opening)
        return View(text=text, rows=((Button(label=texts.WITHDRAW(), action=ActionName.WITHDRAW),), cancel))
    may_from = ctx.core.other_chiefs.may_decide_from(ctx.tx, office.code, ctx.chat_id)
    confirm = Button(label=texts.CONFIRM(), action=ActionName.CONFIRM, style=Style.SUCCESS)
    refuse = Button(label=texts.REFUSE(), action=ActionName.REJECT, style=Style.DANGER)
    ways: tuple[Button, ...] = (confirm, refuse)
    if may_from is not None or ctx.arg("way") == "refuse":
        ways = (refuse,)
    elif ctx.arg("way") == "confirm":
        ways = (confirm,)
    opens = texts.opens_now(opening) if may_from is None else texts.opens_later(opening)
    return View(text=texts.request(found, may_from, opens), rows=(ways, cancel))


def _confirm(ctx: Context, _arg: str) -> Goto:
    found = _request(ctx)
    office = ctx.office_of(found.office)
    compose_from = ctx.core.second_chief.confirm(ctx.tx, found.request_id, office, ctx.actor)
    mask = mask_for(office, found.kind, found.pattern)
    return return_to_origin(ctx, texts.unwithheld(office, mask, compose_from, ctx.tx.now))


def _refuse(ctx: Context, _arg: str) -> Goto:
    ctx.core.second_chief.refuse(ctx.tx, _request(ctx).request_id, ctx.actor)
    return return_to_origin(ctx, texts.REFUSED())


def _withdraw(ctx: Context, _arg: str) -> Goto:
    ctx.core.second_chief.withdraw(ctx.tx, _request(ctx).request_id, ctx.actor)
    return return_to_origin(ctx, texts.WITHDRAWN())


REQUEST = Screen(
    name=ScreenName.DESK_UNWITHHOLD_REQUEST,
    show=_show_request,
    buttons={
        ActionName.CONFIRM: _confirm,
        ActionName.REJECT: _refuse,
        ActionName.WITHDRAW: _withdraw,
        ActionName.CANCEL: lambda ctx, _arg: replace(return_to_origin(ctx, parts.CANCELLED()), sticky=False),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
