"""Texts for chiefs about SMS: how many codes are used, and a gateway that fails."""

from datetime import datetime
from html import escape

from bot.i18n.language import _, phrase
from bot.texts.desk.reports.parts import when
from core.errors.verification import SmsFailure
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


_REASONS = {
    SmsFailure.UNREACHABLE: phrase("连接不上"),
    SmsFailure.TIMEOUT: phrase("没有按时答复"),
    SmsFailure.UNREADABLE: phrase("答复的不是短信接口,可能是代理的网页"),
    SmsFailure.BROKEN: phrase("通道内部出错"),
    SmsFailure.BUSY: phrase("请求过于频繁"),
    SmsFailure.QUOTA: phrase("已达到在服务商处设置的发送上限,请在服务商控制台调整"),
    SmsFailure.BALANCE: phrase("余额或短信包已用完,请尽快充值"),
    SmsFailure.ACCESS: phrase("密钥、权限或来源地址未被接受,请核对设置和服务器时间"),
    SmsFailure.TEMPLATE: phrase("短信签名或模板未被接受,请核对设置,并在服务商控制台查看审核结果"),
}
"""What is wrong, where chiefs can do something with it."""


def failing(trouble: GatewayTrouble, now: datetime, why: str = "") -> str:
    """Return the message about a gateway that fails, and why it did last."""
    said = _(
        "⚠️ 短信通道自 {since} 起没有发出过短信,已失败 {count} 条,车主收不到验证码和短信提醒。请检查短信通道。"
    ).format(since=when(trouble.since, now), count=trouble.failures)
    reason = _reason(why)
    return said + _("最近一次:{reason}。").format(reason=reason) if reason else said


def provider_failing(provider: str, why: str) -> str:
    """Return the message about a provider that refuses, also while another one sends."""
    return _("⚠️ 短信服务商 {provider}:{reason}。设置了其他通道的,短信改由其他通道发送。").format(
        provider=escape(provider), reason=_reason(why) or escape(why)
    )


def _reason(why: str) -> str:
    known = _REASONS.get(SmsFailure(why)) if why in set(SmsFailure) else None
    return known() if known is not None else ""


def working(minutes: int) -> str:
    """Return the message that the gateway works again."""
    return _("✅ 短信通道已恢复(中断约 {minutes} 分钟)。").format(minutes=minutes)


def task(shown: Task, now: datetime) -> str:
    """Return the line of the work queue."""
    if shown.what == "gateway":
        return _("短信通道自 {since} 起发送失败({count} 条)").format(
            since=when(shown.at, now), count=shown.count
        )
    if shown.what == "receipts":
        return _("近 24 小时有 {count:,} 条短信未送达(占已知结果的 {share:.0%})").format(
            count=shown.count, share=shown.share
        )
    return _("今天的短信验证码已用 {share:.0%}({count:,} 条)").format(share=shown.share, count=shown.count)
