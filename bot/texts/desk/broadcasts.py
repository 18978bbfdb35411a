"""Texts of broadcasts, for the admin who sends one and for the recipients."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from math import ceil

from bot.i18n.formatting import moment
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import admin_name
from bot.texts.desk.parts import office_name
from core.notifications.broadcasts import (
    PACE,
    Audience,
    Broadcast,
    BroadcastFigures,
    BroadcastState,
    PastBroadcast,
)

AUDIENCES = {
    Audience.REGISTERED: phrase("在此注册的全部车主"),
    Audience.UNDERWAY: phrase("正在预选或已预选待办的车主"),
    Audience.SUBSCRIBERS: phrase("订阅了开放提醒的人"),
}
_STATES = {
    BroadcastState.RUNNING: phrase("发送中"),
    BroadcastState.STOPPING: phrase("正在停止"),
    BroadcastState.STOPPED: phrase("已停止"),
    BroadcastState.DONE: phrase("已发完"),
}
MUTE = phrase("🔕 不再接收此类通知")
SEND = phrase("📢 确认发送")
STOP = phrase("⏹ 停止发送")
STOPPED = phrase("⏹ 已停止,还没有发出的不再发送。")
EMPTY = phrase("请写明通知内容。")
NOBODY = phrase("这一范围内没有可以通知的人,没有发送。")
RUNNING_ALREADY = phrase(
    "该发牌机关已有一个群发在进行或定时待发,请等它结束或先停止它:发送 /broadcast 粤K 查看。"
)
HISTORY = phrase("🗂 群发记录")
CANCEL_SCHEDULED = phrase("⏹ 取消发送")
CANCELLED_SCHEDULED = phrase("⏹ 已取消,没有发给任何人。")
_NO_HISTORY = phrase("还没有群发过通知。")
_LONGEST = 40
"""Characters of a text in the history; its page has it whole."""


def too_long(limit: int, found: int) -> str:
    return _("通知内容最多 {most} 字,您写了 {found} 字。").format(most=limit, found=found)


def time_wrong(days: int) -> str:
    return _("发送时间须晚于现在,并在 {days} 天之内,例如 定时 12月1日 09:00。").format(days=days)


def letter(office: str, text: str) -> str:
    """Return a broadcast as recipients see it: the sending office, and the text as written."""
    if not office:
        return _("📢 <b>车管所通知</b>\n\n{text}").format(text=escape(text))
    return _("📢 <b>{office} 车管所通知</b>\n\n{text}").format(office=escape(office), text=escape(text))


def preview(office: str, text: str) -> str:
    """Return the question about the audience, with a preview of the broadcast."""
    return _("<b>群发通知:发给谁?</b>\n收到的人将看到:\n\n{letter}").format(letter=_quoted(office, text))


def audience_label(audience: Audience, people: int) -> str:
    """Return the button label that chooses an audience."""
    return _("{audience}({people} 人)").format(audience=AUDIENCES[audience](), people=people)


def question(office: str, text: str, audience: Audience, people: int, at: datetime | None) -> str:
    """Return the question before a broadcast is sent; ``at`` is when, None for at once."""
    minutes = max(1, ceil(people * PACE / timedelta(minutes=1)))
    said = _(
        "<b>发送群发通知?</b>(已发出的不能撤回)\n{letter}\n\n"
        "发给:{audience},共 <b>{people}</b> 人,约需 {minutes} 分钟。\n"
        "发送中可以随时停止。"
    ).format(letter=_quoted(office, text), audience=AUDIENCES[audience](), people=people, minutes=minutes)
    if at is None:
        return said
    return said + _("\n定于 <b>{at}</b> 发送,之前可以取消。收信人现在就定下,之后新注册的人收不到。").format(
        at=moment(at)
    )


def to_nobody(office: str, text: str, audience: Audience | None = None) -> str:
    """Return the error for a broadcast without recipients: in one audience, or in any."""
    whom = _("发给:{audience},").format(audience=AUDIENCES[audience]()) if audience else ""
    return _("<b>没有可以通知的人</b>\n{letter}\n\n{whom}目前共 0 人,不能发送。").format(
        letter=_quoted(office, text), whom=whom
    )


def _quoted(office: str, text: str) -> str:
    return f"<blockquote>{letter(office, text)}</blockquote>"


def progress(broadcast: Broadcast, figures: BroadcastFigures, now: datetime) -> str:
    """Return a broadcast with its figures, who sends it, and its text."""
    said = _("📢 <b>{office} 群发通知 {number}</b>:{state}\n发给:{audience},{at} 开始\n\n{figures}").format(
        office=office_name(broadcast.office),
        number=broadcast.broadcast_id,
        state=_state(broadcast, now),
        audience=AUDIENCES[broadcast.audience](),
        at=moment(broadcast.begun_at),
        figures=_figures(broadcast, figures),
    )
    return said + _("\n发送人:{who}\n{letter}").format(
        who=escape(admin_name(str(broadcast.chat_id))), letter=_quoted(broadcast.office, broadcast.text)
    )


def _state(broadcast: Broadcast, now: datetime) -> str:
    if broadcast.is_scheduled(now):
        return _("定时待发")
    return _STATES[broadcast.state]()


def history(found: Sequence[PastBroadcast], office: str, now: datetime) -> str:
    """Return the broadcasts of a page: who sent what, when, to whom, and how many it has reached."""
    if not found:
        return _NO_HISTORY()
    head = _("<b>群发记录</b>({office})").format(office=office_name(office))
    return "\n\n".join([head, *(_past(one, now) for one in found)])


def _past(one: PastBroadcast, now: datetime) -> str:
    broadcast, figures = one.broadcast, one.figures
    text = " ".join(broadcast.text.split())
    return _("{number} · {office} · {at} · {who}\n{audience}:{figures} · {state}\n「{text}」").format(
        number=broadcast.broadcast_id,
        office=office_name(broadcast.office),
        at=moment(broadcast.begun_at),
        who=escape(admin_name(str(broadcast.chat_id))),
        audience=AUDIENCES[broadcast.audience](),
        figures=_outcome(broadcast, figures),
        state=_state(broadcast, now),
        text=escape(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"),
    )


def _outcome(broadcast: Broadcast, figures: BroadcastFigures) -> str:
    """Return how many a broadcast was for, how many it has reached, and how many not."""
    lost = figures.blocked + figures.uncertain + figures.failed + figures.unsent
    if not figures.sent + figures.waiting + lost:  # its messages were purged
        return _("共 {total} 人").format(total=broadcast.total)
    return _("共 {total} 人,送达 {sent},未送达 {lost}").format(
        total=broadcast.total, sent=figures.sent, lost=lost
    )


def _figures(broadcast: Broadcast, figures: BroadcastFigures) -> str:
    lines = [_("共 {total} 人,已送达 <b>{sent}</b>").format(total=broadcast.total, sent=figures.sent)]
    for said, count in (
        (_("待发 {count}"), figures.waiting),
        (_("对方已停用机器人或注销 {count}"), figures.blocked),
        (_("结果不明 {count}(网络或程序中断,为免重复不再发送)"), figures.uncertain),
        (_("发送失败 {count}"), figures.failed),
        (_("未发送(已停止){count}"), figures.unsent),
    ):
        if count:
            lines.append(said.format(count=count))
    return "\n".join(lines)


def told_label(*, muted: bool) -> str:
    return _("🔕 车管所通知:不接收") if muted else _("🔔 车管所通知:接收")


def muted(office: str) -> str:
    """Return the confirmation of muting an office, and which messages still arrive."""
    return _(
        "🔕 不再接收 {office} 的群发通知。您有号码在该所待办理期间,与您有关的通知仍会送达;"
        "办理截止等提醒不受影响。"
    ).format(office=escape(office))
