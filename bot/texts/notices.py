"""Words of what is told without being asked."""

from datetime import datetime
from html import escape

from bot.texts.common import KINDS, barred, counter_hours, day, moment, plate
from core.clock import from_millis
from core.offices import Office
from core.plates import PlateKind
from core.preselection import Preselection

RECEIPT = "🎫 查看凭证"
PRESELECT = "【预选号牌】"
UNSUBSCRIBE = "取消提醒"
EVENT_TITLE = "号牌办理截止"


def reminder(one: Preselection, office: Office, days: int) -> str:
    """Return a reminder: number, deadline, place, papers."""
    left = "今天是最后一天" if not days else f"还剩 {days} 个工作日"
    deadline = moment(one.deadline) if one.deadline else ""
    papers = "、".join(escape(paper) for paper in office.papers)
    return (
        f"⏰ <b>{left}</b>\n您预选的号码 <b>{plate(one.office, one.serial or '')}</b> "
        f"请在 <b>{deadline}</b> 前办理登记上牌。\n"
        f"地点:{escape(office.name)},{escape(office.address)}({counter_hours(office.counter_hours)})\n"
        f"需带材料:{papers}\n"
        f"逾期未办理,号码收回{barred(office.ban_years)}。"
    )


def event(one: Preselection, office: Office) -> str:
    """Return what stands in the calendar file."""
    papers = "、".join(office.papers)
    return f"{plate(one.office, one.serial or '')}:{office.name},{office.address}。需带材料:{papers}"


CALENDAR_FILE = "把截止时间加入日历"


def expired(one: Preselection, office: Office, until: int | None) -> str:
    """Return what is told at the expiry: what happened, until when barred, what to do."""
    lines = [
        "❌ <b>预选号码已过期</b>",
        (
            f"号码 <b>{plate(one.office, one.serial or '')}</b> 未在 "
            f"{moment(one.deadline) if one.deadline else ''} 前办理登记,已收回。"
        ),
    ]
    if until is not None:
        lines.append(
            f"按规定,您已列入黑名单,<b>{day(from_millis(until))}</b> 前不能网上预选号牌,"
            "届时自动解除并通知您。"
        )
    lines.append(
        f"新车仍可直接到车辆管理所窗口选号上牌;如有异议,请携带身份证明到窗口提出:\n"
        f"{escape(office.name)},{escape(office.address)}({counter_hours(office.counter_hours)})"
    )
    return "\n".join(lines)


def moved(one: Preselection, office: Office) -> str:
    """Return that a deadline has moved."""
    return (
        f"📅 {escape(office.name)}临时不办公,您预选的号码 "
        f"<b>{plate(one.office, one.serial or '')}</b> 的办理截止时间顺延到 "
        f"<b>{moment(one.deadline) if one.deadline else ''}</b>。"
    )


def banned(until: datetime, reason: str, office: Office | None) -> str:
    """Return why somebody is barred, until when, and how to object."""
    return (
        f"⛔ <b>您已列入黑名单</b>,{day(until)} 前不能网上预选号牌。\n"
        f"原因:{escape(reason)}\n到期自动解除,并会通知您。\n" + objection(office)
    )


def objection(office: Office | None) -> str:
    """Return how to object to a ban."""
    place = f":\n{escape(office.name)},{escape(office.address)}" if office else ""
    return f"如有异议,请携带身份证明到车辆管理所窗口提出{place}"


LIFTED = "✅ 您已从黑名单中解除,可以重新网上预选号牌。"


def release(office: Office, kind: str, mask: str, compose_from: int, now: datetime) -> str:
    """Return that a segment has been released."""
    composing = from_millis(compose_from)
    compose = "同时开放自编选号" if composing <= now else f"{day(composing)} 起可自编选号"
    return (
        f"📢 {escape(office.code)} {KINDS[PlateKind(kind)]} 新投放号段 <code>{escape(mask)}</code>,"
        f"现在可以随机选号,{compose}。"
    )


def compose(office: Office, kind: str, mask: str) -> str:
    """Return that a segment has opened to self-composition."""
    what = f"{escape(office.code)} {KINDS[PlateKind(kind)]} 号段 <code>{escape(mask)}</code>"
    return f"📢 {what} 已开放自编选号。"


def opening(office: Office) -> str:
    """Return that the service hours have begun."""
    return f"📢 {escape(office.name)}选号服务已开放,可以开始选号了。"


def voided(one: Preselection, office: Office | None, until: int | None) -> str:
    """Return that a number is void: why, until when barred, how to object."""
    ban = f"按规定,您已列入黑名单,{day(from_millis(until))} 前不能网上预选号牌。\n" if until else ""
    return (
        f"❌ <b>预选号码已作废</b>\n号码 <b>{plate(one.office, one.serial or '')}</b>。\n"
        f"原因:{escape(one.reason or '')}\n{ban}{objection(office)}。"
    )


def revoked(one: Preselection, office: Office | None) -> str:
    """Return that a preselection was cancelled at the desk, and that nobody is barred."""
    return (
        f"<b>预选已被取消</b>\n号码 <b>{plate(one.office, one.serial or '')}</b>。\n"
        f"原因:{escape(one.reason or '')}\n您没有被列入黑名单,剩余的选号机会不变,可以重新预选。\n"
        f"{objection(office)}。"
    )


IDENTITY_GIVEN = "✅ 车辆管理所已核对您的身份证件,身份已转到您的账号。点【预选号牌】继续。"
IDENTITY_TAKEN = (
    "您注册时填写的身份证号经窗口核对属于他人,已从您的账号移除,未完成的预选已取消。"
    "请点【预选号牌】用您本人的身份证号重新注册;如有异议,请携带身份证件到车辆管理所窗口提出。"
)
