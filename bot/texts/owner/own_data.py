"""Texts about personal data: what is held and why, what can be deleted, what the exported file says."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n import formatting
from bot.i18n.language import Phrase, _, phrase
from core.clock import CHINA
from core.errors.accounts import DeletionBlocker
from core.values.offices import Office

PRIVACY = phrase("🔒 个人信息")
EXPORT = phrase("⬇ 导出我的信息")
DELETE = phrase("🗑 删除我的信息")
EXPORTING = phrase("正在生成,稍后以文件发送给您(JSON 和网页各一份)。")
CAPTION = phrase("您的全部信息。内含个人信息,请妥善保管,不要转发。")
CONFIRM = phrase("⛔ 确认删除")
KEEP = phrase("不删除")
WHAT_IS_DELETED = phrase(
    "<b>删除我的信息?</b>\n"
    "将删除:姓名、证件号码、手机号、注册地、用户类型、未完成的预选、证书编号、验证码记录、通知、订阅、提醒设置"
    "和本对话的进度。删除后如需预选,要重新注册。\n\n"
    "依规定须保留,但不再与您关联:\n"
    "• 已选定、已上牌或已作废的号码及其车辆识别代号,抽号和业务日志(其中只有编号,没有姓名、证件号和聊天号);\n"
    "• 车辆识别代号已使用的选号次数:次数属于车辆,不会恢复;\n"
    "• 已结束的黑名单:只留证件号的加密散列、日期、机关和类别;\n"
    "• 当天的短信计数(手机号和聊天号的加密散列)次日清除,收到消息的编号两天后清除;\n"
    "• 输入过他人信息的记录(聊天号、时间和加密散列)一天后清除,以免借删除绕过限制。\n\n"
    "<b>删除后不能恢复。</b>聊天记录请您自行清除。"
)
DELETED = phrase(
    "✅ <b>您的信息已删除。</b>\n发送 /start 可以重新开始。本聊天中的消息请自行清除:长按对话,选择“删除”。"
)
STAYS = phrase("<b>现在还不能删除</b>\n")
RENEWED = phrase("🔔 个人信息告知已更新,请重新确认后继续。")
DECLINED_RENEWAL = phrase(
    "未继续。此前的信息仍按您原来的同意保存;可以发送 /privacy 查看、导出或删除。窗口办理不受影响。"
)

IN_REMINDERS = {
    "number": phrase("预选号码"),
    "deadline": phrase("办理的截止时间"),
    "place": phrase("发牌机关名称"),
}
"""What the SMS provider gets with a reminder, by parameter of ``ReminderSms``; the consent names it too."""


def privacy(offices: Sequence[Office], version: int) -> str:
    """Return what is held, why, for how long, and who sees it."""
    return _(
        "<b>个人信息说明</b>(第 {version} 版)\n"
        "<b>收集什么、为什么</b>\n"
        "• 姓名(单位名称)、身份证号(统一社会信用代码)、手机号:核对车主、"
        "发送验证码和到期提醒、窗口办理时核对;\n"
        "• 车辆识别代号、合格证编号:核对车辆,防止一车多选;\n"
        "• 聊天号、预选和抽号记录、订阅:办理业务和核验抽号;\n"
        "• 申诉时(另行征得同意)的身份证明和购车发票照片、申诉原因:审核申诉。\n"
        "<b>保存多久</b>\n"
        "• 姓名、证件号、手机号加密保存,直到您删除;草稿 7 天,验证码 1 天,"
        "已处理的消息内容立即清除,通知 400 天;"
        "短信计数(手机号和聊天号的加密散列)到次日,输入过他人信息的记录(加密散列)1 天;"
        "申诉的照片和原因在审核结束后按申诉时告知的天数删除;\n"
        "• 黑名单只存证件号的加密散列;号码与车辆识别代号的记录由发牌机关长期保存。\n"
        "<b>谁能看到</b>\n"
        "• 受理的发牌机关({offices})的工作人员,在办理业务时;"
        "短信服务商只得到手机号和验证码,发送到期提醒时还有{reminder};\n"
        "• 公示和核验用的抽号记录中没有任何个人信息。\n"
        "<b>请注意</b>:Telegram 的服务器在境外,您在聊天中输入的内容会经过境外服务器。"
        "您输入的姓名和号码,机器人读取后会尽可能从聊天中删除。\n"
        "<b>您可以</b>随时导出或删除自己的信息;不同意的,可以到窗口办理。"
    ).format(
        version=version,
        offices=_named(offices),
        reminder=formatting.listed(one() for one in IN_REMINDERS.values()),
    )


_NAMED = 3


def _named(offices: Sequence[Office]) -> str:
    named = formatting.listed(escape(office.code) for office in offices[:_NAMED])
    if len(offices) > _NAMED:
        return _("{offices} 等 {count} 个").format(offices=named, count=len(offices))
    return named


def stays(blockers: Sequence[DeletionBlocker]) -> str:
    """Return what cannot be deleted yet, why, and until when."""
    return STAYS() + "\n".join(f"• {_hindrance(blocker)}" for blocker in blockers)


def _hindrance(blocker: DeletionBlocker) -> str:
    until = formatting.moment(blocker.until) if blocker.until else ""
    match blocker.why:
        case "reserved":
            return _(
                "您预选的号码 <b>{plate}</b> 还没有办理,到期提醒和窗口核对需要您的信息。"
                "办理上牌之后即可删除;办理截止时间:{until}。"
            ).format(plate=escape(blocker.what), until=until)
        case "banned":
            return _(
                "您在黑名单上,到 {until} 自动解除;在此之前需要您的信息来告知您原因和解除时间。"
                "解除之后即可删除。"
            ).format(until=until)
        case _:
            return _("{what} 尚未办结。{until}").format(what=escape(blocker.what), until=until)


# --- the exported file ------------------------------------------------------------------------

TITLE = phrase("我的选号信息")
NOTHING = phrase("(无)")
YES, NO = phrase("是"), phrase("否")

SECTIONS: dict[str, Phrase] = {
    "account": phrase("账号"),
    "consents": phrase("同意记录"),
    "preselections": phrase("预选"),
    "draws": phrase("抽号"),
    "wishes": phrase("未成功的自编"),
    "codes": phrase("短信验证码(只有时间,没有验证码)"),
    "appeals": phrase("申诉"),
    "bans": phrase("黑名单"),
    "notices": phrase("通知"),
    "subscriptions": phrase("订阅"),
    "wished_numbers": phrase("心愿号"),
    "check_subscription": phrase("次日告知抽号核验结果"),
    "mutes": phrase("不接收群发通知的发牌机关"),
    "reminders": phrase("提醒设置"),
    "reach": phrase("无法联系的记录"),
    "conversation": phrase("对话进度"),
    "probes": phrase("输入过他人信息的时间(保存一天)"),
    "presses": phrase("选号操作的时间(保存到设定的天数)"),
    "suspicions": phrase("异常选号嫌疑"),
    "roles": phrase("管理员角色"),
    "summary": phrase("管理员每日摘要"),
    "journal": phrase("业务日志"),
}
"""Titles of the sections; one without a title is shown by its key."""

FIELDS: dict[str, Phrase] = {
    "chat": phrase("聊天号"),
    "account": phrase("账号编号"),
    "user_type": phrase("用户类型"),
    "office": phrase("发牌机关"),
    "name": phrase("姓名(单位名称)"),
    "identity": phrase("身份证号(信用代码)"),
    "phone": phrase("手机号"),
    "phone_to_be_proved": phrase("待验证的手机号"),
    "phone_proved_at": phrase("手机验证时间"),
    "registered_at": phrase("注册时间"),
    "created_at": phrase("建立时间"),
    "version": phrase("版本"),
    "at": phrase("时间"),
    "number": phrase("编号"),
    "kind": phrase("号牌种类"),
    "state": phrase("状态"),
    "vin": phrase("车辆识别代号"),
    "certificate_kind": phrase("证书种类"),
    "certificate": phrase("证书编号"),
    "plate": phrase("号码"),
    "way": phrase("选号方式"),
    "verified_at": phrase("验证时间"),
    "reserved_at": phrase("选定时间"),
    "deadline": phrase("办理截止"),
    "ended_at": phrase("结束时间"),
    "reason": phrase("原因"),
    "preselection": phrase("预选编号"),
    "n": phrase("抽号序号"),
    "without_four": phrase("不包含4"),
    "numbers": phrase("给出的号码"),
    "nonce": phrase("按键编号"),
    "seed_digest": phrase("种子的 SHA-256"),
    "seed": phrase("种子(公布之后)"),
    "wishes": phrase("自编的号码"),
    "purpose": phrase("用途"),
    "wrong_tries": phrase("输错次数"),
    "expires_at": phrase("失效时间"),
    "subject": phrase("事项"),
    "details": phrase("内容"),
    "due_at": phrase("发送时间"),
    "cause": phrase("类别"),
    "since": phrase("开始时间"),
    "until": phrase("截止时间"),
    "asked_at": phrase("要求提供发票的时间"),
    "lifted_at": phrase("解除时间"),
    "lift_reason": phrase("解除原因"),
    "topic": phrase("主题"),
    "count": phrase("次数"),
    "screen": phrase("画面"),
    "role": phrase("角色"),
    "wanted": phrase("需要"),
    "by": phrase("操作者"),
    "action": phrase("操作"),
}
"""Names of the fields; one without a name is shown by its key."""


def section(name: str) -> str:
    return SECTIONS[name]() if name in SECTIONS else name


def field(name: str) -> str:
    return FIELDS[name]() if name in FIELDS else name


def made_at(at: datetime) -> str:
    return _("生成时间:{at}").format(at=f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}")
