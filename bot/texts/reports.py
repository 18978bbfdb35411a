"""Words of the desk's reports: how full segments are, the figures, what waits."""

from collections.abc import Sequence
from datetime import date, datetime
from html import escape, unescape

from bot.texts import common
from bot.texts.common import KINDS, listed, moment, office_title, plate
from bot.texts.language import _, phrase
from core import audit
from core.clock import CHINA
from core.masks import Mask
from core.offices import Office
from core.plates import PlateKind
from core.reports import MARK, NEARLY_EMPTY, Day, Fill, Hour, Stats
from core.waiting import Desk, Item, Matter

MOST_CAPTION = 1000
"""UTF-16 units of the words under a picture; the messenger takes 1,024."""

SHEET = phrase("📄 导出 XLSX")
REFRESH = phrase("🔄 刷新")
OFFICES = phrase("🏛 选择发牌机关")
ALL_OFFICES = phrase("全部")
MAKING = phrase("正在生成文件…")
CHOOSE = phrase("请选择发牌机关:")
MORE = phrase("…")


def fitting(lines: Sequence[str], most: int = MOST_CAPTION) -> str:
    """Return as many whole lines as fit below a picture, with a sign where some are left out."""
    kept: list[str] = []
    left = most
    for line in lines:
        left -= _units(line) + 1
        if left < 0:
            return "\n".join((*kept, MORE()))
        kept.append(line)
    return "\n".join(kept)


def _units(line: str) -> int:
    """Return how many UTF-16 units a line takes, tags counted too, to be on the safe side."""
    return len(unescape(line).encode("utf-16-le")) // 2


def counted_at(at: datetime) -> str:
    """Return when something was counted."""
    return _("{moment} 统计").format(moment=moment(at))


def when(at: datetime, now: datetime) -> str:
    """Return a moment, briefly: 今天 17:00, 3月10日 17:00."""
    local = at.astimezone(CHINA)
    if local.date() == now.astimezone(CHINA).date():
        return _("今天 {clock}").format(clock=_clock(at))
    if not (local.hour or local.minute):
        return common.brief_day(local, now)
    return _("{day} {clock}").format(day=common.brief_day(local, now), clock=_clock(at))


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%H:%M}"


def day_label(day: date) -> str:
    """Return a day as it stands below a chart: 3月10日."""
    return common.short_day(day)


def percent(share: float) -> str:
    """Return a share with one decimal; what is not nothing is never called 0."""
    if 0 < share < 0.001:  # noqa: PLR2004 - a tenth of a per cent
        return "<0.1%"
    if 0.999 < share < 1:  # noqa: PLR2004 - the same from above
        return ">99.9%"
    return f"{share:.1%}"


# --- segments -------------------------------------------------------------------------------

SEGMENTS_EMPTY = phrase("尚未投放任何号段")
TAKEN = phrase("已用")
PAST = phrase("过 60%")
FULL = phrase("过 95%")
HELD = phrase("暂留")
FREE = phrase("剩余")
WITHHELD = phrase("暂不投放")
MARK_WORDS = phrase("60%")
SEGMENTS_SHEET = phrase("号段")
SEGMENT_COLUMNS = phrase(
    "种类|号段|总数|已用|暂留|剩余|使用率|暂不投放|暂不投放的写法|随机开放|自编开放|投放时间"
)


def segments_title(office: Office) -> str:
    """Return the title of the picture of segments."""
    return _("{office} 号段").format(office=office_title(office))


def segments_head(office: Office, fills: Sequence[Fill]) -> str:
    """Return what stands above the figures of an office's segments."""
    if not fills:
        return _("<b>{office} 号段</b>\n尚未投放任何号段。").format(office=escape(office_title(office)))
    size, taken = sum(one.segment.size for one in fills), sum(one.taken for one in fills)
    return _("<b>{office} 号段</b>:{count} 段 {size:,} 个,已用 {taken:,}({share})").format(
        office=escape(office_title(office)),
        count=len(fills),
        size=size,
        taken=taken,
        share=escape(percent(taken / size)),
    )


def fill_figures(fill: Fill) -> str:
    """Return how many of a segment are what."""
    return _("已用 {taken:,} · 暂留 {held:,} · 剩余 {free:,} / {size:,}").format(
        taken=fill.taken, held=fill.held, free=fill.free, size=fill.segment.size
    )


