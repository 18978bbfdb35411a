"""Texts of consent and registration."""

from html import escape

from bot.i18n.formatting import masked_identity, masked_name, masked_phone, office_title
from bot.i18n.language import _, phrase
from core.people.accounts import Account
from core.values.offices import Office

AGREE = phrase("✅ 同意并继续")
DECLINE = phrase("不同意")
SEND_CONTACT = phrase("📱 发送本人手机号")
RESEND = phrase("🔄 重新发送")
OTHER_PHONE = phrase("更换手机号")
CONFIRM = phrase("✅ 确认注册")
CHANGE_OFFICE = phrase("修改注册地")
CHANGE_NAME = phrase("修改姓名")
CHANGE_IDENTITY = phrase("修改身份证号")
CHANGE_PHONE = phrase("修改手机号")
BACK_REPLY = phrase("返回")

_CONSENT = phrase(
    "<b>个人信息告知</b>(第 {version} 版)\n"
    "为办理号牌预选,需要您的:姓名(单位名称)、居民身份证号码(统一社会信用代码)、手机号、车辆识别代号和合格证编号。\n"
    "• 用途:核对车辆与车主、发送验证码和到期提醒、窗口办理时核对,不作他用;\n"
    "• 短信服务商得到手机号和验证码;发送到期提醒时还有预选号码、办理的截止时间和发牌机关名称;\n"
    "• 保存:姓名、证件号码、手机号加密存放;草稿保留7天,验证码保留1天;\n"
    "• <b>请注意:Telegram 的服务器在境外</b>,您在聊天中输入的内容会经过境外服务器;"
    "您输入的姓名和号码读取后会尽可能从聊天中删除;\n"
    "• 随时可以查看(/privacy)、导出(/export)和删除(/delete)自己的信息;\n"
    "• 不同意则无法在线预选,可直接到车辆管理所窗口办理。"
)
DECLINED = phrase("未收集任何信息。您可以到车辆管理所窗口办理。")
OFFICE = phrase("<b>注册地</b>\n请选择车辆将要登记上牌的发牌机关:")
NAME = phrase("<b>注册 1/3 · 姓名</b>\n请输入您身份证上的姓名:")
NAME_AGAIN = phrase("<b>修改姓名</b>\n请输入您身份证上的姓名:")
NAME_HINT = phrase("请输入姓名。")
IDENTITY = phrase("<b>注册 2/3 · 身份证</b>\n请输入您的 18 位居民身份证号码:")
IDENTITY_HINT = phrase("请输入身份证号码。")
PHONE = phrase(
    "<b>注册 3/3 · 手机号</b>\n点下方按钮发送本人手机号(无需验证码),或直接输入 11 位手机号(将发送验证码):"
)
PHONE_AGAIN = phrase(
    "<b>修改手机号</b>\n点下方按钮发送本人手机号(无需验证码),或直接输入 11 位手机号(将发送验证码):"
)
PHONE_HINT = phrase("请点下方按钮发送本人手机号,或输入 11 位手机号。")
CODE_HINT = phrase("请输入短信中的 6 位数字验证码。")
PHONE_PROVED = phrase("✅ 手机号已验证。")
DONE = phrase("✅ 注册完成。")
PHONE_CHANGED = phrase("✅ 手机号已更改。")


def consent(version: int) -> str:
    return _CONSENT().format(version=version)


def review(account: Account, office: Office) -> str:
    """Return the data entered, for review."""
    return _(
        "<b>请核对注册信息</b>\n"
        "注册地:{office}\n"
        "姓名:{name}\n"
        "身份证号:{identity}\n"
        "手机号:{phone}\n\n"
        "身份证号注册后不能在网上修改。"
    ).format(
        office=escape(office_title(office)),
        name=masked_name(account.name),
        identity=masked_identity(account.identity),
        phone=masked_phone(account.phone),
    )
