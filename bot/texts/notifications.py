"""Texts of the notifications to owners."""

from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from bot.i18n.formatting import (
    KINDS,
    barred,
    day,
    listed,
    moment,
    office_name,
    papers,
    phone_of,
    place_of,
    plate,
    reason,
    short_day,
)
from bot.i18n.language import Phrase, _, phrase
from core.clock import from_millis
from core.preselection import Preselection
from core.preselection.deadlines import MoveCause
from core.preselection.undoing import Deed
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.vehicles import vin_last_six

PRESELECT = phrase("【预选号牌】")
UNSUBSCRIBE = phrase("取消提醒")
EVENT_TITLE = phrase("号牌办理截止")
CALENDAR_FILE = phrase("把截止时间加入日历")
CANCELLATION_FILE = phrase("号码已失效:打开此文件,即可从日历中移除原来的办理截止提醒")
LIFTED = phrase("✅ 您已从黑名单中解除,可以重新网上预选号牌。")
IDENTITY_GIVEN = phrase("✅ 车辆管理所已核对您的身份证件,身份已转到您的账号。点【预选号牌】继续。")
IDENTITY_TAKEN = phrase(
    "您注册时填写的身份证号经窗口核对属于他人,已从您的账号移除,未完成的预选已取消。"
    "请点【预选号牌】用您本人的身份证号重新注册;如有异议,请携带身份证件到车辆管理所窗口提出。"
)
PHONE_TAKEN = phrase(
    "📱 您注册时用的手机号,已由现在使用该号码的人用短信验证码验证,注册到了另一个账号;您的账号不再使用该号码。"
    "选号前请换成您现在的手机号:点【预选号牌】,或发送 /privacy 后点【更换手机号】。"
    "如果号码仍由您本人使用,重新验证一次即可转回,并请告知车辆管理所。"
)


_MOVED = {
    MoveCause.CLOSED: phrase(
        "📅 {office}临时不办公,您预选的号码 <b>{number}</b> 的办理截止时间顺延到 <b>{deadline}</b>。"
    ),
    MoveCause.CALENDAR: phrase(
        "📅 工作日安排或窗口办公时间有变动,"
        "您预选的号码 <b>{number}</b> 的办理截止时间顺延到 <b>{deadline}</b>。"
    ),
    MoveCause.UNREMINDED: phrase(
        "📅 之前未能及时提醒您,您预选的号码 <b>{number}</b> 的办理截止时间延长到 <b>{deadline}</b>,"
        "请在此之前办理登记上牌。"
    ),
    MoveCause.HOURS: phrase(
        "📅 {office}窗口办公时间有临时变动,"
        "您预选的号码 <b>{number}</b> 的办理截止时间顺延到 <b>{deadline}</b>。"
    ),
    MoveCause.DESK: phrase(
        "📅 经窗口办理,您预选的号码 <b>{number}</b> 的办理截止时间延长到 <b>{deadline}</b>。\n原因:{reason}"
    ),
}


_MOVED_BY_CLOSED_DAY = phrase(
    "📅 {office} {day} {reason} 不办公,您预选的号码 <b>{number}</b> 的办理截止时间顺延到 <b>{deadline}</b>。"
)


def number(preselection: Preselection) -> str:
    return plate(preselection.office, preselection.serial or "")


def _deadline(preselection: Preselection) -> str:
    return moment(preselection.deadline) if preselection.deadline else ""


def _what_to_bring(office: Office) -> str:
    """Return the documents to bring, folded."""
    said = _("需带材料:{papers}").format(papers=escape(papers(office)))
    return f"<blockquote expandable>{said}</blockquote>"


def reminder(preselection: Preselection, office: Office, days: int) -> str:
    """Return a reminder: number, deadline, place, documents to bring."""
    left = _("还剩 {days} 个工作日").format(days=days) if days else _("今天是最后一天")
    return _(
        "⏰ <b>{left}</b>\n您预选的号码 <b>{number}</b> 请在 <b>{deadline}</b> 前办理登记上牌。\n"
        "📍 {place}\n逾期未办理,号码收回{barred}。\n{papers}"
    ).format(
        left=left,
        number=number(preselection),
        deadline=_deadline(preselection),
        place=place_of(office),
        papers=_what_to_bring(office),
        barred=barred(office.ban_years),
    )


def event(preselection: Preselection, office: Office) -> str:
    return _("{number}:{name},{address}。需带材料:{papers}").format(
        number=number(preselection), name=office.name, address=office.address, papers=papers(office)
    )


