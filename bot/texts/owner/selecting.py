"""Texts of phase 2: random and self-composed selection, confirmation, completion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.i18n.formatting import (
    KINDS,
    day,
    moment,
    plate,
    reason,
)
from bot.i18n.language import _, phrase
from core.pool.batches import Batch
from core.preselection import Preselection, PreselectionState
from core.preselection.quotas import Quota
from core.values.vehicles import vin_last_six

VERIFY_AGAIN = phrase("【开始选号】")

NONE_DRAWN = phrase("号池中暂时没有符合条件的号码,未扣减次数。可以取消【不包含4】或改用自编选号。")
NOT_OPEN_YET = phrase("该号牌种类目前没有开放的号段,未扣减次数。")
BATCH_OVER = phrase("本批号码的保留时间已到,已放回号池。")
NOT_DELIVERED = phrase("上一批号码没有及时送达,已放回号池,这次机会已退还。")
NOT_REFUNDED = phrase(
    "上一批号码没有及时送达,已放回号池。本车因未送达退还的机会已达上限,这次没有自动退还;"
    "如系本服务故障所致,请联系车辆管理所核实,由管理员补发。"
)
SHORTLIST_OVER = phrase("备选的保留时间已到,已放回号池。")
ALL_OVER = phrase("本批号码和备选的保留时间都已到,已放回号池。")
LAPSED = phrase(
    "<b>第5步 预选号牌</b>\n⏰ 本次手机验证已失效(30分钟无操作或已过服务时间)。"
    "剩余次数不受影响,点【开始选号】重新验证后继续。"
)
LAPSED_NOTE = phrase("本次手机验证已失效,请点【开始选号】重新验证。剩余次数不受影响。")

_STATES = {
    PreselectionState.DRAFT: phrase("填写中"),
    PreselectionState.INFORMED: phrase("填写中"),
    PreselectionState.AGREED: phrase("信息已确认"),
    PreselectionState.VERIFIED: phrase("正在选号"),
    PreselectionState.RESERVED: phrase("已预选,待窗口办理"),
    PreselectionState.REGISTERED: phrase("已上牌"),
    PreselectionState.EXPIRED: phrase("已过期"),
    PreselectionState.CANCELLED: phrase("已取消"),
    PreselectionState.VOID: phrase("已作废"),
}

_USED_UP = phrase("选号机会已用完")


def composable(left: int) -> str:
    """Return the line with the number of self-composed numbers left, shown on every page of the step."""
    said = _("您还可以自编{left}个号牌").format(left=left)
    return _("{said}(最后一个)").format(said=said) if left == 1 else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A preselection in the owner's list."""

    preselection: Preselection
    reminder: datetime | None = None  # the next one, in the future
    is_late: bool = False  # its deadline has passed, and it has not ended
    does_not_expire: bool = False  # the vehicle registry contradicts it
    is_used_up: bool = False  # its vehicle has no chances left


def mine(entries: Sequence[Listed]) -> str:
    """Return all preselections of an owner, each with the time of its next reminder."""
    listing = "\n\n".join(map(_entry, entries))
    return _("<b>我的选号</b>\n{entries}").format(
        entries=listing or _("您还没有预选过号牌。点【预选号牌】开始。")
    )


def _entry(listed_one: Listed) -> str:
    preselection = listed_one.preselection
    number = (
        f"<b>{plate(preselection.office, preselection.serial)}</b>"
        if preselection.serial
        else preselection.office
    )
    state = _USED_UP() if listed_one.is_used_up else _STATES[preselection.state]()
    lines = [f"{number} · {KINDS[preselection.kind]()} · {state}"]
    if preselection.vin:
        lines.append(_("车辆识别代号后六位:{vin}").format(vin=vin_last_six(preselection.vin)))
    if preselection.state == PreselectionState.RESERVED and preselection.deadline:
        lines += _waiting(listed_one, moment(preselection.deadline))
    if preselection.ended_at and preselection.reason:
        lines.append(
            _("结束于 {day}:{reason}").format(
                day=day(preselection.ended_at), reason=reason(preselection.reason)
            )
        )
    elif preselection.ended_at and preselection.state == PreselectionState.REGISTERED:
        lines.append(_("确认于 {day}").format(day=day(preselection.ended_at)))
    elif preselection.ended_at:
        lines.append(_("结束于 {day}").format(day=day(preselection.ended_at)))
    return "\n".join(lines)


def _waiting(waiting: Listed, deadline: str) -> list[str]:
    """Return until when to come, or what to do if that is over or does not apply."""
    if waiting.does_not_expire:
        return [_("登记系统中该车的资料与此预选不符,此预选不会过期;请联系车辆管理所窗口核实")]
    if waiting.is_late:
        return [_("⚠️ 办理截止时间 {deadline} 已过,请立即联系车辆管理所窗口").format(deadline=deadline)]
    lines = [_("请在 {deadline} 前到车辆管理所办理").format(deadline=deadline)]
    if waiting.reminder is not None:
        lines.append(_("下次提醒:{moment}").format(moment=moment(waiting.reminder)))
    return lines


def entry_label(preselection: Preselection) -> str:
    """Return the label of the button that opens an entry of the list."""
    return _("🎫 凭证 {number}").format(number=plate(preselection.office, preselection.serial or ""))


def batch_title(office: str, batch: Batch, left: Quota) -> str:
    """Return the title of a batch, which counts the batches of its vehicle."""
    return _("{office} {kind} · 本车第{number}批/共{total}批").format(
        office=office,
        kind=KINDS[batch.kind](),
        number=max(1, left.batches_used),
        total=max(1, left.batches_in_all),
    )


def draw_number(batch: Batch) -> str:
    """Return the number of a batch among all draws of its pool, by which it can be verified."""
    return _("抽号编号 {n:,}").format(n=batch.n)
