"""Words of the desk: what admins read."""

from datetime import date, datetime
from html import escape

from bot.receipt.updates import Broken
from bot.texts.common import KINDS, day, masked_identity, masked_name, moment, plate
from core import audit
from core.accounts import Account, UserType
from core.admins import Admin, Duty, Post, Role
from core.blacklist import Ban
from core.counter import Ended
from core.masks import Mask
from core.offices import Office
from core.plates import PlateKind
from core.pool import PoolCount, Segment
from core.preselection import Preselection
from core.vehicles import group_vin

USAGE = {
    "release": (
        "<code>/release 粤K small A####</code>\n"
        "可选:<code>from 2026-12-01T09:00</code> 定时投放;"
        "<code>compose now|drawn|2026-12-08</code> 自编开放时间\n"
        "种类:small 小型汽车、small_nev 小型新能源、large_nev 大型新能源;# 代表数字,@ 代表字母"
    ),
    "withhold": "<code>/withhold 粤K small A888#</code>",
    "unwithhold": "<code>/unwithhold 粤K small A888#</code>",
    "confirm": "<code>/confirm 粤K12345 车辆识别代号后六位</code>",
    "void": "<code>/void 粤K12345 原因</code>(号码作废,车主列入黑名单)",
    "revoke": "<code>/revoke 粤K12345 原因</code>(取消预选,不列入黑名单)",
    "closed": "<code>/closed 粤K 2026-12-31 原因</code>",
    "ban": (
        "<code>/ban 聊天号|身份证号|手机号|号牌 [until 2028-01-01] 原因</code>\n"
        "不写 until 则按规定年限;对已在黑名单上的人,改为新的截止日期。"
    ),
    "unban": "<code>/unban 聊天号|身份证号|手机号|号牌 原因</code>",
    "identity": "<code>/identity 身份证号 聊天号|手机号 原因</code>(在窗口核对过身份证原件之后)",
    "usertype": "<code>/usertype 聊天号|身份证号|手机号 new_owner|owner_driver|counter|unit</code>",
    "grant": "<code>/grant 车辆识别代号 random=1 compose=5 原因</code>",
    "vehicles": "<code>/vehicles</code>(然后把 CSV 或 XLSX 文件发到聊天中)",
    "maintenance": (
        "<code>/maintenance 粤K|all on 给车主看的说明</code>;<code>/maintenance 粤K|all off</code>"
    ),
    "admins": (
        "<code>/admins</code> 查看;<code>/admins add 聊天号 chief|clerk|reviewer [粤K|all]</code> 添加"
    ),
}
"""How each command of the desk is written."""


def usage(command: str) -> str:
    """Return how a command is written."""
    return f"用法:{USAGE[command]}"


def help_text(duties: frozenset[Duty]) -> str:
    """Return the help on the commands that somebody may give; a stranger is told of none."""
    may = [USAGE[name] for name in USAGE if _DUTY_OF.get(name, name) in duties]
    return "\n\n<b>管理命令</b>\n" + "\n".join(may) if may else ""


_DUTY_OF = {"unwithhold": Duty.WITHHOLD, "unban": Duty.BAN}


ROLES = {Role.CHIEF: "负责人", Role.CLERK: "窗口", Role.REVIEWER: "申诉审核"}
USER_TYPES = {
    UserType.NEW_OWNER: "新车车主",
    UserType.OWNER_DRIVER: "车主/驾驶人",
    UserType.COUNTER: "窗口注册用户",
    UserType.UNIT: "单位用户",
}
BAN = "⛔ 列入黑名单"
UNBAN = "✅ 解除"
UNBANNED = "✅ 已解除,并会通知本人。"
CLOSE = "✅ 确认不办公"
BAD_TIME = "时间格式应为 2026-12-01T09:00 或 2026-12-01。"
RELEASE = "✅ 确认投放"
REGISTER = "✅ 确认已上牌"
VOID = "⛔ 确认作废"
REVOKE = "✅ 确认取消预选"
WITHHOLD = "🔒 确认暂不投放"
UNWITHHOLD = "✅ 恢复投放"
MAINTENANCE_ON = "🛠 开始维护"
MAINTENANCE_OFF = "✅ 结束维护"
USERTYPE = "✅ 确认"
MOVE_IDENTITY = "✅ 已核对证件,转移身份"
IDENTITY_MOVED = "✅ 身份已转移,双方都会收到通知。"
GRANT = "✅ 确认增加"
ADD_ADMIN = "✅ 确认添加"
REMOVE_ADMIN = "⛔ 确认移除"
CANCEL = "取消"
CANCELLED = "已取消,未作任何更改。"


