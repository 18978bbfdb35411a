"""Texts of phase 2: random and self-composed selection, confirmation, completion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot.i18n.formatting import (
    KINDS,
    barred,
    counter_hours,
    day,
    listed,
    moment,
    papers,
    plate,
    reason,
)
from bot.i18n.language import _, phrase
from bot.texts.owner.checking import SHORT, head_line
from core.pool.batches import Batch
from core.preselection import Preselection, PreselectionState
from core.preselection.composed_selection import ComposeResult, Unavailable
from core.preselection.quotas import Quota
from core.public_journal.chain import Head
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.vehicles import vin_last_six

BACK_TO_RANDOM = phrase("« 随机选号")
SUBMIT = phrase("📨 提交")
CONFIRM_TRY = phrase("✅ 确认提交")
BACK_TO_WISHES = phrase("« 返回修改")
CLEAR = phrase("清空")
VERIFY_AGAIN = phrase("【开始选号】")
NEXT_VEHICLE = phrase("为另一辆车预选")

COMPOSE_HINT = phrase("请输入要自编的号码,用空格或换行隔开。")
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
RECEIPT_TITLE = phrase("预选号凭证")
LAPSED = phrase(
    "<b>第5步 预选号牌</b>\n⏰ 本次手机验证已失效(30分钟无操作或已过服务时间)。"
    "剩余次数不受影响,点【开始选号】重新验证后继续。"
)
LAPSED_NOTE = phrase("本次手机验证已失效,请点【开始选号】重新验证。剩余次数不受影响。")

_REASONS = {
    Unavailable.PRESELECTED: phrase("已被他人预选"),
    Unavailable.USED: phrase("已使用"),
    Unavailable.RESTING: phrase("退回后暂不开放"),
}
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


def _numbered(office: Office, wishes: Iterable[str]) -> list[str]:
    return [f"{index}. <b>{plate(office.code, wish)}</b>" for index, wish in enumerate(wishes, 1)]


_EXAMPLES = {
    PlateKind.SMALL: "12345 A6789",
    PlateKind.SMALL_NEV: "D12345 FA6789",
    PlateKind.LARGE_NEV: "12345D 67890F",
}
"""Examples of valid numbers."""


def composing(office: Office, kind: PlateKind, left: Quota, wishes: Sequence[str]) -> str:
    lines = [_("<b>第5步 预选号牌 · 自编选号</b>"), composable(left.wishes)]
    if wishes:
        lines.append(_("本次要提交的号码(按顺序,第一个可用的即为所选):"))
        lines += _numbered(office, wishes)
        lines.append(_("可继续输入添加,点号码可删除。"))
    else:
        lines.append(
            _("请输入 1–{most} 个号码,按喜好顺序,用空格或换行隔开,例如:\n<code>{example}</code>").format(
                most=office.compose_per_try, example=_EXAMPLES[kind]
            )
        )
    lines.append(_("全部不可用时才扣减次数;选中则立即完成,不能更改。"))
    return "\n".join(lines)


def try_question(office: Office, wishes: Sequence[str], known: Sequence[str]) -> str:
    """Return the question before a submission, with what it may cost."""
    question = _(
        "<b>确认提交?</b>\n{wishes}\n\n"
        "按顺序,第一个可用的号码<b>立即成为您的号牌,不能更改</b>;\n"
        "若全部不可用,剩余自编号牌个数将减少{count}个。"
    ).format(wishes="\n".join(_numbered(office, wishes)), count=len(wishes))
    if not known:
        return question
    warning = _("⚠️ {wishes} 之前提交过但不可用,再次提交仍可能扣减次数。")
    return f"{question}\n\n{warning.format(wishes=listed(plate(office.code, wish) for wish in known))}"


def failed(office: Office, result: ComposeResult) -> str:
    """Return what a failed submission cost, and why each wish was refused."""
    lines = [_("❌ 都不可用,剩余自编号牌个数将减少{count}个:").format(count=len(result.reasons))]
    lines += [
        _("• {number}:{reason}").format(number=plate(office.code, wish), reason=_REASONS[why]())
        for wish, why in result.reasons
    ]
    if result.suggestions:
        lines.append(_("以下相近号码此刻空闲(仅供参考,不保证提交时仍可用),点一下可加入:"))
    return "\n".join(lines)


def done(preselection: Preselection, office: Office, entry: Head | None = None) -> str:
    """Return the text of the receipt; ``entry`` is that of the selection in the public journal."""
    said = _(
        "🎉 <b>第6步 完成号牌预选</b>\n您的号码:<b>{number}</b>\n"
        "请在 <b>{deadline}</b> 前到以下地点办理登记上牌:\n"
        "{name}\n{address}({hours})\n"
        "需带材料:{papers}\n"
        "逾期未办理,号码收回{barred}。"
    ).format(
        number=plate(preselection.office, preselection.serial or ""),
        deadline=moment(preselection.deadline) if preselection.deadline else "",
        name=escape(office.name),
        address=escape(office.address),
        hours=counter_hours(office.counter_hours),
        papers=escape(papers(office)),
        barred=barred(office.ban_years),
    )
    return said if entry is None else f"{said}\n{head_line(entry)} /verify"


def receipt_rows(
    preselection: Preselection, office: Office, entry: Head | None = None
) -> list[tuple[str, str]]:
    """Return the rows of the receipt (预选号凭证): label and value."""
    recorded = [] if entry is None else [(_("公开记录"), f"#{entry.seq} {entry.hash[:SHORT]}")]
    return [
        (_("凭证编号"), f"{preselection.office}-{preselection.preselection_id:08d}"),
        (_("发牌机关"), office.name),
        (_("号牌种类"), KINDS[preselection.kind]()),
        (_("车辆识别代号后六位"), vin_last_six(preselection.required_vin)),
        (_("选定时间"), moment(preselection.reserved_at) if preselection.reserved_at else ""),
        (_("办理截止时间"), moment(preselection.deadline) if preselection.deadline else ""),
        (_("办理地点"), office.address),
        (_("需带材料"), papers(office)),
        *recorded,
    ]


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
