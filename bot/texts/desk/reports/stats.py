"""Texts of the statistics."""

from datetime import date, datetime
from html import escape

from bot.i18n.formatting import office_title
from bot.i18n.language import _, phrase
from bot.texts.desk.reports.parts import percent
from core.reporting.statistics import Day, Hour, Stats
from core.values.offices import Office

RANDOM = phrase("随机选号")
COMPOSED = phrase("自编选号")
REGISTERED = phrase("确认上牌")
EXPIRED = phrase("过期")
VOID = phrase("作废")
REVOKED = phrase("取消预选")
BANNED = phrase("被列入黑名单")
WAITING = phrase("待办理")
SELECTED = phrase("选定号码")
APPEALS = phrase("待审申诉")
NOW = phrase("现在")
NOTHING_SELECTED = phrase("这段时间没有选定号码")
BY_DAY = phrase("每日选定")
BY_HOUR = phrase("按时段选定(0–23 点)")
BY_END = phrase("每日结果")
DAY_COLUMNS = phrase("日期|随机选号|自编选号|选定合计|确认上牌|过期|作废|取消|列入黑名单")
HOUR_COLUMNS = phrase("时段|随机选号|自编选号|选定合计")
SUM_COLUMNS = phrase("项目|数值")
DAYS_SHEET = phrase("每日")
HOURS_SHEET = phrase("时段")
SUM_SHEET = phrase("合计")


def stats_where(office: Office | None) -> str:
    return office_title(office) if office else _("全部发牌机关")


def stats_title(office: Office | None, days: int) -> str:
    return _("{where} 近 {days} 天").format(where=stats_where(office), days=days)


def days_label(days: int, *, chosen: bool) -> str:
    return _("{mark}{days} 天").format(mark="● " if chosen else "", days=days)


def a_day(number: int, days: int) -> str:
    """Return the daily average."""
    return _("日均 {number:,.1f}").format(number=number / days)


def share_of(words: str, number: int, total: int) -> str:
    return _("{way} {number:,}({share})").format(way=words, number=number, share=percent(number / total))


def stats_text(stats: Stats, office: Office | None) -> str:
    total = stats.total
    lines = [
        _("<b>{title}</b>").format(title=escape(stats_title(office, len(stats.days)))),
        _("选定 {selected:,}:随机 {random:,},自编 {composed:,}").format(
            selected=total.selected, random=total.random, composed=total.composed
        ),
        _("确认上牌 {registered:,} · 过期 {expired:,} · 作废 {void:,} · 取消 {revoked:,}").format(
            registered=total.registered, expired=total.expired, void=total.void, revoked=total.revoked
        ),
        _("列入黑名单 {banned:,} · 现在待办理 {waiting:,}").format(
            banned=total.banned, waiting=stats.waiting
        ),
        _("现在待审申诉 {appeals:,}").format(appeals=stats.appeals),
    ]
    return "\n".join(lines)


def stats_sums(stats: Stats) -> list[tuple[str, int | float | datetime | date | None]]:
    """Return the totals, each with its label."""
    total = stats.total
    share = total.random / total.selected if total.selected else None
    rows: list[tuple[str, int | float | datetime | date | None]] = [
        (_("起始日期"), stats.days[0].day),
        (_("截止日期"), stats.days[-1].day),
        (_("统计时间"), stats.at),
        (SELECTED(), total.selected),
        (RANDOM(), total.random),
        (COMPOSED(), total.composed),
        (_("随机所占比例"), share),
        (REGISTERED(), total.registered),
        (EXPIRED(), total.expired),
        (VOID(), total.void),
        (REVOKED(), total.revoked),
        (BANNED(), total.banned),
        (_("现在待办理"), stats.waiting),
        (_("现在待审申诉"), stats.appeals),
    ]
    return rows


def day_row(day: Day) -> tuple[date | int, ...]:
    return (
        day.day,
        day.random,
        day.composed,
        day.selected,
        day.registered,
        day.expired,
        day.void,
        day.revoked,
        day.banned,
    )


def hour_row(hour: Hour) -> tuple[str | int, ...]:
    return f"{hour.hour:02}:00–{hour.hour:02}:59", hour.random, hour.composed, hour.random + hour.composed