def broken(what: Broken) -> str:
    """Return what chiefs are told of an update that could not be handled: without its contents."""
    return f"⚠️ 有一条消息无法处理,已搁置(update {what.update_id},{escape(what.error)})。发送者已收到提示。"


def no_schedule(year: int) -> str:
    """Return the warning that a year's make-up working days are not known."""
    return (
        f"\n\n⚠️ {year} 年的放假调休安排尚未收录,办理截止日期暂按普通工作日计算。"
        "公布后请写入设置 [calendar],或更新程序。"
    )


def _somebody(account: Account | None) -> str:
    if account is None:
        return "(尚未注册的身份)"
    return f"{masked_name(account.name)} {masked_identity(account.identity)}"


def ban_question(account: Account | None, until: datetime, reason: str, present: Ban | None) -> str:
    """Return the question before a ban, or before the change of one that runs."""
    change = f"\n此人已在黑名单上(到 {day(present.until)}),将改为新的日期。" if present else ""
    return (
        f"<b>列入黑名单?</b>\n{_somebody(account)}\n到 {day(until)}\n原因:{escape(reason)}{change}\n\n"
        "本人会收到通知。"
    )


def banned(until: datetime) -> str:
    """Return until when somebody is barred now."""
    return f"✅ 已列入黑名单,到 {day(until)}。"


def unban_question(account: Account | None, present: Ban, reason: str) -> str:
    """Return the question before a ban is lifted."""
    return (
        f"<b>从黑名单中解除?</b>\n{_somebody(account)}\n"
        f"列入原因:{escape(present.reason)}(到 {day(present.until)})\n解除原因:{escape(reason)}"
    )


def closed_question(office: Office, when: date, reason: str) -> str:
    """Return the question before a day is closed."""
    return (
        f"<b>窗口不办公?</b>\n{escape(office.code)} {when.isoformat()}\n原因:{escape(reason)}\n\n"
        "受影响的办理截止时间会顺延,并通知车主各一次。不能撤回。"
    )


def closed(office: Office, when: date, moved: int) -> str:
    """Return how many deadlines a closed day has moved."""
    return f"✅ {escape(office.code)} {when.isoformat()} 窗口不办公,顺延了 {moved} 个办理截止时间。"


def trouble(failed: int, shut: int) -> str:
    """Return what chiefs should know of notices that did not arrive."""
    return f"\n\n⚠️ 通知发送失败 {failed} 条,无法联系(停用机器人或注销)的 {shut} 人。"


def release_question(office: Office, kind: PlateKind, mask: str, size: int, when: str) -> str:
    """Return the question before a release."""
    return (
        f"<b>投放号段?</b>\n{escape(office.code)} {KINDS[kind]} <code>{escape(mask)}</code>\n"
        f"共 {size:,} 个号码\n{when}\n\n投放后不能撤回。"
    )


def release_when(opens: str, compose: str) -> str:
    """Return when a segment opens, and when it may be composed."""
    opening = f"随机选号:{opens}起" if opens else "随机选号:立即开放"
    composing = {
        "": "自编选号:本种类首个号段立即开放,否则在规定日期内抽签决定",
        "now": "自编选号:同时开放",
        "drawn": "自编选号:在规定日期内抽签决定",
    }.get(compose, f"自编选号:{compose}起")
    return f"{opening}\n{composing}"


def released(segment: Segment, count: PoolCount) -> str:
    """Return what was released."""
    return (
        f"✅ 已投放 <code>{escape(segment.mask.pattern)}</code>,{segment.size:,} 个号码。\n"
        f"随机选号:{moment(segment.opens_at)} 起;自编选号:{moment(segment.compose_from)} 起。\n"
        f"号池现有 {count.free:,} 个可选(共 {count.released:,})。"
    )


