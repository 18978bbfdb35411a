"""Words of the desk: what admins read."""

from datetime import date, datetime
from html import escape

from bot.receipt.updates import Broken
from bot.texts.common import KINDS, day, masked_identity, masked_name, moment, plate
from core.accounts import Account
from core.blacklist import Ban
from core.offices import Office
from core.plates import PlateKind
from core.pool import PoolCount, Segment
from core.preselection import Preselection
from core.vehicles import group_vin

RELEASE_USAGE = (
    "用法:<code>/release 粤K small A####</code>\n"
    "可选:<code>from 2026-12-01T09:00</code> 定时投放;"
    "<code>compose now|drawn|2026-12-08</code> 自编开放时间\n"
    "种类:small 小型汽车、small_nev 小型新能源、large_nev 大型新能源;# 代表数字,@ 代表字母"
)
CONFIRM_USAGE = "用法:<code>/confirm 粤K12345 车辆识别代号后六位</code>"
BAN_USAGE = (
    "用法:<code>/ban 聊天号|身份证号|手机号|号牌 [until 2028-01-01] 原因</code>\n"
    "不写 until 则按规定年限;对已在黑名单上的人,改为新的截止日期。"
)
UNBAN_USAGE = "用法:<code>/unban 聊天号|身份证号|手机号|号牌 原因</code>"
CLOSED_USAGE = "用法:<code>/closed 粤K 2026-12-31 原因</code>"
BAN = "⛔ 列入黑名单"
UNBAN = "✅ 解除"
UNBANNED = "✅ 已解除,并会通知本人。"
CLOSE = "✅ 确认不办公"
BAD_TIME = "时间格式应为 2026-12-01T09:00 或 2026-12-01。"
RELEASE = "✅ 确认投放"
REGISTER = "✅ 确认已上牌"
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
