"""Texts of phase 1: basic data, notice, confirmation, service terms."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import KINDS, barred, counter_hours, hours, moment, office_name, office_title, reason
from bot.i18n.language import _, phrase
from bot.texts.error_texts.preselection import (
    VIN_AWARDED,
    VIN_BEING_SELECTED,
    VIN_PRESELECTED,
    VIN_REGISTERED,
)
from core.preselection.quotas import Quota
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind, group_vin

AGREE_NOTICE = phrase("【阅读并同意】")
START = phrase("【开始选号】")
CONFIRM = phrase("✅ 确认信息")
CONFIRM_AND_START = phrase("✅ 确认并【开始选号】")
SHOW_IN_FULL = phrase("👁 显示完整信息")
FILL_IN_FIRST = phrase("先填写信息")
CHANGE_BASICS = phrase("修改发牌机关/号牌种类")
CHANGE_VIN = phrase("修改车辆识别代号")
CHANGE_CERTIFICATE = phrase("修改证书编号")
CHANGE_PHONE = phrase("修改手机号")
CHANGE_NAME = phrase("修改姓名")
CORRECT = phrase("修改信息")
VIN_IS_RIGHT = phrase("✅ 核对无误")
VIN_AGAIN = phrase("重新输入")
ABANDON = phrase("确定放弃")
KEEP = phrase("继续预选")

VIN = phrase(
    "<b>第2步 确认信息 · 车辆识别代号</b>\n"
    "请输入 17 位车辆识别代号(VIN、车架号),在合格证或前挡风玻璃左下角可以看到:"
)
VIN_AND_CERTIFICATE = phrase(
    "<b>第2步 确认信息 · 车辆识别代号和合格证编号</b>\n"
    "请输入 17 位车辆识别代号(VIN、车架号)和合格证编号(进口车为货物进口证明书编号),"
    "可以一次发送,用空格或换行隔开,不分先后;也可以先输入车辆识别代号。"
)
VIN_HINT = phrase("请输入 17 位车辆识别代号。")
OTHER_CERTIFICATE = {
    CertificateKind.DOMESTIC: phrase("这是国产车 · 合格证"),
    CertificateKind.IMPORT: phrase("这是进口车 · 货物进口证明书"),
}
"""The labels of the button that changes to the kind."""
CERTIFICATE_HINT = phrase("请输入证书编号。")
ABANDON_TEXT = phrase(
    "<b>放弃本次预选?</b>\n已填写的信息将被清除,正在保留的号码放回号池。\n已使用的随机、自编次数不会恢复。"
)
ABANDONED = phrase("已放弃本次预选。")


def basics(offices: list[Office], chosen: Office, *, may_change: bool) -> str:
    """Return the page of step 1."""
    what = _("请选择号牌种类:")
    if may_change and len(offices) > 1:
        what = _("您可以改选其他发牌机关(点下方按钮,或直接输入名称),再选号牌种类。")
    return _("<b>第1步 基本信息</b>\n发牌机关:{office}\n{name}\n\n{what}").format(
        office=escape(office_title(chosen)), name=escape(office_name(chosen)), what=what
    )


def kind_label(kind: PlateKind, *, is_open: bool) -> str:
    """Return a plate kind as a button label, marked if it has no open segment."""
    name = KINDS[kind]()
    return name if is_open else _("{kind} · 暂无号段").format(kind=name)


def kind_closed(office: Office, kind: PlateKind, why: str) -> str:
    """Return the page of a plate kind that has no open segment."""
    return _(
        "<b>第1步 基本信息</b>\n{office} · {kind}{why}\n\n可以订阅开放提醒,或改选有号段的号牌种类。"
    ).format(office=escape(office_title(office)), kind=KINDS[kind](), why=why)


def notice(office: Office, kind: PlateKind) -> str:
    return _(
        "<b>第1步 基本信息 · 业务须知</b>\n{office} · {kind}\n\n"
        "1. 预选的号牌用于本人购买、尚未登记上牌的新车;一辆车只能预选成功一次。\n"
        "2. 车辆识别代号、合格证编号等须与实车一致;窗口发现不一致的,所选号码作废,并列入黑名单。\n"
        "3. 每辆车有随机选号 {batches} 批、自编选号 {wishes} 个的机会,用完为止,换人、换天不重新计算。\n"
        "4. 选定后<b>不能更改、不能退回</b>。\n"
        "5. 选定后须在 {workdays} 个工作日内到车辆管理所办理;"
        "<b>逾期未办理的,号码收回{barred}</b>。到期前会提醒您。\n"
        "6. 每次随机抽取都有公开可核验的记录,任何人不能预先留号。"
    ).format(
        office=escape(office_title(office)),
        kind=KINDS[kind](),
        batches=office.random_batches,
        wishes=office.compose_total,
        workdays=office.validity_workdays,
        barred=barred(office.ban_years),
    )


def vin_page(certificate: str) -> str:
    """Return the page on which the VIN is entered; a certificate number that is known already is repeated."""
    if not certificate:
        return VIN_AND_CERTIFICATE()
    known = _("✅ 已记下证书编号:<code>{certificate}</code>").format(certificate=escape(certificate))
    return f"{VIN()}\n{known}"


def take_suggestion(grouped: str) -> str:
    return _("✅ 是,用 {vin}").format(vin=grouped)


def certificate(kind: CertificateKind, vin: str) -> str:
    """Return the page on which the certificate number is entered."""
    if kind == CertificateKind.DOMESTIC:
        text = _("<b>第2步 确认信息 · 合格证编号</b>\n请输入机动车整车出厂合格证编号(15 位,少数为 14 位):")
    else:
        text = _("<b>第2步 确认信息 · 货物进口证明书编号</b>\n请输入货物进口证明书编号(6–20 位字母和数字):")
    of = _("车辆识别代号:<code>{vin}</code>").format(vin=escape(group_vin(vin)))
    return f"{text}\n\n{of}"


def vin_doubt(vin: str) -> str:
    """Return the question about a VIN with a wrong check digit, or of a form that no maker uses."""
    return _(
        "<b>请再核对一次车辆识别代号</b>\n<code>{vin}</code>\n\n"
        "校验位或编排与多数车辆的规则不符。进口车可能如此;也可能有一位输错了。请逐段对照证书。"
    ).format(vin=escape(group_vin(vin)))


def terms(office: Office, quota: Quota) -> str:
    return _(
        "<b>第3步 选号服务说明</b>\n"
        "{name}\n"
        "• 网上选号服务时间:{hours}\n"
        "• 随机选号:每辆车 {batches} 批,每批 {batch_size} 个号码,"
        "每批保留 {batch_seconds} 秒,备选保留 {shortlist_seconds} 秒;<b>还剩 {batches_left} 批</b>\n"
        "• 自编选号:每辆车共 {wishes} 个,每次最多 {per_try} 个;<b>还剩 {wishes_left} 个</b>\n"
        "• 有效期:选定次日起 {workdays} 个工作日,到最后一天窗口下班为止\n"
        "• 办理地点:{address}({counter_hours})\n"
        "• 逾期:号码收回{barred}"
    ).format(
        name=escape(office_name(office)),
        hours=hours(office.hours),
        batches=office.random_batches,
        batch_size=office.batch_size,
        batch_seconds=office.batch_seconds,
        shortlist_seconds=office.shortlist_seconds,
        batches_left=quota.batches,
        wishes=office.compose_total,
        per_try=office.compose_per_try,
        wishes_left=quota.wishes,
        workdays=office.validity_workdays,
        address=escape(office.address),
        counter_hours=counter_hours(office.counter_hours),
        barred=barred(office.ban_years),
    )


def closed(opening: str) -> str:
    return "\n\n" + _(
        "⏰ 现在不在选号服务时间内。下次开放:<b>{opening}</b>。信息已为您保留,届时点【开始选号】即可。"
    ).format(opening=opening)


def in_maintenance(text: str) -> str:
    """Return the office's maintenance message."""
    return "\n\n" + _("🛠 <b>系统维护中</b>:{text}").format(text=reason(text))