def register_question(preselection: Preselection) -> str:
    """Return the card of a preselection before it is confirmed at the counter."""
    deadline = moment(preselection.deadline) if preselection.deadline else ""
    return (
        f"<b>窗口确认</b>\n号码:<b>{plate(preselection.office, preselection.serial or '')}</b>\n"
        f"车辆识别代号:<code>{escape(group_vin(preselection.the_vin))}</code>\n"
        f"证书编号:<code>{escape(preselection.certificate or '')}</code>\n"
        f"办理截止:{deadline}\n\n材料核对无误、号牌已发放?确认后不能撤回。"
    )


def registered(preselection: Preselection) -> str:
    """Return that a number is on its vehicle."""
    return f"✅ {plate(preselection.office, preselection.serial or '')} 已确认上牌。"


def released_plain(segment: Segment, count: PoolCount) -> str:
    """Return what was released, for the command line."""
    return (
        f"released {segment.mask.pattern}: {segment.size:,} numbers, "
        f"random from {segment.opens_at.isoformat(timespec='minutes')}, "
        f"self-composed from {segment.compose_from.isoformat(timespec='minutes')}; "
        f"free in the pool now: {count.free:,} of {count.released:,}"
    )


def order_jumped(masks: list[str]) -> str:
    """Return the warning that segments which GA 36 puts before this one are not all released."""
    first = "、".join(f"<code>{escape(one)}</code>" for one in masks[:3])
    more = f" 等{len(masks)}种" if len(masks) > 3 else ""  # noqa: PLR2004 - as many as are named
    return f"\n\n⚠️ 按 GA 36 的启用顺序,{first}{more} 应先用完,现在是跳序投放。"


def _mask(office: Office, mask: Mask) -> str:
    return f"{escape(office.code)} {KINDS[mask.kind]} <code>{escape(mask.pattern)}</code>"


def withhold_question(office: Office, mask: Mask, taken: int) -> str:
    """Return the question before numbers are kept back."""
    already = f"其中 {taken:,} 个已被预选或已上牌,不受影响。" if taken else ""
    return (
        f"<b>暂不投放?</b>\n{_mask(office, mask)},共 {mask.size:,} 个号码。{already}\n\n"
        "之后抽号和自编都不会给出这些号码,并在号池公示中列明。"
    )


def withheld(office: Office, mask: Mask) -> str:
    """Return what is kept back now."""
    return f"✅ {_mask(office, mask)} 已设为暂不投放。"


def unwithhold_question(office: Office, mask: Mask) -> str:
    """Return the question before numbers are kept back no more."""
    return f"<b>恢复投放?</b>\n{_mask(office, mask)}"


def unwithheld(office: Office, mask: Mask) -> str:
    """Return what is kept back no more."""
    return f"✅ {_mask(office, mask)} 已恢复投放。"


def _reserved(preselection: Preselection) -> str:
    deadline = moment(preselection.deadline) if preselection.deadline else ""
    return (
        f"号码:<b>{plate(preselection.office, preselection.serial or '')}</b>\n"
        f"车辆识别代号:<code>{escape(group_vin(preselection.the_vin))}</code>\n办理截止:{deadline}"
    )


def void_question(preselection: Preselection, reason: str, years: int) -> str:
    """Return the question before a number is void."""
    ban = f"车主列入黑名单 {years} 年," if years else ""
    return (
        f"<b>号码作废?</b>\n{_reserved(preselection)}\n原因:{escape(reason)}\n\n"
        f"{ban}号码收回,并通知本人。不能撤回。"
    )


def revoke_question(preselection: Preselection, reason: str) -> str:
    """Return the question before a preselection is cancelled."""
    return (
        f"<b>取消预选?</b>\n{_reserved(preselection)}\n原因:{escape(reason)}\n\n"
        "不列入黑名单,号码收回,并通知本人。不能撤回。"
    )


def voided(ended: Ended) -> str:
    """Return that a number is void."""
    ban = f",车主列入黑名单到 {day(ended.banned_until)}" if ended.banned_until else ""
    one = ended.preselection
    return f"✅ {plate(one.office, one.serial or '')} 已作废{ban}。"


def revoked(ended: Ended) -> str:
    """Return that a preselection was cancelled."""
    one = ended.preselection
    return f"✅ {plate(one.office, one.serial or '')} 的预选已取消。"


