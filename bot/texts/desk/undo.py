"""Texts of /undo: taking back what was done at the desk."""

from collections.abc import Sequence
from datetime import date, datetime, time
from html import escape

from bot.i18n.formatting import KINDS, day, listed, moment, reason, short_day
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk.parts import number_of, somebody
from core.appeals.undoing import UndoableApproval
from core.availability.closed_days import EnteredDay, HoursKind
from core.availability.rescheduling import Rescheduling
from core.clock import CHINA
from core.errors.undo import NumberGone
from core.people.accounts import Account
from core.pool.segments import Segment
from core.preselection.undoing import Deed, Undoable
from core.values.hours import written

UNDO = phrase("↩️ 撤回")
UNDO_SURE = phrase("↩️ 确认撤回")
REDATE_SURE = phrase("📅 确认改期")
REASON = phrase("<b>撤回</b>\n请输入原因,会通知车主并留存记录:")
DONE = phrase("如有误,可以撤回。")

DEEDS: dict[str, Phrase] = {
    Deed.CONFIRM: phrase("确认上牌"),
    Deed.VOID: phrase("号码作废"),
    Deed.REVOKE: phrase("取消预选"),
    Deed.APPROVE: phrase("申诉审核通过"),
}
PLACES: dict[str, Phrase] = {
    HoursKind.COUNTER: phrase("窗口办公时间"),
    HoursKind.ONLINE: phrase("网上选号时间"),
}
CLOSED = phrase("不办公")
SHUT = phrase("不开放")
_LISTED = 10


def question(found: Undoable, owner: str, why: str) -> str:
    """Return what taking a confirmation, a void or a revocation back restores."""
    steps = [
        _("号码 <b>{number}</b> 恢复为已预选,待办理").format(number=number_of(found.preselection)),
        _("办理截止:{deadline}").format(deadline=moment(found.deadline)),
    ]
    if found.ban is not None:
        steps.append(_("解除由此列入的黑名单;因其他原因列入的不受影响"))
    steps.append(_("通知车主"))
    return _("<b>撤回「{deed}」?</b>\n{owner}\n原因:{reason}\n\n将会:\n{steps}").format(
        deed=DEEDS[found.deed](), owner=owner, reason=reason(why), steps=_steps(steps)
    )


def undone(found: Undoable) -> str:
    return _("✅ 已撤回「{deed}」:{number} 恢复预选,办理截止 {deadline}。").format(
        deed=DEEDS[found.deed](), number=number_of(found.preselection), deadline=moment(found.deadline)
    )


def approval_question(found: UndoableApproval, owner: Account, former: Account | None, why: str) -> str:
    """Return what taking an approval back restores; what it cannot restore is in the first line.

    Args:
        found: the approval.
        owner: whose appeal it is.
        former: who had the number that it has ended, if any.
        why: the reason.
    """
    outcome, steps = found.outcome, [_("申诉 {number} 重新待审核").format(number=found.appeal.appeal_id)]
    if found.ended is not None and found.in_the_way is None:
        ended = found.ended
        steps.append(
            _("<b>{number}</b> 还给原预选人({who}),办理截止 {deadline}").format(
                number=number_of(ended.preselection),
                who=somebody(former) if former else "",
                deadline=moment(ended.deadline),
            )
        )
    if found.ended is not None and found.ended.ban is not None:
        steps.append(_("解除由此列入的黑名单;因其他原因列入的不受影响"))
    if outcome.kept_plate:
        steps.append(_("{plate} 重新占用该车辆识别代号").format(plate=escape(outcome.kept_plate)))
    if outcome.earlier is not None:
        steps.append(_("恢复申诉 {number} 的认定").format(number=outcome.earlier))
    if outcome.batches or outcome.wishes:
        steps.append(
            _("收回恢复的选号机会(随机 {batches} 次、自编 {wishes} 个)").format(
                batches=outcome.batches, wishes=outcome.wishes
            )
        )
    steps.append(_("通知申诉人和受影响的人"))
    asked = _("<b>撤回「申诉审核通过」?</b>\n申诉人:{who}\n原因:{reason}\n\n将会:\n{steps}").format(
        who=somebody(owner), reason=reason(why), steps=_steps(steps)
    )
    lost = _lost(found)
    return f"{lost}\n\n{asked}" if lost else asked


