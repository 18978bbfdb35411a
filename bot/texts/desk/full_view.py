"""Texts of an owner's data in full, and of the reason for looking at them."""

from html import escape

from bot.i18n.formatting import plate
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk.parts import somebody
from core.people.accounts import Account
from core.reporting.disclosure import DisclosedPart, DisclosureReason, OtherSide

HIDE = phrase("🙈 隐藏")
HIDDEN = phrase("完整信息已隐藏。")
WHY_HINT = phrase("请点一项原因,或直接输入原因。")
REASONS: dict[str, Phrase] = {
    DisclosureReason.COUNTER: phrase("窗口核对证件"),
    DisclosureReason.APPEAL: phrase("申诉核对"),
    DisclosureReason.CALL: phrase("电话联系"),
}
OFFERED = {
    DisclosedPart.PERSON: tuple(DisclosureReason),
    DisclosedPart.PHONE: (DisclosureReason.CALL,),
}
"""The reasons on buttons, by what is shown."""


def why(account: Account, part: DisclosedPart, other: OtherSide | None) -> str:
    """Return the question why an owner is looked at, and the other side of an appeal with them."""
    what = _("<b>显示电话?</b>") if part == DisclosedPart.PHONE else _("<b>显示完整信息?</b>")
    who = somebody(account)
    if other is not None:
        who = f"{who}\n{_head(other)}{somebody(other.account)}"
    return _("{what}\n{who}\n\n请点原因,或输入其他原因。谁在何时为何查看,会写入操作记录。").format(
        what=what,
        who=who,
    )


def _head(other: OtherSide) -> str:
    """Return the heading before the other side of an appeal, with the number that they hold, if any."""
    held = other.preselection
    if held.serial is None:
        return _("正在选号:")
    return _("号码持有人({plate}):").format(plate=plate(held.office, held.serial))


def person(account: Account, part: DisclosedPart, other: OtherSide | None) -> str:
    """Return the data in full, each in a field that can be copied, and of the other side of an appeal."""
    after = _("\n两分钟后自动删除。请勿截图、转发。")
    if part == DisclosedPart.PHONE:
        return f"{somebody(account)}\n{_phone(account)}\n{after}"
    if other is None:
        return "\n".join([*_fields(account), after])
    return "\n".join(
        [_("<b>申诉人</b>"), *_fields(account), "", f"<b>{_head(other)}</b>", *_fields(other.account), after]
    )


def _fields(account: Account) -> list[str]:
    return [
        _("姓名:<code>{name}</code>").format(name=escape(account.name or _("(尚未填写)"))),
        _("证件号码:<code>{number}</code>").format(number=escape(account.identity or _("(尚未填写)"))),
        _phone(account),
    ]


def _phone(account: Account) -> str:
    return _("手机号:<code>{phone}</code>").format(
        phone=escape(account.phone or account.new_phone or _("(尚未填写)"))
    )
