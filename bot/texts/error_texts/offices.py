"""Errors of offices: their hours, days, maintenance, and the clock."""

from collections.abc import Callable
from datetime import datetime, time
from html import escape

from bot.i18n.formatting import day, moment, reason
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import actors, days, holidays
from core.clock import CHINA
from core.errors import clock as clock_errors
from core.errors import holidays as holidays_errors
from core.errors import offices as offices_errors
from core.errors.base import XuanhaoError


def _office_closed(error: offices_errors.OfficeClosed) -> str:
    opening = ""
    if error.next_opening:
        opening = _("下次开放时间:{moment}。").format(moment=moment(error.next_opening))
    return _("现在不在选号服务时间内。{opening}已填写的信息会为您保留。").format(opening=opening)


PLAIN: dict[type[XuanhaoError], Phrase] = {
    offices_errors.NoSuchOffice: phrase("没有这个发牌机关,请检查代号。"),
    offices_errors.OfficeUnknown: phrase("本服务不受理该发牌机关。"),
    offices_errors.NothingClosed: phrase("那段时间窗口本来就不办公,没有登记。"),
    clock_errors.ClockInDoubt: phrase("系统正在核对时间,暂停选号,请稍后再试。已选定的号码不受影响。"),
    clock_errors.ClockTrusted: phrase("服务器时间没有疑问,不需要确认。"),
    offices_errors.NotInMaintenance: phrase("现在没有在维护。"),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    offices_errors.OfficeClosed: _office_closed,
    offices_errors.InMaintenance: lambda error: _("系统维护中:{text}").format(text=reason(error.text)),
    offices_errors.HoursEntered: lambda error: days.hours_entered(error.day, error.reason),
    offices_errors.HoursUnreadable: lambda error: _("没有看懂时间「{part}」。请写成 09:00-12:00。").format(
        part=escape(error.part)
    ),
    holidays_errors.YearOver: lambda error: _("{year} 年已经过去了。").format(year=error.year),
    holidays_errors.NotOfTheYear: lambda error: _("{day}不在 {year} 年,请核对。").format(
        day=day(datetime.combine(error.day, time(), CHINA)), year=error.year
    ),
    holidays_errors.HolidaysTwice: lambda error: _("{day}既写了放假又写了补班,请核对。").format(
        day=day(datetime.combine(error.day, time(), CHINA))
    ),
    holidays_errors.HolidaysUnreadable: lambda error: holidays.unreadable(error.part),
    holidays_errors.DayOfNoKind: lambda error: holidays.of_no_kind(error.part),
    offices_errors.DayInThePast: lambda error: _("{day}已经过去了。").format(
        day=day(datetime.combine(error.day, time(), CHINA))
    ),
    offices_errors.DayClosed: lambda error: _("这一天已由{who}登记为不办公,原因:{reason}").format(
        who=actors.agent(error.by), reason=reason(error.reason)
    ),
}