def _lost(found: UndoableApproval) -> str:
    """Return what cannot be restored; empty if nothing."""
    lost = []
    if found.in_the_way is not None and found.ended is not None:
        taken = isinstance(found.in_the_way, NumberGone)
        said = _("{number} 已被他人选定或正在他人手中") if taken else _("{number} 的车辆已另有号码或正在选号")
        lost.append(said.format(number=number_of(found.ended.preselection)))
    if found.outcome.selecting:
        lost.append(_("当时中止的选号不能恢复,须重新验证"))
    return _("⚠️ 不能恢复:{what}").format(what=listed(lost)) if lost else ""


def approval_undone(found: UndoableApproval) -> str:
    said = _("✅ 已撤回:申诉 {number} 重新待审核。").format(number=found.appeal.appeal_id)
    lost = _lost(found)
    return f"{said}\n{lost}" if lost else said


def cancel_question(office: str, segment: Segment, why: str) -> str:
    return _(
        "<b>取消定时投放?</b>\n{office} {kind} <code>{mask}</code>,原定 {opens} 开放\n"
        "原因:{reason}(会公示)\n\n"
        "号段从未开放,没有号码发出;取消后可以重新投放。订阅了提醒的人会收到通知。"
    ).format(
        office=escape(office),
        kind=KINDS[segment.mask.kind](),
        mask=escape(segment.mask.pattern),
        opens=moment(segment.opens_at),
        reason=reason(why),
    )


def redate_question(segment: Segment, wanted: Rescheduling, dates: tuple[datetime, datetime]) -> str:
    opens_at, compose_from = dates
    return _(
        "<b>投放改期?</b>\n{office} {kind} <code>{mask}</code>\n随机选号:{before} 改为 <b>{opens}</b>\n"
        "自编选号:{composed} 改为 <b>{compose}</b>\n原因:{reason}(会公示)\n\n订阅了提醒的人会收到通知。"
    ).format(
        office=escape(wanted.office.code),
        kind=KINDS[segment.mask.kind](),
        mask=escape(segment.mask.pattern),
        before=moment(segment.opens_at),
        opens=moment(opens_at),
        composed=moment(segment.compose_from),
        compose=moment(compose_from),
        reason=reason(wanted.reason),
    )


def cancelled(segment: Segment) -> str:
    return _("✅ 已取消 <code>{mask}</code> 的定时投放。").format(mask=escape(segment.mask.pattern))


def redated(mask: str, dates: tuple[datetime, datetime]) -> str:
    return _("✅ <code>{mask}</code> 已改期:随机选号 {opens} 起,自编选号 {compose} 起。").format(
        mask=escape(mask), opens=moment(dates[0]), compose=moment(dates[1])
    )


def hours_of_day(one: EnteredDay) -> str:
    """Return what was entered for a day: 12月31日 窗口办公时间 09:00-12:00."""
    if one.is_closed_day:
        return _("{day} 窗口不办公").format(day=short_day(one.day))
    hours = written(one.hours) or (CLOSED() if one.place == HoursKind.COUNTER else SHUT())
    return _("{day} {place} {hours}").format(day=short_day(one.day), place=PLACES[one.place](), hours=hours)


def day_question(office: str, found: Sequence[EnteredDay], why: str) -> str:
    """Return the question before what was entered for days is removed."""
    what = "\n".join(hours_of_day(one) for one in found[:_LISTED]) + ("\n…" if len(found) > _LISTED else "")
    return _(
        "<b>撤销登记?</b>\n{office} {what}\n登记原因:{before}\n撤销原因:{reason}\n\n"
        "恢复平时的时间。已经顺延的办理截止时间不会提前。"
    ).format(
        office=escape(office),
        what=what,
        before=listed(dict.fromkeys(reason(one.reason) for one in found)),
        reason=reason(why),
    )


def span(days: Sequence[date]) -> str:
    """Return a day, or the first and last of several and how many they are."""
    first, last = (day(datetime.combine(one, time(), CHINA)) for one in (min(days), max(days)))
    count = len(set(days))
    if count == 1:
        return first
    return _("{first} 至 {last}(共 {count} 天)").format(first=first, last=last, count=count)


def days_restored(office: str, days: Sequence[date]) -> str:
    return _("✅ 已撤销:{office} {day}恢复平时的时间。").format(office=escape(office), day=span(days))


def _steps(steps: list[str]) -> str:
    return "\n".join(f"• {step}" for step in steps)