def fill_ways(fill: Fill, now: datetime) -> str:
    """Return how a segment may be selected, and from when."""
    segment = fill.segment
    if segment.opens_at > now:
        opening = _("定时投放:{when}").format(when=when(segment.opens_at, now))
    else:
        opening = _("随机:开放")
    if segment.compose_from <= now:
        composing = _("自编:开放")
    else:
        composing = _("自编:{when}起").format(when=when(segment.compose_from, now))
    return _("{opening} · {composing}").format(opening=opening, composing=composing)


def kept_back(fill: Fill) -> str:
    """Return what of a segment is kept back; empty where nothing is."""
    if not fill.withheld:
        return ""
    masks = [mask.pattern for mask in fill.withheld]
    if len(masks) > 2:  # noqa: PLR2004 - as many as are named
        return _("暂不投放 {masks} 等 {count} 项 {size:,} 个").format(
            masks=listed(masks[:2]), count=len(masks), size=fill.withheld_size
        )
    return _("暂不投放 {masks} {size:,} 个").format(masks=listed(masks), size=fill.withheld_size)


def fill_lines(fill: Fill, now: datetime) -> list[str]:
    """Return the figures of a segment as text."""
    sign = "🔴" if fill.share >= NEARLY_EMPTY else "🟠" if fill.past_mark else "🔵"
    mask, share = escape(fill.segment.mask.pattern), escape(percent(fill.share))
    return [
        f"{sign} {KINDS[fill.kind]} <code>{mask}</code> <b>{share}</b>",
        escape(fill_figures(fill)),
        escape(" · ".join(filter(None, (fill_ways(fill, now), kept_back(fill))))),
    ]


def page_line(page: int, pages: int) -> str:
    """Return which page it is."""
    return _("第 {page} / {pages} 页").format(page=page + 1, pages=pages)


def masks_of(masks: Sequence[Mask]) -> str:
    """Return masks side by side."""
    return listed(mask.pattern for mask in masks)


# --- statistics -----------------------------------------------------------------------------

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
    """Return of which office the figures are."""
    return office_title(office) if office else _("全部发牌机关")


def stats_title(office: Office | None, days: int) -> str:
    """Return the title of the figures."""
    return _("{where} 近 {days} 天").format(where=stats_where(office), days=days)


def days_label(days: int, *, chosen: bool) -> str:
    """Return what stands on the button of a span."""
    return _("{mark}{days} 天").format(mark="● " if chosen else "", days=days)


def a_day(number: int, days: int) -> str:
    """Return how many that is a day."""
    return _("日均 {number:,.1f}").format(number=number / days)


def share_of(words: str, number: int, total: int) -> str:
    """Return a way of selection with its share."""
    return _("{way} {number:,}({share})").format(way=words, number=number, share=percent(number / total))


def stats_text(stats: Stats, office: Office | None) -> str:
    """Return the figures as text."""
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
    """Return the sums of the figures, each with its name."""
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
    """Return a day's figures in the order of ``DAY_COLUMNS``."""
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
    """Return an hour's figures in the order of ``HOUR_COLUMNS``."""
    return f"{hour.hour:02}:00–{hour.hour:02}:59", hour.random, hour.composed, hour.random + hour.composed


# --- what waits -----------------------------------------------------------------------------

DESK_TITLE = phrase("待办事项")
NOTHING_WAITS = phrase("✅ 没有待办事项。")
AHEAD = phrase("未来 7 天到期的号码")
HANDLED = phrase("✓ 已处理")
HANDLED_NOW = phrase("✅ 已记为处理完毕。")
SUMMARY_ON = phrase("🔔 每日提要:开")
SUMMARY_OFF = phrase("🔕 每日提要:关")
SUMMARY_TURNED_ON = phrase("每个工作日有待办事项时会提醒您一次。")
SUMMARY_TURNED_OFF = phrase("不再发送每日提要。")
OPEN_DESK = phrase("查看待办事项")
DESK_SHEET = phrase("待办")
DESK_COLUMNS = phrase("事项|时间|发牌机关|说明")
NOTHING_TO_HANDLE = phrase("这一项已不在待办事项中。")

