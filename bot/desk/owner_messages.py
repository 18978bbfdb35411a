"""【✉️ 给车主留言】: one message of the desk to one owner, from the card of /find."""

from bot.desk.confirmation import Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.texts.desk import owner_messages as texts
from bot.texts.desk import parts
from core.errors.desk import NothingKnown
from core.notifications import desk_messages
from core.notifications.desk_messages import DeskMessage
from core.people.accounts import Account
from core.people.admins import Permission
from core.reporting.case_file import CaseFile


def may(ctx: Context, case_file: CaseFile) -> bool:
    """Return whether this chat may write to the owner of a card: who confirms at the office of the case."""
    office = case_file.office
    return case_file.account is not None and office is not None and ctx.admin.may(Permission.CONFIRM, office)


def to_question(ctx: Context, case_file: CaseFile, typed: str) -> Goto:
    """Go to the question before a message is sent.

    Raises:
        MessageEmpty, MessageTooLong, PersonalNumberInText: it cannot be sent so.
    """
    if case_file.account is None or case_file.office is None:
        raise NothingKnown
    ctx.admin.require(Permission.CONFIRM, case_file.office)
    args = {
        "office": case_file.office,
        "account": str(case_file.account.account_id),
        "text": desk_messages.validate_text(typed),
    }
    return Goto(screen=ScreenName.DESK_MESSAGE, args=args)


def _account(ctx: Context) -> Account:
    return ctx.core.accounts.by_id(ctx.tx, int(ctx.arg("account")))


def _question(ctx: Context) -> str:
    owner = parts.owner_line(_account(ctx))
    return texts.question(owner, ctx.office_of(ctx.arg("office")).name, ctx.arg("text"))


def _send(ctx: Context) -> str:
    account = _account(ctx)
    message = DeskMessage(
        chat_id=account.chat_id, subject=account.subject, office=ctx.arg("office"), text=ctx.arg("text")
    )
    desk_messages.send(ctx.tx, message, ctx.actor)
    return texts.SENT()


MESSAGE = screen_of(
    Confirmation(
        name=ScreenName.DESK_MESSAGE,
        permission=Permission.CONFIRM,
        question_text=_question,
        label=texts.SEND,
        act=_send,
    )
)
