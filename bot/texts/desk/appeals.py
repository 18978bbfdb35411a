"""Texts of the desk about appeals, read by reviewers."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape, unescape

from bot.i18n.formatting import KINDS, day, listed, moment
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import agent
from bot.texts.desk.parts import number_of, somebody
from bot.texts.desk.suspicion import answer_approved, answer_line, approve_answer_question
from bot.texts.owner.appeal import answer
from core.appeals import Appeal, AppealState, Queued
from core.appeals.obstacles import Obstacles
from core.appeals.reviews import AppealOutcome, Card
from core.preselection import Preselection, PreselectionState
from core.reporting.notes import Note
from core.values.vehicles import group_vin, vin_last_six

_CAPTION = 1024
_NOTES, _NOTE = 2, 60  # how many notes the caption has, and how many characters of each
_HOUR, _DAY = 60, 24 * 60  # minutes
_TAG = re.compile(r"<[^>]+>")

BOTH = phrase("🖼 两张照片")
PHOTO_LABELS = {"identity": phrase("🪪 身份证明"), "invoice": phrase("🧾 购车发票")}
APPROVE = phrase("✅ 审核通过")
REJECT = phrase("❌ 审核不通过")
APPROVE_SURE = phrase("✅ 确认通过")
REJECT_SURE = phrase("❌ 确认不通过")
BAR_ON = phrase("☑️ 同时列入黑名单")
BAR_OFF = phrase("⬜ 同时列入黑名单")
QUEUE = phrase("« 申诉队列")
CARD = phrase("« 返回申诉")
EMPTY = phrase("没有待审核的申诉。")
OPEN_QUEUE = phrase("📨 打开申诉队列")
DECIDED = phrase("🗄 已处理")
ALL = phrase("全部")
REASON_HINT = phrase("请输入不通过的原因,或点下方按钮选用。")


def queue(count: int, oldest: datetime | None, code: str) -> str:
    if oldest is None:
        return EMPTY()
    where = _("({office})").format(office=escape(code)) if code else ""
    return _("<b>待审核的申诉</b>{where}\n共 {count} 件,最早提交于 {moment}。").format(
        where=where, count=count, moment=moment(oldest)
    )


def waiting(count: int, oldest: datetime, now: datetime) -> str:
    """Return the message to a reviewer that appeals wait."""
    return _("📨 有 <b>{count}</b> 件申诉等待审核,最早的已等 {age}。").format(
        count=count, age=_age(now - oldest)
    )


def _age(span: timedelta) -> str:
    minutes = max(0, int(span / timedelta(minutes=1)))
    if minutes < _HOUR:
        return _("{count} 分钟").format(count=minutes)
    if minutes < 2 * _DAY:
        return _("{count} 小时").format(count=minutes // _HOUR)
    return _("{count} 天").format(count=minutes // _DAY)


def queued(queued: Queued) -> str:
    """Return the button label of a queued appeal."""
    return _("{number} · {office} · {tail} · {day}").format(
        number=queued.appeal_id,
        office=queued.office,
        tail=vin_last_six(queued.vin),
        day=day(queued.submitted_at),
    )


def card(card: Card, notes: Sequence[Note]) -> str:
    """Return the caption below an appeal's photos.

    A caption holds 1,024 UTF-16 code units. A long reason is truncated to the space that is left; the
    question before the approval shows it whole.
    """
    reason = card.appeal.reason
    room = _CAPTION - _units(_card(card, "", notes))
    if _units(reason) > room:
        reason = reason.encode("utf-16-le")[: 2 * (room - 1)].decode("utf-16-le", "ignore") + "…"
    return _card(card, reason, notes)


def _units(html: str) -> int:
    """Return the length of a text as the messenger counts it: UTF-16 code units without markup."""
    return len(unescape(_TAG.sub("", html)).encode("utf-16-le")) // 2


def _card(card: Card, reason: str, notes: Sequence[Note]) -> str:
    appeal, found = card.appeal, card.obstacles
    lines = [
        _("<b>申诉 {number}</b> · {office} · {moment}").format(
            number=appeal.appeal_id,
            office=escape(appeal.office),
            moment=moment(appeal.submitted_at) if appeal.submitted_at else "",
        ),
        _("车辆识别代号:<code>{vin}</code>").format(vin=escape(group_vin(appeal.required_vin))),
        _("申诉人:{who}").format(who=somebody(card.owner)),
        _("原因:{reason}").format(reason=escape(reason)),
        *(
            [_("⚠️ 申诉人在黑名单上(到 {day}),通过也不解除。").format(day=day(card.ban.until))]
            if card.ban
            else []
        ),
        *([_("⚠️ 照片缺失,无法核对:请不通过,由申诉人重新提交。")] if appeal.missing_photo else []),
        *([_("⚠️ 另有 {count} 件申诉涉及该车辆。").format(count=card.others)] if card.others else []),
        _registry(found),
        *([answer_line(card.suspicion)] if card.suspicion else _in_the_way(card)),
        _("已用机会:随机 {batches},自编 {wishes}").format(
            batches=found.batches_used, wishes=found.wishes_used
        ),
        *(_("📝 {note}").format(note=escape(_shortened(note.body))) for note in notes[:_NOTES]),
    ]
    return "\n".join(lines)


def _shortened(text: str) -> str:
    return text if len(text) <= _NOTE else f"{text[:_NOTE]}…"


def _registry(found: Obstacles) -> str:
    known = found.registry
    if found.unanswered_since is not None:
        return _("⚠️ 登记系统自 {since} 起没有答复:是否已上牌、号牌种类和证书无法核对").format(
            since=moment(found.unanswered_since)
        )
    if known is None:
        return _("登记系统:没有该车辆的信息")
    return _("登记系统:{state},{kind},证书 <code>{certificate}</code>").format(
        state=_("已上牌") if known.registered else _("未上牌"),
        kind=KINDS[known.kind](),
        certificate=escape(known.certificate),
    )


def _in_the_way(card: Card) -> list[str]:
    found, lines = card.obstacles, []
    if found.own is not None:
        lines.append(_("申诉人已为该车辆选定 {plate}").format(plate=number_of(found.own)))
    if found.awarded_by is not None:
        lines.append(_("先前的申诉 {number} 认定车辆属于他人").format(number=found.awarded_by))
    if card.holder is None:
        return lines or [_("目前没有他人预选或选号")]
    if found.holder is not None:
        lines.append(_held(found.holder, card))
    else:
        lines.append(_("正在选号:{who}").format(who=somebody(card.holder)))
    return lines


def _held(holder: Preselection, card: Card) -> str:
    state = _("已上牌") if holder.state == PreselectionState.REGISTERED else _("已预选")
    known = card.obstacles.registry
    differs = known is not None and known.certificate != holder.certificate
    return _(
        "{state}:<b>{plate}</b>({day})\n  预选人:{who}\n  所填证书 <code>{certificate}</code>{differs}"
    ).format(
        state=state,
        plate=number_of(holder),
        day=day(holder.reserved_at) if holder.reserved_at else "",
        who=_holder(card),
        certificate=escape(holder.certificate or ""),
        differs=_("(与登记系统不一致)") if differs else "",
    )


def _holder(card: Card) -> str:
    return somebody(card.holder) if card.holder else ""


def approve_question(card: Card, *, bar: bool) -> str:
    """Return the question before an approval, listing exactly what it ends and gives back."""
    question = _approve_question(card, bar=bar)
    if card.appeal.missing_photo is None:
        return question
    return _("⚠️ <b>没有照片</b>,无法核对身份证明和购车发票;通过会记明没有照片。") + "\n\n" + question


def _approve_question(card: Card, *, bar: bool) -> str:
    if card.suspicion is not None:
        return approve_answer_question(card.appeal, somebody(card.owner), card.suspicion)
    found = card.obstacles
    steps = []
    if found.holder is not None and found.holder.state == PreselectionState.RESERVED:
        how = _("预选人列入黑名单") if bar else _("预选人不列入黑名单")
        steps.append(
            _("撤销 <b>{plate}</b> 的预选({who}),号码收回;{how}").format(
                plate=number_of(found.holder), who=_holder(card), how=how
            )
        )
    elif found.holder is not None:
        steps.append(
            _("<b>{plate}</b> 已上牌,号牌不变,但不再占用该车辆识别代号;请另行核查其登记").format(
                plate=number_of(found.holder)
            )
        )
    if found.selecting is not None:
        steps.append(_("中止他人正在进行的选号"))
    if found.registered:
        steps.append(_("对申诉人不再适用登记系统中的「已上牌」"))
    if found.awarded_by is not None:
        steps.append(_("取代申诉 {number} 的认定").format(number=found.awarded_by))
    if found.batches_used or found.wishes_used:
        steps.append(
            _("恢复全部选号机会(已用随机 {batches} 次、自编 {wishes} 个)").format(
                batches=found.batches_used, wishes=found.wishes_used
            )
        )
    else:
        steps.append(_("选号机会都还在,不需要恢复"))
    steps.append(_("该车辆只由申诉人选号;通知申诉人和受影响的人"))
    return _(
        "<b>申诉 {number} 审核通过?</b>\n<code>{vin}</code> 归 {who}\n原因:{reason}\n\n"
        "将会:\n{steps}\n\n当天可由负责人撤回(/undo)。"
    ).format(
        number=card.appeal.appeal_id,
        vin=escape(group_vin(card.appeal.required_vin)),
        who=somebody(card.owner),
        reason=escape(card.appeal.reason),
        steps="\n".join(f"• {step}" for step in steps),
    )


def not_without_registry(since: datetime) -> str:
    """Return why an appeal cannot be approved now."""
    return _(
        "登记系统自 {since} 起没有答复,现在不能审核通过;申诉没有改变。"
        "恢复后请再点【✅ 审核通过】;不需要登记系统的,可以现在审核不通过。"
    ).format(since=moment(since))


def approved(appeal: Appeal, outcome: AppealOutcome) -> str:
    """Return what an approval has ended and given back."""
    if appeal.suspicion_id is not None:
        return answer_approved(appeal)
    done = []
    if outcome.plate:
        done.append(_("{plate} 的预选已撤销").format(plate=escape(outcome.plate)))
    if outcome.banned_until is not None:
        done.append(_("预选人列入黑名单到 {day}").format(day=day(outcome.banned_until)))
    if outcome.kept_plate:
        done.append(_("{plate} 不再占用该车辆识别代号").format(plate=escape(outcome.kept_plate)))
    if outcome.selecting:
        done.append(_("他人的选号已中止"))
    if outcome.registry:
        done.append(_("「已上牌」对申诉人不再适用"))
    if outcome.earlier is not None:
        done.append(_("取代申诉 {number}").format(number=outcome.earlier))
    if outcome.batches or outcome.wishes:
        done.append(
            _("恢复随机 {batches} 次、自编 {wishes} 个").format(
                batches=outcome.batches, wishes=outcome.wishes
            )
        )
    done.append(_("该车辆只由申诉人选号"))
    return _("✅ 申诉 {number} 审核通过:{done}。").format(number=appeal.appeal_id, done=listed(done))


def reject_page(appeal: Appeal) -> str:
    return _("<b>申诉 {number} 审核不通过</b>\n请输入原因(申诉人会看到),或点下方按钮选用:").format(
        number=appeal.appeal_id
    )


def reject_question(card: Card, reason: str) -> str:
    return _(
        "<b>申诉 {number} 审核不通过?</b>\n申诉人:{who}\n<code>{vin}</code>\n原因:{reason}\n\n"
        "申诉人会看到原因,可以修改后重新提交。"
    ).format(
        number=card.appeal.appeal_id,
        who=somebody(card.owner),
        vin=escape(group_vin(card.appeal.required_vin)),
        reason=answer(reason),
    )


def rejected(appeal: Appeal) -> str:
    return _("❌ 申诉 {number} 审核不通过,会通知申诉人。").format(number=appeal.appeal_id)


_ENDED = {
    AppealState.APPROVED: phrase("审核通过"),
    AppealState.REJECTED: phrase("审核不通过"),
    AppealState.WITHDRAWN: phrase("已撤回"),
}


def ended(by: str, state: str) -> str:
    """Return who decided or withdrew an appeal that the reviewer was about to decide."""
    what = _ENDED.get(AppealState(state))
    if what is None or state == AppealState.WITHDRAWN:
        return _("申诉人已撤回该申诉。") if what else _("该申诉不在等待审核。")
    return _("已由{who}处理:{what}。").format(who=agent(by), what=what())