def not_reserved(by: str, action: str) -> str:
    """Return that nobody has reserved a number, and who ended what there was."""
    done = {"registered": "确认上牌", "voided": "作废", "revoked": "取消", "expired": "过期收回"}.get(action)
    if done is None:
        return "该号码没有待确认的预选(可能未被预选、已过期或已上牌)。"
    who = "系统" if by == audit.SYSTEM else f"管理员 {by.removeprefix('chat:')}"
    return f"已由{who}处理:该号码已{done}。"


def office_name(code: str) -> str:
    """Return an office's code, or what stands for all of them."""
    return escape(code) or "全部发牌机关"


def maintenance_question(code: str, text: str) -> str:
    """Return the question before maintenance begins."""
    return (
        f"<b>开始系统维护?</b>\n{office_name(code)}\n车主将看到:{escape(text)}\n\n"
        "维护期间不能开始新的抽号和自编;已在进行的批次和备选可以选完。"
    )


def maintenance_over_question(code: str) -> str:
    """Return the question before maintenance ends."""
    return f"<b>结束系统维护?</b>\n{office_name(code)}"


def maintenance_begun(code: str) -> str:
    """Return that maintenance has begun."""
    return f"🛠 {office_name(code)}:系统维护已开始。"


def maintenance_ended(code: str) -> str:
    """Return that maintenance is over."""
    return f"✅ {office_name(code)}:系统维护已结束。"


def user_type_question(account: Account, wanted: UserType) -> str:
    """Return the question before a user type changes."""
    return (
        f"<b>修改用户类型?</b>\n{_somebody(account)}\n{USER_TYPES[account.user_type]} → {USER_TYPES[wanted]}"
    )


def user_type_set(wanted: UserType) -> str:
    """Return what somebody is now."""
    return f"✅ 用户类型:{USER_TYPES[wanted]}。"


def identity_question(identity: str, holder: Account | None, account: Account, reason: str) -> str:
    """Return the question before an identity is moved."""
    before = f"现注册于聊天号 {holder.chat_id},将失去注册和未完成的预选" if holder else "目前没有账号注册"
    return (
        f"<b>转移身份?</b>\n{masked_identity(identity)}:{before}。\n"
        f"转到聊天号 {account.chat_id}。\n原因:{escape(reason)}\n\n"
        "以该身份产生的黑名单一并解除。请先核对身份证原件。"
    )


def grant_question(vin: str, batches: str, wishes: str, reason: str) -> str:
    """Return the question before chances are given."""
    return (
        f"<b>增加选号机会?</b>\n<code>{escape(group_vin(vin))}</code>\n"
        f"随机选号 +{batches} 次,自编号牌 +{wishes} 个\n原因:{escape(reason)}"
    )


def granted(vin: str) -> str:
    """Return that chances were given."""
    return f"✅ <code>{escape(group_vin(vin))}</code> 已增加选号机会。"


def _post(post: Post) -> str:
    return f"{ROLES[post.role]}({office_name(post.office)})"


def admins(everybody: list[Admin]) -> str:
    """Return who is at the desk."""
    lines = [
        f"<code>{admin.chat_id}</code>  "
        + "、".join(_post(post) for post in sorted(admin.posts, key=lambda one: (one.role, one.office)))
        for admin in everybody
    ]
    return "<b>管理员</b>\n" + "\n".join(lines) + f"\n\n{usage('admins')}"


def remove_label(chat_id: int, post: Post) -> str:
    """Return what stands on the button that takes a role away."""
    return f"移除 {chat_id} {ROLES[post.role]} {post.office or '全部'}"


def admin_question(chat_id: int, post: Post, *, add: bool) -> str:
    """Return the question before a role is given or taken."""
    return f"<b>{'添加' if add else '移除'}管理员?</b>\n<code>{chat_id}</code>  {_post(post)}\n\n会通知本人。"


def admin_changed(chat_id: int, post: Post, *, add: bool) -> str:
    """Return that a role was given or taken."""
    return f"✅ 已{'添加' if add else '移除'} <code>{chat_id}</code>:{_post(post)}。"


def role(name: str, office: str, *, given: bool) -> str:
    """Return what somebody is told of their role at the desk."""
    what = f"{ROLES[Role(name)]}({office_name(office)})"
    return f"🗂 您现在是{what}。发送 /help 查看命令。" if given else f"🗂 您已不再是{what}。"
