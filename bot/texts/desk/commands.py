"""Usage of the desk's commands."""

from bot.errors.commands import Part, Usage
from bot.i18n.formatting import listed
from bot.i18n.language import _, phrase
from bot.texts.desk.examples import localised
from core.people.admins import Permission

USAGE = {
    "desk": phrase("<code>/desk</code>(待办事项)"),
    "segments": phrase("<code>/segments [粤K]</code>(各号段用量)"),
    "release": phrase(
        "<code>/release 粤K 小型汽车 A####</code>\n"
        "可选:<code>从 2026-12-01 09:00</code> 定时投放;"
        "<code>自编 立即|抽签|2026-12-08</code> 自编开放时间\n"
        "种类:小型汽车、小型新能源汽车、大型新能源汽车;# 代表数字,@ 代表字母"
    ),
    "withhold": phrase("<code>/withhold 粤K 小型汽车 A888# 原因</code>(原因会公示)"),
    "unwithhold": phrase("<code>/unwithhold 粤K 小型汽车 A888# 原因</code>(原因会公示)"),
    "confirm": phrase("<code>/confirm 粤K12345 车辆识别代号后六位或全部</code>"),
    "void": phrase("<code>/void 粤K12345 原因</code>(号码作废,车主列入黑名单)"),
    "revoke": phrase("<code>/revoke 粤K12345 原因</code>(取消预选,不列入黑名单)"),
    "undo": phrase(
        "<code>/undo 粤K12345 原因</code>(撤回当天的确认上牌、作废或取消预选)\n"
        "<code>/undo 申诉 12 原因</code>(撤回审核通过)\n"
        "<code>/undo 粤K 小型汽车 B#### 原因</code>(取消尚未开放的投放;"
        "改期:<code>/undo 粤K 小型汽车 B#### 改到 2026-12-05 09:00 原因</code>)\n"
        "<code>/undo 粤K 2026-12-31 原因</code>(撤销窗口不办公)"
    ),
    "closed": phrase(
        "<code>/closed 粤K 2026-12-31 原因</code>,多日 <code>2026-12-02 至 2026-12-04</code>,"
        "半天加 <code>上午</code>、<code>下午</code> 或 <code>09:00-12:00</code>;"
        "<code>/closed 粤K</code> 查看已登记的"
    ),
    "hours": phrase(
        "<code>/hours 粤K 2026-12-31 窗口|网上 09:00-12:00 原因</code>(某天或几天的办公时间、网上选号时间,"
        "网上不开放写 <code>不开放</code>);<code>/hours 粤K</code> 查看已登记的"
    ),
    "holidays": phrase(
        "<code>/holidays 2027 休 1月1日至1月3日、2月5日至2月11日 班 1月4日</code>,或发送 CSV、XLSX 文件"
    ),
    "appeals": phrase("<code>/appeals</code> 或 <code>/appeals 粤K</code>"),
    "approve": phrase("<code>/approve 申诉编号</code>(先显示将撤销和恢复的内容)"),
    "reject": phrase("<code>/reject 申诉编号 原因</code>(申诉人会看到原因)"),
    "ban": phrase(
        "<code>/ban 聊天号|证件号|手机号|号牌 [到 2028-01-01] 原因</code>\n"
        "不写期限则按规定年限;对已在黑名单上的人,再记一项原因,期限取最晚的。"
    ),
    "unban": phrase("<code>/unban 聊天号|证件号|手机号|号牌 原因</code>"),
    "identity": phrase("<code>/identity 证件号 聊天号|手机号 原因</code>(在窗口核对过证件原件之后)"),
    "usertype": phrase(
        "<code>/usertype 聊天号|证件号|手机号 新车车主|车主/驾驶人|窗口注册用户|单位用户 [原因]</code>"
    ),
    "grant": phrase("<code>/grant 车辆识别代号 随机=1 自编=5 原因</code>"),
    "blacklist": phrase("<code>/blacklist</code> 或 <code>/blacklist 粤K</code>"),
    "find": phrase("<code>/find 车辆识别代号|号牌|凭证编号|证件号|手机号|聊天号</code>"),
    "note": phrase("<code>/note 车辆识别代号|号牌|凭证编号|申诉 12|证件号|手机号|聊天号 备注</code>"),
    "broadcast": phrase(
        "<code>/broadcast 粤K|全部 [定时 12月1日 09:00] 通知内容</code>(可多行,最多 1000 字);"
        "<code>/broadcast 粤K</code> 查看进行中的群发和群发记录"
    ),
    "vehicles": phrase("<code>/vehicles</code>(然后把 CSV 或 XLSX 文件发到聊天中)"),
    "list": phrase(
        "<code>/list [粤K] [今天|本周|联系不上|已上牌] [小型汽车]</code>(待办理的预选,可多选或按文件确认上牌)"
    ),
    "stats": phrase("<code>/stats [粤K] [本月|上月|2026-11|2026-11-01 至 2026-11-15|30 天]</code>(统计)"),
    "audit": phrase(
        "<code>/audit 查什么</code>:号牌、车辆识别代号、聊天号、预选或凭证编号、号段、身份证号、手机号、"
        "操作、系统、发牌机关、日期。例如:<code>/audit 粤K12345</code>"
    ),
    "maintenance": phrase(
        "<code>/maintenance 粤K|全部 开 给车主看的说明</code>;<code>/maintenance 粤K|全部 关</code>"
    ),
    "clock": phrase("<code>/clock</code>(服务器时间有疑问时,确认时间正确)"),
    "admins": phrase(
        "<code>/admins</code> 查看;"
        "<code>/admins 添加 聊天号 负责人|窗口|申诉审核 [粤K|全部] [到 2026-12-31]</code> 添加;"
        "<code>/admins 改名 聊天号 姓名</code> 改名;"
        "<code>/admins 链接 窗口|申诉审核 [粤K]</code> 一次性链接"
    ),
}
"""Usage of each command of the desk."""
_LIMITED = {"undo": phrase("<code>/undo 粤K12345 原因</code>(撤回本人一小时内的确认上牌、作废或取消预选)")}
"""Usage of a command for those who may use a part of it only."""
PARTS = {
    Part.OFFICE: phrase("发牌机关"),
    Part.KIND: phrase("号牌种类"),
    Part.MASK: phrase("号段"),
    Part.TIME: phrase("时间"),
    Part.PLATE: phrase("号牌"),
    Part.VIN: phrase("车辆识别代号"),
    Part.VIN_END: phrase("车辆识别代号的后六位"),
    Part.PERSON: phrase("是谁(聊天号、证件号、手机号或号牌)"),
    Part.IDENTITY: phrase("证件号"),
    Part.USER_TYPE: phrase("用户类型"),
    Part.CASE: phrase("关于谁或哪件事"),
    Part.QUERY: phrase("要查询的号码"),
    Part.TERM: phrase("要查的内容"),
    Part.UNDONE: phrase("要撤回的事项"),
    Part.APPEAL: phrase("申诉编号"),
    Part.DAY: phrase("日期"),
    Part.PLACE: phrase("「窗口」「网上」或「全部」"),
    Part.HOURS: phrase("几点到几点或「不开放」"),
    Part.CHANCES: phrase("增加的次数"),
    Part.SWITCH: phrase("「开」或「关」"),
    Part.CHAT: phrase("聊天号(一串数字)"),
    Part.ROLE: phrase("角色"),
    Part.NAME: phrase("姓名"),
    Part.REASON: phrase("原因"),
    Part.TEXT: phrase("文字内容"),
}
"""What a missing part of a command is called."""
_REASONS = {
    "withhold": phrase("<code>/withhold 粤K 小型汽车 A888# 拟公开拍卖</code>"),
    "unwithhold": phrase("<code>/unwithhold 粤K 小型汽车 A888# 拍卖已取消</code>"),
}
_REASON = phrase("资料与证件不符")
"""Examples of a reason: of the commands whose reasons are published, and of all others."""


