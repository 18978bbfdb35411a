"""Warnings to chiefs."""

from datetime import date
from html import escape

from bot.i18n.formatting import KINDS, short_day
from bot.i18n.language import _, phrase
from bot.inbox.model import DeadLetter
from core.values.plates import PlateKind


def dead_letter(letter: DeadLetter) -> str:
    """Return the report of an update that could not be handled, without its body."""
    return _("⚠️ 有一条消息无法处理,已搁置(update {update},{error})。发送者已收到提示。").format(
        update=letter.update_id, error=escape(letter.error)
    )


DATABASE_FAILING = phrase("数据库无法使用,车主得不到答复")
DATABASE_DAMAGED = phrase("⛔ 数据库文件已损坏,服务已停止。重启无用,请按手册从备份恢复,详情见日志。")
POLLING_FAILING = phrase("收不到 Telegram 的消息,车主得不到答复")
REGISTRY_FAILING = phrase("机动车登记系统没有答复,车主暂时不能填写车辆信息")


def outage(what: str, minutes: int, *, fails: bool) -> str:
    """Return the report of an outage, or of its end."""
    if not fails:
        return _("✅ 已恢复正常({what},持续约 {minutes} 分钟)。").format(what=what, minutes=minutes)
    if minutes == 0:
        return _("⚠️ {what}。请尽快检查,详情见日志。").format(what=what)
    return _("⚠️ {what},已持续约 {minutes} 分钟。请尽快检查,详情见日志。").format(what=what, minutes=minutes)


def journal_wrong(office: str, kind: PlateKind, day: date) -> str:
    """Return that the draws of a day could not be recomputed from the public journal."""
    return _(
        "⚠️ <b>抽号核验不一致</b>\n{office} {kind} {day}的抽号不能由公开记录重新算出。"
        "请立即查明数据库是否被改动,详情见 /desk。"
    ).format(office=escape(office), kind=KINDS[kind](), day=short_day(day))


def no_schedule(year: int) -> str:
    """Return the warning that a year's holiday schedule is not known."""
    return "\n\n" + _(
        "⚠️ {year} 年的放假调休安排尚未收录,办理截止日期暂按普通工作日计算。"
        "公布后请负责人(全部发牌机关)用 /holidays {year} 录入。"
    ).format(year=year)


def trouble(failed: int, shut: int) -> str:
    """Return how many failed notifications the desk has, and how many owners of /list cannot be reached."""
    lines = []
    if failed:
        lines.append(_("⚠️ 通知发送失败 {failed} 条,请看 /desk").format(failed=failed))
    if shut:
        lines.append(_("⚠️ 无法联系的待办理车主 {shut} 人,请看 /list").format(shut=shut))
    return "\n\n" + "\n".join(lines) if lines else ""
