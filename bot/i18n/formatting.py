"""Formatting that all texts share: kinds, times, counts, labels."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from html import escape, unescape

from bot.i18n.language import Language, Phrase, _, phrase, spoken
from core.backup.gap import SUSPENDED_TEXT, WITHHELD_REASON
from core.clock import CHINA
from core.preselection.expiry import EXPIRED_REASON, SET_ASIDE
from core.values.hours import ServiceHours, Span
from core.values.identity import mask_identity, mask_phone
from core.values.names import mask_name
from core.values.offices import IssuingOffice, Office
from core.values.plates import PlateKind

BACK = phrase("« 返回")
EXPORT = phrase("📄 导出 XLSX")
HOME = phrase("🏠 返回首页")
PRESS_HINT = phrase("请点画面中的按钮操作。")
OLD_BUTTON = phrase("这个按钮已过时,请看最新的画面")
EDITED = phrase("修改已发送的消息不会生效,请重新发送。")
EDITED_AND_DELETED = phrase(
    "修改已发送的消息不会生效。这条消息可能含有个人信息,已从聊天中删除,请按页面提示重新发送。"
)
FORGOTTEN = phrase("您发送的消息可能含有个人信息,为保护隐私已从聊天中删除。")
FAILED = phrase("系统暂时出错,刚才的操作没有生效。请稍后再试一次。")
UNSHOWN = phrase("系统暂时出错:刚才的操作已生效,但画面没能更新。请发送 /preselect 继续,或发送 /mine 查看。")
FLOOD = phrase(
    "您发送得太快,后面的内容没有收下,其中可能含有个人信息的已从聊天中删除。请等画面更新后,再继续操作。"
)
FATAL = phrase(
    "系统无法处理您刚才发送的内容,操作没有生效。请不要再次发送同样的内容,换一种方式试试,或与车辆管理所联系。"
)

KINDS = {
    PlateKind.SMALL: phrase("小型汽车"),
    PlateKind.SMALL_NEV: phrase("小型新能源汽车"),
    PlateKind.LARGE_NEV: phrase("大型新能源汽车"),
}

ROLES: dict[str, Phrase] = {
    "chief": phrase("负责人"),
    "clerk": phrase("窗口"),
    "reviewer": phrase("申诉审核"),
    "cli": phrase("系统维护人员"),
    "system": phrase("系统"),
}
"""The roles of the public journal, and the first words of those that have an office."""

_ABOUT_TWO_MINUTES, _ABOUT_A_MINUTE_AND_A_HALF, _ABOUT_A_MINUTE = 105, 75, 50  # seconds

_BEGINNING = re.compile(r"^((?:<[bi]>|[·•] )*)([a-z])", re.MULTILINE)
_MARKUP = re.compile(r"<[^>]+>")
_OPENED = re.compile(r"<[a-z]")
_PARTS = re.compile(r"#+|@+|[^#@]+")
_MORE = "\n…"
_MONTHS = (
    phrase("1月"),
    phrase("2月"),
    phrase("3月"),
    phrase("4月"),
    phrase("5月"),
    phrase("6月"),
    phrase("7月"),
    phrase("8月"),
    phrase("9月"),
    phrase("10月"),
    phrase("11月"),
    phrase("12月"),
)
_WEEKDAYS = (
    phrase("周一"),
    phrase("周二"),
    phrase("周三"),
    phrase("周四"),
    phrase("周五"),
    phrase("周六"),
    phrase("周日"),
)
_PAPERS = {
    paper.chinese: paper
    for paper in (
        phrase("预选号凭证"),
        phrase("机动车所有人的身份证明"),
        phrase("机动车整车出厂合格证(国产车)或货物进口证明书(进口车)"),
        phrase("购车发票等机动车来历证明"),
        phrase("机动车交通事故责任强制保险凭证"),
        phrase("车辆购置税、车船税完税证明或免税凭证"),
    )
}
"""The documents that an office asks for by default; others are shown as configured."""

_REASONS = {
    EXPIRED_REASON: phrase("预选号码逾期未办理"),
    SUSPENDED_TEXT: phrase("系统数据正在核对,暂停选号,请稍后再来。"),
    WITHHELD_REASON: phrase("备份恢复后待核实"),
    SET_ASIDE: phrase("车辆识别代号申诉审核通过"),
}
"""Reasons that the service itself records; those typed by admins are shown unchanged."""


def listed(parts: Iterable[str]) -> str:
    """Return items as an enumeration: 甲、乙、丙."""
    return _("、").join(parts)


def begun(html: str) -> str:
    """Return the lines with a capital at the start of each that begins with a letter; not within codes."""
    return _BEGINNING.sub(lambda found: found[1] + found[2].upper(), html)


def plain(html: str) -> str:
    """Return text without markup, for a toast or a spreadsheet, or to measure its length."""
    return unescape(_MARKUP.sub("", html))


def clipped(html: str, limit: int) -> str:
    """Truncate a message to a number of UTF-16 code units: whole lines, and a mark for the rest."""
    if units(plain(html)) <= limit:
        return html
    kept: list[str] = []
    left = limit - units(_MORE)
    for line in html.split("\n"):
        left -= units(plain(line)) + 1
        if left < 0:
            break
        kept.append(line)
    text = "\n".join(kept) or escape(plain(html)[: (limit - 2) // 2])
    opened, closed = len(_OPENED.findall(text)), text.count("</")
    return (text if opened == closed else escape(plain(text), quote=False)) + _MORE


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def public_role(role: str) -> str:
    """Return a role as the public journal names it (``chief:粤K``, ``cli``) in words; empty: not stated."""
    name, _colon, office = role.partition(":")
    said = ROLES[name]() if name in ROLES else name
    if not office:
        return said or _("未说明")
    return _("{office} {role}").format(office=_("全部机关") if office == "all" else office, role=said)


def confirmed_by(second: str, first: str) -> str:
    """Return which second chief has confirmed the end of a withholding, by role, or that there was none.

    Args:
        second: the role of the second chief; empty if there was none.
        first: the role that has ended it; empty if that was before roles were stored.
    """
    if second:
        return _("{role}复核").format(role=public_role(second))
    return _("无第二负责人复核") if first else _("复核未说明")


def why(reason: str) -> str:
    """Return a reason, translated if the service recorded it, or that none is known; not escaped."""
    known = _REASONS.get(reason)
    return known() if known else reason or _("未说明")


def day(at: datetime) -> str:
    """Return a date with its weekday: 2026年12月1日(周二)."""
    local = at.astimezone(CHINA)
    return _("{year}年{month}{day}日({weekday})").format(
        year=local.year,
        month=_MONTHS[local.month - 1](),
        day=local.day,
        weekday=_WEEKDAYS[local.weekday()](),
    )


def short_day(day: date) -> str:
    """Return a date without year and weekday: 12月1日."""
    return _("{month}{day}日").format(month=_MONTHS[day.month - 1](), day=day.day)


def brief_day(day: date, now: datetime) -> str:
    """Return a date without weekday, and without year if it is the current one."""
    if day.year == now.astimezone(CHINA).year:
        return short_day(day)
    return _("{year}年{day}").format(year=day.year, day=short_day(day))


def moment(at: datetime) -> str:
    """Return a time with its date and weekday: 2026年12月1日(周二) 17:00."""
    return f"{day(at)} {at.astimezone(CHINA):%H:%M}"


def near_day(day: date) -> str:
    """Return a date of the coming months with its weekday: 12月1日(周二)."""
    return _("{day}({weekday})").format(day=short_day(day), weekday=_WEEKDAYS[day.weekday()]())


def near_moment(at: datetime) -> str:
    """Return a time in the coming weeks, without its year: 12月4日(周五)17:00."""
    local = at.astimezone(CHINA)
    return _("{day}({weekday}){time}").format(
        day=short_day(local.date()), weekday=_WEEKDAYS[local.weekday()](), time=f"{local:%H:%M}"
    )


def clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%H:%M:%S}"


def minute(at: datetime) -> str:
    """Return the time of day without seconds, for times that fall on a full minute."""
    return f"{at.astimezone(CHINA):%H:%M}"


def span(length: timedelta) -> str:
    """Return a duration in minutes and seconds, rounded up to a whole second."""
    minutes, seconds = divmod(max(0, -int(-length.total_seconds() // 1)), 60)
    if not minutes:
        return _("{seconds}秒").format(seconds=seconds)
    if not seconds:
        return _("{minutes}分钟").format(minutes=minutes)
    return _("{minutes}分{seconds}秒").format(minutes=minutes, seconds=seconds)


def remaining(length: timedelta) -> str:
    """Return how long something lasts yet, as precisely as it is redrawn: 还剩约 1 分钟, 还剩 30 秒."""
    seconds = max(0, -int(-length.total_seconds() // 1))
    if seconds >= _ABOUT_TWO_MINUTES:
        return _("还剩约 {minutes} 分钟").format(minutes=(seconds + 30) // 60)
    if seconds >= _ABOUT_A_MINUTE_AND_A_HALF:
        return _("还剩约 1 分半钟")
    if seconds > _ABOUT_A_MINUTE:
        return _("还剩约 1 分钟")
    five = (seconds + 2) // 5 * 5
    return _("还剩 {seconds} 秒").format(seconds=five if abs(seconds - five) <= 1 and five else seconds)


def hours(opening: ServiceHours) -> str:
    return usual_hours(opening) + _special(opening)


def usual_hours(opening: ServiceHours) -> str:
    """Return the hours without those of single days."""
    if opening.always_usually:
        return _("全天24小时")
    if opening.daily is not None:
        return _("每日 {hours}").format(hours=_spans(opening.daily))
    days = zip(_WEEKDAYS, opening.week, strict=True)
    return _(";").join(f"{name()} {_spans(spans)}" for name, spans in days)


def counter_hours(opening: ServiceHours) -> str:
    return usual_counter_hours(opening) + _special(opening)


def usual_counter_hours(opening: ServiceHours) -> str:
    """Return the counter hours without those of single days."""
    if opening.daily is not None:
        return _("工作日 {hours}").format(hours=_spans(opening.daily))
    return usual_hours(opening)


def _special(opening: ServiceHours) -> str:
    """Return the days ahead on which the hours are others: ;12月2日至12月4日 不开放; empty without any."""
    since = opening.as_of
    if since is None:
        return ""
    ahead = [(day, spans) for day, spans in opening.special if since <= day <= since + _SHOWN_AHEAD]
    groups: list[tuple[date, date, tuple[Span, ...]]] = []
    for day, spans in ahead:
        if groups and groups[-1][2] == spans and groups[-1][1] + timedelta(days=1) == day:
            groups[-1] = (groups[-1][0], day, spans)
        else:
            groups.append((day, day, spans))
    parts = [
        _("{day} {hours}").format(day=_day_or_days(first, last), hours=_spans(spans))
        for first, last, spans in groups[:_MOST_SPECIAL]
    ]
    return "".join(_(";{special}").format(special=part) for part in parts)


def _day_or_days(first: date, last: date) -> str:
    if first == last:
        return short_day(first)
    return _("{first}至{last}").format(first=short_day(first), last=short_day(last))


_SHOWN_AHEAD = timedelta(days=30)
_MOST_SPECIAL = 4
"""Days ahead on which other hours are shown, and how many spans of days."""


def _spans(spans: tuple[Span, ...]) -> str:
    return listed(f"{hours_span.opens_text}–{hours_span.closes_text}" for hours_span in spans) or _("不开放")


def barred(years: int) -> str:
    """Return the clause on the ban after an expiry, for the end of a sentence; empty if there is none."""
    return _(",{years} 年内不能网上预选").format(years=years) if years else ""


def papers(office: Office) -> str:
    """Return the documents that an owner must bring to the counter."""
    return listed(map(named_paper, office.papers))


def named_paper(paper: str) -> str:
    """Return a document to bring, translated if it is one of the default ones."""
    return _PAPERS[paper]() if paper in _PAPERS else paper


def place_of(office: Office) -> str:
    """Return where to go, when, and whom to call, as HTML."""
    place = _("{name},{address}({hours})").format(
        name=escape(office_name(office)),
        address=escape(office.address),
        hours=counter_hours(office.counter_hours),
    )
    return place + phone_of(office)


def phone_of(office: Office) -> str:
    """Return the counter's telephone number, for the end of a line; empty if none is configured."""
    return f" ☎ {escape(office.phone)}" if office.phone else ""


