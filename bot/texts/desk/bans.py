"""Texts of /ban and /unban."""

from collections.abc import Sequence
from datetime import datetime

from bot.i18n.formatting import day, reason
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import cause_name, office_name
from core.people.ban_causes import BanCause
from core.people.blacklist import Ban

BAN = phrase("⛔ 列入黑名单")
CHANGE_END = phrase("⛔ 更改期限")
UNBAN = phrase("✅ 解除")
LIFT_ALL = phrase("✅ 全部解除")
_TOLD = phrase("本人会收到通知。")
_NOT_TOLD = phrase("此身份尚未注册,没有人会收到通知。")


def _told(*, is_told: bool) -> str:
    return _TOLD() if is_told else _NOT_TOLD()


def cause_line(number: int, cause: BanCause) -> str:
    """Return one cause of a ban, with its end and its office."""
    return _("{number}. {cause}({office},到 {until}):{reason}").format(
        number=number,
        cause=cause_name(cause.cause),
        office=office_name(cause.office),
        until=day(cause.until),
        reason=reason(cause.reason),
    )


def cause_lines(causes: Sequence[BanCause]) -> str:
    """Return all causes of a ban, numbered."""
    return "\n".join(cause_line(number, cause) for number, cause in enumerate(causes, 1))


def ban_question(who: str, until: datetime, why: str, *, is_told: bool) -> str:
    """Return the question before a ban."""
    return _("<b>列入黑名单?</b>\n{who}\n到 {until}\n原因:{reason}\n\n{told}").format(
        who=who, until=day(until), reason=reason(why), told=_told(is_told=is_told)
    )


def further_question(
    who: str, causes: Sequence[BanCause], until: datetime, end: datetime, why: str, *, is_told: bool
) -> str:
    """Return the question before a further cause, until ``until``, of a ban that then ends at ``end``."""
    return _(
        "<b>再记一项原因?</b>\n{who}\n到 {until}\n原因:{reason}\n\n此人已在黑名单上,原有原因保留:\n{causes}\n"
        "期限取最晚的:到 {end}。要缩短期限,请在 /blacklist 中打开此人。{told}"
    ).format(
        who=who,
        until=day(until),
        reason=reason(why),
        causes=cause_lines(causes),
        end=day(end),
        told=_told(is_told=is_told),
    )


def change_question(who: str, current: Ban, until: datetime, why: str, *, is_told: bool) -> str:
    """Return the question before the end of a running ban is changed."""
    return _("<b>更改黑名单期限?</b>\n{who}\n到 {until}(现在到 {now})\n原因:{reason}\n\n{told}").format(
        who=who,
        until=day(until),
        now=day(current.until),
        reason=reason(why),
        told=_told(is_told=is_told),
    )


def banned(until: datetime) -> str:
    return _("✅ 已列入黑名单,到 {until}。如有误,可用 /unban 解除。").format(until=day(until))


def end_changed(until: datetime) -> str:
    return _("✅ 黑名单期限已改为到 {until}。").format(until=day(until))


def unban_question(who: str, causes: Sequence[BanCause], why: str) -> str:
    """Return the question before a ban is lifted, or one of its causes."""
    if len(causes) == 1:
        return _(
            "<b>从黑名单中解除?</b>\n{who}\n列入原因:{banned_for}(到 {until})\n解除原因:{reason}"
        ).format(
            who=who,
            banned_for=reason(causes[0].reason),
            until=day(causes[0].until),
            reason=reason(why),
        )
    return _(
        "<b>从黑名单中解除哪一项?</b>\n{who}\n{causes}\n解除原因:{reason}\n\n其余各项仍然有效,期限取最晚的。"
    ).format(who=who, causes=cause_lines(causes), reason=reason(why))


def lift_label(number: int, cause: BanCause) -> str:
    return _("✅ 解除第 {number} 项({cause})").format(number=number, cause=cause_name(cause.cause))


def unbanned(left: Sequence[BanCause], *, is_told: bool) -> str:
    """Return that a ban, or one of its causes, has been lifted, and which causes remain."""
    told = _("并会通知本人。") if is_told else _("此身份尚未注册,没有通知任何人。")
    if not left:
        return _("✅ 已解除,{told}").format(told=told)
    end = max(cause.until for cause in left)
    return _("✅ 已解除这一项,{told}\n此人仍在黑名单上,到 {end}:\n{causes}").format(
        told=told, end=day(end), causes=cause_lines(left)
    )
