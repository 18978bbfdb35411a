"""Texts for units (单位用户): organisations that register with their unified social credit code."""

from html import escape

from bot.i18n.formatting import masked_phone, office_title
from bot.i18n.language import _, phrase
from core.people.accounts import Account
from core.values.offices import Office

_PERSON = phrase("个人")
_UNIT = phrase("单位")

NAME = phrase(
    "<b>注册 2/3 · 单位名称和信用代码</b>\n"
    "请在<b>一条消息</b>里输入营业执照或登记证书上的单位名称和 18 位统一社会信用代码,中间用空格或换行隔开。"
    "(也可以分两次输入)"
)
NAME_MISSING = phrase("<b>注册 2/3 · 单位名称</b>\n已收到信用代码。请输入营业执照或登记证书上的单位名称:")
NAME_AGAIN = phrase("<b>修改单位名称</b>\n请输入营业执照或登记证书上的单位名称:")
CODE = phrase("<b>注册 2/3 · 统一社会信用代码</b>\n请输入单位的 18 位统一社会信用代码:")
PHONE = phrase(
    "<b>注册 3/3 · 经办人手机号</b>\n"
    "点下方按钮发送经办人本人的手机号(无需验证码),或直接输入 11 位手机号(将发送验证码):"
)
PHONE_AGAIN = phrase(
    "<b>修改经办人手机号</b>\n"
    "点下方按钮发送经办人本人的手机号(无需验证码),或直接输入 11 位手机号(将发送验证码):"
)
CHANGE_NAME = phrase("修改单位名称")
CHANGE_CODE = phrase("修改信用代码")
NAME_EMPTY = phrase("请输入单位名称。")
NAME_WRONG = phrase(
    "单位名称只能是 2–60 个汉字、字母和数字(可含括号、间隔号·、引号“”、破折号—、& 等),请按证照输入。"
)
CODE_EMPTY = phrase("请输入统一社会信用代码。")
NEEDS_CREDIT_CODE = phrase("只有以统一社会信用代码注册的账号才是单位用户,没有更改。")
IS_UNIT = phrase("以统一社会信用代码注册的账号只能是单位用户,没有更改。")


def kind_label(*, unit: bool, chosen: bool) -> str:
    return ("● " if chosen else "○ ") + (_UNIT() if unit else _PERSON())


def review(account: Account, office: Office) -> str:
    """Return a unit's data for review."""
    return _(
        "<b>请核对注册信息</b>\n"
        "用户类型:单位用户(只能在注册地选号)\n"
        "注册地:{office}\n"
        "单位名称:{name}\n"
        "统一社会信用代码:{code}\n"
        "经办人手机号:{phone}\n\n"
        "⚠️ 请与证照逐字核对:窗口办理时不一致的,号码作废。统一社会信用代码注册后不能在网上修改。"
    ).format(
        office=escape(office_title(office)),
        name=escape(account.name),
        code=escape(account.identity),
        phone=masked_phone(account.phone),
    )
