"""Texts of the statistics."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape

from bot.i18n.formatting import KINDS, office_title
from bot.i18n.language import _, phrase
from bot.texts.desk.audit import name_of_actor
from bot.texts.desk.reports.parts import day_label, percent
from core.reporting.appeal_figures import AppealFigures
from core.reporting.spans import Span, month_of
from core.reporting.turnover import SPANS, Day, Flow, Hour, KindFigures, StaffFigures, Stats
from core.values.offices import Office

RANDOM = phrase("随机选号")
COMPOSED = phrase("自编选号")
REGISTERED = phrase("确认上牌")
EXPIRED = phrase("过期")
VOID = phrase("作废")
REVOKED = phrase("取消预选")
GIVEN_BACK = phrase("撤回恢复")
BANNED = phrase("被列入黑名单")
WAITED = phrase("期初待办理")
WAITING_AT_END = phrase("= 期末待办理")
SELECTED = phrase("选定号码")
APPEALS = phrase("待审申诉")
APPEALS_CAME = phrase("收到申诉")
APPEALS_DECIDED = phrase("审结申诉")
NOW = phrase("现在")
NOTHING_SELECTED = phrase("这段时间没有选定号码")
BY_DAY = phrase("每日选定")
BY_HOUR = phrase("按时段选定(0–23 点)")
BY_END = phrase("每日结果")
BY_KIND = phrase("按号牌种类")
BY_STAFF = phrase("按办理人员")
THIS_MONTH = phrase("本月")
LAST_MONTH = phrase("上月")
KIND_COLUMNS = phrase("种类|期初|选定|恢复|确认|过期|作废|取消|期末")
STAFF_COLUMNS = phrase("办理人员|确认上牌|作废|取消预选|撤回恢复")
DAY_COLUMNS = phrase("日期|随机选号|自编选号|选定合计|撤回恢复|确认上牌|过期|作废|取消|列入黑名单")
HOUR_COLUMNS = phrase("时段|随机选号|自编选号|选定合计")
SUM_COLUMNS = phrase("项目|数值")
DAYS_SHEET = phrase("每日")
HOURS_SHEET = phrase("时段")
SUM_SHEET = phrase("合计")
APPEALS_SHEET = phrase("申诉")
ALL_KINDS = phrase("合计")
_HOUR = timedelta(hours=1)

Value = str | int | float | datetime | date | None


def stats_where(office: Office | None) -> str:
    return office_title(office) if office else _("全部发牌机关")


def stats_title(office: Office | None, span: Span, today: date) -> str:
    where = stats_where(office)
    if span.days in SPANS and span.last == today:
        return _("{where} 近 {days} 天").format(where=where, days=span.days)
    if span == month_of(span.first):
        month = _("{year}年{month}月").format(year=span.first.year, month=span.first.month)
        return _("{where} {month}").format(where=where, month=month)
    if span.days == 1:
        return _("{where} {day}").format(where=where, day=span.first.isoformat())
    return _("{where} {first} 至 {last}({days} 天)").format(
        where=where, first=span.first.isoformat(), last=span.last.isoformat(), days=span.days
    )


def days_label(days: int) -> str:
    return _("{days} 天").format(days=days)


def marked(label: str, *, chosen: bool) -> str:
    return f"● {label}" if chosen else label


def by_days(title: str, days: int) -> str:
    """Return the title of a chart, with the days that a column stands for if there are several."""
    return title if days == 1 else _("{title}(每格 {days} 天)").format(title=title, days=days)


def plus(label: str) -> str:
    return f"+ {label}"


def minus(label: str) -> str:
    return f"– {label}"


def start_of(span: Span) -> str:
    return _("{day} 0 点").format(day=day_label(span.first))


def end_of(span: Span) -> str:
    return _("{day} 24 点").format(day=day_label(span.last))


def a_day(number: int, days: int) -> str:
    """Return the daily average."""
    return _("日均 {number:,.1f}").format(number=number / days)


def share_of(words: str, number: int, total: int) -> str:
    return _("{way} {number:,}({share})").format(way=words, number=number, share=percent(number / total))


def ban_entries(stats: Stats) -> str:
    """Return how many entries of the audit log these bans are, if there are more than people."""
    if stats.ban_entries == stats.total.banned:
        return ""
    return _("操作记录 {entries:,} 条").format(entries=stats.ban_entries)


def decided(appeals: AppealFigures) -> str:
    return _("通过 {approved:,} · 不通过 {rejected:,}").format(
        approved=appeals.approved, rejected=appeals.rejected
    )


def _duration(time: timedelta | None) -> str:
    """Return a duration in hours below two days, otherwise in days."""
    if time is None:
        return "—"
    if time < timedelta(days=2):
        return _("{hours:.1f} 小时").format(hours=time / _HOUR)
    return _("{days:.1f} 天").format(days=time / timedelta(days=1))


def stats_lines(stats: Stats, office: Office | None) -> list[str]:
    total, appeals = stats.total, stats.appeals
    return [
        _("<b>{title}</b>").format(title=escape(stats_title(office, stats.span, stats.today))),
        _("期初待办理 {waited:,} + 选定 {selected:,} + 撤回恢复 {given_back:,}").format(
            waited=stats.waited, selected=total.selected, given_back=total.given_back
        ),
        _("– 确认上牌 {registered:,} – 过期 {expired:,} – 作废 {void:,} – 取消 {revoked:,}").format(
            registered=total.registered, expired=total.expired, void=total.void, revoked=total.revoked
        ),
        _("= 期末待办理 <b>{waiting:,}</b>").format(waiting=stats.waiting),
        _("随机 {random:,} · 自编 {composed:,} · 列入黑名单 {banned:,}").format(
            random=total.random, composed=total.composed, banned=total.banned
        ),
        _(
            "申诉:期初待审 {waited:,} + 收到 {came:,} – 通过 {approved:,} – 不通过 {rejected:,} "
            "– 撤回 {withdrawn:,} = 待审 {waiting:,};审理用时中位数 {median}"
        ).format(
            waited=appeals.waited,
            came=appeals.came,
            approved=appeals.approved,
            rejected=appeals.rejected,
            withdrawn=appeals.withdrawn,
            waiting=appeals.waiting,
            median=_duration(appeals.median),
        ),
    ]


def stats_sums(stats: Stats) -> list[tuple[str, Value]]:
    """Return the totals, each with its label."""
    total = stats.total
    share = total.random / total.selected if total.selected else None
    return [
        (_("起始日期"), stats.span.first),
        (_("截止日期"), stats.span.last),
        (_("统计时间"), stats.at),
        (WAITED(), stats.waited),
        (SELECTED(), total.selected),
        (RANDOM(), total.random),
        (COMPOSED(), total.composed),
        (_("随机所占比例"), share),
        (GIVEN_BACK(), total.given_back),
        (REGISTERED(), total.registered),
        (EXPIRED(), total.expired),
        (VOID(), total.void),
        (REVOKED(), total.revoked),
        (_("期末待办理"), stats.waiting),
        (BANNED(), total.banned),
        (_("列入黑名单的操作记录"), stats.ban_entries),
    ]


def appeal_sums(appeals: AppealFigures) -> list[tuple[str, Value]]:
    hours = round(appeals.median / _HOUR, 1) if appeals.median is not None else None
    return [
        (_("期初待审"), appeals.waited),
        (APPEALS_CAME(), appeals.came),
        (_("审核通过"), appeals.approved),
        (_("审核不通过"), appeals.rejected),
        (_("本人撤回"), appeals.withdrawn),
        (_("期末待审"), appeals.waiting),
        (_("审理用时中位数(小时)"), hours),
    ]


def has_figures(kind: KindFigures) -> bool:
    return bool(kind.waited or kind.waiting or kind.came_in or kind.went_out)


def kind_row(kind: KindFigures) -> tuple[str | int, ...]:
    return _flow_row(KINDS[kind.kind](), kind.waited, kind, kind.waiting)


def sum_row(stats: Stats) -> tuple[str | int, ...]:
    return _flow_row(ALL_KINDS(), stats.waited, stats.total, stats.waiting)


def _flow_row(name: str, waited: int, flow: Flow, waiting: int) -> tuple[str | int, ...]:
    ends = (flow.registered, flow.expired, flow.void, flow.revoked)
    return (name, waited, flow.selected, flow.given_back, *ends, waiting)


def staff_row(one: StaffFigures) -> tuple[str | int, ...]:
    return name_of_actor(one.actor), one.registered, one.void, one.revoked, one.given_back


def other_staff_row(others: Sequence[StaffFigures]) -> tuple[str | int, ...]:
    """Return the sums of those who are not shown one by one."""
    sums = [sum(figures) for figures in zip(*(staff_row(one)[1:] for one in others), strict=True)]
    return (_("其余 {count} 人").format(count=len(others)), *sums)


def day_row(day: Day) -> tuple[date | int, ...]:
    return (
        day.day,
        day.random,
        day.composed,
        day.selected,
        day.given_back,
        day.registered,
        day.expired,
        day.void,
        day.revoked,
        day.banned,
    )


def hour_row(hour: Hour) -> tuple[str | int, ...]:
    return f"{hour.hour:02}:00–{hour.hour:02}:59", hour.random, hour.composed, hour.random + hour.composed
