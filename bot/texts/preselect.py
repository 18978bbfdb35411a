"""Words of phase 1: basic data, notice, confirmation, service terms."""

from html import escape

from bot.texts.common import (
    KINDS,
    barred,
    counter_hours,
    hours,
    masked_name,
    masked_phone,
    office_title,
)
from bot.texts.errors import VIN_BEING_SELECTED, VIN_PRESELECTED, VIN_REGISTERED
from core.accounts import Account
from core.offices import Office
from core.plates import PlateKind
from core.preselection import Preselection
from core.selection import Chances
from core.vehicles import CertificateKind, group_vin

AGREE_NOTICE = "【阅读并同意】"
START = "【开始选号】"
CONFIRM = "✅ 确认信息"
CHANGE_BASICS = "修改发牌机关/号牌种类"
CHANGE_VIN = "修改车辆识别代号"
CHANGE_CERTIFICATE = "修改证书编号"
CHANGE_PHONE = "修改手机号"
CHANGE_NAME = "修改姓名"
CORRECT = "修改信息"
VIN_IS_RIGHT = "✅ 核对无误"
VIN_AGAIN = "重新输入"
ABANDON = "确定放弃"
KEEP = "继续预选"

CERTIFICATES = {
    CertificateKind.DOMESTIC: "国产车 · 合格证编号",
    CertificateKind.IMPORT: "进口车 · 货物进口证明书编号",
}

VIN = (
    "<b>第2步 确认信息 · 车辆识别代号</b>\n"
    "请输入 17 位车辆识别代号(VIN、车架号),在合格证或前挡风玻璃左下角可以看到:"
)
VIN_HINT = "请输入 17 位车辆识别代号。"
CERTIFICATE_KIND = "<b>第2步 确认信息 · 车辆证书</b>\n您的车辆是:"
CERTIFICATE_HINT = "请输入证书编号。"
ABANDON_TEXT = (
    "<b>放弃本次预选?</b>\n已填写的信息将被清除,正在保留的号码放回号池。\n已使用的随机、自编次数不会恢复。"
)
ABANDONED = "已放弃本次预选。"


def basics(offices: list[Office], chosen: Office, *, may_change: bool) -> str:
    """Return the page of step 1."""
    can_change = may_change and len(offices) > 1
    what = "您可以改选其他发牌机关,再选号牌种类。" if can_change else "请选择号牌种类:"
    title = escape(office_title(chosen))
    return f"<b>第1步 基本信息</b>\n发牌机关:{title}\n{escape(chosen.name)}\n\n{what}"


def notice(office: Office, kind: PlateKind) -> str:
    """Return the notice (业务须知)."""
    return (
        f"<b>业务须知</b>\n{escape(office_title(office))} · {KINDS[kind]}\n\n"
        "1. 预选的号牌用于本人购买、尚未登记上牌的新车;一辆车只能预选成功一次。\n"
        "2. 车辆识别代号、合格证编号等须与实车一致;窗口发现不一致的,所选号码作废,并列入黑名单。\n"
        f"3. 每辆车有随机选号 {office.random_batches} 批、自编选号 {office.compose_total} 个的机会,"
        "用完为止,换人、换天不重新计算。\n"
        "4. 选定后<b>不能更改、不能退回</b>。\n"
        f"5. 选定后须在 {office.validity_workdays} 个工作日内到车辆管理所办理;"
        f"<b>逾期未办理的,号码收回{barred(office.ban_years, '不能再网上预选')}</b>。到期前会提醒您。\n"
        "6. 每次随机抽取都有公开可核验的记录,任何人不能预先留号。"
    )


def certificate(kind: CertificateKind) -> str:
    """Return the question for a certificate's number."""
    if kind == CertificateKind.DOMESTIC:
        return "<b>第2步 确认信息 · 合格证编号</b>\n请输入机动车整车出厂合格证编号(15 位):"
    return "<b>第2步 确认信息 · 货物进口证明书编号</b>\n请输入货物进口证明书编号(6–20 位字母和数字):"


def vin_doubt(vin: str) -> str:
    """Return the question about a VIN whose check digit is wrong, which importers' may be."""
    return (
        "<b>请再核对一次车辆识别代号</b>\n"
        f"<code>{escape(group_vin(vin))}</code>\n\n"
        "校验位与多数车辆的规则不符。进口车可能如此;也可能有一位输错了。请逐段对照证书。"
    )


def review(preselection: Preselection, account: Account, office: Office) -> str:
    """Return the data of step 2, shown back."""
    kind = preselection.certificate_kind
    label = "合格证编号" if kind == CertificateKind.DOMESTIC else "货物进口证明书编号"
    return (
        "<b>第2步 确认信息</b>\n请逐项核对,有误可点下方按钮修改:\n\n"
        f"发牌机关:{escape(office_title(office))}\n"
        f"号牌种类:{KINDS[preselection.kind]}\n"
        f"车辆识别代号:<code>{escape(group_vin(preselection.the_vin))}</code>\n"
        f"{label}:<code>{escape(preselection.certificate or '')}</code>\n"
        f"车主:{masked_name(account.name)}\n"
        f"手机号:{masked_phone(account.phone)}"
    )


def terms(office: Office, chances: Chances) -> str:
    """Return the service terms (选号服务说明) of step 3."""
    return (
        "<b>第3步 选号服务说明</b>\n"
        f"{escape(office.name)}\n"
        f"• 网上选号服务时间:{hours(office.hours)}\n"
        f"• 随机选号:每辆车 {office.random_batches} 批,每批 {office.batch_size} 个号码,"
        f"每批保留 {office.batch_seconds} 秒,备选保留 {office.shortlist_seconds} 秒;"
        f"<b>还剩 {chances.batches} 批</b>\n"
        f"• 自编选号:每辆车共 {office.compose_total} 个,每次最多 {office.compose_per_try} 个;"
        f"<b>还剩 {chances.wishes} 个</b>\n"
        f"• 有效期:选定次日起 {office.validity_workdays} 个工作日,到最后一天窗口下班为止\n"
        f"• 办理地点:{escape(office.address)}({counter_hours(office.counter_hours)})\n"
        f"• 逾期:号码收回{barred(office.ban_years)}"
    )


def closed(opening: str) -> str:
    """Return what is said outside the service hours."""
    return (
        f"\n\n⏰ 现在不在选号服务时间内。下次开放:<b>{opening}</b>。信息已为您保留,届时点【开始选号】即可。"
    )


def in_maintenance(text: str) -> str:
    """Return what the office says while it is closed for maintenance."""
    return f"\n\n🛠 <b>系统维护中</b>:{escape(text)}"


def closing_soon(at: str) -> str:
    """Return the warning that the closing hour is near."""
    return f"\n\n⏰ 今天的选号服务将于 {at} 结束,请留意时间。"


def used_up(words: str, office: Office) -> str:
    """Return the page on which only the office is left."""
    return (
        f"{words}\n\n{escape(office.name)}\n地址:{escape(office.address)}\n"
        f"办公时间:{counter_hours(office.counter_hours)}"
    )


def vin_refused(why: str, office: Office) -> str:
    """Return why a vehicle cannot be given a number here, and what to do."""
    words = {"preselected": VIN_PRESELECTED, "registered": VIN_REGISTERED}.get(why, VIN_BEING_SELECTED)
    return (
        f"❌ {words}\n\n如果是您输错了,请修改后重试;如果车辆识别代号被他人使用,"
        f"请携带身份证明和购车发票到车辆管理所核实:\n{escape(office.name)}\n{escape(office.address)}"
        f"({counter_hours(office.counter_hours)})"
    )
