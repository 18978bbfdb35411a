"""Texts of /release."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import KINDS, day, listed, moment
from bot.i18n.language import _, phrase
from core.clock import CHINA
from core.pool.releases import Opening, Release, SkippedDays
from core.pool.segments import PoolCount, Segment
from core.values.offices import Office
from core.values.plates import PlateKind

RELEASE = phrase("✅ 确认投放")


def release_question(
    office: Office, kind: PlateKind, mask: str, size: int, when: str, *, at_once: bool
) -> str:
    """Return the question; the first line says so if the release cannot be taken back."""
    asked = _("<b>投放号段?</b>\n{office} {kind} <code>{mask}</code>\n共 {size:,} 个号码\n{when}").format(
        office=escape(office.code), kind=KINDS[kind](), mask=escape(mask), size=size, when=when
    )
    if at_once:
        return _("⚠️ 立即开放,投放后不能撤回。") + f"\n\n{asked}"
    return f"{asked}\n\n" + _("开放之前可以取消或改期(/undo)。")


def release_when(opening: Opening, *, now: bool) -> str:
    """Return when a segment would open, at random and for self-composition."""
    since = _("随机选号:立即开放") if now else _("随机选号:{time}起").format(time=moment(opening.random_from))
    return f"{since}\n{_composing(opening)}"


def _composing(opening: Opening) -> str:
    if opening.skipped is not None:
        return _("自编选号:同时开放") + "\n" + _skipped(opening.skipped)
    if opening.compose_from == opening.random_from == opening.compose_by:
        return _("自编选号:同时开放")
    if opening.compose_from == opening.compose_by:
        return _("自编选号:{time}起").format(time=moment(opening.compose_from))
    return _("自编选号:{first} 至 {last} 之间抽签决定").format(
        first=day(opening.compose_from), last=day(opening.compose_by)
    )


def _skipped(days: SkippedDays) -> str:
    """Return which days ``compose now`` skips, with the dates on which self-composition would have opened."""
    return _(
        "⚠️ 跳过仅限随机的 {random} 天及其后抽签的 {drawn} 天(自编本应在 {first} 至 {last} 之间开放)。"
        "号池公示会注明「投放即可自编(未经仅随机期)」。"
    ).format(random=days.random_only, drawn=days.drawn, first=day(days.first), last=day(days.last))


def released(segment: Segment, count: PoolCount) -> str:
    return _(
        "✅ 已投放 <code>{mask}</code>,{size:,} 个号码。\n"
        "随机选号:{opens} 起;自编选号:{compose} 起。\n"
        "号池现有 {free:,} 个未被选走(共 {released:,},其中暂不投放 {withheld:,})。"
    ).format(
        mask=escape(segment.mask.pattern),
        size=segment.size,
        opens=moment(segment.opens_at),
        compose=moment(segment.compose_from),
        free=count.free,
        released=count.released,
        withheld=count.withheld,
    )


def released_plain(segment: Segment, count: PoolCount) -> str:
    """Return what was released, in English for the command line."""
    return (
        f"released {segment.mask.pattern}: {segment.size:,} numbers, "
        f"random from {_plain_time(segment.opens_at)}, "
        f"self-composed from {_plain_time(segment.compose_from)}; "
        f"not taken in the pool now: {count.free:,} of {count.released:,}, "
        f"of which withheld: {count.withheld:,}"
    )


def question_plain(release: Release, opening: Opening) -> str:
    """Return what would be released, in English for the command line."""
    if opening.compose_from == opening.compose_by:
        composed = f"from {_plain_time(opening.compose_from)}"
    else:
        first, last = _plain_day(opening.compose_from), _plain_day(opening.compose_by)
        composed = f"from a day drawn between {first} and {last}"
    said = (
        f"{release.office.code} {release.mask.kind} {release.mask.pattern}: {release.mask.size:,} numbers, "
        f"random from {_plain_time(opening.random_from)}, self-composed {composed}"
    )
    return said if opening.skipped is None else f"{said}\n{skipped_plain(opening.skipped)}"


def skipped_plain(days: SkippedDays) -> str:
    """Return which days ``compose now`` skips, in English for the command line."""
    return (
        f"this skips the {days.random_only} days of random selection only and the {days.drawn} days after "
        f"them of which one is drawn (self-composition would open between {_plain_day(days.first)} and "
        f"{_plain_day(days.last)}); the bulletin will say so"
    )


def _plain_day(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d}"


def _plain_time(at: datetime) -> str:
    return at.astimezone(CHINA).isoformat(timespec="minutes")


_MOST_NAMED = 3


def order_jumped(masks: list[str]) -> str:
    """Return the warning that segments which GA 36 orders before this one are not all released."""
    named = listed(f"<code>{escape(mask)}</code>" for mask in masks[:_MOST_NAMED])
    if len(masks) > _MOST_NAMED:
        named = _("{masks} 等{count}种").format(masks=named, count=len(masks))
    return "\n\n" + _("⚠️ 按 GA 36 的启用顺序,{masks} 应先用完,现在是跳序投放。").format(masks=named)
