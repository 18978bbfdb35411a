"""Errors of roles, invitations and names of the staff."""

from collections.abc import Callable
from html import escape

from bot.i18n.formatting import listed, moment
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import actors
from core.errors import desk as desk_errors
from core.errors import invitations as invitations_errors
from core.errors import staff as staff_errors
from core.errors.base import XuanhaoError

PLAIN: dict[type[XuanhaoError], Phrase] = {
    desk_errors.NoSuchAdmin: phrase("没有这个管理员(设置文件中的负责人只能在设置中修改)。"),
    desk_errors.RoleHeld: phrase("此人已有这个角色。要改到期日,请先移除,再重新添加。"),
    invitations_errors.InvitationUnknown: phrase("这个管理员链接无效,请向给您链接的人索取新的链接。"),
    invitations_errors.InvitationUsed: phrase(
        "这个管理员链接已被使用过。每个链接只能用一次,请索取新的链接。"
    ),
    invitations_errors.InvitationRevoked: phrase("这个管理员链接已被撤销,请向给您链接的人索取新的链接。"),
    staff_errors.RoleOfAllOffices: phrase(
        "您只能授予和移除本发牌机关的角色;全部发牌机关的角色,请找全部发牌机关的负责人办理。"
    ),
    staff_errors.ChiefsByChiefsOfAll: phrase(
        "您只能授予和移除窗口和申诉审核;负责人的角色,请找全部发牌机关的负责人办理。"
    ),
    staff_errors.ChiefsNotByLink: phrase("负责人不能用链接授予,请用 /admins add 聊天号 chief。"),
    staff_errors.ChatIsPhone: phrase(
        "这里应是对话编号,不是手机号或证件号码,没有添加。请本人向机器人发送 /whoami,把显示的编号告诉您。"
    ),
    staff_errors.ChatIsName: phrase(
        "机器人查不到 @用户名,没有添加。请本人向机器人发送 /whoami,把显示的编号告诉您;"
        "或用 /admins link 生成一次性链接发给本人。"
    ),
    invitations_errors.InvitationExpired: phrase("这个管理员链接已过期(24 小时内有效),请索取新的链接。"),
    staff_errors.OwnRequest: phrase("要由另一位负责人决定,申请人自己不能同意。"),
    staff_errors.RequestOver: phrase("这份申请已作废或不存在。"),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    staff_errors.StaffNameOfSeveral: lambda error: _("有几位管理员叫这个名字,请写聊天号:{names}").format(
        names=listed(escape(actors.admin_name(str(chat))) for chat in error.chats)
    ),
    staff_errors.StaffNameUnusable: lambda error: _(
        "姓名最多 {most} 字,至少有一个字或字母,不能有特殊符号,没有修改。"
    ).format(most=error.longest),
    staff_errors.SecondChiefTooNew: lambda error: _(
        "您任命不久,{at} 起才可以同意;申请仍在等待,现在可以拒绝。"
    ).format(at=moment(error.at)),
}
