"""Texts of extending one owner's deadline."""

from datetime import datetime

from bot.i18n.formatting import moment, reason
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import number_of
from core.preselection import Preselection

EXTEND = phrase("📅 延期")
EXTEND_SURE = phrase("📅 确认延期")


def prompt() -> str:
    """Return what to type: working days and a reason."""
    return _(
        "<b>延长办理截止时间</b>\n请输入延长几个工作日和原因,例如:\n<code>3 住院,有证明</code>\n会通知车主。"
    )


def question(reserved: Preselection, owner: str, deadline: datetime, why: str) -> str:
    return _(
        "<b>延长办理截止时间?</b>\n号码:<b>{number}</b>\n{owner}\n"
        "{before} 改为 <b>{deadline}</b>\n原因:{reason}\n\n"
        "会通知车主,并留存记录。截止时间不能再提前。"
    ).format(
        number=number_of(reserved),
        owner=owner,
        before=moment(reserved.deadline) if reserved.deadline else "",
        deadline=moment(deadline),
        reason=reason(why),
    )


def extended(reserved: Preselection, deadline: datetime) -> str:
    return _("✅ {number} 的办理截止时间延长到 {deadline}。").format(
        number=number_of(reserved), deadline=moment(deadline)
    )
