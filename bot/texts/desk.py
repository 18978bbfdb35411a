"""Words of the desk: what admins read."""

from collections.abc import Sequence
from datetime import date, datetime, time
from html import escape

from bot.receipt.updates import Broken
from bot.texts.common import KINDS, day, listed, masked_identity, masked_name, moment, plate, reason
from bot.texts.language import _, phrase
from core import audit
from core.accounts import Account, UserType
from core.admins import Admin, Duty, Post, Role
from core.blacklist import Ban
from core.clock import CHINA
from core.counter import Ended
from core.endings import Closing
from core.masks import Mask
from core.offices import Office
from core.plates import PlateKind
from core.pool import Opening, PoolCount, Segment
from core.preselection import Preselection
from core.vehicles import group_vin

USAGE = {
    "desk": phrase("<code>/desk</code>(待办事项)"),
    "segments": phrase("<code>/segments [粤K]</code>(各号段用量)"),
    "release": phrase(
        "<code>/release 粤K small A####</code>\n"
        "可选:<code>from 2026-12-01T09:00</code> 定时投放;"
        "<code>compose now|drawn|2026-12-08</code> 自编开放时间\n"
        "种类:small 小型汽车、small_nev 小型新能源、large_nev 大型新能源;# 代表数字,@ 代表字母"
    ),
    "withhold": phrase("<code>/withhold 粤K small A888#</code>"),
    "unwithhold": phrase("<code>/unwithhold 粤K small A888#</code>"),
    "confirm": phrase("<code>/confirm 粤K12345 车辆识别代号后六位或全部</code>"),
    "void": phrase("<code>/void 粤K12345 原因</code>(号码作废,车主列入黑名单)"),
    "revoke": phrase("<code>/revoke 粤K12345 原因</code>(取消预选,不列入黑名单)"),
    "closed": phrase("<code>/closed 粤K 2026-12-31 原因</code>"),
    "appeals": phrase("<code>/appeals</code> 或 <code>/appeals 粤K</code>"),
    "approve": phrase("<code>/approve 申诉编号</code>(先显示将撤销和恢复的内容)"),
    "reject": phrase("<code>/reject 申诉编号 原因</code>(申诉人会看到原因)"),
    "ban": phrase(
        "<code>/ban 聊天号|证件号|手机号|号牌 [until 2028-01-01] 原因</code>\n"
        "不写 until 则按规定年限;对已在黑名单上的人,改为新的截止日期。"
    ),
    "unban": phrase("<code>/unban 聊天号|证件号|手机号|号牌 原因</code>"),
    "identity": phrase("<code>/identity 证件号 聊天号|手机号 原因</code>(在窗口核对过证件原件之后)"),
    "usertype": phrase("<code>/usertype 聊天号|证件号|手机号 new_owner|owner_driver|counter|unit</code>"),
    "grant": phrase("<code>/grant 车辆识别代号 random=1 compose=5 原因</code>"),
    "blacklist": phrase("<code>/blacklist</code> 或 <code>/blacklist 粤K</code>"),
    "find": phrase("<code>/find 车辆识别代号|号牌|凭证编号|证件号|手机号|聊天号</code>"),
    "broadcast": phrase(
        "<code>/broadcast 粤K 通知内容</code>(可多行,最多 1000 字);"
        "<code>/broadcast 粤K</code> 查看进行中的群发"
    ),
    "vehicles": phrase("<code>/vehicles</code>(然后把 CSV 或 XLSX 文件发到聊天中)"),
    "stats": phrase("<code>/stats [粤K]</code>(统计)"),
    "audit": phrase(
        "<code>/audit 查什么</code>:号牌、车辆识别代号、聊天号、预选或凭证编号、号段、身份证号、手机号、"
        "操作、系统、发牌机关、日期"
    ),
    "maintenance": phrase(
        "<code>/maintenance 粤K|all on 给车主看的说明</code>;<code>/maintenance 粤K|all off</code>"
    ),
    "admins": phrase(
        "<code>/admins</code> 查看;<code>/admins add 聊天号 chief|clerk|reviewer [粤K|all]</code> 添加"
    ),
}
"""How each command of the desk is written."""


def usage(command: str) -> str:
    """Return how a command is written."""
    return _("用法:{usage}").format(usage=USAGE[command]())


