"""Texts of consent and registration."""

from collections.abc import Sequence
from html import escape
from itertools import takewhile

from bot.i18n import formatting
from bot.i18n.formatting import KINDS, listed, masked_phone, office_title
from bot.i18n.language import Phrase, _, phrase
from core.people.accounts import Account, RegistrationField
from core.values.offices import Office
from core.values.plates import PlateKind

AGREE = phrase("✅ 同意并继续")
DECLINE = phrase("不同意")
SEND_CONTACT = phrase("📱 发送本人手机号")
RESEND = phrase("🔄 重新发送")
NEXT = phrase("下一步 »")
NOT_HERE = phrase("我的城市不在这里")
RESUME = phrase("继续注册")
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
OFFICE = phrase(
    "<b>注册 1/3 · 注册地</b>\n请选择车辆将要登记上牌的发牌机关,也可以直接输入城市名称或代号(例如:茂名、粤K):"
)
OFFICE_AGAIN = phrase("<b>修改注册地</b>\n请选择车辆将要登记上牌的发牌机关,也可以直接输入城市名称或代号:")
OFFICE_CANCELS = phrase("\n\n⚠️ 改到别处后,您还没完成的预选将取消(已用的选号次数不恢复)。")
OFFICE_HINT = phrase("请点下方按钮,或输入城市名称或代号,例如:茂名、粤K、Maoming。")
NAME = phrase(
    "<b>注册 2/3 · 姓名和身份证</b>\n"
    "请在<b>一条消息</b>里输入您身份证上的姓名和 18 位身份证号码,先后不限,中间用空格或换行隔开,例如:\n"
    "张三 11010519491231002X\n(也可以分两次输入)"
)
NAME_AGAIN = phrase("<b>修改姓名</b>\n请输入您身份证上的姓名:")
NAME_HINT = phrase("请输入姓名和身份证号码。")
NAME_MISSING = phrase("<b>注册 2/3 · 姓名</b>\n已收到身份证号码。请输入您身份证上的姓名:")
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
PHONE_ELSEWHERE = phrase(
    "这个手机号已注册在另一个账号上。请输入刚刚发到该手机的验证码,证明号码由您本人使用,即可转到本账号。"
)
PHONE_LOST = phrase(
    "<b>填写新的手机号</b>\n您原来的手机号已由现在使用它的人验证,注册到了他人的账号。"
    "点下方按钮发送本人手机号,或直接输入 11 位手机号(将发送验证码):"
)
TAKEN_OVER = phrase("如果该号码原来注册在别的账号上,验证后会转到本账号,原账号须另填手机号。")
DONE = phrase("✅ 注册完成。")
PHONE_CHANGED = phrase("✅ 手机号已更改。")
NAME_CHANGED = phrase("✅ 姓名已更改。")
OFFICE_CHANGED = phrase("✅ 注册地已更改。")
FIELDS = {
    RegistrationField.OFFICE: phrase("注册地"),
    RegistrationField.NAME: phrase("姓名"),
    RegistrationField.IDENTITY: phrase("身份证号码"),
    RegistrationField.PHONE: phrase("手机号"),
}


def consent(version: int) -> str:
    return _CONSENT().format(version=version)


def confirm_kind(kind: PlateKind, *, is_open: bool) -> str:
    """Return the label that completes the registration and begins a preselection at once."""
    label = _("✅ 确认注册并预选 {kind}").format(kind=KINDS[kind]())
    return label if is_open else _("{label} · 暂无号段").format(label=label)


def review(account: Account, office: Office) -> str:
    """Return the data entered, in full: a wrong name or number costs the owner the preselected number."""
    return _(
        "<b>请核对注册信息</b>\n"
        "注册地:<b>{office}</b>\n"
        "姓名:<b>{name}</b>\n"
        "身份证号:<b>{identity}</b>\n"
        "手机号:{phone}\n\n"
        "⚠️ 请与身份证逐字核对:窗口办理时不一致的,号码作废。身份证号注册后不能在网上修改。\n"
        "(离开本页后,姓名和身份证号不再完整显示)"
    ).format(
        office=escape(office_title(office)),
        name=escape(account.name),
        identity=grouped_identity(account.identity),
        phone=masked_phone(account.phone),
    )


def grouped_identity(number: str) -> str:
    """Return a resident's number in groups that are easy to compare: region, birth date, rest."""
    return escape(f"{number[:6]} {number[6:14]} {number[14:]}")


def changed(what: Phrase, before: str, after: str) -> str:
    """Return what a correction has changed, only as far as it differs; empty if nothing has."""
    if before == after or not before:
        return ""
    start = _same_at_start(before, after)
    while start and _is_in_word(before[start - 1]):
        start -= 1
    end = _same_at_start(before[start:][::-1], after[start:][::-1])
    while end and _is_in_word(before[len(before) - end]):
        end -= 1
    old, new = (one[start : len(one) - end] for one in (before, after))
    if not old:
        return _("✏️ {what}已修改:增加了 {new}").format(what=what(), new=escape(new, quote=False))
    if not new:
        return _("✏️ {what}已修改:去掉了 {old}").format(what=what(), old=escape(old, quote=False))
    return _("✏️ {what}已修改:{old} → {new}").format(
        what=what(), old=escape(old, quote=False), new=escape(new, quote=False)
    )


def _is_in_word(character: str) -> bool:
    """Return whether a character belongs to a word that must not be cut: a name in Latin letters."""
    return character.isascii() and character.isalpha()


def _same_at_start(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their start."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))


def replaced(what: Phrase, before: str, after: str) -> str:
    """Return what a correction has put in the place of something; empty if it is the same or was empty."""
    if before == after or not before:
        return ""
    return _("✏️ {what}已修改:{old} → {new}").format(
        what=what(), old=escape(before, quote=False), new=escape(after, quote=False)
    )


def identity_taken(chat_id: int, office: Office | None) -> str:
    """Return what to do about an identity that another account has, perhaps one's own former account."""
    place = formatting.place(office) if office else ""
    return (
        _(
            "该身份证明号码已被其他账号注册。\n"
            "• 那是您以前用的 Telegram 账号:请在那个账号里发送 /delete 删除信息,然后回到这里重新输入;\n"
            "• 那个账号已不能使用,或不是您本人注册的:请本人携带身份证原件(单位携带营业执照和经办人身份证)"
            "到车辆管理所窗口,报上您的账号编号 <code>{chat}</code>,核对后身份会转到本账号。\n{place}"
        )
        .format(chat=chat_id, place=place)
        .strip()
    )


def half_registered(missing: Sequence[RegistrationField]) -> str:
    """Return on the home page what the registration still lacks."""
    if not missing:
        return _("<b>注册还差一步:</b>请核对信息并确认。")
    named = listed(FIELDS[one]() for one in missing)
    if len(missing) == 1:
        return _("<b>注册还差一步:</b>请填写{fields}。").format(fields=named)
    return _("<b>注册还没有完成</b>,还需要:{fields}。已填写的信息为您保留。").format(fields=named)
