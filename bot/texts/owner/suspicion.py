"""Texts of suspected abuse (异常选号嫌疑) for owners: the rules in force, and a suspended selection."""

from html import escape

from bot.i18n.formatting import listed, moment, office_name, office_title
from bot.i18n.language import Phrase, _, phrase
from core.appeals import Appeal
from core.settings.tables import SuspicionSettings
from core.suspicion import Suspicion, SuspicionKind, rules_in_force
from core.values.offices import Office

RULES = phrase("【异常选号如何认定】")
BULLETIN = phrase("« 号池公示")
ANSWER = phrase("【提交发票和说明】")
SEE_ANSWER = phrase("查看答复")

NAMES: dict[SuspicionKind, Phrase] = {
    SuspicionKind.PACE: phrase("操作过快"),
    SuspicionKind.REACTION: phrase("反应过快"),
    SuspicionKind.SHARED: phrase("多个账号"),
    SuspicionKind.TOGETHER: phrase("同步操作"),
    SuspicionKind.FREED: phrase("释放即选"),
    SuspicionKind.INSIDER: phrase("管理操作后即选中"),
}
_RULES: dict[SuspicionKind, Phrase] = {
    SuspicionKind.PACE: phrase("{seconds} 秒内换一批和提交自编共超过 {presses} 次"),
    SuspicionKind.REACTION: phrase(
        "看到一批号码后的第一次操作,一天内至少 {presses} 次,其中过半在 {milliseconds} 毫秒以内"
    ),
    SuspicionKind.SHARED: phrase(
        "{days} 天内,用过同一身份或同一手机号的超过 {accounts} 个账号在同一发牌机关选号"
    ),
    SuspicionKind.TOGETHER: phrase(
        "至少 {accounts} 个账号在同一发牌机关选号,一天内至少 {times} 次相差不超过 {seconds} 秒"
    ),
    SuspicionKind.FREED: phrase(
        "号码的收回暂停期、他人的保留或暂不投放结束后 {seconds} 秒内,即被自编选中(整个号段开放自编的除外)"
    ),
    SuspicionKind.INSIDER: phrase(
        "管理员增加选号机会或恢复投放后 {hours} 小时内,该车辆或该号段的号码即被选定,30 天内至少 {times} 次"
    ),
}


def rule(kind: SuspicionKind, rules: SuspicionSettings) -> str:
    """Return a rule with the values in force."""
    values: dict[SuspicionKind, dict[str, int]] = {
        SuspicionKind.PACE: {"seconds": rules.pace_seconds, "presses": rules.pace_presses},
        SuspicionKind.REACTION: {
            "presses": rules.reaction_presses,
            "milliseconds": rules.reaction_milliseconds,
        },
        SuspicionKind.SHARED: {"days": rules.shared_days, "accounts": rules.shared_accounts},
        SuspicionKind.TOGETHER: {
            "accounts": rules.together_accounts,
            "times": rules.together_times,
            "seconds": rules.together_seconds,
        },
        SuspicionKind.FREED: {"seconds": rules.freed_seconds},
        SuspicionKind.INSIDER: {"hours": rules.insider_hours, "times": rules.insider_times},
    }
    return _RULES[kind]().format(**values[kind])


def rules_page(office: Office, rules: SuspicionSettings) -> str:
    """Return the public page: the rules in force, the pauses, and what follows."""
    lines = [
        _("<b>异常选号如何认定</b>\n符合下列情形之一的,列为异常选号嫌疑,由审核人员逐件核对:"),
        *(
            f"{place}. {escape(rule(kind, rules))}"
            for place, kind in enumerate(rules_in_force(rules), start=1)
        ),
    ]
    if len(lines) == 1:
        lines.append(_("(目前没有启用任何规则)"))
    pauses = _pauses(office)
    if pauses:
        lines += ["", pauses]
    lines += [
        "",
        _(
            "系统不会因为嫌疑拒绝任何人选号。审核人员可以要求车主提供购车发票:其间暂停选号,会立即通知车主"
            "原因和答复办法,已预选的号码不受影响;审核通过即恢复选号。"
        ),
    ]
    return "\n".join(lines)


def _pauses(office: Office) -> str:
    gaps = []
    if office.draw_gap_seconds:
        gaps.append(_("两次换一批 {seconds} 秒").format(seconds=office.draw_gap_seconds))
    if office.compose_gap_seconds:
        gaps.append(_("两次自编 {seconds} 秒").format(seconds=office.compose_gap_seconds))
    if not gaps:
        return ""
    return _("{office}的最短间隔:{gaps};过早的操作不扣减次数,稍候再点即可。").format(
        office=escape(office_title(office)), gaps=listed(gaps)
    )


# --- a suspended selection --------------------------------------------------------------------


def suspended(
    asked: Suspicion, rules: SuspicionSettings, office: Office | None, answer: Appeal | None
) -> str:
    """Return why an owner's selection is suspended, and how to answer; ``answer`` is the one under review."""
    lines = [
        _("⏸ <b>选号已暂停</b>\n审核人员于 {moment} 要求您提供购车发票。").format(
            moment=moment(asked.asked_at or asked.updated_at)
        ),
        _("原因:{rule}。").format(rule=escape(rule(asked.kind, rules))),
        _("这不是处罚:没有扣减选号机会,已预选的号码照常有效。"),
    ]
    if answer is not None:
        lines.append(_("您的答复(申诉 {number})正在审核,结果会通知您。").format(number=answer.appeal_id))
    else:
        lines.append(
            _(
                "请点【提交发票和说明】(或发送 /appeal),按提示提供车辆识别代号、情况说明、身份证明照片和"
                "购车发票照片。审核通过后即可继续选号。"
            )
        )
    if office is not None:
        lines.append(
            _("也可以携带身份证明和购车发票到窗口说明:{name},{address}").format(
                name=escape(office_name(office)), address=escape(office.address)
            )
        )
    return "\n".join(lines)


def resumed() -> str:
    return _("✅ <b>选号已恢复</b>\n审核人员已核对完毕,您可以继续选号。谢谢配合。")


def refused(kind: str) -> str:
    """Return the refusal of a press while the selection is suspended."""
    name = NAMES[SuspicionKind(kind)]()
    return _(
        "⏸ 选号已暂停(原因:{name}),没有扣减次数。请点【预选号牌】查看原因,或发送 /appeal 提交发票和说明。"
    ).format(name=name)


STATE = phrase("⏸ <b>您的选号已暂停</b>,原因和答复办法请点【预选号牌】查看。")
