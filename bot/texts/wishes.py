"""Words of the pages on which owners say what they want to be told."""

from bot.texts.common import KINDS, office_title
from core.offices import Office
from core.plates import PlateKind
from core.subscriptions import Topic

REMINDERS = "⏰ 提醒设置"
NOTIFY = "🔔 开放提醒"
TELL_OPENING = "🔔 开放时提醒我"
OPENING_NOTED = "✅ 下次开放时会提醒您。"

_TOPICS = {Topic.RELEASE: "投放新号段", Topic.COMPOSE: "开放自编选号", Topic.OPENING: "下次服务时间开始"}


def reminders(days: list[int], count: int) -> str:
    """Return the page on which an owner chooses how many reminders they want."""
    listed = "、".join(f"截止前 {one} 个工作日" for one in days[:count]) or "无"
    return (
        "<b>提醒设置</b>\n到期前的提醒可以增减;<b>最后一天早上的提醒不能关闭</b>,因为逾期的后果很严重。\n\n"
        f"现在:{listed} + 最后一天早上"
    )


def reminder_label(count: int, *, chosen: bool) -> str:
    """Return one choice of the number of reminders."""
    mark = "● " if chosen else "○ "
    return mark + (f"提前 {count} 次" if count else "只在最后一天")


def notify(office: Office) -> str:
    """Return the page of subscriptions."""
    return f"<b>开放提醒</b> · {office_title(office)}\n点一下订阅,再点一下取消:"


def topic_label(topic: Topic, kind: str, *, on: bool) -> str:
    """Return one subscription as a button."""
    what = _TOPICS[topic] if not kind else f"{KINDS[PlateKind(kind)]} · {_TOPICS[topic]}"
    return ("🔔 " if on else "⬜ ") + what
