"""Texts of /withhold and /unwithhold, and of the second chief's confirmation."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import KINDS, day, moment, public_role, why
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import actor_label, agent
from core.clock import CHINA
from core.people.other_chiefs import RequestState
from core.people.second_chief import UnwithholdRequest
from core.pool.releases import Opening
from core.values.masks import Mask
from core.values.offices import Office

WITHHOLD = phrase("🔒 确认暂不投放")
UNWITHHOLD = phrase("✅ 恢复投放")
CONFIRM = phrase("✅ 确认解除")
REFUSE = phrase("⛔ 拒绝")
WITHDRAW = phrase("撤回申请")
REFUSED = phrase("✅ 已拒绝,继续暂不投放。")
WITHDRAWN = phrase("✅ 已撤回申请,继续暂不投放。")


def _mask(office: Office, mask: Mask) -> str:
    return f"{escape(office.code)} {KINDS[mask.kind]()} <code>{escape(mask.pattern)}</code>"


def withhold_question(office: Office, mask: Mask, taken: int, reason: str) -> str:
    already = _("其中 {taken:,} 个已被预选或已上牌,不受影响。").format(taken=taken) if taken else ""
    return _(
        "<b>暂不投放?</b>\n{mask},共 {size:,} 个号码。{already}\n原因:{reason}\n\n"
        "之后抽号和自编都不会给出这些号码;号段和原因会在号池公示中列明。"
    ).format(mask=_mask(office, mask), size=mask.size, already=already, reason=escape(reason))


def withheld(office: Office, mask: Mask) -> str:
    return _("✅ {mask} 已设为暂不投放。").format(mask=_mask(office, mask))


def unwithhold_question(  # noqa: PLR0913 - all that the question names
    office: Office,
    mask: Mask,
    reason: str,
    opening: Opening | None,
    *,
    has_second: bool,
    waits_until: datetime | None,
    after_restore: bool,
) -> str:
    """Return the question before a withholding ends.

    Args:
        office: the office of the pool.
        mask: what is withheld.
        reason: why it should end.
        opening: when its numbers would open if it ended now; None if none is released.
        has_second: whether another chief must confirm it.
        waits_until: from when the first other chief may confirm; None if one may now.
        after_restore: whether it is withheld since a restore.
    """
    parts = [
        _("<b>恢复投放?</b>\n{mask}\n原因:{reason}").format(mask=_mask(office, mask), reason=escape(reason))
    ]
    if after_restore:
        parts.append(
            _(
                "暂不投放的原因:备份恢复后待核实。这个号码在备份之后发出或办理过,查明没有车主持有之后才可以恢复投放。"
            )
        )
    parts.append(opens_later(opening) if has_second else _opens(opening))
    parts.append(
        _("要由另一位负责人确认后才生效。") + _too_new(waits_until)
        if has_second
        else _("立即生效;没有其他负责人,号池公示会注明「无第二负责人复核」。")
    )
    return "\n\n".join(part for part in parts if part)


def _too_new(waits_until: datetime | None) -> str:
    """Return that the other chiefs were all appointed lately; empty if one may confirm now."""
    if waits_until is None:
        return ""
    return _("其他负责人任命不久,最早 {at} 起才可以确认,在此之前申请一直等待。").format(
        at=moment(waits_until)
    )


def opens_later(opening: Opening | None) -> str:
    """Return when the numbers open, counted from a confirmation of which the day is not known yet."""
    if opening is None:
        return ""
    start = opening.random_from.astimezone(CHINA).date()
    first, last = (at.astimezone(CHINA).date() - start for at in (opening.compose_from, opening.compose_by))
    return _(
        "确认后即可抽到,但不能马上自编:自编在确认当天之后第 {first} 天至第 {last} 天之间抽签决定的一天开放。"
    ).format(first=first.days, last=last.days)


def _opens(opening: Opening | None) -> str:
    if opening is None:
        return ""
    return _("恢复后即可抽到,但不能马上自编:自编在 {first} 至 {last} 之间抽签决定的一天开放。").format(
        first=day(opening.compose_from), last=day(opening.compose_by)
    )


def unwithheld(office: Office, mask: Mask, compose_from: datetime, now: datetime) -> str:
    return _("✅ {mask} 已恢复投放。").format(mask=_mask(office, mask)) + _since(compose_from, now)


def asked(office: Office, mask: Mask, request: UnwithholdRequest, waits_until: datetime | None) -> str:
    said = _(
        "📨 {mask} 恢复投放的申请已发给其他负责人,{until} 前有人确认才生效。可在 /desk 查看或撤回。"
    ).format(mask=_mask(office, mask), until=moment(request.expires_at))
    return said + _too_new(waits_until)


def request(found: UnwithholdRequest, may_from: datetime | None, opening: str) -> str:
    """Return a request for another chief to decide: what is withheld and why, and why it should end.

    Args:
        found: the request.
        may_from: from when the reader, or the first chief to do so, may confirm; None if now.
        opening: when the numbers would open, from ``opens_now`` or ``opens_later``.
    """
    parts = [_request(found), opening]
    if may_from is not None:
        parts.append(
            _("您任命不久,{at} 起才可以确认,现在可以拒绝;届时会再通知您。").format(at=moment(may_from))
        )
    return "\n\n".join(part for part in parts if part)


def own_request(found: UnwithholdRequest, waits_until: datetime | None, opening: Opening | None) -> str:
    """Return a request for the chief who has asked for it."""
    return "\n\n".join(
        part for part in (_request(found), opens_later(opening), _too_new(waits_until)) if part
    )


def opens_now(opening: Opening | None) -> str:
    """Return when the numbers open if the reader confirms today."""
    return _("今天确认的话:{opens}").format(opens=_opens(opening)) if opening is not None else ""


def _request(found: UnwithholdRequest) -> str:
    return _(
        "<b>恢复投放,待第二位负责人确认</b>\n{office} {kind} <code>{mask}</code>\n"
        "暂不投放:{since} 起,{withheld_role},原因:{withheld_reason}\n"
        "申请恢复:{at},{role},{who},原因:{reason}\n"
        "{until} 前没有人确认,申请就作废。"
    ).format(
        office=escape(found.office),
        kind=KINDS[found.kind](),
        mask=escape(found.pattern),
        since=moment(found.withheld_since),
        withheld_role=escape(public_role(found.withheld_role)),
        withheld_reason=escape(why(found.withheld_reason)),
        at=moment(found.at),
        role=escape(public_role(found.role)),
        who=actor_label(found.actor),
        reason=escape(why(found.reason)),
        until=moment(found.expires_at),
    )


def decided(found: UnwithholdRequest, now: datetime) -> str:
    """Return what another chief has decided, or that nobody has, for the chief who has asked."""
    if found.is_over(now):
        said = _(
            "⌛ {office} {kind} <code>{mask}</code> 的恢复投放申请没有人确认,已作废,继续暂不投放。"
            "如仍需恢复,请重新申请。"
        )
    elif found.state == RequestState.CONFIRMED:
        said = _("✅ {office} {kind} <code>{mask}</code> 已恢复投放,由{who}确认。") + _since(
            found.compose_from, now
        )
    else:
        said = _("⛔ {office} {kind} <code>{mask}</code> 的恢复投放申请被{who}拒绝,继续暂不投放。")
    return said.format(
        office=escape(found.office),
        kind=KINDS[found.kind](),
        mask=escape(found.pattern),
        who=agent(found.decided_by),
    )


def _since(compose_from: datetime | None, now: datetime) -> str:
    if compose_from is None or compose_from <= now:
        return ""
    return _("现在起可抽到,{at}起可自编。").format(at=moment(compose_from))
