"""Texts of 号池公示: what is released and when, how it may be selected, what is left, what is withheld."""

from datetime import datetime
from html import escape

from bot.i18n import formatting
from bot.i18n.formatting import confirmed_by, public_role, why
from bot.i18n.language import _, phrase
from bot.texts.owner.checking import SHORT
from core.clock import CHINA
from core.pool.bulletin import (
    SMALLEST_TOLD,
    Bulletin,
    PublishedCount,
    PublishedSeed,
    PublishedSegment,
    WithheldMask,
)
from core.pool.releases import Compose
from core.values.offices import Office
from core.values.plates import PlateKind

BULLETIN = phrase("【号池公示】")
SUBSCRIBE = phrase("🔔 投放时提醒我")
OTHER_OFFICE = phrase("其他发牌机关")
OFFICES = phrase("<b>号池公示</b>\n请选择发牌机关:")
NOTHING_RELEASED = phrase("该种类目前没有投放号段。")
OPEN = phrase("已开放")
LEGEND = phrase(
    "# 代表数字,@ 代表字母。数量约每 10 分钟统计一次,只取前两位数字(舍去其余);不超过 100 个的不公布具体数量。"
    "总数是各号段公布数之和。"
)
WHAT_SEED_IS = phrase("抽号用的种子在当天结束后公布,届时任何人都可以核验每一次抽号。")
_KEPT = phrase("暂不投放")
_RANDOM = phrase("随机")
_COMPOSED = phrase("自编")
_SET_BY = {
    Compose.NOW: phrase("投放即可自编(未经仅随机期)"),
    Compose.DATE: phrase("自编日期由发牌机关指定"),
}
"""What is said of segments whose day of self-composition was not drawn."""


def moment(at: datetime, now: datetime) -> str:
    """Return a time, without its year if that is the current one."""
    local = at.astimezone(CHINA)
    return f"{formatting.brief_day(local, now)} {local:%H:%M}"


def _day(at: datetime, now: datetime) -> str:
    return formatting.brief_day(at.astimezone(CHINA).date(), now)


def title(office: Office, kind: PlateKind) -> str:
    return _("号池公示 · {office} · {kind}").format(
        office=formatting.office_title(office), kind=formatting.KINDS[kind]
    )


def summary(bulletin: Bulletin) -> str:
    """Return how many numbers are released and how many are left."""
    released = _("已投放 {count:,} 个").format(count=bulletin.released)
    if bulletin.counted_at is None:
        return _("{released},可选数量正在统计").format(released=released)
    local = bulletin.counted_at.astimezone(CHINA)
    return _("{released},{left}({at} 统计)").format(
        released=released, left=left(bulletin.left), at=f"{local:%H:%M}"
    )


def left(count: PublishedCount) -> str:
    """Return how many numbers are left, as far as that is published."""
    if not count.is_told:
        return _("剩余不公布")
    if count.about is None:
        return _("剩余不超过 100 个")
    if count.about == 0:
        return _("已选完")
    return _("还剩 {count:,} 以上").format(count=count.about)


def left_of(line: PublishedSegment) -> str:
    """Return how many of a segment are left, or that a count large enough to publish is under way."""
    if not line.left.is_told and line.size >= SMALLEST_TOLD:
        return _("剩余正在统计")
    return left(line.left)


def gone(line: PublishedSegment) -> str:
    """Return in which ways numbers of a segment have left the pool; empty without a figure to publish."""
    counts = [count for count in (line.drawn, line.composed, line.withheld) if count is not None]
    if all(count.about is None for count in counts):
        return ""
    parts = [
        _("抽号选走 {count}").format(count=_some(line.drawn)),
        _("自编选走 {count}").format(count=_some(line.composed)),
    ]
    if line.withheld is not None and line.withheld.about is not None:  # few are listed with their size
        parts.append(_("暂不投放 {count}").format(count=_some(line.withheld)))
    return " · ".join(parts)


def _some(count: PublishedCount) -> str:
    if count.about is None:
        return _("不超过 100")
    return _("{count:,} 以上").format(count=count.about)