def help_text(duties: frozenset[Duty]) -> str:
    """Return the help on the commands that somebody may give; a stranger is told of none."""
    may = [USAGE[name]() for name in USAGE if _DUTY_OF.get(name, name) in duties]
    return "\n\n" + "\n".join([_("<b>管理命令</b>"), *may]) if may else ""


_DUTY_OF = {
    "unwithhold": Duty.WITHHOLD,
    "unban": Duty.BAN,
    "approve": Duty.APPEALS,
    "reject": Duty.APPEALS,
}


ROLES = {
    Role.CHIEF: phrase("负责人"),
    Role.CLERK: phrase("窗口"),
    Role.REVIEWER: phrase("申诉审核"),
}
USER_TYPES = {
    UserType.NEW_OWNER: phrase("新车车主"),
    UserType.OWNER_DRIVER: phrase("车主/驾驶人"),
    UserType.COUNTER: phrase("窗口注册用户"),
    UserType.UNIT: phrase("单位用户"),
}
BAN = phrase("⛔ 列入黑名单")
UNBAN = phrase("✅ 解除")
UNBANNED = phrase("✅ 已解除,并会通知本人。")
CLOSE = phrase("✅ 确认不办公")
BAD_TIME = phrase("没有看懂时间。请写成 2026-12-01 09:00 或 2026-12-01。")
RELEASE = phrase("✅ 确认投放")
REGISTER = phrase("✅ 确认已上牌")
VOID = phrase("⛔ 确认作废")
REVOKE = phrase("✅ 确认取消预选")
WITHHOLD = phrase("🔒 确认暂不投放")
UNWITHHOLD = phrase("✅ 恢复投放")
MAINTENANCE_ON = phrase("🛠 开始维护")
MAINTENANCE_OFF = phrase("✅ 结束维护")
USERTYPE = phrase("✅ 确认")
MOVE_IDENTITY = phrase("✅ 已核对证件,转移身份")
IDENTITY_MOVED = phrase("✅ 身份已转移,双方都会收到通知。")
GRANT = phrase("✅ 确认增加")
ADD_ADMIN = phrase("✅ 确认添加")
REMOVE_ADMIN = phrase("⛔ 确认移除")
CANCEL = phrase("取消")
CANCELLED = phrase("已取消,未作任何更改。")


def broken(what: Broken) -> str:
    """Return what chiefs are told of an update that could not be handled: without its contents."""
    return _("⚠️ 有一条消息无法处理,已搁置(update {update},{error})。发送者已收到提示。").format(
        update=what.update_id, error=escape(what.error)
    )


def no_schedule(year: int) -> str:
    """Return the warning that a year's make-up working days are not known."""
    return "\n\n" + _(
        "⚠️ {year} 年的放假调休安排尚未收录,办理截止日期暂按普通工作日计算。"
        "公布后请写入设置 [calendar],或更新程序。"
    ).format(year=year)


def _somebody(account: Account | None) -> str:
    if account is None:
        return _("(尚未注册的身份)")
    return f"{masked_name(account.name)} {masked_identity(account.identity)}"


def ban_question(account: Account | None, until: datetime, why: str, present: Ban | None) -> str:
    """Return the question before a ban, or before the change of one that runs."""
    change = ""
    if present:
        change = _("此人已在黑名单上(到 {until}),将改为新的日期。").format(until=day(present.until))
    told = _("本人会收到通知。") if account else _("此身份尚未注册,没有人会收到通知。")
    return _("<b>列入黑名单?</b>\n{who}\n到 {until}\n原因:{reason}{change}\n\n{told}").format(
        who=_somebody(account),
        until=day(until),
        reason=reason(why),
        change=f"\n{change}" if change else "",
        told=told,
    )


def banned(until: datetime) -> str:
    """Return until when somebody is barred now."""
    return _("✅ 已列入黑名单,到 {until}。").format(until=day(until))


def unban_question(account: Account | None, present: Ban, why: str) -> str:
    """Return the question before a ban is lifted."""
    return _("<b>从黑名单中解除?</b>\n{who}\n列入原因:{banned_for}(到 {until})\n解除原因:{reason}").format(
        who=_somebody(account),
        banned_for=reason(present.reason),
        until=day(present.until),
        reason=reason(why),
    )


