"""Texts of the desk's work queue."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from types import MappingProxyType

from bot.i18n.formatting import KINDS, plate
from bot.i18n.language import _, phrase
from bot.texts.desk import sms, suspicion
from bot.texts.desk.actors import admin_name, agent
from bot.texts.desk.chief_requests import ACTS
from bot.texts.desk.parts import somebody
from bot.texts.desk.reports.parts import when
from bot.texts.desk.reports.task_names import NOTICES, TASK_KINDS
from core.audit import SubjectKind
from core.notifications.queue import CHAT_GONE
from core.notifications.sms_reminders import NO_PHONE
from core.people.accounts import Account
from core.people.sms_receipts import NOT_DELIVERED
from core.reporting.statistics import MARK, NEARLY_EMPTY
from core.reporting.tasks import Task, TaskKind
from core.reporting.work_queue import WorkQueue
from core.values.plates import PlateKind

DESK_TITLE = phrase("待办事项")
NOTHING_WAITS = phrase("✅ 没有待办事项。")
AHEAD = phrase("未来 7 天到期的号码")
HANDLED = phrase("✓ 已处理")
HANDLED_ALL = phrase("✓ 全部标为已处理(此车主)")
HANDLED_NOW = phrase("✅ 已记为处理完毕。")
SUMMARY_ON = phrase("🔔 每日提要:开")
SUMMARY_OFF = phrase("🔕 每日提要:关")
SUMMARY_TURNED_ON = phrase("每个工作日有待办事项时会提醒您一次。")
SUMMARY_TURNED_OFF = phrase("不再发送每日提要。")
OPEN_DESK = phrase("查看待办事项")
DESK_SHEET = phrase("待办")
DESK_COLUMNS = phrase("事项|时间|发牌机关|说明")
NOTHING_TO_HANDLE = phrase("这一项已不在待办事项中。")

_ITEMS = {
    TaskKind.DEADLINE: phrase("{plate} 办理截止 {when}"),
    TaskKind.SHUT: phrase("{plate} 联系不上车主,办理截止 {when}"),
    TaskKind.UNCONFIRMED: phrase("{plate} 登记系统中已上牌,窗口未确认,不会过期,办理截止 {when}"),
    TaskKind.KIND_MISMATCH: phrase("{plate} 登记系统中为{registry_kind},与预选不符,不会过期,办理截止 {when}"),
    TaskKind.APPEAL: phrase("申诉 {number} 号,{when} 提交"),
    TaskKind.UNREMINDED: phrase("{plate} 已过期收回,未能提醒到车主,未列入黑名单,{when}"),
    TaskKind.FAILED: phrase("{plate} {notice}没能发出,{when}"),
    TaskKind.BROKEN: phrase("消息 {number} 无法处理,{when}"),
    TaskKind.POOL: phrase("{pool} {left}"),
    TaskKind.SCHEDULED: phrase("{pool} {mask} 将于 {when} 投放"),
    TaskKind.REQUEST: phrase("{act},待另一位负责人同意,{when}"),
    TaskKind.UNWITHHOLD: phrase("{pool} {mask} 申请恢复投放,待另一位负责人确认,{when}"),
    TaskKind.RESTORED: phrase(
        "{plate} 在备份之后发出或办理过,请查明后恢复投放(/unwithhold)或确认上牌(/confirm)"
    ),
    TaskKind.JOURNAL: phrase("{pool} {year} 的抽号与公开记录不一致:{error}"),
    TaskKind.CALENDAR: phrase("{year} 年的放假调休安排尚未收录,请用 /holidays {year} 录入"),
}
SUMMARISED = 5
"""The tasks that a daily summary names, the oldest."""
_NOBODY: Mapping[int, Account] = MappingProxyType({})
EVERYTHING_SUSPENDED = phrase("⚠️ 数据库已由备份恢复:在核实完毕之前,车主不能选号,号码也不会过期收回。")
_SUSPENDED = phrase(
    "数据库已由备份恢复,选号暂停:请用 /withhold 登记备份之后发出的号码,用 /confirm 确认其间办结的号码,"
    "然后发送 /maintenance all off"
)
_REASONS = {
    "Forbidden": phrase("对方停用了机器人"),
    CHAT_GONE: phrase("对方账号已注销"),
    "BadRequest": phrase("消息被拒收"),
    NO_PHONE: phrase("车主没有登记手机号"),
    NOT_DELIVERED: phrase("短信服务商报告未送达"),
    "SmsGatewayError": phrase("短信网关没有接收"),
}


def desk_counts(queue: WorkQueue) -> str:
    """Return the number of open tasks of each kind that has any."""
    parts = [
        _("{matter} {count}").format(matter=TASK_KINDS[task_kind](), count=queue.counts[task_kind])
        for task_kind in queue.task_kinds
        if queue.counts[task_kind]
    ]
    return " · ".join(parts)


def oldest(at: datetime, now: datetime) -> str:
    """Return the time of the oldest task of a kind, as its tile shows it."""
    return _("最早 {when}").format(when=when(at, now))


def item(task: Task, now: datetime, recipients: Mapping[int, Account] = _NOBODY) -> str:
    """Return a task in one line without markup.

    Args:
        task: the task.
        now: the present time.
        recipients: the owners whom notifications without a number were for, by chat; they are masked.
    """
    if task.task_kind == TaskKind.SMS:
        return sms.task(task, now)
    if task.task_kind == TaskKind.SUSPICION:
        return suspicion.task(task, now)
    worded = _SUSPENDED if task.task_kind == TaskKind.RESTORED and not task.plate else _ITEMS[task.task_kind]
    said = (
        worded()
        .format(
            plate=plate(task.office or "", task.plate) if task.plate else _whom(task, recipients),
            pool=f"{task.office} {KINDS[PlateKind(task.kind)]}" if task.office and task.kind else "",
            number=task.subject.partition(":")[2],
            when=when(task.at, now),
            notice=NOTICES[task.what]() if task.what in NOTICES else task.what,
            year=task.what,
            error=task.error,
            registry_kind=_registry_kind(task),
            mask=task.mask,
            act=ACTS[task.what]() if task.what in ACTS else task.what,
            left=_left(task),
        )
        .strip()
    )
    if task.is_held:
        return said + _("(已过截止时间;备份恢复后待核实,不会过期)")
    if task.grace_until is None or task.grace_until < now:
        return said
    return said + _("(已过截止时间,可补确认至 {when})").format(when=when(task.grace_until, now))


def _whom(task: Task, recipients: Mapping[int, Account]) -> str:
    """Return the admin or the owner, masked, whom a failed notification was for; empty if it was for none."""
    topic, _colon, chat = task.whom.partition(":")
    if topic == SubjectKind.ADMIN:
        return admin_name(chat)
    account = recipients.get(task.chat_id)
    return somebody(account) if account else ""


def _registry_kind(task: Task) -> str:
    return KINDS[PlateKind(task.what)]() if task.task_kind == TaskKind.KIND_MISMATCH else ""


def _left(task: Task) -> str:
    if task.share >= NEARLY_EMPTY:
        return _("号码将尽,只剩 {free:,} 个").format(free=task.free)
    return _("全部号段已过 {mark:.0%},还剩 {free:,} 个,请准备投放").format(mark=MARK, free=task.free)


def lead_label(number: str, task: Task) -> str:
    """Return the label of the button that opens a task."""
    name = plate(task.office or "", task.plate) if task.plate else TASK_KINDS[task.task_kind]()
    return f"{number} {name}"


def handled_all(count: int) -> str:
    return _("✅ 此车主的 {count} 条已记为处理完毕。").format(count=count)


def matter_text(task: Task, owner: str, now: datetime) -> str:
    """Return the details of a task; ``owner`` names whom a notification was for, masked."""
    reason = _REASONS[task.error]() if task.error in _REASONS else task.error
    lines = [f"<b>{TASK_KINDS[task.task_kind]()}</b>", escape(item(task, now))]
    if owner:
        lines.append(owner)
    if reason:
        lines.append(_("原因:{reason}").format(reason=escape(reason)))
    lines.append(_("处理之后请点【✓ 已处理】,它就不再列为待办。"))
    return "\n".join(lines)


def already_handled(by: str) -> str:
    """Return that the task was already handled, and by whom."""
    return _("已由{who}处理。").format(who=agent(by))


def summary(queue: WorkQueue, recipients: Mapping[int, Account] = _NOBODY) -> str:
    """Return the daily summary: open tasks by kind, and the five oldest."""
    lines = [
        _("<b>🗂 今日待办</b>"),
        escape(desk_counts(queue)),
        "",
        *(f"· {escape(item(task, queue.at, recipients))}" for task in queue.tasks[:SUMMARISED]),
    ]
    if len(queue.tasks) > SUMMARISED:
        lines.append(_("…共 {count} 项").format(count=len(queue.tasks)))
    return "\n".join(lines)
