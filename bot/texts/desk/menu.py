"""Texts of the desk's menu, of its forms, and of commands that could not be carried out."""

from collections.abc import Iterable, Sequence
from html import escape

from bot.i18n.formatting import begun, listed
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import admin_name
from bot.texts.desk.commands import usage_of
from bot.texts.desk.examples import example
from bot.texts.menu import DESK_MENU

TITLE = phrase("<b>🗂 管理</b>\n请选一类,或直接输入命令。")
TASKS = phrase("📋 待办事项")
STEP_BY_STEP = phrase("📝 一步一步填写")
BACK_STEP = phrase("« 上一步")
LEAVE = phrase("不做了")
GROUPS = {
    "counter": phrase("🪪 窗口办理"),
    "people": phrase("👥 车主名单"),
    "appeals": phrase("📨 申诉"),
    "pool": phrase("🔢 号段号池"),
    "reports": phrase("📊 统计记录"),
    "system": phrase("⚙️ 系统管理"),
}
LABELS = {
    "find": phrase("🔎 查询"),
    "list": phrase("🗒 待办理名单"),
    "note": phrase("📝 写备注"),
    "confirm": phrase("✅ 确认上牌"),
    "void": phrase("作废(列黑名单)"),
    "revoke": phrase("撤销预选"),
    "undo": phrase("↩️ 撤回"),
    "identity": phrase("转移身份"),
    "usertype": phrase("用户类型"),
    "closed": phrase("不办公的日子"),
    "hours": phrase("某天的时间"),
    "blacklist": phrase("黑名单"),
    "ban": phrase("列入黑名单"),
    "unban": phrase("解除黑名单"),
    "grant": phrase("增加机会"),
    "broadcast": phrase("群发通知"),
    "appeals": phrase("待审申诉"),
    "approve": phrase("审核通过"),
    "reject": phrase("审核不通过"),
    "segments": phrase("号段用量"),
    "release": phrase("投放号段"),
    "withhold": phrase("暂不投放"),
    "unwithhold": phrase("恢复投放"),
    "stats": phrase("统计"),
    "audit": phrase("操作记录"),
    "vehicles": phrase("车辆数据"),
    "holidays": phrase("放假安排"),
    "maintenance": phrase("系统维护"),
    "clock": phrase("核对时间"),
    "admins": phrase("管理员"),
}
"""Short labels of the commands, two of which fit side by side on a telephone."""
_OF_NO_OFFICE = {
    "vehicles": phrase("车辆登记数据不属于任何一个发牌机关,各机关共用"),
    "holidays": phrase("放假调休安排不属于任何一个发牌机关,各机关共用"),
    "clock": phrase("服务器时间不属于任何一个发牌机关,各机关共用"),
}
_LONGEST = 40


def group(name: str) -> str:
    """Return the heading of a group of commands."""
    return _("<b>{group}</b>\n请选一项。").format(group=GROUPS[name]())


def label(command: str) -> str:
    """Return the label of a command's button."""
    return begun(LABELS[command]())


def to_type(command: str, office: str, kind: str, *, limited: bool) -> str:
    """Return the request to type what a command needs, with an example."""
    return _("<b>{what}</b>\n请输入(不用写命令):\n{usage}\n\n例如:<code>{example}</code>").format(
        what=begun(DESK_MENU[command]()),
        usage=usage_of(command, office, kind, with_name=False, limited=limited),
        example=escape(example(command, office, kind)),
    )


def unknown(names: Iterable[str], nearest: str) -> str:
    """Return that a command does not exist, the nearest one, and those that do."""
    lines = [_("没有这个命令。")]
    if nearest:
        lines.append(_("您想用的是不是 /{command}?").format(command=nearest))
    lines.append(_("可用命令:{commands}").format(commands=" ".join(f"/{name}" for name in names)))
    return "\n".join(lines)


def of_no_office(command: str, chiefs: Iterable[int]) -> str:
    """Return that a command affects all offices at once, and which chiefs may use it."""
    about = _OF_NO_OFFICE[command]()
    names = listed(escape(admin_name(str(chat))) for chat in chiefs)
    who = _(":{names}").format(names=names) if names else ""
    return _("{about},由全部发牌机关的负责人办理{who}。").format(about=about, who=who)


def proposed(command: str, rest: str) -> str:
    """Return the label of the button that runs the nearest command, with arguments that may be seen."""
    words = f"/{command} {rest}".strip()
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def step(command: str, answers: Sequence[str], place: tuple[int, int], prompt: str) -> str:
    """Return a step of a form: what has been answered, and what is asked now.

    Args:
        command: the command that the form fills in.
        answers: what has been answered, in words.
        place: the number of the step, and of all steps.
        prompt: the question.
    """
    head = _("<b>{what}</b>(第 {step}/{steps} 步)").format(
        what=DESK_MENU[command](), step=place[0], steps=place[1]
    )
    given = [f"✓ {escape(answer)}" for answer in answers]
    return "\n".join([begun(head), *given, "", prompt])