def closing_soon(at: str) -> str:
    """Return the warning that the service closes soon."""
    return "\n\n" + _("⏰ 今天的选号服务将于 {at} 结束,请留意时间。").format(at=at)


def closed_meanwhile(opening: str) -> str:
    """Return what may still be done when the service has closed while numbers are still held."""
    said = _("⏰ 选号服务时间已结束,不能再换一批或提交自编;还在保留的号码,到时之前仍可【确认选号】。")
    then = _("下次开放:<b>{opening}</b>。").format(opening=opening) if opening else ""
    return f"\n\n{said}{then}"


def shut_meanwhile(text: str) -> str:
    """Return the maintenance message, and what may still be done while numbers are held."""
    held = _("暂时不能换一批或提交自编;还在保留的号码,到时之前仍可【确认选号】。")
    return f"{in_maintenance(text)}\n{held}"


def used_up(words: str, office: Office) -> str:
    """Return the page shown when all chances are used and only the office can help."""
    return _(
        "{words}\n\n{name}\n地址:{address}\n办公时间:{hours}\n\n"
        "如果机会是被他人用完的,可以点【异常选号资料修改】提出申诉。"
    ).format(
        words=words,
        name=escape(office_name(office)),
        address=escape(office.address),
        hours=counter_hours(office.counter_hours),
    )


_REFUSED = {"preselected": VIN_PRESELECTED, "registered": VIN_REGISTERED, "awarded": VIN_AWARDED}


ASK_REGISTRY_AGAIN = phrase("🔄 再试一次")


def registry_down(since: datetime) -> str:
    """Return that the vehicle registry does not answer, what is kept, and what to do."""
    return _(
        "⏳ <b>机动车登记系统暂时没有答复</b>\n\n自 {since} 起查询不到车辆信息,与您填写的内容无关。"
        "已填写的资料都已保留,没有扣减选号次数。\n\n请稍后点【再试一次】,或过一会儿再从【预选号牌】继续。"
    ).format(since=moment(since))


def vin_refused(why: str, office: Office) -> str:
    """Return why a vehicle cannot be given a number here, and what to do."""
    words = _REFUSED.get(why, VIN_BEING_SELECTED)
    return _(
        "❌ {words}\n\n如果是您输错了,请修改后重试;如果车辆识别代号被他人使用,"
        "请点【异常选号资料修改】提出申诉,或携带身份证明和购车发票到车辆管理所核实:\n{name}\n{address}({hours})"
    ).format(
        words=words(),
        name=escape(office_name(office)),
        address=escape(office.address),
        hours=counter_hours(office.counter_hours),
    )
