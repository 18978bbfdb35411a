"""Texts of /holidays."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape

from bot.i18n.formatting import listed, moment, short_day
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import agent
from core.availability.holidays import EnteredYear, Schedule
from core.values.workdays import WorkingCalendar

ENTER = phrase("✅ 确认录入")
HINT = phrase("请输入放假和补班的日子,或发送 CSV、XLSX 文件。")


def page(years: Sequence[tuple[int, EnteredYear | None, bool]], asked: str) -> str:
    """Return what is known of the years, and how the days are written."""
    lines = "\n".join(_year(*one) for one in years)
    return _(
        "<b>放假调休安排</b>\n{lines}\n\n请把国务院办公厅通知中 {year} 年的安排粘贴到这里,或输入,例如:\n"
        "<code>{year} 休 1月1日至1月3日、2月5日至2月11日 班 1月4日、2月14日</code>\n"
        "也可以发送 CSV 或 XLSX 文件:每行一个日期,后面写「休」或「班」。\n"
        "录入的年份以录入为准,须写全。"
    ).format(lines=lines, year=escape(asked))


def _year(year: int, entered: EnteredYear | None, is_known: bool) -> str:  # noqa: FBT001 - of a row
    if entered is not None:
        return _("• {year} 年:{who}于 {at} 录入").format(
            year=year, who=agent(entered.by), at=moment(entered.at)
        )
    if is_known:
        return _("• {year} 年:程序内置或设置文件").format(year=year)
    return _("• {year} 年:⚠️ 尚未收录").format(year=year)


def question(schedule: Schedule, calendar: WorkingCalendar, *, replaces: bool) -> str:
    """Return the preview of a year, and how many days differ from what holds now."""
    differs = sum(calendar.is_workday(day) != works for day, works in schedule.days.items())
    notes = [_("与现在的安排不同的有 {count} 天。").format(count=differs)]
    if replaces:
        notes.append(_("将替换此前录入的 {year} 年。").format(year=schedule.year))
    if not schedule.worked:
        notes.append(_("⚠️ 没有补班的日子,请核对是否写全。"))
    return _(
        "<b>录入 {year} 年的放假调休安排?</b>\n"
        "放假({off_count} 天):{off}\n补班({worked_count} 天):{worked}\n\n{notes}\n"
        "受影响的办理截止时间随后顺延(只会推后),并通知车主。\n"
        "录错了:用 /holidays 把这一年重新写全,再录一次,以最后一次为准;已顺延的截止时间不会提前。"
    ).format(
        year=schedule.year,
        off_count=len(schedule.off),
        off=_grouped(schedule.off),
        worked_count=len(schedule.worked),
        worked=_grouped(schedule.worked),
        notes="\n".join(notes),
    )


def _grouped(days: Iterable[date]) -> str:
    groups: list[tuple[date, date]] = []
    for day in sorted(days):
        if groups and groups[-1][1] + timedelta(days=1) == day:
            groups[-1] = (groups[-1][0], day)
        else:
            groups.append((day, day))
    spans = (
        short_day(first)
        if first == last
        else _("{first}至{last}").format(first=short_day(first), last=short_day(last))
        for first, last in groups
    )
    return listed(spans) or _("无")


def entered(schedule: Schedule) -> str:
    return _("✅ 已录入 {year} 年的放假调休安排:放假 {off} 天,补班 {worked} 天。").format(
        year=schedule.year, off=len(schedule.off), worked=len(schedule.worked)
    )


def unreadable(part: str) -> str:
    if not part:
        return _("没有读到放假或补班的日子。请写成:休 1月1日至1月3日 班 1月4日。")
    return _("没有看懂「{part}」,没有录入。请写成:休 1月1日至1月3日 班 1月4日。").format(part=escape(part))


def of_no_kind(part: str) -> str:
    return _("「{part}」没有写明是休还是班,没有录入。").format(part=escape(part))
