"""Texts of the page for entering an SMS code, for the registration and step 4."""

from bot.i18n.formatting import masked_phone
from bot.i18n.language import _, phrase
from core.people.verification import MAX_WRONG_TRIES, CodeBinding, CodePurpose, CodeState, CodeStatus

_TITLES = {
    CodePurpose.REGISTRATION: phrase("短信验证码"),
    CodePurpose.PRESELECTION: phrase("第4步 本人选号手机验证 · 短信验证码"),
}
_FAILED = phrase("⚠️ 短信暂时发送不出去,这次没有计入次数,已填写的信息不受影响。")
_UNDELIVERED = phrase(
    "⚠️ 短信未送达:服务商报告没有送到手机。请检查号码是否正确,手机是否开机、停机、有信号或拦截了短信;"
    "之后收到的,仍可直接输入。"
)
WRONG = phrase("❌ 验证码不正确。")


def still_good(phone: str) -> str:
    return _("✅ 验证码已发送至 {phone},仍然有效,请直接输入。").format(phone=masked_phone(phone))


def page(binding: CodeBinding, state: CodeState | None, *, wait: int, over: bool) -> str:
    """Return the page for entering a code, with its state.

    Args:
        binding: what the code is for.
        state: what is known of the current code.
        wait: seconds until another may be sent; 0 if it may be sent now.
        over: whether its five minutes have passed.
    """
    return _("<b>{title}</b>\n手机号:{phone}\n{state}").format(
        title=_TITLES[binding.purpose](),
        phone=masked_phone(binding.phone),
        state=_state(state, wait, over=over),
    )


def _state(state: CodeState | None, wait: int, *, over: bool) -> str:
    if state is None:
        return _("还没有发送验证码,请点【重新发送】。")
    if state.is_elsewhere:
        return _("本次验证的验证码还没有发送。") + _then(wait)
    if state.state == CodeStatus.LOCKED:
        return _("❌ 验证码已连续输错5次,已作废。") + _then(wait)
    if over and state.state != CodeStatus.FAILED:
        return _("⏰ 验证码已超过5分钟有效期。") + _then(wait)
    if state.state == CodeStatus.FAILED or state.is_undelivered:
        return (_UNDELIVERED if state.is_undelivered else _FAILED)() + _then(wait)
    sent = _("验证码正在发送…") if state.state == CodeStatus.QUEUED else _("验证码已发送,5分钟内有效。")
    lines = [_("{sent}请输入短信中的 6 位数字。").format(sent=sent)]
    if wait:
        lines.append(_("没有收到?{then}").format(then=_then(wait)))
    if state.tries_left < MAX_WRONG_TRIES:
        lines.append(_("还可输入 {left} 次。").format(left=state.tries_left))
    return "\n".join(lines)


def _then(wait: int) -> str:
    """Return when another code can be requested."""
    if wait:
        return _("{seconds} 秒后可以重新发送。").format(seconds=wait)
    return _("请点【重新发送】获取新的验证码。")
