"""That another admin has acted first."""

from html import escape

from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk.actors import agent
from bot.texts.desk.audit_names import NAMES
from core.audit import AuditAction

_DONE: dict[str, Phrase] = {
    **NAMES,
    AuditAction.CHANGED_HOLIDAYS: phrase("录入放假调休安排"),
    AuditAction.CHANGED_HOURS: phrase("登记当天的时间"),
    AuditAction.CLOSED_DAY: phrase("登记窗口不办公"),
    AuditAction.MOVED_DEADLINE: phrase("改动截止时间"),
    AuditAction.ASKED_CHIEF: phrase("申请另一位负责人同意"),
    AuditAction.CLOSED_REQUEST: phrase("申请已不能办理,自动关闭"),
    AuditAction.ENDED_BROADCAST: phrase("群发通知已结束"),
    AuditAction.LIFTED_BAN: phrase("从黑名单中解除"),
    AuditAction.LOST_IDENTITY: phrase("身份移出账号"),
    AuditAction.RECEIVED_IDENTITY: phrase("身份移入账号"),
    AuditAction.STOPPED_BROADCAST: phrase("停止群发通知"),
}
"""What was done; in the audit log some of it is named more briefly."""


def handled(by: str, action: str) -> str:
    """Return that another admin acted first, and what they did."""
    if not by:
        return _("刚刚已有其他人处理,情况有变,未作任何更改。请重新查询。")
    what = _DONE[action]() if action in _DONE else escape(action)
    return _("已由{who}处理:{what}。未作任何更改。").format(who=agent(by), what=what)
