"""Texts of the counter: numbers that are registered, voided or revoked."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import day, moment, reason
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk.actors import agent
from bot.texts.desk.parts import number_of
from core.audit import AuditAction
from core.preselection import Preselection
from core.preselection.counter import EndedReservation
from core.values.vehicles import group_vin

REGISTER = phrase("✅ 确认已上牌")
VOID = phrase("⛔ 确认作废")
REVOKE = phrase("✅ 确认撤销该预选")


def _reserved(preselection: Preselection) -> dict[str, str]:
    return {
        "number": number_of(preselection),
        "vin": escape(group_vin(preselection.required_vin)),
        "deadline": moment(preselection.deadline) if preselection.deadline else "",
    }


def register_question(
    preselection: Preselection,
    owner: str,
    grace_until: datetime | None,
    *,
    does_not_expire: bool,
) -> str:
    """Return the question; if the deadline has passed, with the time until which it can be confirmed.

    Args:
        preselection: the reservation.
        owner: the line that names its owner (``parts.owner_line``).
        grace_until: the end of the counter's grace; None if the deadline has not passed.
        does_not_expire: whether it stays reserved, as the registry contradicts it.
    """
    late = _("\n⚠️ 与登记系统不符,此预选不会过期") if does_not_expire else ""
    if grace_until is not None:
        late = _("\n⚠️ 已过截止时间,可补确认至 {until}").format(until=moment(grace_until))
    return _(
        "<b>窗口确认</b>\n号码:<b>{number}</b>\n{owner}\n"
        "车辆识别代号:<code>{vin}</code>\n"
        "证书编号:<code>{certificate}</code>\n"
        "办理截止:{deadline}{late}\n\n材料核对无误、号牌已发放?一小时内可由本人、当天可由负责人撤回(/undo)。"
    ).format(
        certificate=escape(preselection.certificate or ""),
        owner=owner,
        late=late,
        **_reserved(preselection),
    )


def registered(preselection: Preselection) -> str:
    return _("✅ {number} 已确认上牌。").format(number=number_of(preselection))


def void_question(preselection: Preselection, owner: str, why: str, years: int) -> str:
    ban = _("车主列入黑名单 {years} 年,").format(years=years) if years else ""
    return _(
        "<b>号码作废?</b>\n号码:<b>{number}</b>\n{owner}\n"
        "车辆识别代号:<code>{vin}</code>\n办理截止:{deadline}\n原因:{reason}\n\n"
        "{ban}号码收回,并通知本人。当天可由负责人撤回(/undo)。"
    ).format(owner=owner, reason=reason(why), ban=ban, **_reserved(preselection))


def revoke_question(preselection: Preselection, owner: str, why: str) -> str:
    return _(
        "<b>取消预选?</b>\n号码:<b>{number}</b>\n{owner}\n"
        "车辆识别代号:<code>{vin}</code>\n办理截止:{deadline}\n原因:{reason}\n\n"
        "不列入黑名单,号码收回,并通知车主。一小时内可由本人、当天可由负责人撤回(/undo)。"
    ).format(owner=owner, reason=reason(why), **_reserved(preselection))


def voided(ended: EndedReservation) -> str:
    number = number_of(ended.preselection)
    if ended.banned_until is None:
        return _("✅ {number} 已作废。").format(number=number)
    until = day(ended.banned_until)
    return _("✅ {number} 已作废,车主列入黑名单到 {until}。").format(number=number, until=until)


def revoked(ended: EndedReservation) -> str:
    return _("✅ {number} 的预选已取消。").format(number=number_of(ended.preselection))


_DONE: dict[str, Phrase] = {
    AuditAction.REGISTERED: phrase("确认上牌"),
    AuditAction.VOIDED: phrase("作废"),
    AuditAction.REVOKED: phrase("取消预选"),
    AuditAction.EXPIRED: phrase("过期收回"),
}


def not_reserved(by: str, action: str) -> str:
    """Return the error for a number that is not reserved, and who ended its last reservation."""
    done = _DONE.get(action)
    if done is None:
        return _("该号码没有待确认的预选(可能未被预选、已过期或已上牌)。")
    return _("已由{who}处理:该号码已{done}。").format(who=agent(by), done=done())
