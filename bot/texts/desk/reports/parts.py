"""Texts that several reports of the desk share."""

from collections.abc import Sequence
from datetime import date, datetime
from html import unescape

from bot.i18n import formatting
from bot.i18n.formatting import moment
from bot.i18n.language import _, phrase
from core.clock import CHINA

MOST_CAPTION = 1000
"""Maximum length of a caption in UTF-16 code units; the Bot API allows 1,024."""

REFRESH = phrase("🔄 刷新")
OFFICES = phrase("🏛 选择发牌机关")
ALL_OFFICES = phrase("全部")
MAKING = phrase("正在生成文件…")
CHOOSE = phrase("请选择发牌机关:")
MORE = phrase("…")


def fitting(lines: Sequence[str]) -> str:
    """Return as many whole lines as fit in a caption, with a mark if some are left out."""
    kept: list[str] = []
    left = MOST_CAPTION
    for line in lines:
        left -= _units(line) + 1
        if left < 0:
            return "\n".join((*kept, MORE()))
        kept.append(line)
    return "\n".join(kept)


def _units(line: str) -> int:
    """Return a line's length in UTF-16 code units, counting tags too, as an upper bound."""
    return len(unescape(line).encode("utf-16-le")) // 2


def counted_at(at: datetime) -> str:
    return _("{moment} 统计").format(moment=moment(at))


def when(at: datetime, now: datetime) -> str:
    """Return a time briefly: 今天 17:00, 3月10日 17:00."""
    local = at.astimezone(CHINA)
    if local.date() == now.astimezone(CHINA).date():
        return _("今天 {clock}").format(clock=_clock(at))
    if not (local.hour or local.minute):
        return formatting.brief_day(local, now)
    return _("{day} {clock}").format(day=formatting.brief_day(local, now), clock=_clock(at))


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%H:%M}"


def day_label(day: date) -> str:
    """Return a day as a chart's axis label: 3月10日."""
    return formatting.short_day(day)


def percent(share: float) -> str:
    """Return a share with one decimal; a share above 0 is never shown as 0, nor one below 1 as 100 %."""
    if 0 < share < 0.001:  # noqa: PLR2004 - a tenth of a per cent
        return "<0.1%"
    if 0.999 < share < 1:  # noqa: PLR2004 - the same from above
        return ">99.9%"
    return f"{share:.1%}"


def page_line(page: int, pages: int) -> str:
    return _("第 {page} / {pages} 页").format(page=page + 1, pages=pages)
