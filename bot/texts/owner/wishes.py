"""Texts of the pages on which owners choose their notifications."""

from bot.i18n.formatting import KINDS, listed, office_title
from bot.i18n.language import _, phrase
from core.notifications.subscriptions import SubscriptionTopic
from core.values.offices import Office
from core.values.plates import PlateKind

REMINDERS = phrase("⏰ 提醒设置")
TELL_OPENING = phrase("🔔 开放时提醒我")
OPENING_NOTED = phrase("✅ 下次开放时会提醒您。")

_TOPICS = {
    SubscriptionTopic.RELEASE: phrase("投放新号段"),
    SubscriptionTopic.COMPOSE: phrase("开放自编选号"),
    SubscriptionTopic.OPENING: phrase("下次服务时间开始"),
}


def reminders(days: list[int], count: int) -> str:
    chosen = listed(_("截止前 {days} 个工作日").format(days=day) for day in reversed(days[:count]))
    return _(
        "<b>提醒设置</b>\n到期前的提醒可以增减;<b>最后一天早上的提醒不能关闭</b>,因为逾期的后果很严重。\n\n"
        "现在:{chosen} + 最后一天早上"
    ).format(chosen=chosen or _("无"))


def reminder_label(count: int, *, chosen: bool) -> str:
    mark = "● " if chosen else "○ "
    return mark + (_("提前 {count} 次").format(count=count) if count else _("只在最后一天"))


def notify(office: Office) -> str:
    return _("<b>开放提醒</b> · {office}\n点一下订阅,再点一下取消:").format(office=office_title(office))


def topic_label(topic: SubscriptionTopic, kind: str, *, on: bool) -> str:
    """Return a subscription as a button label."""
    what = _TOPICS[topic]()
    if kind:
        what = f"{KINDS[PlateKind(kind)]()} · {what}"
    return ("🔔 " if on else "⬜ ") + what
