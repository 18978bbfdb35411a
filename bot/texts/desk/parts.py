"""Texts that several pages of the desk share."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import masked_identity, masked_name, masked_phone, plate
from bot.i18n.language import Phrase, _, phrase
from core.clock import CHINA
from core.people.accounts import Account
from core.people.blacklist import Cause
from core.preselection import Preselection

MENU = phrase("🗂 管理")
KEEP = phrase("不做更改")
CANCELLED = phrase("已取消,未作任何更改。")
OFFICES_BEFORE = phrase("← 机关")
OFFICES_AFTER = phrase("机关 →")
SHOW_PERSON = phrase("👁 显示完整信息")
SHOW_PHONE = phrase("📞 显示电话")
TYPE_IT = phrase("请直接输入文字,或点【« 返回】。")


def office_name(code: str) -> str:
    """Return an office's code, or the label for all offices."""
    return escape(code) or _("全部发牌机关")


def somebody(account: Account | None, masked: str = "") -> str:
    """Return an account's name, identity and telephone, masked: how each question of the desk names a person.

    Args:
        account: the account; None for an identity that nobody has registered.
        masked: the masked number of such an identity, as far as it is known.
    """
    if account is None:
        return _("{identity}(尚未注册的身份)").format(identity=masked)
    who = (
        masked_name(account.name),
        masked_identity(account.identity),
        masked_phone(account.phone or account.new_phone),
    )
    return " ".join(one for one in who if one) or _("(尚未填写)")


def owner_line(account: Account) -> str:
    """Return the line of a question that names the owner concerned."""
    return _("车主:{who}").format(who=somebody(account))


_CAUSES: dict[str, Phrase] = {
    "": phrase("全部"),
    Cause.EXPIRED: phrase("逾期"),
    Cause.VOID: phrase("作废"),
    Cause.ADMIN: phrase("人工"),
}


def number_of(preselection: Preselection) -> str:
    """Return the number of a preselection that has one: 粤K·A1234."""
    return plate(preselection.office, preselection.serial or "")


def cause_name(name: str) -> str:
    """Return the label of a ban's cause; an unknown cause is shown by its stored name."""
    return _CAUSES[name]() if name in _CAUSES else escape(name)


def date_of(at: datetime) -> str:
    """Return the date of a time for lists, in China Standard Time: 2027-03-10."""
    return f"{at.astimezone(CHINA):%Y-%m-%d}"
