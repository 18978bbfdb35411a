"""Texts of closed days and maintenance."""

from datetime import date, datetime, time
from html import escape

from bot.i18n.formatting import day, reason
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import office_name
from core.clock import CHINA
from core.preselection.expiry import Closing
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


def maintenance_over_question(code: str) -> str:
    return _("<b>结束系统维护?</b>\n{office}").format(office=office_name(code))


def maintenance_begun(code: str) -> str:
    return _("🛠 {office}:系统维护已开始。").format(office=office_name(code))


def maintenance_ended(code: str) -> str:
    return _("✅ {office}:系统维护已结束。").format(office=office_name(code))
