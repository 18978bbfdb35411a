"""Texts of the home page, of help, and for input that is not understood."""

from collections.abc import Callable
from datetime import datetime

from bot.i18n.formatting import PRESS_HINT, day, listed, office_title
from bot.i18n.language import _, phrase
from bot.texts.menu import OWNER_MENU
from core.values.offices import Office

PRESELECT = phrase("【预选号牌】")
MINE = phrase("【我的选号】")
HELP = phrase("❓ 帮助")

NOT_UNDERSTOOD = phrase("没有看懂。")
NO_PHOTO_HERE = phrase("这里不需要图片。")
ONLY_TEXT = phrase("贴纸、语音、视频和文件我看不了,只能看文字和照片。")
NOTHING_TO_CANCEL = phrase("现在没有正在进行的预选。")

_HELP = phrase(
    "<b>预选号牌怎么用</b>\n"
    "① 点【预选号牌】,填写车辆识别代号和合格证编号(随时可以,会为您保留)。\n"
    "② 在服务时间内验证手机,然后选号:\n"
    "  • 随机选号:每批给出若干号码,点喜欢的号码再确认;没想好可以先留作备选,换一批;\n"
    "  • 自编选号:自己编号码,按顺序第一个可用的即为所选。\n"
    "③ 选定后不能更改。请在有效期内携带材料到车辆管理所办理,过期将列入黑名单。\n"
    "④ 车辆识别代号被他人使用、不能预选的,点【异常选号资料修改】提出申诉。"
)
_HELP_VERIFYING = phrase(
    "⑤ /verify 核验您抽到的每一批号码:种子在当天服务结束后公布,之后可重新计算,看是不是这些号码。"
)

NEW = phrase("新车上牌前,在这里预选号牌:随机选号或自编选号。点【预选号牌】开始。")
REGISTERED = phrase("您已注册。点【预选号牌】开始选号。")
UNFINISHED = phrase("您有一次还没完成的预选,信息已为您保留。点【预选号牌】继续。")
USED_UP = phrase(
    "本车的随机选号和自编选号机会均已用完,请到车辆管理所窗口选号。点【预选号牌】查看地址,或为另一辆车预选。"
)

_NAMED = 6
"""Offices that are named in a line."""


def unknown_command() -> str:
    """Return that the command does not exist, and the commands that do."""
    return _("没有这个命令。可用命令:{commands}").format(commands=" ".join(f"/{name}" for name in OWNER_MENU))


def help_text() -> str:
    """Return the help page with the list of commands."""
    return f"{_HELP()}\n{_HELP_VERIFYING()}\n\n" + " · ".join(
        f"/{name} {what()}" for name, what in OWNER_MENU.items()
    )


def welcome(offices: list[Office], *, state: str) -> str:
    """Return the home page."""
    served = listed(office_title(office) for office in offices[:_NAMED])
    if len(offices) > _NAMED:
        served = _("{offices} 等{count}个发牌机关").format(offices=served, count=len(offices))
    return _("<b>选号 · 机动车号牌预选</b>\n受理:{offices}\n\n{state}").format(offices=served, state=state)


def reserved(plate: str, deadline: str) -> str:
    """Return the home page's line about a reserved number."""
    return _("您已预选 <b>{plate}</b>,请在 <b>{deadline}</b> 前到车辆管理所办理。").format(
        plate=plate, deadline=deadline
    )


def banned(until: datetime) -> str:
    return _(
        "⛔ <b>您已列入黑名单</b>,{until} 前不能网上预选号牌。原因和提出异议的办法请点【预选号牌】查看。"
    ).format(until=day(until))


def not_taken(hint: Callable[[], str] | None, *, is_photo: bool, is_text: bool) -> str:
    """Return the reply to input that the screen does not accept, with the screen's hint if it has one."""
    what = NO_PHOTO_HERE if is_photo else NOT_UNDERSTOOD if is_text else ONLY_TEXT
    return _("{what}{hint}").format(what=what(), hint=(hint or PRESS_HINT)())
