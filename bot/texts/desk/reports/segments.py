"""Texts of segment usage."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import KINDS, begun, listed, office_title
from bot.i18n.language import _, phrase
from bot.texts.desk.reports.parts import percent, when
from core.reporting.statistics import NEARLY_EMPTY, Fill, UnreleasedMask
from core.values.masks import Mask
from core.values.offices import Office

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
UNRELEASED_SHEET = phrase("未投放的暂不投放")
UNRELEASED_COLUMNS = phrase("种类|暂不投放的写法|总数|其中未投放|暂不投放自|原因")
_MASKS_NAMED = 6


def segments_title(office: Office) -> str:
    return _("{office} 号段").format(office=office_title(office))


def segments_head(office: Office, fills: Sequence[Fill]) -> str:
    """Return the heading above the figures of an office's segments."""
    if not fills:
        return _("<b>{office} 号段</b>\n尚未投放任何号段。").format(office=escape(office_title(office)))
    size, taken = sum(fill.segment.size for fill in fills), sum(fill.taken for fill in fills)
    return _("<b>{office} 号段</b>:{count} 段 {size:,} 个,已用 {taken:,}({share})").format(
        office=escape(office_title(office)),
        count=len(fills),
        size=size,
        taken=taken,
        share=escape(percent(taken / size)),
    )


def fill_figures(fill: Fill) -> str:
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
    if fill.compose_from <= now:
        composing = _("自编:开放")
    else:
        composing = _("自编:{when}起").format(when=when(fill.compose_from, now))
    return _("{opening} · {composing}").format(opening=opening, composing=composing)


def kept_back(fill: Fill) -> str:
    """Return the withheld masks of a segment; empty if it has none."""
    if not fill.withheld:
        return ""
    masks = [mask.pattern for mask in fill.withheld]
    if len(masks) > 2:  # noqa: PLR2004 - as many as are named
        return _("暂不投放 {masks} 等 {count} 项 {size:,} 个").format(
            masks=listed(masks[:2]), count=len(masks), size=fill.withheld_size
        )
    return _("暂不投放 {masks} {size:,} 个").format(masks=listed(masks), size=fill.withheld_size)


def unreleased(masks: Sequence[UnreleasedMask]) -> str:
    """Return the withheld masks that were never released, so that no segment shows them."""
    named = listed(f"{KINDS[one.kind]()} {one.mask.pattern}" for one in masks[:_MASKS_NAMED])
    size = sum(one.size for one in masks)
    if len(masks) > _MASKS_NAMED:
        return _("暂不投放而从未投放:{masks} 等 {count} 项 {size:,} 个").format(
            masks=named, count=len(masks), size=size
        )
    return _("暂不投放而从未投放:{masks},共 {size:,} 个").format(masks=named, size=size)


def fill_lines(fill: Fill, now: datetime) -> list[str]:
    """Return the figures of a segment as text."""
    sign = "🔴" if fill.share >= NEARLY_EMPTY else "🟠" if fill.past_mark else "🔵"
    mask, share = escape(fill.segment.mask.pattern), escape(percent(fill.share))
    return [
        f"{sign} {KINDS[fill.kind]} <code>{mask}</code> <b>{share}</b>",
        begun(escape(fill_figures(fill))),
        begun(escape(" · ".join(filter(None, (fill_ways(fill, now), kept_back(fill)))))),
    ]


def masks_of(masks: Sequence[Mask]) -> str:
    return listed(mask.pattern for mask in masks)