def reason(raw: str | None) -> str:
    """Return a reason as HTML, translated if the service recorded it."""
    known = _REASONS.get(raw or "")
    return escape(known() if known else raw or "")


def plate(office: str, serial: str) -> str:
    """Return a number as on a button: 粤K·12345."""
    return f"{office}·{serial}"


def mask_words(pattern: str) -> str:
    """Return a mask in words: ``A####`` is A+4位数字."""
    return "+".join(_part_words(part.group()) for part in _PARTS.finditer(pattern))


def _part_words(part: str) -> str:
    if part[0] == "#":
        return _("1位数字") if len(part) == 1 else _("{count}位数字").format(count=len(part))
    if part[0] == "@":
        return _("1位字母") if len(part) == 1 else _("{count}位字母").format(count=len(part))
    return escape(part)


def office_title(office: Office) -> str:
    """Return an office's name for lists: 粤K 茂名市, in English 粤K Maoming."""
    return f"{office.code} {city_name(office.issuing)}"


def place(office: Office) -> str:
    """Return where an office's counter is."""
    return _("{name}({address})").format(name=escape(office_name(office)), address=escape(office.address))


def city_name(issuing: IssuingOffice) -> str:
    """Return the city of an office as readers of the active language write it."""
    return issuing.city if spoken() == Language.CHINESE else issuing.city_in_english


def province_name(issuing: IssuingOffice, *, short: bool = False) -> str:
    """Return the province of an office as readers of the active language write it."""
    if spoken() != Language.CHINESE:
        return issuing.province_in_english
    return issuing.short_province if short else issuing.province


def office_name(office: Office) -> str:
    """Return an office's full name, in English with the Chinese one, which taxis and signs use."""
    if spoken() == Language.ENGLISH:
        return f"Vehicle Administration Office of {city_name(office.issuing)} ({office.name})"
    return office.name


def short_office_name(office: Office) -> str:
    """Return an office's name for a line beside a picture that has the full one."""
    if spoken() == Language.ENGLISH:
        return f"Vehicle office of {city_name(office.issuing)}"
    return office.name


def masked_name(name: str) -> str:
    return escape(mask_name(name))


def masked_identity(number: str) -> str:
    return escape(mask_identity(number))


def masked_phone(number: str) -> str:
    return escape(mask_phone(number))
