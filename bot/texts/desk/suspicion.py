"""Texts of the desk about suspected abuse (异常选号嫌疑), read by reviewers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import listed
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk.actors import actor_label, agent
from bot.texts.desk.reports.parts import when
from bot.texts.owner.appeal import STATES as APPEAL_STATES
from bot.texts.owner.suspicion import NAMES, rule
from core.appeals import Appeal
from core.audit import AuditAction, chat_actor
from core.clock import CHINA, from_millis
from core.reporting.tasks import Task
from core.settings.tables import SuspicionSettings
from core.suspicion import Suspicion, SuspicionKind, SuspicionState

DISMISS = phrase("✅ 无异常")
CONFIRMED = phrase("⚠️ 属实,已另行处理")
ASK = phrase("🧾 要求提供发票")
OWNER = phrase("🔎 查看车主")
ANSWER = phrase("📨 审核答复")
BACK = phrase("« 返回嫌疑")
DISMISS_SURE = phrase("✅ 确认")
ASK_SURE = phrase("🧾 确认要求")
REASON_HINT = phrase("请输入理由,或点下方按钮选用。")
REASONS: dict[SuspicionState, tuple[Phrase, ...]] = {
    SuspicionState.DISMISSED: (
        phrase("经核对,属正常操作"),
        phrase("同住或同单位的人分别选号"),
        phrase("已在窗口核对证件和发票"),
    ),
    SuspicionState.CONFIRMED: (phrase("已报负责人处理"), phrase("已移交有关部门")),
}
"""The most common reasons for a decision; a reviewer may type another."""
_TARGETS = {SuspicionState.DISMISSED: phrase("无异常"), SuspicionState.CONFIRMED: phrase("属实,已另行处理")}
_FREED = {
    "rest": phrase("收回暂停期结束"),
    "hold": phrase("他人的保留结束"),
    "withholding": phrase("恢复投放"),
}
_FAVOURS = {
    AuditAction.GRANTED_CHANCES: phrase("增加选号机会"),
    AuditAction.UNWITHHELD: phrase("恢复投放"),
}
_SHARED = {"identity": phrase("同一身份"), "phone": phrase("同一手机号")}
_MOST_EVENTS = 8


def subject(found: Suspicion) -> str:
    """Return whom a suspicion is about."""
    if found.account_id is not None:
        return _("车主账号 {number}").format(number=found.account_id)
    return actor_label(chat_actor(found.admin_chat or 0))


def task(shown: Task, now: datetime) -> str:
    """Return the line of the work queue."""
    name = NAMES[SuspicionKind(shown.what)]()
    if shown.is_asked:
        return _("{name},已要求提供发票,{when}").format(name=name, when=when(shown.at, now))
    return _("{name},{when}").format(name=name, when=when(shown.at, now))


def page(
    found: Suspicion, rules: SuspicionSettings, roles: str, answers: Sequence[Appeal], now: datetime
) -> str:
    """Return a suspicion with its evidence; ``roles`` are those of the admin whom it is about."""
    about = subject(found)
    if roles:
        about = _("{who}({roles})").format(who=about, roles=escape(roles))
    lines = [
        _("<b>异常选号嫌疑 {number}</b> · {office} · {when}").format(
            number=found.suspicion_id, office=escape(found.office), when=when(found.raised_at, now)
        ),
        _("对象:{about}").format(about=about),
        _("规则:{rule}").format(rule=escape(rule(found.kind, rules))),
        _("证据:"),
        *(f"• {escape(line)}" for line in evidence(found)),
    ]
    if found.state == SuspicionState.ASKED and found.asked_at is not None:
        lines.append(
            _("⏸ {who}于 {when} 要求提供发票,其间暂停选号").format(
                who=agent(found.asked_by or ""), when=when(found.asked_at, now)
            )
        )
        lines += [
            _("答复:申诉 {number},{state}").format(
                number=answer.appeal_id, state=APPEAL_STATES[answer.state]()
            )
            for answer in answers
        ]
        if not answers:
            lines.append(_("车主还没有答复。"))
    lines += ["", _("系统没有拒绝任何操作,由您判断。")]
    return "\n".join(lines)


def evidence(found: Suspicion) -> list[str]:
    """Return the evidence of a suspicion, one line each, without markup."""
    return _EVIDENCE[found.kind](found.evidence)


def _moment(value: object) -> str:
    local = from_millis(int(str(value))).astimezone(CHINA)
    return f"{local:%m-%d %H:%M:%S}"


def _seconds(milliseconds: object) -> str:
    return f"{int(str(milliseconds)) / 1000:.1f}"


def _list(found: Mapping[str, object], name: str) -> list[object]:
    value = found.get(name)
    return list(value) if isinstance(value, list) else []


def _pace(found: Mapping[str, object]) -> list[str]:
    return [
        _("最快时 {presses} 次操作只用 {seconds} 秒").format(
            presses=found["presses"], seconds=_seconds(found["milliseconds"])
        ),
        _("超过限度 {times} 次,最近一次 {moment}").format(times=found["times"], moment=_moment(found["at"])),
    ]


def _reaction(found: Mapping[str, object]) -> list[str]:
    return [
        _("{presses} 次反应中 {quick} 次少于 {milliseconds} 毫秒,最快 {fastest} 毫秒").format(
            presses=found["presses"],
            quick=found["quick"],
            milliseconds=found["milliseconds"],
            fastest=found["fastest"],
        ),
        _("最近一次 {moment}").format(moment=_moment(found["at"])),
    ]


def _accounts(found: Mapping[str, object]) -> str:
    return listed([str(account) for account in _list(found, "accounts")])


def _shared(found: Mapping[str, object]) -> list[str]:
    return [
        _("{what},{days} 天内 {count} 个账号选号:{accounts}").format(
            what=_SHARED[str(found["what"])](),
            days=found["days"],
            count=found["count"],
            accounts=_accounts(found),
        ),
        _("最近一次 {moment}").format(moment=_moment(found["at"])),
    ]


def _together(found: Mapping[str, object]) -> list[str]:
    moments = [_moment(at) for at in _list(found, "moments")[-_MOST_EVENTS:]]
    return [
        _("与 {count} 个账号同步:{accounts}").format(count=found["count"], accounts=_accounts(found)),
        _("{times} 次相差不超过 {seconds} 秒:{moments}").format(
            times=found["times"], seconds=found["seconds"], moments=listed(moments)
        ),
    ]


def _freed(found: Mapping[str, object]) -> list[str]:
    events = [event for event in _list(found, "events") if isinstance(event, dict)]
    return [
        _("{plate} {what}后 {seconds} 秒即被自编选中({moment},预选 {number})").format(
            plate=event["plate"],
            what=_FREED[event["what"]](),
            seconds=_seconds(event["taken_at"] - event["freed_at"]),
            moment=_moment(event["taken_at"]),
            number=event["preselection"],
        )
        for event in events[-_MOST_EVENTS:]
    ]


def _insider(found: Mapping[str, object]) -> list[str]:
    events = [event for event in _list(found, "events") if isinstance(event, dict)]
    return [
        _("{moment} {what}(操作记录 {entry}),{later} 账号 {account} 选定 {plate}").format(
            moment=_moment(event["at"]),
            what=_FAVOURS[AuditAction(event["action"])](),
            entry=event["entry"],
            later=_moment(event["reserved_at"]),
            account=event["account"],
            plate=event["plate"],
        )
        for event in events[-_MOST_EVENTS:]
    ]


_EVIDENCE: dict[SuspicionKind, Callable[[Mapping[str, object]], list[str]]] = {
    SuspicionKind.PACE: _pace,
    SuspicionKind.REACTION: _reaction,
    SuspicionKind.SHARED: _shared,
    SuspicionKind.TOGETHER: _together,
    SuspicionKind.FREED: _freed,
    SuspicionKind.INSIDER: _insider,
}


def reason_page(found: Suspicion, target: SuspicionState) -> str:
    return _("<b>嫌疑 {number}:{target}</b>\n请输入理由(记入操作记录),或点下方按钮选用:").format(
        number=found.suspicion_id, target=_TARGETS[target]()
    )


def decide_question(found: Suspicion, who: str, target: SuspicionState, reason: str) -> str:
    """Return the question before a decision; ``who`` is the owner it is about, masked, if it is about one."""
    after = ""
    if found.state == SuspicionState.ASKED:
        after = _("\n车主的选号随即恢复,并通知车主。")
    return _("<b>嫌疑 {number}:{target}?</b>(不能撤回)\n对象:{about}\n理由:{reason}{after}").format(
        number=found.suspicion_id,
        target=_TARGETS[target](),
        about=_about(found, who),
        reason=escape(_translated(reason)),
        after=after,
    )


def _translated(reason: str) -> str:
    ready = (known for known in (phrase for each in REASONS.values() for phrase in each))
    return next((known() for known in ready if known.chinese == reason), reason)


def decided(found: Suspicion) -> str:
    return _("✅ 嫌疑 {number} 已处理:{target}。").format(
        number=found.suspicion_id, target=_TARGETS[found.state]()
    )


def _about(found: Suspicion, who: str) -> str:
    return f"{subject(found)} {who}".strip()


def ask_question(found: Suspicion, who: str) -> str:
    """Return the question before the invoice is asked for; ``who`` as in ``decide_question``."""
    return _(
        "<b>嫌疑 {number}:要求提供发票?</b>\n对象:{about}\n\n将会:\n"
        "• 暂停该车主选号,直到答复审核通过或嫌疑被认定为无异常\n"
        "• 立即通知车主原因和答复办法\n"
        "• 不扣减选号机会,已预选的号码不受影响"
    ).format(number=found.suspicion_id, about=_about(found, who))


def asked(found: Suspicion) -> str:
    return _("🧾 嫌疑 {number}:已要求提供发票,选号暂停,会通知车主。").format(number=found.suspicion_id)


# --- an answer among the appeals ------------------------------------------------------------------


def answer_line(found: Suspicion) -> str:
    """Return, for the card of an appeal, that it answers a suspicion, with its evidence."""
    first = evidence(found)[:1]
    return _("🧾 本申诉答复异常选号嫌疑 {number}({name}):{evidence}").format(
        number=found.suspicion_id, name=NAMES[found.kind](), evidence=escape(listed(first))
    )


def approve_answer_question(appeal: Appeal, who: str, found: Suspicion) -> str:
    """Return the question before an answer is approved; ``who`` is its owner, masked."""
    return _(
        "<b>申诉 {number} 审核通过?</b>(不能撤回)\n申诉人:{who}\n{answers}\n说明:{reason}\n\n将会:\n"
        "• 恢复该车主选号,并通知车主\n"
        "• 嫌疑记为无异常;选号机会和他人的预选都不变"
    ).format(number=appeal.appeal_id, who=who, answers=answer_line(found), reason=escape(appeal.reason))


def answer_approved(appeal: Appeal) -> str:
    return _("✅ 申诉 {number} 审核通过:车主的选号已恢复。").format(number=appeal.appeal_id)