def closed_question(office: Office, when: date, why: str, would: Closing) -> str:
    """Return the question before a day is closed."""
    off = "" if would.works else "\n" + _("⚠️ 这一天本来就不是工作日。")
    return _(
        "<b>窗口不办公?</b>\n{office} {day}\n原因:{reason}{off}\n\n"
        "将顺延 <b>{moves:,}</b> 个号码的办理截止时间,并通知车主各一次。不能撤回。"
    ).format(
        office=escape(office.code),
        day=day(datetime.combine(when, time(), CHINA)),
        reason=reason(why),
        off=off,
        moves=would.moves,
    )


def closed(office: Office, when: date, moved: int) -> str:
    """Return how many deadlines a closed day has moved."""
    return _("✅ {office} {day} 窗口不办公,顺延了 {moved} 个办理截止时间。").format(
        office=escape(office.code), day=when.isoformat(), moved=moved
    )


def trouble(failed: int, shut: int) -> str:
    """Return what chiefs should know of notices that did not arrive."""
    return "\n\n" + _("⚠️ 通知发送失败 {failed} 条,无法联系(停用机器人或注销)的 {shut} 人。").format(
        failed=failed, shut=shut
    )


def release_question(office: Office, kind: PlateKind, mask: str, size: int, when: str) -> str:
    """Return the question before a release."""
    return _(
        "<b>投放号段?</b>\n{office} {kind} <code>{mask}</code>\n"
        "共 {size:,} 个号码\n{when}\n\n投放后不能撤回。"
    ).format(office=escape(office.code), kind=KINDS[kind](), mask=escape(mask), size=size, when=when)


def release_when(opening: Opening, *, now: bool) -> str:
    """Return when a segment would open, and when it might be composed."""
    since = _("随机选号:立即开放") if now else _("随机选号:{time}起").format(time=moment(opening.random_from))
    return f"{since}\n{_composing(opening)}"


def _composing(opening: Opening) -> str:
    if opening.compose_from == opening.random_from == opening.compose_by:
        return _("自编选号:同时开放")
    if opening.compose_from == opening.compose_by:
        return _("自编选号:{time}起").format(time=moment(opening.compose_from))
    return _("自编选号:{first} 至 {last} 之间抽签决定").format(
        first=day(opening.compose_from), last=day(opening.compose_by)
    )


def released(segment: Segment, count: PoolCount) -> str:
    """Return what was released."""
    return _(
        "✅ 已投放 <code>{mask}</code>,{size:,} 个号码。\n"
        "随机选号:{opens} 起;自编选号:{compose} 起。\n"
        "号池现有 {free:,} 个可选(共 {released:,})。"
    ).format(
        mask=escape(segment.mask.pattern),
        size=segment.size,
        opens=moment(segment.opens_at),
        compose=moment(segment.compose_from),
        free=count.free,
        released=count.released,
    )


def released_plain(segment: Segment, count: PoolCount) -> str:
    """Return what was released, for the command line, which speaks English."""
    return (
        f"released {segment.mask.pattern}: {segment.size:,} numbers, "
        f"random from {segment.opens_at.isoformat(timespec='minutes')}, "
        f"self-composed from {segment.compose_from.isoformat(timespec='minutes')}; "
        f"free in the pool now: {count.free:,} of {count.released:,}"
    )


_MOST_NAMED = 3


def order_jumped(masks: list[str]) -> str:
    """Return the warning that segments which GA 36 puts before this one are not all released."""
    named = listed(f"<code>{escape(one)}</code>" for one in masks[:_MOST_NAMED])
    if len(masks) > _MOST_NAMED:
        named = _("{masks} 等{count}种").format(masks=named, count=len(masks))
    return "\n\n" + _("⚠️ 按 GA 36 的启用顺序,{masks} 应先用完,现在是跳序投放。").format(masks=named)


def _mask(office: Office, mask: Mask) -> str:
    return f"{escape(office.code)} {KINDS[mask.kind]()} <code>{escape(mask.pattern)}</code>"


def withhold_question(office: Office, mask: Mask, taken: int) -> str:
    """Return the question before numbers are kept back."""
    already = _("其中 {taken:,} 个已被预选或已上牌,不受影响。").format(taken=taken) if taken else ""
    return _(
        "<b>暂不投放?</b>\n{mask},共 {size:,} 个号码。{already}\n\n"
        "之后抽号和自编都不会给出这些号码,并在号池公示中列明。"
    ).format(mask=_mask(office, mask), size=mask.size, already=already)


