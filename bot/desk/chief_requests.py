"""The page on which another chief decides a request to agree to a grave act (docs/domain.md, section 13)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from bot.desk.bans import BAN_QUESTION, UNBAN_QUESTION
from bot.desk.confirmation import Confirmation, return_to_origin
from bot.desk.grants import GRANT_QUESTION
from bot.desk.people import IDENTITY_QUESTION
from bot.desk.undo import REDATE_QUESTION, UNDO_QUESTION
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts.desk import chief_requests as texts
from bot.texts.desk import parts
from bot.texts.errors import of_error
from core.errors.base import Refusal, XuanhaoError
from core.errors.desk import NotPermitted
from core.people import chief_requests
from core.people.chief_requests import ChiefRequest
from core.people.other_chiefs import RequestState
from core.people.roles import Role

_GRAVE = (
    BAN_QUESTION,
    UNBAN_QUESTION,
    GRANT_QUESTION,
    IDENTITY_QUESTION,
    UNDO_QUESTION,
    REDATE_QUESTION,
)
_QUESTIONS: Mapping[str, Confirmation] = {question.name: question for question in _GRAVE}


def to_request(request_id: str) -> Goto:
    return Goto(screen=ScreenName.DESK_REQUEST, args={"id": request_id})


def _request(ctx: Context) -> ChiefRequest:
    """Return the request, for who has asked and for the chiefs of its office.

    Raises:
        RequestOver: there is no such request.
        NotPermitted: this chat is neither.
    """
    number = ctx.arg("id")
    found = chief_requests.find(ctx.tx, int(number) if number.isdecimal() else 0)
    if found.actor != ctx.actor and not ctx.admin.has(Role.CHIEF, found.about.office):
        raise NotPermitted
    return found


def _opened(ctx: Context, found: ChiefRequest) -> tuple[Confirmation, Context]:
    """Return the question that was asked, and a context with its arguments."""
    args = {**ctx.core.chief_requests.arguments(found), "office": found.about.office}
    return _QUESTIONS[found.question], replace(ctx, args=args)


def _question_text(ctx: Context, found: ChiefRequest) -> tuple[str, str]:
    """Return the question as it is now, and the way that was chosen.

    Raises:
        XuanhaoError: it can no longer be done, or not by this chief.
    """
    question, asked = _opened(ctx, found)
    asked.require(question.permission)
    text = question.question_text(asked)
    return text, next((label for label, way in question.ways(asked) if way == asked.arg("way")), "")


def _close_if_gone(ctx: Context, found: ChiefRequest, error: XuanhaoError) -> str:
    """Close a request that nobody will be able to do; return what to say, empty if it goes on waiting."""
    if not chief_requests.is_for_good(error):
        return ""
    ctx.core.chief_requests.close(ctx.tx, found, ctx.actor)
    return texts.closed(found, of_error(error))


def _show(ctx: Context) -> View:
    found = _request(ctx)
    if found.state != RequestState.WAITING or found.is_over(ctx.tx.now):
        home = Button(label=parts.MENU(), action=ActionName.CANCEL)
        return View(text=texts.over(found, ctx.tx.now), rows=((home,),))
    leave = (Button(label=parts.KEEP(), action=ActionName.CANCEL),)
    way, can_be_done = "", True
    try:
        question, way = _question_text(ctx, found)
    except XuanhaoError as error:
        if said := _close_if_gone(ctx, found, error):
            return View(text=said, rows=((Button(label=parts.MENU(), action=ActionName.CANCEL),),))
        question, can_be_done = texts.gone(of_error(error)), False
    if found.actor == ctx.actor:
        until = ctx.core.other_chiefs.waits_until(ctx.tx, found.about.office, ctx.actor)
        withdraw = Button(label=texts.WITHDRAW(), action=ActionName.WITHDRAW)
        return View(text=texts.own_request(found, question, until), rows=((withdraw,), leave))
    may_from = ctx.core.other_chiefs.may_decide_from(ctx.tx, found.about.office, ctx.chat_id)
    agree = Button(label=texts.AGREE(), action=ActionName.CONFIRM, style=Style.SUCCESS)
    refuse = Button(label=texts.REFUSE(), action=ActionName.REJECT, style=Style.DANGER)
    ways = (agree, refuse) if may_from is None and can_be_done else (refuse,)
    return View(text=texts.request(found, question, way, may_from), rows=(ways, leave))


def _agree(ctx: Context, _arg: str) -> Goto:
    found = _request(ctx)
    chief_requests.ensure_waiting(ctx.tx, found)
    question, asked = _opened(ctx, found)
    ctx.core.chief_requests.agree(ctx.tx, found, ctx.actor)
    asked.require(question.permission)
    return return_to_origin(ctx, question.act(asked))


def _failed(ctx: Context, error: XuanhaoError) -> Goto:
    """Return to the desk; what can no longer be done is closed, if the request itself still waits."""
    said = ""
    with suppress(Refusal):
        found = _request(ctx)
        chief_requests.ensure_waiting(ctx.tx, found)
        said = _close_if_gone(ctx, found, error)
    return return_to_origin(ctx, said or of_error(error))


def _refuse(ctx: Context, _arg: str) -> Goto:
    ctx.core.chief_requests.refuse(ctx.tx, _request(ctx), ctx.actor)
    return return_to_origin(ctx, texts.REFUSED())


def _withdraw(ctx: Context, _arg: str) -> Goto:
    ctx.core.chief_requests.withdraw(ctx.tx, _request(ctx), ctx.actor)
    return return_to_origin(ctx, texts.WITHDRAWN())


def _leave(ctx: Context, _arg: str) -> Goto:
    waits = _request(ctx).state == RequestState.WAITING
    return replace(return_to_origin(ctx, parts.CANCELLED() if waits else ""), sticky=False)


REQUEST = Screen(
    name=ScreenName.DESK_REQUEST,
    show=_show,
    buttons={
        ActionName.CONFIRM: _agree,
        ActionName.REJECT: _refuse,
        ActionName.WITHDRAW: _withdraw,
        ActionName.CANCEL: _leave,
    },
    hint=formatting.PRESS_HINT,
    errors={Refusal: _failed},
)