def set_by(line: PublishedSegment) -> str:
    """Return how the day of self-composition was set; empty if it was drawn, or in the first segment."""
    return _SET_BY[line.compose]() if line.compose in _SET_BY else ""


def ways(line: PublishedSegment, now: datetime) -> tuple[str, str]:
    """Return from when a segment is open to random and to self-composed selection."""
    random = OPEN() if line.opens_at <= now else _("{at} 起").format(at=moment(line.opens_at, now))
    composed = OPEN() if line.compose_from <= now else _("{at} 起").format(at=moment(line.compose_from, now))
    return f"{_RANDOM()} {random}", f"{_COMPOSED()} {composed}"


def released(line: PublishedSegment, now: datetime) -> str:
    """Return a segment's size and its release time, past or scheduled."""
    when = moment(line.opens_at, now)
    if line.opens_at > now:
        return _("共 {size:,} 个,定于 {when} 投放").format(size=line.size, when=when)
    return _("共 {size:,} 个,{when} 投放").format(size=line.size, when=when)


def kept(mask: WithheldMask, now: datetime) -> tuple[str, ...]:
    """Return the lines of a withholding: its size, since when, by whom and why; and likewise its end."""
    by, because = public_role(mask.role), _("原因:{reason}").format(reason=why(mask.reason))
    if mask.ended_at is None:
        first = _("{kept}:共 {size:,} 个,{when} 起").format(
            kept=_KEPT(), size=mask.size, when=moment(mask.since, now)
        )
        return first, _("经办:{role}").format(role=by), because
    first = _("曾暂不投放:共 {size:,} 个,{since} 至 {until}").format(
        size=mask.size, since=_day(mask.since, now), until=_day(mask.ended_at, now)
    )
    opens = mask.compose_from
    return (
        first,
        _("暂不投放:{role}").format(role=by),
        because,
        _("恢复投放:{role},{second}").format(
            role=public_role(mask.ended_role), second=confirmed_by(mask.second_role, mask.ended_role)
        ),
        _("原因:{reason}").format(reason=why(mask.ended_reason)),
        *([_("{at} 起可自编").format(at=moment(opens, now))] if opens is not None and opens > now else []),
    )


def entry(one: PublishedSegment | WithheldMask, now: datetime) -> str:
    """Return a segment or a withheld mask as text."""
    pattern = f"<code>{escape(one.pattern)}</code>"
    if isinstance(one, WithheldMask):
        mark = "🔒" if one.ended_at is None else "🔓"
        return f"{mark} {pattern} {escape(chr(10).join(kept(one, now)))}"
    random, composed = ways(one, now)
    count = f" · {left_of(one)}" if one.opens_at <= now else ""
    lines = [
        f"• {pattern} {released(one, now)}",
        f"{random} · {composed}{count}",
        set_by(one),
        gone(one) if one.opens_at <= now else "",
    ]
    return "\n".join(line for line in lines if line)


def caption(
    office: Office, kind: PlateKind, bulletin: Bulletin, page: list[PublishedSegment | WithheldMask]
) -> str:
    """Return the page as a caption below the picture that shows the same."""
    body = "\n".join(entry(line, bulletin.at) for line in page) or NOTHING_RELEASED()
    seeds = "\n".join(f"{words}\n<code>{escape(value)}</code>" for words, value in seed_lines(bulletin))
    head = f"<b>{escape(title(office, kind))}</b>\n{summary(bulletin)}"
    return "\n\n".join(part for part in (head, body, seeds) if part)


def seed_lines(bulletin: Bulletin) -> list[tuple[str, str]]:
    """Return the published seeds as label and value; the value is to be copied."""
    lines = []
    if bulletin.digest:
        lines.append((_("🔐 今日种子的 SHA-256:"), bulletin.digest))
    if bulletin.last_seed is not None:
        lines.append((_seed(bulletin.last_seed), bulletin.last_seed.secret))
    if bulletin.head is not None:
        lines.append(
            (_("🔗 公开记录的链头 #{seq}:").format(seq=bulletin.head.seq), bulletin.head.hash[:SHORT])
        )
    return lines


def _seed(published: PublishedSeed) -> str:
    return _("🔓 {day}的种子(已公布):").format(day=formatting.short_day(published.day))
