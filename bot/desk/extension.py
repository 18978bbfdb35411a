"""【延期】 on a card: one owner's deadline, later by some working days, for a reason (docs/domain.md, 6)."""

import re
from datetime import datetime

from bot.desk.confirmation import Confirmation, screen_of
from bot.desk.persons import owner_line
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.errors.commands import NotAsAsked
from bot.texts.desk import extension as texts
from core.errors.counter import PlateNotReserved
from core.people.admins import Permission
from core.preselection import Preselection, PreselectionState, get
from core.preselection.desk_extension import DeskExtension
from core.values.reasons import reason_or_none
from core.values.text import in_width

_DAYS = re.compile(r"(?<![\d:/.-])(?:延期?)?\s*(\d{1,3})\s*(?:个?工作日|天|日)?(?![\d:/.\-月年])")


def read_extension(text: str) -> tuple[int, str]:
    """Split a text into a number of working days, wherever it stands, and the reason.

    Raises:
        NotAsAsked: there is no number, more than one, or no reason.
    """
    found = list(_DAYS.finditer(in_width(text)))
    if len(found) != 1:
        raise NotAsAsked
    left = f"{text[: found[0].start()]} {text[found[0].end() :]}"
    reason = reason_or_none(left.strip().strip(" ,、;:\uff0c\uff1b\uff1a"))
    if not reason:
        raise NotAsAsked
    return int(found[0][1]), reason


def to_extension(ctx: Context, reserved: Preselection, text: str) -> Goto:
    """Go to the question before a deadline is extended.

    Raises:
        NotAsAsked: the text names no days, or no reason.
        ExtensionTooLong, NotExtendable: it cannot be extended so.
    """
    ctx.admin.require(Permission.EXTEND, reserved.office)
    days, reason = read_extension(text)
    ctx.core.desk_extensions.extended(ctx.tx, reserved, days)
    return Goto(
        screen=ScreenName.DESK_EXTEND,
        args={
            "office": reserved.office,
            "id": str(reserved.preselection_id),
            "days": str(days),
            "reason": reason,
            "seen": reserved.deadline.isoformat() if reserved.deadline else "",
        },
    )


def _reserved(ctx: Context) -> Preselection:
    found = get(ctx.tx, int(ctx.arg("id")))
    if found.state != PreselectionState.RESERVED:
        raise PlateNotReserved
    return found


def _question(ctx: Context) -> str:
    reserved = _reserved(ctx)
    deadline = ctx.core.desk_extensions.extended(ctx.tx, reserved, int(ctx.arg("days")))
    return texts.question(reserved, owner_line(ctx, reserved), deadline, ctx.arg("reason"))


def _extend(ctx: Context) -> str:
    wanted = DeskExtension(workdays=int(ctx.arg("days")), reason=ctx.arg("reason"), actor=ctx.actor)
    seen = datetime.fromisoformat(ctx.arg("seen"))
    moved = ctx.core.desk_extensions.extend(ctx.tx, int(ctx.arg("id")), seen, wanted)
    return texts.extended(_reserved(ctx), moved.deadline)


EXTEND = screen_of(
    Confirmation(
        name=ScreenName.DESK_EXTEND,
        permission=Permission.EXTEND,
        question_text=_question,
        label=texts.EXTEND_SURE,
        act=_extend,
        person=lambda ctx: _reserved(ctx).subject,
    )
)
