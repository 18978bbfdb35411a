"""Texts about personal data: what is held and why, what can be deleted, what the exported file says."""

from collections.abc import Sequence
from html import escape

from bot.i18n import formatting
from bot.i18n.language import _, phrase, spoken
from bot.texts.owner.exported import USER_TYPES
from bot.texts.owner.languages import NAMES
from core.errors.accounts import DeletionBlocker
from core.people.accounts import Account
from core.values.offices import Office

PRIVACY = phrase("🔒 我的资料")
POLICY = phrase("📄 个人信息说明")
SHOW = phrase("👁 显示完整信息")
HIDE = phrase("🙈 隐藏")
REGISTER = phrase("📝 注册")
EXPORT = phrase("⬇ 导出我的信息")
DELETE = phrase("🗑 删除我的信息")
EXPORTING = phrase("正在生成,稍后以文件发送给您:一份可直接阅读,一份供软件读取,内容相同。")
CAPTIONS = {
    "html": phrase("您的全部信息,点开即可阅读。内含个人信息,请妥善保管,不要转发。"),
    "json": phrase("同样的内容,供软件读取(JSON),一般不需要打开。请妥善保管,不要转发。"),
}
"""Captions of the exported files, by their extension."""
CONFIRM = phrase("⛔ 确认删除")
KEEP = phrase("不删除")
WHAT_IS_DELETED = phrase(
    "<b>删除我的信息?</b>\n"
    "将删除:姓名、证件号码、手机号、注册地、用户类型、未完成的预选、证书编号、验证码记录、通知、订阅、提醒设置"
    "和本对话的进度。删除后如需预选,要重新注册。\n\n"
    "依规定须保留,但不再与您关联:\n"
    "• 已选定、已上牌或已作废的号码及其车辆识别代号,"
    "抽号和业务日志(其中只有编号,没有姓名、证件号和 Telegram 账号);\n"
    "• 车辆识别代号已使用的选号次数:次数属于车辆,不会恢复;\n"
    "• 已结束的黑名单:证件号只留不能还原的代码,另有日期、机关和类别;\n"
    "• 当天的短信计数(手机号和 Telegram 账号只留不能还原的代码)次日清除,收到消息的编号两天后清除;\n"
    "• 输入过他人信息的记录(Telegram 账号、时间和不能还原的代码)一天后清除,以免借删除绕过限制。\n\n"
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


def own_data(account: Account, office: Office | None, *, vehicles: int, full: bool) -> str:
    """Return one's own data, masked or in full, and how what is fixed is put right.

    Args:
        account: the owner's.
        office: the office of registration, if it is served.
        vehicles: for how many a number is being or has been selected.
        full: whether they are shown in full.
    """
    name, identity, phone = account.name, account.identity, account.phone or account.new_phone
    unit = account.is_unit
    lines = [
        _("<b>我的资料</b>") + ("" if account.is_registered else _("(注册还没有完成)")),
        _("用户类型:{type}").format(type=USER_TYPES[account.user_type]()),
        (_("单位名称:{value}") if unit else _("姓名:{value}")).format(
            value=_or_none(escape(name) if full else formatting.masked_name(name))
        ),
        (_("统一社会信用代码:{value}") if unit else _("身份证号:{value}")).format(
            value=_or_none(escape(identity) if full else formatting.masked_identity(identity))
        ),
        _("手机号:{value}").format(
            value=_or_none(
                escape(phone.removeprefix("+86")) if full else formatting.masked_phone(phone) if phone else ""
            )
        )
        + (_("(待验证)") if phone and not account.phone else ""),
        _("注册地:{value}").format(value=_or_none(escape(formatting.office_title(office)) if office else "")),
        _("车辆:{count} 辆").format(count=vehicles),
        _("语言:{name}").format(name=NAMES[spoken()]),
    ]
    if account.is_registered:
        place = formatting.place(office) if office else _("车辆管理所")
        lines += ["", _identity_is_fixed(unit=unit).format(chat=account.chat_id, place=place)]
    if full:
        lines += ["", _("离开本页后,完整信息会从聊天中删除。")]
    return "\n".join(lines)


def _or_none(shown: str) -> str:
    return shown or _("(无)")


def _identity_is_fixed(*, unit: bool) -> str:
    if unit:
        return _(
            "信用代码不能在网上修改,以防冒用。如有错误,请携带营业执照和经办人身份证到{place}的窗口,"
            "报上账号编号 <code>{chat}</code>,由工作人员核对后更正。"
        )
    return _(
        "身份证号不能在网上修改,以防冒用他人身份。如有错误,请本人携带身份证原件到{place}的窗口,"
        "报上账号编号 <code>{chat}</code>,由工作人员核对后更正。"
    )


def privacy(offices: Sequence[Office], version: int) -> str:
    """Return what is held, why, for how long, and who sees it."""
    return _(
        "<b>个人信息说明</b>(第 {version} 版)\n"
        "<b>收集什么、为什么</b>\n"
        "• 姓名(单位名称)、身份证号(统一社会信用代码)、手机号:核对车主、"
        "发送验证码和到期提醒、窗口办理时核对;\n"
        "• 车辆识别代号、合格证编号:核对车辆,防止一车多选;\n"
        "• Telegram 账号编号、预选和抽号记录、订阅:办理业务和核验抽号;\n"
        "• 申诉时(另行征得同意)的身份证明和购车发票照片、申诉原因:审核申诉。\n"
        "<b>保存多久</b>\n"
        "• 姓名、证件号、手机号加密保存,直到您删除;草稿 7 天,验证码 1 天,"
        "已处理的消息内容立即清除,通知 400 天,短信送达结果 2 天;"
        "短信计数到次日,输入过他人信息的记录 1 天(其中的号码都只存不能还原的代码);"
        "申诉的照片和原因在审核结束后按申诉时告知的天数删除;\n"
        "• 黑名单中的证件号只存不能还原的代码;号码与车辆识别代号的记录由发牌机关长期保存。\n"
        "<b>谁能看到</b>\n"
        "• 受理的发牌机关({offices})的工作人员,在办理业务时;"
        "短信服务商只得到手机号和验证码,发送到期提醒时还有{reminder};\n"
        "• 公示和核验用的抽号记录中没有任何个人信息。\n"
        "<b>请注意</b>:Telegram 的服务器在境外,您在聊天中输入的内容会经过境外服务器。"
        "您输入的姓名和号码,机器人读取后会尽可能从聊天中删除。\n"
        "<b>您可以</b>随时在【我的资料】中查看、更正、导出或删除自己的信息;不同意的,可以到窗口办理。"
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
