"""Texts of the practice of the desk (练习管理)."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import listed, moment
from bot.i18n.formatting import plate as shown_plate
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk.chief_requests import ACTS
from core.appeals import Slot
from core.rehearsal.cases import InventedPerson
from core.rehearsal.practice import MOST_VEHICLES
from core.rehearsal.tasks import Task, TaskName
from core.values.grave_acts import GraveAct
from core.values.offices import Office

OWNERS = phrase("🎓 练习选号")
DESK = phrase("🎓 练习管理")
CHOICE = phrase(
    "<b>练习</b>\n"
    "• 【🎓 练习选号】:像车主一样选一次号;\n"
    "• 【🎓 练习管理】:在虚构的车管所试用全部管理命令。\n"
    "两者都不改动任何真实数据,不通知任何人。"
)
LEAVE = phrase("🚪 退出练习")
MARK = phrase("🎓 <b>演练 · 一切均为虚构</b>")
LEFT = phrase("🎓 已退出练习,练习中的内容已全部清除,真实数据没有任何改动。")
IDLE = phrase("🎓 练习30分钟没有操作,已自动结束,练习中的内容已全部清除。")
NOT_HERE = phrase("练习管理中没有这一项。")
NEXT_DAY = phrase("⏩ 下一个工作日")
TASKS = phrase("🗂 待办和菜单")
FILE_PREFIX = phrase("演练-")
_INTRODUCTION = phrase(
    "<b>【练习管理】</b>{office}\n"
    "号码、车主、车辆都是虚构的;什么都不保存,不通知任何人。您在这里是负责人,全部管理命令都可以试。"
)
_NOW = phrase("🕙 练习中的时间:<b>{now}</b>")
_ALL_DONE = phrase("🎉 五项都完成了。可以继续试,也可以退出。")
_OF_TWO = phrase(
    "👥 平时「{acts}」要另一位负责人同意后才办理(没有第二位负责人的除外);练习中只有您一位,确认后立即办理。"
)
_DAY_PASSED = phrase("⏩ 现在是 {now}。到期的已处理,通知已在练习中送达。")
_TOO_MANY = phrase("练习中一次最多导入{most}辆,文件有{count}辆。请用较短的文件。")
_COMMAND_HELP = phrase(
    "管理命令与平时相同:发送 /desk,或点【待办和菜单】。/rehearse 回到练习首页,/cancel 退出练习。"
)

_TASKS: dict[TaskName, Phrase] = {
    TaskName.CONFIRM: phrase("{plate} 的车主到窗口办好了:<code>/confirm {typed} {last_six}</code>"),
    TaskName.UNDO: phrase("同事误确认了 {plate},撤回:<code>/undo {typed} 点错了号码</code>"),
    TaskName.APPEAL: phrase("审核等待的申诉:/appeals"),
    TaskName.EXTEND: phrase("{plate} 的车主住院,延期3天:<code>/find {typed}</code> → 【📅 延期】"),
    TaskName.CLOSE: phrase("那天停电,窗口不办公:<code>/closed {day} 停电</code>"),
}


def guide(office: Office, now: datetime, tasks: tuple[Task, ...], acts: Sequence[GraveAct]) -> str:
    """Return the first page: what this is, the time in the practice, and the tasks.

    Args:
        office: the invented office.
        now: the time in the practice.
        tasks: what is to be tried.
        acts: what needs another chief at the real desk, by the settings.
    """
    lines = [
        _INTRODUCTION().format(office=escape(f"{office.code} {office.name}")),
        _NOW().format(now=moment(now)),
        "",
    ]
    for number, task in enumerate(tasks, 1):
        lines.append(f"{'✅' if task.is_done else '⬜'} {number}. {_task(task)}")
    if acts:
        lines += ["", _OF_TWO().format(acts=listed(ACTS[act]() for act in acts))]
    if all(task.is_done for task in tasks):
        lines += ["", _ALL_DONE()]
    return "\n".join(lines)


def _task(task: Task) -> str:
    plate = task.plate
    return _TASKS[task.name]().format(
        plate="" if plate is None else shown_plate(plate.office, plate.serial),
        typed="" if plate is None else f"{plate.office}{plate.serial}",
        last_six=task.last_six,
        day=task.day or "",
    )


def paper(slot: Slot, person: InventedPerson, vin: str) -> list[str]:
    """Return the lines of a drawn paper: its title, and what it says."""
    if slot == Slot.IDENTITY:
        return [_("身份证(演练,虚构)"), person.name, person.identity]
    return [_("购车发票(演练,虚构)"), _("购买方:{name}").format(name=person.name), person.identity, vin]


def help_text() -> str:
    return _COMMAND_HELP()


def note(text: str) -> str:
    return _("〔演练〕{note}").format(note=text)


def day_passed(now: datetime) -> str:
    return _DAY_PASSED().format(now=moment(now))


def too_many(count: int) -> str:
    return _TOO_MANY().format(most=MOST_VEHICLES, count=count)


def file_name(name: str) -> str:
    """Return the name of a file of a practice."""
    return f"{FILE_PREFIX()}{name}"
