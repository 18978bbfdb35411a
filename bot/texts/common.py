"""Words that every conversation uses: kinds, times, counts, labels."""

from datetime import datetime, timedelta
from html import escape

from core.clock import CHINA
from core.hours import ServiceHours, Span
from core.identity import mask_identity, mask_name, mask_phone
from core.offices import Office
from core.plates import PlateKind

BACK = "« 返回"
HOME = "🏠 返回首页"
PRESS_HINT = "请点下方按钮操作。"
OLD_BUTTON = "这个按钮已过时,请看最新的画面"
FAILED = "系统暂时出错,刚才的操作没有生效。请稍后再试一次。"
UNSHOWN = "系统暂时出错:刚才的操作已生效,但画面没能更新。请发送 /preselect 继续,或发送 /mine 查看。"
KEYBOARD_GONE = "✅ 收到"

KINDS = {
    PlateKind.SMALL: "小型汽车",
    PlateKind.SMALL_NEV: "小型新能源汽车",
    PlateKind.LARGE_NEV: "大型新能源汽车",
}

_WEEKDAYS = "一二三四五六日"
_DAY_NAMES = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def moment(at: datetime) -> str:
    """Return a moment with its weekday: 2026年12月1日(周二) 17:00."""
    local = at.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日(周{_WEEKDAYS[local.weekday()]}) {local:%H:%M}"


def day(at: datetime) -> str:
    """Return a date with its weekday."""
    local = at.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日(周{_WEEKDAYS[local.weekday()]})"


def clock(at: datetime) -> str:
    """Return the time of a day to the second."""
    return f"{at.astimezone(CHINA):%H:%M:%S}"


def span(length: timedelta) -> str:
    """Return a span in minutes and seconds, rounded up to a second."""
    seconds = max(0, -int(-length.total_seconds() // 1))
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest}秒"
    return f"{minutes}分{rest}秒" if rest else f"{minutes}分钟"


def hours(opening: ServiceHours) -> str:
    """Return service hours in words."""
    if opening.always:
        return "全天24小时"
    if opening.daily is not None:
        return "每日 " + _spans(opening.daily)
    lines = [f"{name} {_spans(spans)}" for name, spans in zip(_DAY_NAMES, opening.week, strict=True)]
    return ";".join(lines)


def counter_hours(opening: ServiceHours) -> str:
    """Return the counter's hours in words."""
    if opening.daily is not None:
        return "工作日 " + _spans(opening.daily)
    return hours(opening)


def _spans(spans: tuple[Span, ...]) -> str:
    return "、".join(f"{one.opens_text}–{one.closes_text}" for one in spans) or "不开放"


def barred(years: int, words: str = "不能网上预选") -> str:
    """Return what follows on an expiry, as the end of a sentence; nothing where nobody is barred."""
    return f",{years} 年内{words}" if years else ""


def plate(office: str, serial: str) -> str:
    """Return a number as it stands on a button: 粤K·12345."""
    return f"{office}·{serial}"


def office_title(office: Office) -> str:
    """Return an office as it is called in a list: 粤K 茂名市."""
    return f"{office.code} {office.issuing.city}"


def masked_name(name: str) -> str:
    """Return a name of which a bystander learns little."""
    return escape(mask_name(name))


def masked_identity(number: str) -> str:
    """Return an identity number of which a bystander learns little."""
    return escape(mask_identity(number))


def masked_phone(number: str) -> str:
    """Return a telephone number of which a bystander learns little."""
    return escape(mask_phone(number))
