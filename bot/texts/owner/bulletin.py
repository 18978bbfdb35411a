"""Texts of 号池公示: what is released and when, how it may be selected, what is left, what is withheld."""

from datetime import datetime
from html import escape

from bot.i18n import formatting
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
from core.values.offices import Office
from core.values.plates import PlateKind

BULLETIN = phrase("【号池公示】")
SUBSCRIBE = phrase("🔔 投放时提醒我")
OTHER_OFFICE = phrase("其他发牌机关")
OFFICES = phrase("<b>号池公示</b>\n请选择发牌机关:")
NOTHING_RELEASED = phrase("该种类目前没有投放号段。")
OPEN = phrase("已开放")
LEGEND = phrase(
    "# 代表数字,@ 代表字母。剩余数量约每 10 分钟统计一次,只取前两位数字;不超过 100 个的不公布具体数量。"
)
WHAT_SEED_IS = phrase("抽号用的种子在当天结束后公布,届时任何人都可以核验每一次抽号。")
_KEPT = phrase("暂不投放")
_RANDOM = phrase("随机")
_COMPOSED = phrase("自编")


def moment(at: datetime, now: datetime) -> str:
    """Return a time, without its year if that is the current one."""
    local = at.astimezone(CHINA)
    return f"{formatting.brief_day(local, now)} {local:%H:%M}"


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
    return _("约剩 {count:,} 个").format(count=count.about)


def left_of(line: PublishedSegment) -> str:
    """Return how many of a segment are left, or that a count large enough to publish is under way."""
    if not line.left.is_told and line.size >= SMALLEST_TOLD:
        return _("剩余正在统计")
    return left(line.left)


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


def kept(mask: WithheldMask, now: datetime) -> str:
    """Return the size of a withheld mask, and since when."""
    return _("{kept}:共 {size:,} 个,{when} 起").format(
        kept=_KEPT(), size=mask.size, when=moment(mask.since, now)
    )


def entry(one: PublishedSegment | WithheldMask, now: datetime) -> str:
    """Return a segment or a withheld mask as text."""
    pattern = f"<code>{escape(one.pattern)}</code>"
    if isinstance(one, WithheldMask):
        return f"🔒 {pattern} {kept(one, now)}"
    random, composed = ways(one, now)
    count = f" · {left_of(one)}" if one.opens_at <= now else ""
    return f"• {pattern} {released(one, now)}\n{random} · {composed}{count}"


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