MATTERS = {
    Matter.DEADLINE: phrase("临近到期"),
    Matter.SHUT: phrase("联系不上车主"),
    Matter.APPEAL: phrase("待审申诉"),
    Matter.FAILED: phrase("通知发送失败"),
    Matter.BROKEN: phrase("搁置的消息"),
    Matter.POOL: phrase("号池告急"),
    Matter.SCHEDULED: phrase("定时投放"),
    Matter.CALENDAR: phrase("放假安排未收录"),
}
_ITEMS = {
    Matter.DEADLINE: phrase("{plate} 办理截止 {when}"),
    Matter.SHUT: phrase("{plate} 联系不上车主,办理截止 {when}"),
    Matter.APPEAL: phrase("申诉 {number} 号,{when} 提交"),
    Matter.FAILED: phrase("{plate} {notice}没能发出,{when}"),
    Matter.BROKEN: phrase("消息 {number} 无法处理,{when}"),
    Matter.POOL: phrase("{pool} {left}"),
    Matter.SCHEDULED: phrase("{pool} {mask} 将于 {when} 投放"),
    Matter.CALENDAR: phrase("{year} 年的放假调休安排尚未收录"),
}
_NOTICES = {
    "appeal": phrase("申诉结果通知"),
    "superseded": phrase("预选被撤销通知"),
    "reminder": phrase("到期提醒"),
    "expired": phrase("过期通知"),
    "moved": phrase("改期通知"),
    "banned": phrase("黑名单通知"),
    "lifted": phrase("解除黑名单通知"),
    "release": phrase("投放提醒"),
    "compose": phrase("自编开放提醒"),
    "opening": phrase("开放提醒"),
    "voided": phrase("作废通知"),
    "revoked": phrase("取消通知"),
    "identity": phrase("身份转移通知"),
    "role": phrase("角色通知"),
    "broadcast_over": phrase("群发结果通知"),
    "summary": phrase("每日提要"),
}
_REASONS = {
    "Forbidden": phrase("对方停用了机器人"),
    "ChatGone": phrase("对方账号已注销"),
    "BadRequest": phrase("消息被拒收"),
}


def desk_counts(desk: Desk) -> str:
    """Return how many of each matter wait, of those that do."""
    parts = [
        _("{matter} {count}").format(matter=MATTERS[matter](), count=desk.counts[matter])
        for matter in desk.matters
        if desk.counts[matter]
    ]
    return " · ".join(parts)


def oldest(at: datetime, now: datetime) -> str:
    """Return the moment of the oldest of a matter, as it stands on its tile."""
    return _("最早 {when}").format(when=when(at, now))


def item(one: Item, now: datetime) -> str:
    """Return what waits, in one line without markup."""
    return (
        _ITEMS[one.matter]()
        .format(
            plate=plate(one.office or "", one.plate) if one.plate else "",
            pool=f"{one.office} {KINDS[PlateKind(one.kind)]}" if one.office and one.kind else "",
            number=one.subject.partition(":")[2],
            when=when(one.at, now),
            notice=_NOTICES[one.what]() if one.what in _NOTICES else one.what,
            year=one.what,
            mask=one.mask,
            left=_left(one),
        )
        .strip()
    )


def _left(one: Item) -> str:
    if one.share >= NEARLY_EMPTY:
        return _("号码将尽,只剩 {free:,} 个").format(free=one.free)
    return _("全部号段已过 {mark:.0%},还剩 {free:,} 个,请准备投放").format(mark=MARK, free=one.free)


def lead_label(number: str, one: Item) -> str:
    """Return what stands on the button that leads on."""
    name = plate(one.office or "", one.plate) if one.plate else MATTERS[one.matter]()
    return f"{number} {name}"


def matter_text(one: Item, now: datetime) -> str:
    """Return what is known of something that somebody must deal with."""
    reason = _REASONS[one.error]() if one.error in _REASONS else one.error
    lines = [f"<b>{MATTERS[one.matter]()}</b>", escape(item(one, now))]
    if reason:
        lines.append(_("原因:{reason}").format(reason=escape(reason)))
    lines.append(_("处理之后请点【✓ 已处理】,它就不再列为待办。"))
    return "\n".join(lines)


def already_handled(by: str) -> str:
    """Return that somebody else was faster."""
    if by == audit.SYSTEM:
        return _("已由系统处理。")
    return _("已由管理员 {by} 处理。").format(by=escape(by.removeprefix("chat:")))


def summary(desk: Desk) -> str:
    """Return the daily summary: how many of what, and the oldest of them."""
    lines = [
        _("<b>🗂 今日待办</b>"),
        escape(desk_counts(desk)),
        "",
        *(f"· {escape(item(one, desk.at))}" for one in desk.items[:5]),
    ]
    if len(desk.items) > 5:  # noqa: PLR2004 - as many as are named
        lines.append(_("…共 {count} 项").format(count=len(desk.items)))
    return "\n".join(lines)
