"""Words of the first page, of help, and of what is not understood."""

from bot.dialog.model import Screen
from bot.texts.common import PRESS_HINT, office_title
from core.offices import Office

PRESELECT = "【预选号牌】"
MINE = "【我的选号】"
HELP = "❓ 帮助"

UNKNOWN_COMMAND = "没有这个命令。可用命令:/start /preselect /mine /notify /cancel /help"
NOT_UNDERSTOOD = "没有看懂。"
NO_PHOTO_HERE = "这里不需要图片。"
NOTHING_TO_CANCEL = "现在没有正在进行的预选。"
NO_GROUPS = "请私聊使用本服务。"

HELP_TEXT = (
    "<b>预选号牌怎么用</b>\n"
    "① 点【预选号牌】,填写车辆识别代号和合格证编号(随时可以,会为您保留)。\n"
    "② 在服务时间内验证手机,然后选号:\n"
    "  • 随机选号:每批给出若干号码,喜欢的放入备选,再【确认选号】;\n"
    "  • 自编选号:自己编号码,按顺序第一个可用的即为所选。\n"
    "③ 选定后不能更改。请在有效期内携带材料到车辆管理所办理,过期将列入黑名单。\n\n"
    "/start 首页 · /preselect 预选号牌 · /mine 我的选号 · /notify 开放提醒"
    " · /cancel 放弃本次预选 · /help 帮助"
)


def welcome(offices: list[Office], *, state: str) -> str:
    """Return the first page."""
    served = "、".join(office_title(office) for office in offices[:6])
    more = f" 等{len(offices)}个发牌机关" if len(offices) > 6 else ""  # noqa: PLR2004 - a line's worth
    return f"<b>选号 · 机动车号牌预选</b>\n受理:{served}{more}\n\n{state}"


NEW = "新车上牌前,在这里预选号牌:随机选号或自编选号。点【预选号牌】开始。"
REGISTERED = "您已注册。点【预选号牌】开始选号。"
UNFINISHED = "您有一次还没完成的预选,信息已为您保留。点【预选号牌】继续。"


def reserved(plate: str, deadline: str) -> str:
    """Return what the first page says of a number that waits to be confirmed."""
    return f"您已预选 <b>{plate}</b>,请在 <b>{deadline}</b> 前到车辆管理所办理。"


def not_taken(screen: Screen, *, is_photo: bool) -> str:
    """Return what is said of something that the screen does not take."""
    return f"{NO_PHOTO_HERE if is_photo else NOT_UNDERSTOOD}{screen.hint or PRESS_HINT}"
