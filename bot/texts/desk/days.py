"""Texts of closed days and maintenance."""

from collections.abc import Sequence
from datetime import date, datetime, time
from html import escape

from bot.i18n.formatting import day, moment, reason
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import office_name
from core.availability.maintenance import OpenRestoration
from core.clock import CHINA
from core.preselection.deadlines import Closing
from core.values.offices import Office

CLOSE = phrase("✅ 确认不办公")
MAINTENANCE_ON = phrase("🛠 开始维护")
MAINTENANCE_OFF = phrase("✅ 结束维护")


def closed_question(office: Office, when: date, why: str, would: Closing) -> str:
    off = "" if would.works else "\n" + _("⚠️ 这一天本来就不是工作日。")
    return _(
        "<b>窗口不办公?</b>\n{office} {day}\n原因:{reason}{off}\n\n"
        "将顺延 <b>{moves:,}</b> 个号码的办理截止时间,并通知车主各一次。不能撤回。"
    ).format(
        office=escape(office.code),
        day=day(datetime.combine(when, time(), CHINA)),
        reason=reason(why),
        off=off,
        moves=would.moves,
    )


def closed(office: Office, when: date, moved: int) -> str:
    return _("✅ {office} {day} 窗口不办公,顺延了 {moved} 个办理截止时间。").format(
        office=escape(office.code), day=when.isoformat(), moved=moved
    )


def maintenance_question(code: str, text: str, current: str) -> str:
    """Return the question before maintenance begins, or before its text changes."""
    now = "\n" + _("已在维护,车主现在看到:{text}").format(text=escape(current)) if current else ""
    return _(
        "<b>开始系统维护?</b>\n{office}{now}\n车主将看到:{text}\n\n"
        "维护期间不能开始新的抽号和自编;已在进行的批次和备选可以选完。"
    ).format(office=office_name(code), text=escape(text), now=now)


def maintenance_over_question(code: str, restoration: OpenRestoration | None) -> str:
    """Return the question before maintenance ends; with all offices, an open restoration ends too."""
    question = _("<b>结束系统维护?</b>\n{office}").format(office=office_name(code))
    if restoration is None:
        return question
    settled = _(
        "⚠️ 同时视为备份恢复(备份时间 {at})后的核对已经完成:\n"
        "恢复选号;{overdue:,} 个已过办理截止时间的预选随即处理,可能作废并列入黑名单;"
        "现有 {withheld:,} 项暂不投放保持不变。\n"
        "备份之后选定的号码还没有全部登记的,请先用 /withhold 登记、用 /confirm 确认已上牌的。不能撤回。"
    ).format(at=moment(restoration.backup_at), overdue=restoration.overdue, withheld=restoration.withheld)
    return f"{question}\n\n{settled}"


def maintenance_begun(code: str) -> str:
    return _("🛠 {office}:系统维护已开始。").format(office=office_name(code))


def maintenance_ended(code: str) -> str:
    return _("✅ {office}:系统维护已结束。").format(office=office_name(code))


def maintenance_states(states: Sequence[tuple[str, str]]) -> str:
    """Return what is in maintenance, and the text that owners read there; empty where nothing is."""
    lines = [
        maintenance_line(code, text) if text else _("✅ {office}:没有在维护").format(office=office_name(code))
        for code, text in states
    ]
    return "\n".join([_("<b>系统维护</b>"), *lines])


def maintenance_line(code: str, text: str) -> str:
    """Return that an office is in maintenance, and the text that owners read."""
    return _("🛠 {office}:维护中,车主看到:{text}").format(office=office_name(code), text=escape(text))


def end_label(code: str) -> str:
    return _("结束维护 {office}").format(office=office_name(code))
