"""Texts of the receipt 预选号凭证: its page in the chat, its picture, and what is sent from there."""

from functools import partial
from html import escape

from bot.i18n.bilingual import Bilingual, bilingual
from bot.i18n.formatting import (
    KINDS,
    barred,
    counter_hours,
    day,
    moment,
    named_paper,
    place_of,
    plate,
    short_office_name,
)
from bot.i18n.language import _, phrase
from bot.texts.owner.checking import SHORT, head_line
from core.preselection import Preselection, PreselectionState
from core.public_journal.chain import Head
from core.values.names import mask_name
from core.values.offices import Office
from core.values.vehicles import vin_last_six

TITLE = phrase("预选号凭证")
RECEIPT = phrase("🎫 查看凭证")
PAPERS = phrase("📋 需带材料")
LATE = phrase("⏳ 来不及怎么办")
MAP = phrase("🗺 地图")
CALENDAR = phrase("📅 加入日历")
UPDATE_CALENDAR = phrase("📅 更新日历")
CLEAR_CALENDAR = phrase("📅 从日历移除")
PDF = phrase("🖨 PDF")
SHARE = phrase("🚗 分享图")
NEXT_VEHICLE = phrase("为另一辆车预选")

SENDING = phrase("正在发送…")
PDF_FILE = phrase("预选号凭证,打印后带到窗口办理")
SHARE_TITLE = phrase("我选到了这个号牌!")

DATE_LABEL = phrase("请在此之前到窗口办理登记上牌")
REGISTERED_LABEL = phrase("登记上牌确认于")
PLACE_LABEL = phrase("办理地点")
CODE_LABEL = phrase("窗口扫码")
PAPERS_LABEL = phrase("需带材料")
_PHONE_LABEL = phrase("电话")
_OWNER_LABEL = phrase("车主")
_VIN_LABEL = phrase("车辆识别代号后六位")
_NUMBER_LABEL = phrase("凭证编号")
_KIND_LABEL = phrase("号牌种类")
_SELECTED_LABEL = phrase("选定时间")
_RECORD_LABEL = phrase("公开记录")


def _number(preselection: Preselection) -> str:
    return plate(preselection.office, preselection.serial or "")


def page(preselection: Preselection, office: Office, entry: Head | None = None) -> str:
    """Return the caption of the receipt: number, date, place; ``entry`` is that of the public journal."""
    if preselection.state == PreselectionState.REGISTERED:
        said = _("✅ <b>已上牌:{number}</b>\n确认于 {day}\n📍 {office}").format(
            number=_number(preselection),
            day=day(preselection.ended_at) if preselection.ended_at else "",
            office=escape(short_office_name(office)),
        )
    else:
        said = _("🎉 <b>第6步 完成号牌预选:{number}</b>\n办理截止 <b>{deadline}</b>\n📍 {office}").format(
            number=_number(preselection),
            deadline=moment(preselection.deadline) if preselection.deadline else "",
            office=escape(short_office_name(office)),
        )
    return said if entry is None else f"{said}\n{head_line(entry)} /verify"


def papers(preselection: Preselection, office: Office) -> str:
    """Return what to bring, one document a line."""
    return _("📋 <b>{number} 需带材料</b>\n{papers}").format(
        number=_number(preselection),
        papers="\n".join(f"• {escape(paper)}" for paper in map(named_paper, office.papers)),
    )


def late(preselection: Preselection, office: Office) -> str:
    """Return what happens after the deadline, and what an owner can do before it."""
    lines = [
        _("⏳ <b>{number} 来不及怎么办</b>").format(number=_number(preselection)),
        _("• {deadline} 前没有办理的,号码收回{barred},已用的选号次数不退还。").format(
            deadline=moment(preselection.deadline) if preselection.deadline else "",
            barred=barred(office.ban_years),
        ),
        _("• 网上不能更改、退回或延期。窗口临时不办公时,截止时间会自动顺延并通知您。"),
    ]
    lines.append(
        _("• 确实来不及的,请在截止前联系窗口说明情况,由窗口决定能否取消预选而不列入黑名单:\n{place}").format(
            place=place_of(office)
        )
    )
    return "\n".join(lines)


def shared(preselection: Preselection) -> str:
    """Return the caption of the picture to share; it is forwarded, so there is nothing personal in it."""
    return _("我选到了 {number}").format(number=_number(preselection))


# --- the picture ----------------------------------------------------------------------------


def date(preselection: Preselection) -> Bilingual:
    """Return by when to come; for a registered number, when that was confirmed."""
    ended, deadline = preselection.ended_at, preselection.deadline
    if preselection.state == PreselectionState.REGISTERED and ended is not None:
        return bilingual(lambda: day(ended))
    return Bilingual(chinese="") if deadline is None else bilingual(lambda: moment(deadline))


def warning(office: Office) -> Bilingual:
    return bilingual(lambda: _("逾期未办理,号码收回{barred}。").format(barred=barred(office.ban_years)))


def place_lines(office: Office) -> list[Bilingual]:
    """Return address, hours and telephone of the counter."""
    lines = [Bilingual(chinese=office.address), bilingual(lambda: counter_hours(office.counter_hours))]
    if office.phone:
        label = bilingual(_PHONE_LABEL)
        lines.append(Bilingual(chinese=f"{label.chinese} {office.phone}", english=label.english))
    return lines


def fields(preselection: Preselection, name: str) -> list[tuple[Bilingual, Bilingual]]:
    """Return labels and values: the owner's masked name, the vehicle, the receipt's number, the kind."""
    known = [(_OWNER_LABEL, Bilingual(chinese=mask_name(name)))] if name else []
    rows = [
        *known,
        (_VIN_LABEL, Bilingual(chinese=vin_last_six(preselection.required_vin))),
        (
            _NUMBER_LABEL,
            Bilingual(chinese=f"{preselection.office}-{preselection.preselection_id:08d}"),
        ),
        (_KIND_LABEL, bilingual(KINDS[preselection.kind])),
    ]
    return [(bilingual(label), value) for label, value in rows]


def wide_fields(preselection: Preselection, entry: Head | None) -> list[tuple[Bilingual, Bilingual]]:
    """Return the fields that take a whole row: when it was selected, and the entry of the public journal."""
    rows = []
    selected = preselection.reserved_at
    if selected is not None:
        at = Bilingual(chinese=bilingual(lambda: moment(selected)).chinese)
        rows.append((bilingual(_SELECTED_LABEL), at))
    if entry is not None:
        record = Bilingual(chinese=f"#{entry.seq} {entry.hash[:SHORT]}")
        rows.append((bilingual(_RECORD_LABEL), record))
    return rows


def confirmation(preselection: Preselection) -> str:
    """Return what a clerk types to confirm the registration: the content of the QR code."""
    tail = vin_last_six(preselection.required_vin)
    return f"/confirm {preselection.office}{preselection.serial} {tail}"


def paper_boxes(office: Office) -> list[Bilingual]:
    """Return what to bring, each with a box to tick."""
    boxes = []
    for paper in office.papers:
        named = bilingual(partial(named_paper, paper))
        boxes.append(Bilingual(chinese=f"□ {named.chinese}", english=named.english))
    return boxes