def withheld(office: Office, mask: Mask) -> str:
    """Return what is kept back now."""
    return _("✅ {mask} 已设为暂不投放。").format(mask=_mask(office, mask))


def unwithhold_question(office: Office, mask: Mask) -> str:
    """Return the question before numbers are kept back no more."""
    return _("<b>恢复投放?</b>\n{mask}").format(mask=_mask(office, mask))


def unwithheld(office: Office, mask: Mask) -> str:
    """Return what is kept back no more."""
    return _("✅ {mask} 已恢复投放。").format(mask=_mask(office, mask))


def _number(preselection: Preselection) -> str:
    return plate(preselection.office, preselection.serial or "")


def _reserved(preselection: Preselection) -> dict[str, str]:
    """Return what every card of a reserved number shows of it."""
    return {
        "number": _number(preselection),
        "vin": escape(group_vin(preselection.the_vin)),
        "deadline": moment(preselection.deadline) if preselection.deadline else "",
    }


def register_question(preselection: Preselection) -> str:
    """Return the card of a preselection before it is confirmed at the counter."""
    return _(
        "<b>窗口确认</b>\n号码:<b>{number}</b>\n"
        "车辆识别代号:<code>{vin}</code>\n"
        "证书编号:<code>{certificate}</code>\n"
        "办理截止:{deadline}\n\n材料核对无误、号牌已发放?确认后不能撤回。"
    ).format(certificate=escape(preselection.certificate or ""), **_reserved(preselection))


def registered(preselection: Preselection) -> str:
    """Return that a number is on its vehicle."""
    return _("✅ {number} 已确认上牌。").format(number=_number(preselection))


def void_question(preselection: Preselection, why: str, years: int) -> str:
    """Return the question before a number is void."""
    ban = _("车主列入黑名单 {years} 年,").format(years=years) if years else ""
    return _(
        "<b>号码作废?</b>\n号码:<b>{number}</b>\n"
        "车辆识别代号:<code>{vin}</code>\n办理截止:{deadline}\n原因:{reason}\n\n"
        "{ban}号码收回,并通知本人。不能撤回。"
    ).format(reason=reason(why), ban=ban, **_reserved(preselection))


def revoke_question(preselection: Preselection, why: str) -> str:
    """Return the question before a preselection is cancelled."""
    return _(
        "<b>取消预选?</b>\n号码:<b>{number}</b>\n"
        "车辆识别代号:<code>{vin}</code>\n办理截止:{deadline}\n原因:{reason}\n\n"
        "不列入黑名单,号码收回,并通知本人。不能撤回。"
    ).format(reason=reason(why), **_reserved(preselection))


def voided(ended: Ended) -> str:
    """Return that a number is void."""
    number = _number(ended.preselection)
    if ended.banned_until is None:
        return _("✅ {number} 已作废。").format(number=number)
    until = day(ended.banned_until)
    return _("✅ {number} 已作废,车主列入黑名单到 {until}。").format(number=number, until=until)


def revoked(ended: Ended) -> str:
    """Return that a preselection was cancelled."""
    return _("✅ {number} 的预选已取消。").format(number=_number(ended.preselection))


_DONE = {
    "registered": phrase("确认上牌"),
    "voided": phrase("作废"),
    "revoked": phrase("取消预选"),
    "expired": phrase("过期收回"),
}


def not_reserved(by: str, action: str) -> str:
    """Return that nobody has reserved a number, and who ended what there was."""
    done = _DONE.get(action)
    if done is None:
        return _("该号码没有待确认的预选(可能未被预选、已过期或已上牌)。")
    who = _("系统")
    if by != audit.SYSTEM:
        who = _("管理员 {chat}").format(chat=by.removeprefix("chat:"))
    return _("已由{who}处理:该号码已{done}。").format(who=who, done=done())


def office_name(code: str) -> str:
    """Return an office's code, or what stands for all of them."""
    return escape(code) or _("全部发牌机关")


def maintenance_question(code: str, text: str, present: str) -> str:
    """Return the question before maintenance begins, or before the text of one that runs changes."""
    now = "\n" + _("已在维护,车主现在看到:{text}").format(text=escape(present)) if present else ""
    return _(
        "<b>开始系统维护?</b>\n{office}{now}\n车主将看到:{text}\n\n"
        "维护期间不能开始新的抽号和自编;已在进行的批次和备选可以选完。"
    ).format(office=office_name(code), text=escape(text), now=now)