def reason_too_short(least: int, command: str) -> str:
    return _("请写明原因:至少 {least} 个不同的字,标点和重复的字不算。例如:{example}").format(
        least=least, example=_REASONS.get(command, _REASON)()
    )


def is_limited(command: str, permissions: frozenset[Permission]) -> bool:
    """Return whether somebody with these permissions may use a part of a command only."""
    return command in _LIMITED and Permission.UNDO not in permissions


def usage_of(
    command: str, office: str = "", kind: str = "", *, with_name: bool = True, limited: bool = False
) -> str:
    """Return how a command is written, with an example of one's own office.

    Args:
        command: its name.
        office: the code of an office of the admin; empty for the manual's.
        kind: the name of a plate kind that the office has released; empty for small cars.
        with_name: whether the command's name stands before the arguments.
        limited: whether the reader may use a part of the command only.
    """
    text = localised((_LIMITED if limited else USAGE)[command](), office, kind)
    return text if with_name else text.replace(f"/{command} ", "").replace(f"/{command}", "")


def usage(command: str, office: str = "", kind: str = "", *, limited: bool = False) -> str:
    return _("用法:{usage}").format(usage=usage_of(command, office, kind, limited=limited))


def usage_error(error: Usage) -> str:
    """Return what a malformed command lacks, in the first line, and how it is written."""
    written = usage(error.command, error.office, error.kind, limited=error.limited)
    if not error.missing:
        return written
    lacks = _("缺少{parts}。").format(parts=listed(PARTS[part]() for part in error.missing))
    return f"{lacks}\n{written}"


def help_text(permissions: frozenset[Permission]) -> str:
    """Return help on the commands that these permissions allow; empty without any."""
    may = [
        usage_of(name, limited=is_limited(name, permissions))
        for name in USAGE
        if permission_of(name) in permissions
    ]
    return "\n\n" + "\n".join([_("<b>管理命令</b>"), *may]) if may else ""


_PERMISSION_OF = {
    "list": Permission.CONFIRM,
    "unwithhold": Permission.WITHHOLD,
    "unban": Permission.BAN,
    "approve": Permission.APPEALS,
    "reject": Permission.APPEALS,
    "hours": Permission.CLOSED,
    "undo": Permission.UNDO_OWN,
    "note": Permission.FIND,
}


def permission_of(command: str) -> Permission:
    """Return the permission that a command needs: that of its name, or of the command that it belongs to."""
    return Permission(_PERMISSION_OF.get(command, command))


BAD_TIME = phrase("没有看懂时间。请写成 2026-12-01 09:00 或 2026-12-01。")
