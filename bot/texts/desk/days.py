"""Texts of closed days, hours of days, and maintenance."""

from collections.abc import Sequence
from datetime import date, datetime, time
from html import escape

from bot.i18n.formatting import day, moment, reason, short_day, usual_counter_hours, usual_hours
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import office_name
from bot.texts.desk.undo import hours_of_day, span
from core.availability.closed_days import EnteredDay, HoursKind
from core.availability.maintenance import OpenRestoration
from core.clock import CHINA
from core.preselection.day_changes import Closing
from core.values.offices import Office

CLOSE = phrase("✅ 确认不办公")
SET_HOURS = phrase("✅ 确认登记")
_LISTED = 10
_MOST_LISTED = 40
MAINTENANCE_ON = phrase("🛠 开始维护")
MAINTENANCE_OFF = phrase("✅ 结束维护")


def closed_question(office: Office, days: Sequence[date], why: str, would: Closing) -> str:
    off = ""
    if not would.works:
        off = "\n" + (_("⚠️ 这些日子本来就不是工作日。") if len(days) > 1 else _("⚠️ 这一天本来就不是工作日。"))
    return _("<b>窗口不办公?</b>\n{office} {days}\n原因:{reason}{off}\n\n{moves}").format(
        office=escape(office.code), days=span(days), reason=reason(why), off=off, moves=_moves(would.moves)
    )


def _moves(count: int) -> str:
    """Return how many deadlines are extended, and what taking the days back does not change."""
    if not count:
        return _("没有号码的办理截止时间需要顺延。可以撤销。")
    return _(
        "将顺延 <b>{moves:,}</b> 个号码的办理截止时间,并通知车主各一次。可以撤销,但已顺延的截止时间不再提前。"
    ).format(moves=count)


def closed(office: Office, days: Sequence[date], moved: int) -> str:
    said = _("✅ {office} {day} 窗口不办公").format(office=escape(office.code), day=span(days))
    return said + _moved(moved)


def _moved(count: int) -> str:
    """Return the end of a sentence: how many deadlines were extended, if any."""
    return _(",顺延了 {moved} 个办理截止时间。").format(moved=count) if count else _("。")


def hours_question(office: Office, entries: Sequence[EnteredDay], why: str, moves: int) -> str:
    """Return the question before hours of days are entered; counter hours move deadlines."""
    lines = "\n".join(f"• {hours_of_day(one)}" for one in entries[:_LISTED])
    more = "\n…" if len(entries) > _LISTED else ""
    of_counter = any(one.place == HoursKind.COUNTER for one in entries)
    moved = _moves(moves) if of_counter else _("可以撤销。")
    return _("<b>登记当天的时间?</b>\n{office}\n{lines}{more}\n原因:{reason}\n\n{moved}").format(
        office=escape(office.code), lines=lines, more=more, reason=reason(why), moved=moved
    )


def hours_set(office: Office, entries: Sequence[EnteredDay], moved: int) -> str:
    said = _("✅ 已登记:{office} {first}").format(office=escape(office.code), first=hours_of_day(entries[0]))
    if len(entries) > 1:
        said += _("等 {count} 项").format(count=len(entries))
    return said + _moved(moved)


def entered(office: Office, found: Sequence[EnteredDay]) -> str:
    """Return what is entered for the days of an office from today on."""
    title = _("<b>{office} 特别登记的日子和时间</b>").format(office=escape(office.code))
    usual = _("平时:窗口 {counter};网上选号 {online}").format(
        counter=usual_counter_hours(office.counter_hours), online=usual_hours(office.hours)
    )
    if not found:
        return f"{title}\n{usual}\n\n" + _("今天起没有登记。")
    lines = [
        _("• {what}({reason})").format(what=hours_of_day(one), reason=reason(one.reason))
        for one in found[:_MOST_LISTED]
    ]
    return f"{title}\n{usual}\n\n" + "\n".join(lines)


def remove_label(one: EnteredDay) -> str:
    if one.place == HoursKind.ONLINE:
        return _("↩️ {day} 网上").format(day=short_day(one.day))
    return _("↩️ {day}").format(day=short_day(one.day))


def hours_entered(when: date, why: str) -> str:
    return _("{day}已有登记({reason})。请先撤销,再重新登记。").format(
        day=day(datetime.combine(when, time(), CHINA)), reason=reason(why)
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