def maintenance_over_question(code: str) -> str:
    """Return the question before maintenance ends."""
    return _("<b>结束系统维护?</b>\n{office}").format(office=office_name(code))


def maintenance_begun(code: str) -> str:
    """Return that maintenance has begun."""
    return _("🛠 {office}:系统维护已开始。").format(office=office_name(code))


def maintenance_ended(code: str) -> str:
    """Return that maintenance is over."""
    return _("✅ {office}:系统维护已结束。").format(office=office_name(code))


def user_type_question(account: Account, wanted: UserType) -> str:
    """Return the question before a user type changes."""
    return _("<b>修改用户类型?</b>\n{who}\n{present} → {wanted}").format(
        who=_somebody(account), present=USER_TYPES[account.user_type](), wanted=USER_TYPES[wanted]()
    )


def user_type_set(wanted: UserType) -> str:
    """Return what somebody is now."""
    return _("✅ 用户类型:{type}。").format(type=USER_TYPES[wanted]())


def identity_question(
    identity: str, holder: Account | None, account: Account, why: str, kept: Sequence[Preselection]
) -> str:
    """Return the question before an identity is moved; the numbers that are ``kept`` stay reserved."""
    before = _("目前没有账号注册")
    if holder:
        before = _("现注册于聊天号 {chat},将失去注册和未完成的预选").format(chat=holder.chat_id)
    if kept:
        numbers = listed(_number(one) for one in kept)
        before += _(";其已预选的 {numbers} 不随之取消,需要时请另行作废或取消").format(numbers=numbers)
    return _(
        "<b>转移身份?</b>\n{identity}:{before}。\n转到聊天号 {chat}。\n原因:{reason}\n\n"
        "以该身份产生的黑名单一并解除。请先核对身份证原件。"
    ).format(identity=masked_identity(identity), before=before, chat=account.chat_id, reason=reason(why))


def grant_question(vin: str, batches: str, wishes: str, why: str) -> str:
    """Return the question before chances are given."""
    return _(
        "<b>增加选号机会?</b>\n<code>{vin}</code>\n"
        "随机选号 +{batches} 次,自编号牌 +{wishes} 个\n原因:{reason}"
    ).format(vin=escape(group_vin(vin)), batches=batches, wishes=wishes, reason=reason(why))


def granted(vin: str) -> str:
    """Return that chances were given."""
    return _("✅ <code>{vin}</code> 已增加选号机会。").format(vin=escape(group_vin(vin)))


def _post(post: Post) -> str:
    return _("{role}({office})").format(role=ROLES[post.role](), office=office_name(post.office))


def _posts(admin: Admin) -> str:
    ordered = sorted(admin.posts, key=lambda one: (one.role, one.office))
    return listed(_post(post) for post in ordered)


def admins(everybody: list[Admin]) -> str:
    """Return who is at the desk."""
    lines = [f"<code>{admin.chat_id}</code>  {_posts(admin)}" for admin in everybody]
    return _("<b>管理员</b>\n{admins}\n\n{usage}").format(admins="\n".join(lines), usage=usage("admins"))


def remove_label(chat_id: int, post: Post) -> str:
    """Return what stands on the button that takes a role away."""
    return _("移除 {chat} {role} {office}").format(
        chat=chat_id, role=ROLES[post.role](), office=post.office or _("全部")
    )


def admin_question(chat_id: int, post: Post, *, add: bool) -> str:
    """Return the question before a role is given or taken."""
    question = _("<b>添加管理员?</b>\n<code>{chat}</code>  {post}\n\n会通知本人。")
    if not add:
        question = _("<b>移除管理员?</b>\n<code>{chat}</code>  {post}\n\n会通知本人。")
    return question.format(chat=chat_id, post=_post(post))


def admin_changed(chat_id: int, post: Post, *, add: bool) -> str:
    """Return that a role was given or taken."""
    said = _("✅ 已添加 <code>{chat}</code>:{post}。")
    if not add:
        said = _("✅ 已移除 <code>{chat}</code>:{post}。")
    return said.format(chat=chat_id, post=_post(post))


def role(name: str, office: str, *, given: bool) -> str:
    """Return what somebody is told of their role at the desk."""
    said = _("🗂 您现在是{post}。发送 /help 查看命令。") if given else _("🗂 您已不再是{post}。")
    return said.format(post=_post(Post(role=Role(name), office=office)))
