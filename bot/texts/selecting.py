"""Words of phase 2: random and self-composed selection, confirmation, completion."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from bot.texts.common import KINDS, barred, clock, counter_hours, day, moment, plate, span
from core.batches import Batch
from core.offices import Office
from core.preselection import Preselection, State
from core.selection import Chances, Shortlisted, Tried, Unavailable
from core.vehicles import vin_last_six

WITHOUT_FOUR = "【不包含4】"
COMPOSE = "【自编选号】"
CONFIRM = "【确认选号】"
TAKE = "✅ 确定选用"
BACK_TO_RANDOM = "« 随机选号"
SUBMIT = "📨 提交"
CONFIRM_TRY = "✅ 确认提交"
BACK_TO_WISHES = "« 返回修改"
CLEAR = "清空"
VERIFY_AGAIN = "【开始选号】"
NEXT_VEHICLE = "为另一辆车预选"

COMPOSE_HINT = "请输入要自编的号码,例如 12345。"
NONE_DRAWN = "号池中暂时没有符合条件的号码,未扣减次数。可以取消【不包含4】或改用自编选号。"
NOT_OPEN_YET = "该号牌种类目前没有开放的号段,未扣减次数。"
BATCH_OVER = "本批号码的保留时间已到,已放回号池。"
SHORTLIST_OVER = "备选的保留时间已到,已放回号池。"
ENDED = "已放回号池"

_REASONS = {
    Unavailable.PRESELECTED: "已被他人预选",
    Unavailable.USED: "已使用",
    Unavailable.RESTING: "退回后暂不开放",
}
_STATES = {
    State.DRAFT: "填写中",
    State.INFORMED: "填写中",
    State.AGREED: "信息已确认",
    State.VERIFIED: "正在选号",
    State.RESERVED: "已预选,待窗口办理",
    State.REGISTERED: "已上牌",
    State.EXPIRED: "已过期",
    State.CANCELLED: "已取消",
    State.VOID: "已作废",
}


def draw_label(left: int, *, first: bool) -> str:
    """Return the label of the button that draws a batch, with what is left."""
    return f"【随机一次({left})】" if first else f"【换一批({left})】"


def filter_label(*, on: bool) -> str:
    """Return the label of the filter."""
    return ("☑️ " if on else "⬜ ") + WITHOUT_FOUR


def number_label(office: str, serial: str, *, kept: bool) -> str:
    """Return the label of a number of the batch."""
    return ("⭐ " if kept else "") + plate(office, serial)


def confirm_label(count: int) -> str:
    """Return the label that leads to the confirmation."""
    return CONFIRM if count == 1 else f"{CONFIRM}({count}个备选)"


def composable(left: int) -> str:
    """Return the line that always says how many wishes are left."""
    return f"您还可以自编{left}个号牌"


def selecting(
    office: Office,
    left: Chances,
    batch: Batch | None,
    kept: Sequence[Shortlisted],
    now: datetime,
    *,
    over: str,
) -> str:
    """Return the page of random selection."""
    lines = ["<b>第5步 预选号牌 · 随机选号</b>"]
    if over:
        lines.append(over)
    if batch is not None:
        until = batch.held_until
        lines.append(
            f"本批 {len(batch.serials)} 个号码为您保留到 <b>{clock(until)}</b>"
            f"(还有约{span(until - now)})。点号码放入备选(每批一个)。"
        )
    elif not over:
        lines.append("先选是否【不包含4】,再点【随机一次】抽取一批号码。")
    if kept:
        names = "、".join(f"<b>{plate(office.code, one.serial)}</b>" for one in kept)
        until = min(one.held_until for one in kept)
        lines.append(f"⭐ 备选:{names},保留到 <b>{clock(until)}</b>(还有约{span(until - now)})")
    lines.append(f"随机选号还剩 <b>{left.batches}</b> 批 · {composable(left.wishes)}")
    return "\n".join(lines)


def lapsed() -> str:
    """Return what is said when the verification has run out."""
    return (
        "<b>第5步 预选号牌</b>\n⏰ 本次手机验证已失效(30分钟无操作或已过服务时间)。"
        "剩余次数不受影响,点【开始选号】重新验证后继续。"
    )


def sure(number: str) -> str:
    """Return the last question before a number is taken."""
    return f"<b>确认选用 {escape(number)} ?</b>\n\n选定后<b>不能更改、不能退回</b>,其余号码将放回号池。"


CHOOSE = "<b>请选择要确认的号码</b>"


def until_line(until: datetime, now: datetime) -> str:
    """Return until when the shortlist stands."""
    return f"\n\n备选保留到 {clock(until)}(还有约{span(until - now)})"


def composing(office: Office, left: Chances, wishes: Sequence[str]) -> str:
    """Return the page of self-composed selection."""
    lines = ["<b>第5步 预选号牌 · 自编选号</b>", f"{composable(left.wishes)}"]
    if wishes:
        lines.append("本次要提交的号码(按顺序,第一个可用的即为所选):")
        lines += [f"{index}. <b>{plate(office.code, wish)}</b>" for index, wish in enumerate(wishes, 1)]
        lines.append("可继续输入添加,点号码可删除。")
    else:
        lines.append(
            f"请输入 1–{office.compose_per_try} 个号码,按喜好顺序,用空格或换行隔开,例如:\n"
            "<code>12345 A6789</code>"
        )
    lines.append("全部不可用时才扣减次数;选中则立即完成,不能更改。")
    return "\n".join(lines)


def try_question(office: Office, wishes: Sequence[str], known: Sequence[str]) -> str:
    """Return the question before a try, with what it may cost."""
    count = len(wishes)
    listed = "\n".join(f"{index}. <b>{plate(office.code, wish)}</b>" for index, wish in enumerate(wishes, 1))
    warned = "、".join(plate(office.code, wish) for wish in known)
    warning = f"\n\n⚠️ {warned} 之前提交过但不可用,再次提交仍可能扣减次数。" if warned else ""
    return (
        f"<b>确认提交?</b>\n{listed}\n\n"
        "按顺序,第一个可用的号码<b>立即成为您的号牌,不能更改</b>;\n"
        f"若全部不可用,剩余自编号牌个数将减少{count}个。{warning}"
    )


def failed(office: Office, tried: Tried) -> str:
    """Return what a try cost, and why each wish was not to be had."""
    lines = [f"❌ 都不可用,剩余自编号牌个数将减少{len(tried.reasons)}个:"]
    lines += [f"• {plate(office.code, wish)}:{_REASONS[why]}" for wish, why in tried.reasons]
    if tried.ideas:
        lines.append("以下相近号码此刻空闲(仅供参考,不保证提交时仍可用),点一下可加入:")
    return "\n".join(lines)


def done(preselection: Preselection, office: Office) -> str:
    """Return the caption of the receipt (step 6)."""
    number = plate(preselection.office, preselection.serial or "")
    deadline = moment(preselection.deadline) if preselection.deadline else ""
    papers = "、".join(escape(paper) for paper in office.papers)
    return (
        f"🎉 <b>第6步 完成号牌预选</b>\n您的号码:<b>{number}</b>\n"
        f"请在 <b>{deadline}</b> 前到以下地点办理登记上牌:\n"
        f"{escape(office.name)}\n{escape(office.address)}({counter_hours(office.counter_hours)})\n"
        f"需带材料:{papers}\n"
        f"逾期未办理,号码收回{barred(office.ban_years)}。"
    )


def receipt_rows(preselection: Preselection, office: Office) -> list[tuple[str, str]]:
    """Return what stands on the receipt (预选号凭证), label and value."""
    return [
        ("凭证编号", f"{preselection.office}-{preselection.preselection_id:08d}"),
        ("发牌机关", office.name),
        ("号牌种类", KINDS[preselection.kind]),
        ("车辆识别代号后六位", vin_last_six(preselection.the_vin)),
        ("选定时间", moment(preselection.reserved_at) if preselection.reserved_at else ""),
        ("办理截止时间", moment(preselection.deadline) if preselection.deadline else ""),
        ("办理地点", office.address),
        ("需带材料", "、".join(office.papers)),
    ]


RECEIPT_TITLE = "预选号凭证"


def mine(entries: Sequence[Preselection], nexts: Mapping[str, datetime | None]) -> str:
    """Return the list of all that an owner ever began, with when they hear of each next."""
    if not entries:
        return "<b>我的选号</b>\n您还没有预选过号牌。点【预选号牌】开始。"
    return "<b>我的选号</b>\n" + "\n\n".join(_entry(one, nexts.get(one.subject)) for one in entries)


def _entry(one: Preselection, reminder: datetime | None) -> str:
    number = f"<b>{plate(one.office, one.serial)}</b> · " if one.serial else f"{one.office} · "
    lines = [f"{number}{KINDS[one.kind]} · {_STATES[one.state]}"]
    if one.vin:
        lines.append(f"车辆识别代号后六位:{vin_last_six(one.vin)}")
    if one.state == State.RESERVED and one.deadline:
        lines.append(f"请在 {moment(one.deadline)} 前到车辆管理所办理")
        if reminder is not None:
            lines.append(f"下次提醒:{moment(reminder)}")
    if one.ended_at:
        lines.append(f"结束于 {day(one.ended_at)}" + (f":{escape(one.reason)}" if one.reason else ""))
    return "\n".join(lines)


def entry_label(one: Preselection) -> str:
    """Return the button that opens one entry of the list."""
    return f"🎫 凭证 {plate(one.office, one.serial or '')}"


def batch_title(office: str, batch: Batch) -> str:
    """Return what stands above the numbers in the picture of a batch."""
    return f"{office} {KINDS[batch.kind]} · 第{batch.n}次抽号"


def ended_title() -> str:
    """Return what stands on the picture when the batch is over."""
    return BATCH_OVER


def lapsed_note() -> str:
    """Return the toast for a press after the verification has run out."""
    return "本次手机验证已失效,请点【开始选号】重新验证。剩余次数不受影响。"
