"""Texts of the rehearsal (模拟选号)."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import hours as hours_of
from bot.i18n.formatting import moment, office_title
from bot.i18n.language import _, phrase
from core.preselection import Preselection
from core.rehearsal import Examples
from core.values.offices import Office
from core.values.vehicles import CertificateKind

REHEARSE = phrase("【模拟选号】")
LEAVE = phrase("🚪 退出模拟")
MARK = phrase("🎭 <b>模拟 · 号码无效</b>")
LEFT = phrase("🎭 已退出模拟,模拟中的内容已全部清除,您的真实信息没有任何改动。")
IDLE = phrase("🎭 模拟选号30分钟没有操作,已自动结束,模拟中的内容已全部清除。")
OUTDATED = phrase("🎭 系统刚刚更新,模拟选号已结束。您可以发送 /rehearse 重新开始。")
NOT_HERE = phrase("模拟中没有这一项,也不填写任何个人信息。")
INTRODUCTION = phrase(
    "<b>【模拟选号】</b>\n"
    "画面、步骤、次数和时间限制与真实选号完全相同,号池、号码和车主都是虚构的:\n"
    "• 不需要注册,不填写个人信息;输入的内容只检查格式,结束后不保留;\n"
    "• 不占用真实号码,不减少真实次数;验证码直接显示在画面上,不发短信;\n"
    "• 部分号码已被他人选走,可以试一试不成功和成功的自编;\n"
    "• 选定的号码无效;30分钟没有操作自动结束,随时可以点【退出模拟】。"
)
USE_EXAMPLE = phrase("🎭 用示例")
EXAMPLE_VIN = "LSVTESTX3RM000001"
EXAMPLE_CERTIFICATES = {
    CertificateKind.DOMESTIC: "ABCD12345678901",
    CertificateKind.IMPORT: "TEST20260001",
}
VEHICLE = phrase(
    "🎭 模拟请点【用示例】,或输入虚构的车辆识别代号:<code>LSVTESTX3RM000001</code>(点一下即可复制)"
)
_DOMESTIC = phrase("🎭 模拟请用虚构的编号:<code>ABCD12345678901</code>(点一下即可复制)")
_IMPORT = phrase("🎭 模拟请用虚构的编号:<code>TEST20260001</code>(点一下即可复制)")

_MOST_NAMED = 5


def note(text: str) -> str:
    return _("〔模拟〕{note}").format(note=text)


def all_hours(offices: Sequence[Office]) -> str:
    """Return the real service hours, for the first page."""
    lines = [
        _("• {office}:{hours}").format(office=escape(office_title(office)), hours=hours_of(office.hours))
        for office in offices[:_MOST_NAMED]
    ]
    more = _("• 其他发牌机关见各自的选号服务说明") if len(offices) > _MOST_NAMED else ""
    return "\n".join(filter(None, (_("⏰ 模拟全天开放。真实的网上选号服务时间:"), *lines, more)))


def hours(office: Office) -> str:
    return _("⏰ 模拟全天开放。{office} 真实的网上选号服务时间:<b>{hours}</b>").format(
        office=escape(office_title(office)), hours=hours_of(office.hours)
    )


def certificate(kind: CertificateKind) -> str:
    return _DOMESTIC() if kind == CertificateKind.DOMESTIC else _IMPORT()


def text_message(code: str) -> str:
    """Return the simulated text message."""
    if not code:
        return ""
    return _("📩 模拟短信(不会真的发送):验证码 <code>{code}</code>").format(code=escape(code))


def numbers(examples: Examples) -> str:
    """Return numbers to try: some that are taken, and one that is free."""
    return _(
        "🎭 可以试一试:<code>{taken}</code> 已是他人的,提交不会成功;"
        "<code>{free}</code> 等多数号码空闲,提交即选中。"
    ).format(taken=" ".join(examples.taken), free=examples.free)


def really(reserved: Preselection, reminder: datetime | None) -> str:
    """Return what would follow if the reservation were real."""
    deadline = moment(reserved.deadline) if reserved.deadline else ""
    lines = [
        _("🎭 这是模拟,<b>以上号码无效,不用办理</b>。如果是真实预选:"),
        _("• 有效期至 {deadline}(遇窗口临时不办公会顺延)").format(deadline=deadline),
        _("• 到期前会提醒您,第一次在 {at}").format(at=moment(reminder)) if reminder else "",
        _("现在点【退出模拟】,即可回到原来的画面。"),
    ]
    return "\n".join(filter(None, lines))
