"""What several of the desk's pages say."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import masked_identity, masked_name
from bot.i18n.language import _, phrase
from core.clock import CHINA
from core.people.accounts import Account

CANCEL = phrase("取消")
CANCELLED = phrase("已取消,未作任何更改。")
OFFICES_BEFORE = phrase("← 机关")
OFFICES_AFTER = phrase("机关 →")
TYPE_IT = phrase("请直接输入文字,或点【« 返回】。")


def office_name(code: str) -> str:
    """Return an office's code, or what stands for all of them."""
    return escape(code) or _("全部发牌机关")


def somebody(account: Account | None) -> str:
    """Return who is meant, masked; an identity may belong to nobody who has registered."""
    if account is None:
        return _("(尚未注册的身份)")
    return f"{masked_name(account.name)} {masked_identity(account.identity)}"


def date_of(at: datetime) -> str:
    """Return the day of a moment, as lists have it: 2027-03-10."""
    return f"{at.astimezone(CHINA):%Y-%m-%d}"
