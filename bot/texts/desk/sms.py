"""Texts for chiefs about SMS: how many codes are used, and a gateway that fails."""

from datetime import datetime

from bot.i18n.language import _
from bot.texts.desk.reports.parts import when
from core.people.sms_budget import REGISTRATIONS, GatewayTrouble
from core.reporting.tasks import Task


def usage(mark: str, per_day: int) -> str:
    """Return the message about a share of the day's codes that is used."""
    if mark == REGISTRATIONS:
        return _(
            "⚠️ 今天用于注册的短信验证码已发完,其余留给已注册车主。"
            "新车主仍可用手机联系人按钮注册。如非正常业务,可能有人在恶意获取验证码。"
        )
    if mark == "100":
        return _(
            "⛔ 今天的短信验证码已发完(共 {cap:,} 条),车主今天无法再验证手机。"
            "请查明原因,必要时提高设置 sms.per_day。"
        ).format(cap=per_day)
    return _("⚠️ 今天的短信验证码已用 {mark}%(上限 {cap:,} 条)。").format(mark=mark, cap=per_day)


def failing(trouble: GatewayTrouble, now: datetime) -> str:
    """Return the message about a gateway that fails."""
    return _(
        "⚠️ 短信通道自 {since} 起没有发出过短信,已失败 {count} 条,车主收不到验证码和短信提醒。请检查短信通道。"
    ).format(since=when(trouble.since, now), count=trouble.failures)


def working(minutes: int) -> str:
    """Return the message that the gateway works again."""
    return _("✅ 短信通道已恢复(中断约 {minutes} 分钟)。").format(minutes=minutes)


def task(shown: Task, now: datetime) -> str:
    """Return the line of the work queue."""
    if shown.what == "gateway":
        return _("短信通道自 {since} 起发送失败({count} 条)").format(
            since=when(shown.at, now), count=shown.count
        )
    return _("今天的短信验证码已用 {share:.0%}({count:,} 条)").format(share=shown.share, count=shown.count)
