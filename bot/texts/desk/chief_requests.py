"""Texts of the second chief's consent to grave acts of the desk."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import moment, why
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk.actors import actor_label, agent
from core.people.chief_requests import ChiefRequest
from core.people.other_chiefs import RequestState
from core.values.grave_acts import GraveAct

ACTS: dict[str, Phrase] = {
    GraveAct.UNBAN: phrase("解除黑名单"),
    GraveAct.GRANT: phrase("增加选号机会"),
    GraveAct.UNDO: phrase("撤回已办事项"),
    GraveAct.IDENTITY: phrase("转移身份"),
}
"""What a request is about."""

AGREE = phrase("✅ 同意")
REFUSE = phrase("⛔ 拒绝")
OPEN = phrase("查看申请")
WITHDRAW = phrase("撤回申请")
REFUSED = phrase("✅ 已拒绝,没有办理。")
WITHDRAWN = phrase("✅ 已撤回申请,没有办理。")


def needs_consent(waits_until: datetime | None) -> str:
    """Return the line below a question that only asks another chief."""
    return _("👥 要由另一位负责人同意后才办理。") + _too_new(waits_until)


def _too_new(waits_until: datetime | None) -> str:
    if waits_until is None:
        return ""
    return _("其他负责人任命不久,最早 {at} 起才可以同意,在此之前申请一直等待。").format(
        at=moment(waits_until)
    )


def asked(request: ChiefRequest, waits_until: datetime | None) -> str:
    said = _(
        "📨 {act}的申请已发给其他负责人,尚未办理;{until} 前有人同意才办理。可在 /desk 查看或撤回。"
    ).format(act=ACTS[request.about.act](), until=moment(request.expires_at))
    return said + _too_new(waits_until)


def request(found: ChiefRequest, question: str, way: str, may_from: datetime | None) -> str:
    """Return a request for another chief to decide.

    Args:
        found: the request.
        question: the question as it would be asked now, or why it can no longer be.
        way: the label of the way that was chosen, if there are several.
        may_from: from when the reader may agree; None if now.
    """
    parts = [_head(found), question]
    if way:
        parts.append(_("选择的办法:{way}").format(way=escape(way)))
    if may_from is not None:
        parts.append(
            _("您任命不久,{at} 起才可以同意,现在可以拒绝;届时会再通知您。").format(at=moment(may_from))
        )
    return "\n\n".join(parts)


def own_request(found: ChiefRequest, question: str, waits_until: datetime | None) -> str:
    """Return a request for the chief who has asked."""
    return "\n\n".join(part for part in (_head(found), question, _too_new(waits_until)) if part)


def gone(error: str) -> str:
    """Return what stands in place of a question that this chief cannot be asked."""
    return _("⚠️ 现在已不能办理:{error}").format(error=error)


def closed(found: ChiefRequest, error: str) -> str:
    """Return that a request was closed as it can no longer be done, and why."""
    return _("⚪ {act}的申请已不能办理,已自动关闭:{error}\n没有办理任何事项,并会告知申请人。").format(
        act=ACTS[found.about.act](), error=error
    )


def notice(found: ChiefRequest, whom: str) -> str:
    """Return the message to the other chiefs; ``whom`` names what it is about, masked."""
    return "\n".join(part for part in (_head(found), whom) if part)


def _head(found: ChiefRequest) -> str:
    return _(
        "<b>👥 {act},待第二位负责人同意</b>\n申请:{at},{who},原因:{reason}\n{until} 前没有人同意,申请就作废。"
    ).format(
        act=ACTS[found.about.act](),
        at=moment(found.at),
        who=actor_label(found.actor),
        reason=escape(why(found.reason)),
        until=moment(found.expires_at),
    )


def over(found: ChiefRequest, now: datetime) -> str:
    """Return what has become of a request, for anybody who opens it afterwards."""
    if found.is_over(now):
        said = _("⌛ {act}的申请没有人同意,已作废,没有办理。")
    elif found.is_closed:
        said = _("⚪ {act}的申请已不能办理,已自动关闭,没有办理。")
    elif found.state == RequestState.CONFIRMED:
        said = _("✅ {act}的申请已由{who}同意,已办理。")
    elif found.state == RequestState.REFUSED:
        said = _("⛔ {act}的申请被{who}拒绝,没有办理。")
    else:
        said = _("↩️ {act}的申请已由{who}撤回,没有办理。")
    head = said.format(act=ACTS[found.about.act](), who=agent(found.decided_by) if found.decided_by else "")
    asked_by = _("申请:{at},{who},原因:{reason}").format(
        at=moment(found.at), who=actor_label(found.actor), reason=escape(why(found.reason))
    )
    return f"{head}\n{asked_by}"


def decided(found: ChiefRequest, now: datetime, whom: str) -> str:
    """Return what another chief has decided, or that nobody has, for who has asked.

    Args:
        found: the request.
        now: the present.
        whom: what it is about, masked; empty if that has gone.
    """
    if found.is_over(now):
        said = _("⌛ {act}的申请(原因:{reason})没有人同意,已作废,没有办理。如仍需办理,请重新申请。")
    elif found.is_closed:
        said = _(
            "⚪ {act}的申请(原因:{reason})已不能办理:情况已变,例如已经办过、已经到期或车主已注销。"
            "申请已自动关闭,没有办理。"
        )
    elif found.state == RequestState.CONFIRMED:
        said = _("✅ {act}的申请(原因:{reason})已由{who}同意,已办理。")
    else:
        said = _("⛔ {act}的申请(原因:{reason})被{who}拒绝,没有办理。")
    said = said.format(
        act=ACTS[found.about.act](), reason=escape(why(found.reason)), who=agent(found.decided_by)
    )
    return "\n".join(part for part in (said, whom) if part)