def expired(
    preselection: Preselection, office: Office, until: int | None, *, unreminded: bool = False
) -> str:
    """Return the expiry notification: what happened, until when the owner is barred, what to do."""
    lines = [
        _("❌ <b>预选号码已过期</b>\n号码 <b>{number}</b> 未在 {deadline} 前办理登记,已收回。").format(
            number=number(preselection), deadline=_deadline(preselection)
        )
    ]
    if until is not None:
        lines.append(
            _("按规定,您已列入黑名单,<b>{until}</b> 前不能网上预选号牌,届时自动解除并通知您。").format(
                until=day(from_millis(until))
            )
        )
    if unreminded:
        lines.append(_("因到期提醒一直未能送达,您没有被列入黑名单。"))
    lines.append(
        _("新车仍可直接到车辆管理所窗口选号上牌;如有异议,请携带身份证明到窗口提出:\n{place}").format(
            place=place_of(office)
        )
    )
    return "\n".join(lines)


_MOVED_BY_HOURS = phrase(
    "📅 {office} {day} 窗口办公时间改为 {hours}({reason}),"
    "您预选的号码 <b>{number}</b> 的办理截止时间顺延到 <b>{deadline}</b>。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """Days on which a counter is closed or has other hours, and why; without a day, a reason alone."""

    day: date | None
    reason: str
    last: date | None = None  # if there are several days
    hours: str = ""  # empty if it is closed

    @property
    def days(self) -> str:
        if self.day is None:
            return ""
        if self.last is None or self.last == self.day:
            return short_day(self.day)
        return _("{first}至{last}").format(first=short_day(self.day), last=short_day(self.last))


def moved(
    preselection: Preselection, office: Office, cause: MoveCause, closed: ClosedDay | None = None
) -> str:
    """Return that a deadline has moved, and why; it has the contents of a reminder and counts as one."""
    said = _MOVED[cause]
    if closed is not None and closed.day is not None:
        said = _MOVED_BY_HOURS if closed.hours else _MOVED_BY_CLOSED_DAY
    why = said().format(
        office=escape(office_name(office)),
        number=number(preselection),
        deadline=_deadline(preselection),
        day=closed.days if closed else "",
        hours=closed.hours if closed else "",
        reason=escape(closed.reason) if closed else "",
    )
    return _("{why}\n📍 {place}\n逾期未办理,号码收回{barred}。\n{papers}").format(
        why=why,
        place=place_of(office),
        papers=_what_to_bring(office),
        barred=barred(office.ban_years),
    )


def sms_reminder(preselection: Preselection, office: Office, *, is_moved: bool = False) -> str:
    """Return the reminder by SMS: plain text, without the owner's name; or that the deadline has moved."""
    if is_moved:
        return _(
            "您预选的号牌{number}的办理截止时间已改为{deadline},"
            "请在此之前到{office}办理登记上牌,逾期未办理,号码收回{barred}。"
        ).format(
            number=number(preselection),
            deadline=_deadline(preselection),
            office=office.name,
            barred=barred(office.ban_years),
        )
    return _(
        "您预选的号牌{number}请于{deadline}前到{office}办理登记上牌,逾期未办理,号码收回{barred}。"
    ).format(
        number=number(preselection),
        deadline=_deadline(preselection),
        office=office.name,
        barred=barred(office.ban_years),
    )


def banned(until: datetime, why: str, office: Office | None) -> str:
    """Return the ban notification: reason, end, and how to object."""
    return _(
        "⛔ <b>您已列入黑名单</b>,{until} 前不能网上预选号牌。\n"
        "原因:{reason}\n到期自动解除,并会通知您。\n{objection}。"
    ).format(until=day(until), reason=reason(why), objection=objection(office))


def objection(office: Office | None) -> str:
    if office is None:
        return _("如有异议,请携带身份证明到车辆管理所窗口提出")
    said = _("如有异议,请携带身份证明到车辆管理所窗口提出:\n{name},{address}").format(
        name=escape(office_name(office)), address=escape(office.address)
    )
    return said + phone_of(office)


def release(office: Office, kind: str, mask: str, compose_from: int, now: datetime) -> str:
    composing = from_millis(compose_from)
    how = _("同时开放自编选号")
    if composing > now:
        how = _("{day} 起可自编选号").format(day=day(composing))
    return _("📢 {office} {kind} 新投放号段 <code>{mask}</code>,现在可以随机选号,{compose}。").format(
        office=escape(office.code), kind=KINDS[PlateKind(kind)](), mask=escape(mask), compose=how
    )


def compose(office: Office, kind: str, mask: str) -> str:
    return _("📢 {office} {kind} 号段 <code>{mask}</code> 已开放自编选号。").format(
        office=escape(office.code), kind=KINDS[PlateKind(kind)](), mask=escape(mask)
    )


def opening(office: Office) -> str:
    return _("📢 {office}选号服务已开放,可以开始选号了。").format(office=escape(office_name(office)))


def registered(preselection: Preselection, office: Office | None) -> str:
    """Return that a number is registered, and what to do if that was somebody else."""
    said = _(
        "🎉 <b>已上牌</b>\n号码 <b>{number}</b> 已于 {day} 确认登记上牌,预选到此完成。\n"
        "如非您本人办理,请立即联系车辆管理所窗口{place}。"
    )
    return said.format(
        number=number(preselection),
        day=day(preselection.ended_at) if preselection.ended_at else "",
        place=_(":{place}").format(place=place_of(office)) if office else "",
    )


def user_type(name: str, *, is_tied: bool) -> str:
    """Return that an account has another user type.

    Args:
        name: of the type.
        is_tied: whether it may select at the office of registration only.
    """
    said = _("✅ 您的用户类型已由车辆管理所改为「{type}」。").format(type=name)
    where = _("可以在注册地的发牌机关预选号牌。") if is_tied else _("可以在任何受理的发牌机关预选号牌。")
    return f"{said}{where}"


def granted(preselection: Preselection, batches: int, wishes: int) -> str:
    """Return the chances that a vehicle was granted."""
    chances = [_("随机选号 {count} 批").format(count=batches)] if batches else []
    chances += [_("自编选号 {count} 个").format(count=wishes)] if wishes else []
    return _(
        "✅ 车辆管理所已为您的车辆(车辆识别代号后六位 {vin})增加选号机会:{chances}。可以继续选号。"
    ).format(vin=vin_last_six(preselection.vin) if preselection.vin else "", chances=listed(chances))


def served(office: Office) -> str:
    return _("📢 {office}已可以在这里预选号牌,您曾要求在开通时通知您。").format(
        office=escape(office_name(office))
    )


def voided(preselection: Preselection, office: Office | None, until: int | None) -> str:
    """Return that a number was voided: reason, until when the owner is barred, how to object."""
    ban = ""
    if until:
        ban = _("按规定,您已列入黑名单,{until} 前不能网上预选号牌。").format(until=day(from_millis(until)))
    return _("❌ <b>预选号码已作废</b>\n号码 <b>{number}</b>。\n原因:{reason}\n{ban}{objection}。").format(
        number=number(preselection),
        reason=reason(preselection.reason),
        ban=f"{ban}\n" if ban else "",
        objection=objection(office),
    )


def revoked(preselection: Preselection, office: Office | None) -> str:
    """Return that a preselection was cancelled at the desk without a ban."""
    return _(
        "<b>预选已被取消</b>\n号码 <b>{number}</b>。\n原因:{reason}\n"
        "您没有被列入黑名单,剩余的选号机会不变,可以重新预选。\n{objection}。"
    ).format(number=number(preselection), reason=reason(preselection.reason), objection=objection(office))


_UNDONE: dict[str, Phrase] = {
    Deed.CONFIRM: phrase("窗口已撤回此前的确认上牌。"),
    Deed.VOID: phrase("窗口已撤回此前的作废;如因此列入黑名单,一并解除。"),
    Deed.REVOKE: phrase("窗口已撤回此前的取消预选。"),
    Deed.APPROVE: phrase("此前的申诉审核通过已撤回,您的预选恢复。"),
}


def reinstated(preselection: Preselection, office: Office, deed: str, why: str) -> str:
    """Return that a number is the owner's again; it has the contents of a reminder."""
    said = _UNDONE[deed]() if deed in _UNDONE else ""
    return _(
        "↩️ <b>预选已恢复</b>\n{said}\n原因:{reason}\n"
        "您预选的号码 <b>{number}</b> 请在 <b>{deadline}</b> 前办理登记上牌。\n📍 {place}\n"
        "逾期未办理,号码收回{barred}。\n{papers}"
    ).format(
        said=said,
        reason=reason(why),
        number=number(preselection),
        deadline=_deadline(preselection),
        place=place_of(office),
        barred=barred(office.ban_years),
        papers=_what_to_bring(office),
    )


def rescheduled(office: Office, kind: str, mask: str, before: datetime, opens_at: datetime | None) -> str:
    """Return that a scheduled release is cancelled, or has another date."""
    what = {"office": escape(office.code), "kind": KINDS[PlateKind(kind)](), "mask": escape(mask)}
    if opens_at is None:
        return _("📢 {office} {kind} 号段 <code>{mask}</code> 原定 {before} 的投放已取消。").format(
            before=moment(before), **what
        )
    return _("📢 {office} {kind} 号段 <code>{mask}</code> 的投放由 {before} 改到 <b>{opens}</b>。").format(
        before=moment(before), opens=moment(opens_at), **what
    )
