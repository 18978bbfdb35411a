"""Texts of /list: the reservations that wait to be registered."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import KINDS, begun, moment, office_title
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import number_of
from bot.texts.desk.reports.parts import page_line
from core.preselection.contradictions import Contradiction
from core.reporting.waiting_list import WaitingChoice, WaitingFilter, WaitingPage, WaitingReservation
from core.values.identity import mask_name
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.vehicles import vin_last_six

FILTERS = {
    WaitingFilter.ALL: phrase("全部"),
    WaitingFilter.TODAY: phrase("今天到期"),
    WaitingFilter.WEEK: phrase("本周到期"),
    WaitingFilter.UNREACHABLE: phrase("联系不上"),
    WaitingFilter.KNOWN: phrase("已上牌未确认"),
}
_EMPTY = {
    WaitingFilter.ALL: phrase("没有待办理的预选。"),
    WaitingFilter.TODAY: phrase("今天没有到期的预选。"),
    WaitingFilter.WEEK: phrase("本周没有到期的预选。"),
    WaitingFilter.UNREACHABLE: phrase("没有联系不上车主的预选。"),
    WaitingFilter.KNOWN: phrase("没有登记系统已上牌而未确认的预选。"),
}
TICK = phrase("☑️ 多选")
TICK_PAGE = phrase("全选本页")
TICK_OFF = phrase("退出多选")
BY_FILE = phrase("📥 按文件确认")
HINT = phrase("请点按钮,或输入:今天、本周、联系不上、已上牌、号牌种类;也可以发送登记系统的文件。")
SHEET = phrase("待办理")
COLUMNS = phrase("号牌号码|号牌种类|车辆识别代号|证书编号|车主|截止时间|状态|已延期|联系不上")
_YES = phrase("是")


def ticking(most: int) -> str:
    """Return what ticking numbers leads to."""
    return _(
        "☑️ 多选:点编号选上或取消,可以翻页,最多 {most} 个;"
        "再点【✅ 确认上牌】,先列出所选的号码请您核对,确认后才办理。"
    ).format(most=most)


def waiting_list(office: Office, choice: WaitingChoice, found: WaitingPage, first: int, size: int) -> str:
    """Return a page of the list."""
    head = _("<b>🗒 待办理 {office}</b>\n{what},共 {total:,} 个,先到期的在前").format(
        office=escape(office_title(office)), what=_what(choice), total=found.total
    )
    if not found.rows:
        return f"{head}\n\n{_EMPTY[choice.filter]()}"
    pages = -(-found.total // size)
    lines = [head, *([page_line(found.page, pages)] if pages > 1 else []), ""]
    lines += (_row(number, row, found.at) for number, row in enumerate(found.rows, first))
    return begun("\n".join(lines))


def _what(choice: WaitingChoice) -> str:
    name = FILTERS[choice.filter]()
    return name if choice.kind is None else _("{what} · {kind}").format(what=name, kind=KINDS[choice.kind]())


def _row(number: int, row: WaitingReservation, now: datetime) -> str:
    reserved = row.preselection
    marks = [mark for mark in (_late(row, now), *_marks(row)) if mark]
    return _("{number}. <b>{plate}</b> {kind} · 车架号后六位 {tail}\n截止 {deadline}{marks}").format(
        number=number,
        plate=number_of(reserved),
        kind=KINDS[reserved.kind](),
        tail=escape(vin_last_six(reserved.required_vin)),
        deadline=moment(reserved.deadline) if reserved.deadline else "",
        marks="".join(f" · {mark}" for mark in marks),
    )


def _late(row: WaitingReservation, now: datetime) -> str:
    deadline = row.preselection.deadline
    return _("⏰ 已过截止时间") if deadline and deadline < now else ""


def _marks(row: WaitingReservation) -> list[str]:
    marks = [_("📅 已延期")] if row.is_extended else []
    if row.is_unreachable:
        marks.append(_("📵 联系不上"))
    if row.contradiction == Contradiction.REGISTERED:
        marks.append(_("⚠️ 登记系统:已上牌"))
    if row.contradiction == Contradiction.KIND:
        marks.append(_("⚠️ 登记系统:种类不符"))
    return marks


def filter_label(wanted: WaitingFilter, count: int, *, chosen: bool) -> str:
    return _mark(FILTERS[wanted](), count, chosen=chosen)


def kind_label(kind: PlateKind, count: int, *, chosen: bool) -> str:
    return _mark(KINDS[kind](), count, chosen=chosen)


def _mark(label: str, count: int, *, chosen: bool) -> str:
    return f"{'● ' if chosen else ''}{label} {count:,}"


def tick_label(number: int, *, ticked: bool) -> str:
    return f"{'☑️' if ticked else '⬜️'} {number}"


def confirm_label(count: int) -> str:
    return _("✅ 确认上牌({count})").format(count=count)


def too_many(most: int) -> str:
    return _("一次最多选 {most} 个。请先确认已选的,再选其余的。").format(most=most)


def exported(office: Office, choice: WaitingChoice) -> str:
    return escape(_("待办理 {office} · {what}").format(office=office_title(office), what=_what(choice)))


def row_cells(row: WaitingReservation, name: str, now: datetime) -> tuple[str | datetime | None, ...]:
    """Return a row of the spreadsheet; the owner's name is masked."""
    reserved = row.preselection
    return (
        number_of(reserved),
        KINDS[reserved.kind](),
        reserved.required_vin,
        reserved.certificate or "",
        mask_name(name),
        reserved.deadline,
        _state(row, now),
        _YES() if row.is_extended else "",
        _YES() if row.is_unreachable else "",
    )


def _state(row: WaitingReservation, now: datetime) -> str:
    if row.contradiction == Contradiction.REGISTERED:
        return _("登记系统已上牌,未确认")
    if row.contradiction == Contradiction.KIND:
        return _("登记系统种类不符")
    if row.preselection.deadline and row.preselection.deadline < now:
        return _("已过截止时间")
    return _("待办理")
