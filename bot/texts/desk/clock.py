"""Texts of the clock guard: the alarm to chiefs, and /clock."""

from datetime import datetime, timedelta

from bot.i18n.formatting import moment
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import agent
from core import audit
from core.availability.clock_guard import Cause, ClockState, Doubt

CHECK = phrase("🕰 核对时间")
RIGHT = phrase("✅ 时间正确,继续")
CONFIRMED = phrase("✅ 已确认服务器时间,到期、通知等几秒内恢复。")
IN_DOUBT = phrase("🕰 服务器时间可能有误,到期、通知等已暂停:发送 /clock 核对。")


def _compared(state: ClockState, doubt: Doubt) -> str:
    """Return the time of the server and the one that it should show."""
    reference = moment(doubt.reference_at(state.now))
    by = (
        _("按 Telegram 的时间应为:{at}")
        if doubt.cause == Cause.HEADER
        else _("按上次运行的时间推算应为:{at}(联系不上 Telegram,无法核对)")
    )
    return "\n".join([_("服务器时间:{at}").format(at=moment(state.now)), by.format(at=reference)])


def alarm(state: ClockState) -> str:
    """Return the message to chiefs when a doubt begins; empty when it has ended already."""
    if state.doubt is None:
        return ""
    return _(
        "🕰 <b>服务器时间可能有误</b>\n{times}\n\n"
        "在核对之前,号码不会到期,不列入也不解除黑名单,不投放、不清理、不发通知,车主暂不能选号;已选定的号码不受影响。\n"
        "请维护人员校正服务器时间,校正后自动恢复;如服务器时间本来就正确,请点下面的按钮确认。"
    ).format(times=_compared(state, doubt=state.doubt))


def question(state: ClockState, overdue: int) -> str:
    """Return the question before a doubted clock is confirmed."""
    if state.doubt is None:
        return ""
    return _(
        "<b>服务器时间正确?</b>(不能撤回)\n{times}\n\n"
        "请与手机上的时间对照。确认后按服务器时间恢复,"
        "其中 {overdue:,} 个号码已过办理截止时间,将随即处理。\n"
        "时间不对的,请不要确认:校正服务器时间后会自动恢复。"
    ).format(times=_compared(state, state.doubt), overdue=overdue)


def outage(since: datetime, until: datetime) -> str:
    """Return the line to chiefs at the start after an outage of more than an hour."""
    return _(
        "🔔 服务停了 {hours:,} 小时({since} 至 {until}),期间应发的到期提醒将补发,未能提醒到的预选顺延。"
    ).format(hours=(until - since) // timedelta(hours=1), since=moment(since), until=moment(until))


def resolved(at: datetime, actor: str) -> str:
    """Return the message to chiefs when a doubt has ended."""
    if actor == audit.SYSTEM:
        return _("✅ 服务器时间已核对无误({at}),到期、通知等已恢复。").format(at=moment(at))
    return _("✅ {who}已确认服务器时间({at}),到期、通知等已恢复。").format(who=agent(actor), at=moment(at))
