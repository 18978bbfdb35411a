"""Texts of /ban and /unban."""

from datetime import datetime

from bot.i18n.formatting import day, reason
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import somebody
from core.people.accounts import Account
from core.people.blacklist import Ban

BAN = phrase("⛔ 列入黑名单")
UNBAN = phrase("✅ 解除")
UNBANNED = phrase("✅ 已解除,并会通知本人。")


def ban_question(account: Account | None, until: datetime, why: str, current: Ban | None) -> str:
    """Return the question before a ban, or before changing the current one."""
    change = ""
    if current:
        change = _("此人已在黑名单上(到 {until}),将改为新的日期。").format(until=day(current.until))
    told = _("本人会收到通知。") if account else _("此身份尚未注册,没有人会收到通知。")
    return _("<b>列入黑名单?</b>\n{who}\n到 {until}\n原因:{reason}{change}\n\n{told}").format(
        who=somebody(account),
        until=day(until),
        reason=reason(why),
        change=f"\n{change}" if change else "",
        told=told,
    )


def banned(until: datetime) -> str:
    return _("✅ 已列入黑名单,到 {until}。").format(until=day(until))


def unban_question(account: Account | None, current: Ban, why: str) -> str:
    return _("<b>从黑名单中解除?</b>\n{who}\n列入原因:{banned_for}(到 {until})\n解除原因:{reason}").format(
        who=somebody(account),
        banned_for=reason(current.reason),
        until=day(current.until),
        reason=reason(why),
    )
