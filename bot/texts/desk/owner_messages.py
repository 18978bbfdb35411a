"""Texts of the desk's messages to single owners."""

from collections.abc import Sequence
from html import escape

from bot.i18n.language import Phrase, _, phrase
from core.clock import CHINA
from core.notifications.desk_messages import LONGEST, SentMessage
from core.notifications.queue import NotificationState
from core.values.offices import Office

MESSAGE = phrase("✉️ 给车主留言")
SEND = phrase("✉️ 确认发送")
SENT = phrase("✉️ 已交付发送,结果见卡片。")
EMPTY = phrase("请写明留言内容。")
_STATES: dict[str, Phrase] = {
    NotificationState.WAITING: phrase("待发送"),
    NotificationState.SENDING: phrase("待发送"),
    NotificationState.SENT: phrase("已送达"),
    NotificationState.FAILED: phrase("没有送达,车主再用机器人时会补发"),
    NotificationState.LATE: phrase("没有发送"),
    NotificationState.CANCELLED: phrase("没有发送"),
}
_SMS: dict[str, Phrase] = {
    NotificationState.WAITING: phrase(";短信待发"),
    NotificationState.SENDING: phrase(";短信待发"),
    NotificationState.SENT: phrase(";已发短信请车主查看"),
    NotificationState.FAILED: phrase(";短信也没有发出"),
}


def prompt() -> str:
    return _("<b>给车主留言</b>\n请输入内容(最多 {most} 字,不要写证件号和手机号):").format(most=LONGEST)


def too_long(most: int, found: int) -> str:
    return _("留言最多 {most} 字,您写了 {found} 字。").format(most=most, found=found)


def letter(office: str, text: str) -> str:
    """Return a message as its owner sees it."""
    return _("✉️ <b>{office}给您的留言</b>\n\n{text}\n\n这是窗口发给您本人的,请不要在这里回复。").format(
        office=escape(office), text=escape(text)
    )


def question(owner: str, office: str, text: str) -> str:
    """Return the question before a message is sent; ``owner`` is the line that names its recipient."""
    return _(
        "<b>发送留言?</b>(发出后不能撤回)\n{owner}\n车主将看到:\n\n<blockquote>{letter}</blockquote>"
    ).format(owner=owner, letter=letter(office, text))


def sms(office: Office) -> str:
    """Return the SMS to an owner who has blocked the bot: plain text, which does not say what it is about."""
    if office.phone:
        return _("{office}有消息给您,请打开机器人查看,或致电{phone}。").format(
            office=office.name, phone=office.phone
        )
    return _("{office}有消息给您,请打开机器人查看。").format(office=office.name)


def outcomes(found: Sequence[SentMessage]) -> str:
    """Return what became of the last messages to an owner, newest first."""
    return "\n".join(
        _("✉️ {at} 留言:{state}{sms}").format(
            at=f"{one.at.astimezone(CHINA):%m-%d %H:%M}",
            state=_STATES[one.state](),
            sms=_SMS[one.sms]() if one.sms in _SMS else "",
        )
        for one in found
    )
