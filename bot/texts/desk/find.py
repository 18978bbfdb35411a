"""Texts of /find: the card of a person, a vehicle or a number."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from bot.i18n import formatting
from bot.i18n.formatting import (
    KINDS,
    confirmed_by,
    day,
    moment,
    plate,
    public_role,
    why,
)
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import audit as audit_texts
from bot.texts.desk.bans import cause_lines
from bot.texts.desk.parts import date_of, somebody
from bot.texts.owner.appeal import STATES as APPEAL_STATES
from bot.texts.owner.exported import STATES, USER_TYPES
from core.appeals import AppealEntry
from core.clock import CHINA
from core.notifications.queue import NotificationPurpose
from core.people.accounts import Account
from core.people.ban_causes import BanCause
from core.people.blacklist import Ban
from core.pool.bulletin import WithheldMask
from core.pool.number_status import NumberStatus, PlateStatus
from core.preselection import Preselection, PreselectionState
from core.registry.lookup import RegistryState
from core.reporting.audit_search import AuditEntry
from core.reporting.case_file import CaseFileTopic, DueNotification, VehicleAward, VehicleRecord
from core.values.vehicles import group_vin, vin_last_six

_STANDINGS = {
    NumberStatus.FREE: phrase("空闲,可以选"),
    NumberStatus.NEVER_RELEASED: phrase("从未投放"),
    NumberStatus.NOT_OPEN: phrase("已投放,尚未开放"),
    NumberStatus.WITHHELD: phrase("暂不投放"),
    NumberStatus.BATCH: phrase("正在某一批抽号中,几十秒内有结果"),
    NumberStatus.SHORTLIST: phrase("在某位车主的备选中,几分钟内有结果"),
    NumberStatus.RESERVED: phrase("已被预选,待办理"),
    NumberStatus.REGISTERED: phrase("已上牌"),
    NumberStatus.RESTING: phrase("收回后暂停选号,稍后回到号池"),
}
_PURPOSES = {
    NotificationPurpose.REMINDER: phrase("办理提醒"),
    NotificationPurpose.EXPIRED: phrase("逾期通知"),
    NotificationPurpose.MOVED: phrase("截止顺延"),
    NotificationPurpose.EXTENDED: phrase("截止延长"),
    NotificationPurpose.SMS_REMINDER: phrase("短信提醒"),
    NotificationPurpose.BANNED: phrase("黑名单通知"),
    NotificationPurpose.LIFTED: phrase("解除通知"),
    NotificationPurpose.REINSTATED: phrase("恢复通知"),
    NotificationPurpose.VOIDED: phrase("作废通知"),
    NotificationPurpose.REVOKED: phrase("取消通知"),
    NotificationPurpose.IDENTITY: phrase("身份通知"),
    NotificationPurpose.REGISTERED: phrase("已上牌通知"),
    NotificationPurpose.USER_TYPE: phrase("用户类型通知"),
    NotificationPurpose.GRANTED: phrase("机会增加通知"),
}
_REGISTRY: dict[str, Phrase] = {
    RegistryState.NEW: phrase("新车,未上牌"),
    RegistryState.REGISTERED: phrase("已上牌"),
}


CONFIRM = phrase("✅ 确认上牌")
VOID = phrase("⛔ 作废")
REVOKE = phrase("🚫 取消预选")
BAN = phrase("⛔ 黑名单")
UNBAN = phrase("✅ 解除黑名单")
GRANT = phrase("➕ 增加机会")
USERTYPE = phrase("👤 用户类型")
IDENTITY = phrase("🪪 转入身份")
LAST_SIX = phrase("<b>确认上牌</b>\n请输入车辆识别代号的后六位:")
VOID_REASON = phrase("<b>号码作废</b>(车主列入黑名单)\n请输入原因:")
REVOKE_REASON = phrase("<b>取消预选</b>(不列入黑名单)\n请输入原因:")
UNBAN_REASON = phrase("<b>从黑名单中解除</b>\n请输入原因:")
GRANT_PROMPT = phrase(
    "<b>增加选号机会</b>\n请输入次数和原因,例如:\n<code>random=1 compose=5 系统故障补偿</code>"
)
IDENTITY_PROMPT = phrase(
    "<b>把身份转入这个账号</b>\n请先核对身份证原件,再输入身份证号和原因,例如:\n"
    "<code>11010519491231002X 已核对原件</code>\n您输入的这条消息会随即删除。"
)
WHOLE_JOURNAL = phrase("📜 全部操作记录")
NOTHING_KNOWN = phrase("没有查到相关记录。")
NOT_ANY_MORE = phrase("现在已不能进行这项操作,请看最新情况。")
_WITHHOLDINGS_SHOWN = 3
"""Newest withholdings of a number on its card."""
HEADING = phrase("🔎 <b>查询结果</b>")


def card(sections: Iterable[str]) -> str:
    """Join the sections of a card; empty sections are left out."""
    return formatting.begun("\n\n".join([HEADING(), *(section for section in sections if section)]))


def restricted(offices: Sequence[str]) -> str:
    """Return the note that records belong to other offices, whose admins alone may see the holder."""
    if not offices:
        return ""
    return _("有关记录属于 {offices},持有人信息只供该发牌机关的管理员查看。").format(
        offices=escape(formatting.listed(offices))
    )


def number(found: PlateStatus, withholdings: Sequence[WithheldMask] = ()) -> str:
    """Return the current status of a number, and when and why it was withheld."""
    return "\n".join([_status(found), *(_withholding(one) for one in withholdings[-_WITHHOLDINGS_SHOWN:])])


def _withholding(one: WithheldMask) -> str:
    """Return a withholding of a number with its end: moments, roles and reasons."""
    since = _("🔒 <code>{mask}</code> {at} 起暂不投放({role},原因:{reason})").format(
        mask=escape(one.pattern),
        at=moment(one.since),
        role=escape(public_role(one.role)),
        reason=escape(why(one.reason)),
    )
    if one.ended_at is None:
        return since
    return since + _(";{at} 恢复投放({role},原因:{reason},{second})").format(
        at=moment(one.ended_at),
        role=escape(public_role(one.ended_role)),
        reason=escape(why(one.ended_reason)),
        second=escape(confirmed_by(one.second_role, one.ended_role)),
    )


def _status(found: PlateStatus) -> str:
    said = _("<b>{plate}</b> {kind}:{standing}").format(
        plate=plate(found.plate.office, found.plate.serial),
        kind=KINDS[found.plate.kind](),
        standing=_STANDINGS[found.status](),
    )
    if found.after_restore:
        return said + _("(备份恢复后待核实)")
    if found.opens is not None:
        return said + _("({at} 开放)").format(at=moment(found.opens))
    if found.compose_from is not None:
        return said + _("(目前只能随机选,{day} 起可自编)").format(day=day(found.compose_from))
    return said


def owner(account: Account | None) -> str:
    """Return the account's owner, masked."""
    if account is None:
        return ""
    since = (
        _("{day} 注册").format(day=day(account.registered_at)) if account.registered_at else _("未完成注册")
    )
    return _("<b>车主</b> {who}\n聊天号 <code>{chat}</code> · {type} · {office} · {since}").format(
        who=somebody(account),
        chat=account.chat_id,
        type=USER_TYPES[account.user_type](),
        office=escape(account.office or _("未选发牌机关")),
        since=since,
    )


def ban(current: Ban | None, causes: Sequence[BanCause], *, known: bool) -> str:
    """Return the ban of an identity, with all its causes; empty where no identity is known."""
    if current is None:
        return _("黑名单:不在名单上") if known else ""
    if len(causes) > 1:
        return _("⛔ <b>黑名单</b>:{since} 至 {until}\n{causes}").format(
            since=date_of(current.since), until=date_of(current.until), causes=cause_lines(causes)
        )
    return _("⛔ <b>黑名单</b>:{since} 至 {until}({office})\n原因:{reason}").format(
        since=date_of(current.since),
        until=date_of(current.until),
        office=escape(current.office),
        reason=escape(current.reason),
    )


def focus(preselection: Preselection) -> str:
    """Return the preselection that a card is about."""
    said = [_heading(preselection)]
    if preselection.vin:
        said.append(_("车辆识别代号 <code>{vin}</code>").format(vin=escape(group_vin(preselection.vin))))
    if preselection.certificate:
        said.append(_("证书编号 <code>{number}</code>").format(number=escape(preselection.certificate)))
    if preselection.reserved_at and preselection.way:
        chosen = _("{way},{at} 选定").format(
            way=audit_texts.WAYS[preselection.way](), at=moment(preselection.reserved_at)
        )
        said.append(chosen)
    if preselection.deadline and preselection.state == PreselectionState.RESERVED:
        said.append(_("办理截止 <b>{at}</b>").format(at=moment(preselection.deadline)))
    if preselection.deadline_before:
        said.append(
            _("到期提醒未送达,截止时间已延长(原为 {at})").format(at=moment(preselection.deadline_before))
        )
    if preselection.unreminded_at:
        said.append(_("到期提醒始终未能送达,过期收回时没有列入黑名单"))
    if preselection.ended_at:
        said.append(_("结束于 {at}").format(at=moment(preselection.ended_at)))
    if preselection.reason:
        said.append(_("原因:{reason}").format(reason=escape(preselection.reason)))
    return "\n".join(said)


def _heading(preselection: Preselection) -> str:
    return _("<b>预选 {number}</b> {office} {kind} {serial}:{state}").format(
        number=preselection.preselection_id,
        office=escape(preselection.office),
        kind=KINDS[preselection.kind](),
        serial=preselection.serial or "",
        state=STATES[preselection.state](),
    )


def vehicle(found: VehicleRecord, *, is_confirmed: bool) -> str:
    """Return a vehicle's remaining quota and what else is known of it.

    Args:
        found: the vehicle.
        is_confirmed: whether the counter has confirmed a number of it.
    """
    left = found.quota
    said = [
        _("<b>车辆</b> <code>{vin}</code>").format(vin=escape(group_vin(found.vin))),
        _chances(_("随机选号"), found.batches_used, found.batches_granted, left.batches if left else None),
        _chances(_("自编号牌"), found.wishes_used, found.wishes_granted, left.wishes if left else None),
        _("自编未选中 {wishes} 个").format(wishes=found.failed_wishes),
    ]
    if found.registry in _REGISTRY:
        state = _("登记系统:{state}").format(state=_REGISTRY[found.registry]())
        behind = is_confirmed and found.registry == RegistryState.NEW
        said.append(state + (_("(窗口已确认上牌,登记数据尚未更新)") if behind else ""))
    if found.selecting_until is not None:
        said.append(_("现在有人正在为该车选号({at} 前有效)").format(at=_time(found.selecting_until)))
    return "\n".join(said)


def _chances(what: str, used: int, granted: int, left: int | None) -> str:
    said = _("{what}:已用 {used},增加过 {granted}").format(what=what, used=used, granted=granted)
    return said if left is None else said + _(",剩余 {left}").format(left=left)


def appeals(found: Sequence[AppealEntry], award: VehicleAward | None) -> str:
    """Return the appeals of a card, and to whom one has awarded its vehicle."""
    lines = [f"· {appeal_label(entry)}" for entry in found]
    if award is not None:
        lines.append(
            _("⚖️ 车辆经申诉 {number} 认定归账号 {account}({day})").format(
                number=award.appeal_id, account=award.account_id, day=day(award.since)
            )
        )
    return _("<b>申诉</b>") + "\n" + "\n".join(lines) if lines else ""


def appeal_label(entry: AppealEntry) -> str:
    return _("📨 申诉 {number} · {tail} · {state} · {day}").format(
        number=entry.appeal_id,
        tail=vin_last_six(entry.vin),
        state=APPEAL_STATES[entry.state](),
        day=date_of(entry.at),
    )


def told(due: Sequence[DueNotification], failed: int) -> str:
    """Return the scheduled notifications and how many failed."""
    if not due and not failed:
        return ""
    waiting = formatting.listed(f"{_purpose(notice)} {_time(notice.at)}" for notice in due[:4])
    said = _("<b>通知</b> 待发 {count} 条").format(count=len(due))
    said += _(":{waiting}").format(waiting=waiting) if waiting else ""
    return said + (_(";发送失败 {failed} 条").format(failed=failed) if failed else "")


def _purpose(one: DueNotification) -> str:
    topic = one.purpose.partition(":")[0]
    return _PURPOSES[NotificationPurpose(topic)]() if topic in _PURPOSES else _("通知")


def preselections(everything: Sequence[Preselection]) -> str:
    """Return all preselections, newest first; a single one is on the card already."""
    if len(everything) < 2:  # noqa: PLR2004 - see above
        return ""
    rows = [f"· {entry_label(preselection)}" for preselection in everything]
    return _("<b>全部预选</b>({count})").format(count=len(everything)) + "\n" + escape("\n".join(rows))


def listed(count: int, topic: CaseFileTopic) -> str:
    """Return the prompt to choose among several matches, or that the number was never preselected."""
    if topic == CaseFileTopic.PLATE and not count:
        return _("没有人预选过这个号码。")
    return _("有 {count} 次预选,请选择:").format(count=count) if count else ""


def entry_label(preselection: Preselection) -> str:
    """Return a preselection as a list entry: number, state, and when it began or ended."""
    at = preselection.ended_at or preselection.reserved_at or preselection.verified_at
    what = (
        plate(preselection.office, preselection.serial)
        if preselection.serial
        else f"{preselection.office} {KINDS[preselection.kind]()}"
    )
    when = date_of(at) if at else ""
    return f"{preselection.preselection_id} {what} {STATES[preselection.state]()} {when}".strip()


def hit_row(preselection: Preselection) -> tuple[str | datetime | None, ...]:
    """Return a preselection as a spreadsheet row: the fields of its card, without the owner."""
    return (
        str(preselection.preselection_id),
        preselection.office,
        KINDS[preselection.kind](),
        f"{preselection.office}{preselection.serial}" if preselection.serial else None,
        STATES[preselection.state](),
        preselection.vin,
        preselection.reserved_at,
        preselection.deadline,
        preselection.ended_at,
    )


def journal(found: Sequence[AuditEntry]) -> str:
    """Return the newest audit entries, newest first."""
    if not found:
        return ""
    said = [
        f"· {_time(one.at)} {escape(audit_texts.action(one))} — {escape(audit_texts.actor(one))}"
        for one in found
    ]
    return _("<b>记录</b>(最近 {count} 条)").format(count=len(found)) + "\n" + "\n".join(said)


def _time(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%m-%d %H:%M}"


def ban_prompt(current: Ban | None) -> str:
    """Return what to type for a ban, or to change the current one."""
    how = _("请输入原因;要指定截止日期,写在原因前面,例如:\n<code>2028-01-01 冒用他人身份</code>")
    if current is None:
        return _("<b>列入黑名单</b>") + "\n" + how
    running = _("现在到 {until},原有原因保留,期限取较晚的。").format(until=day(current.until))
    return _("<b>再记一项原因</b>") + f"\n{running}\n{how}"


def user_type_prompt(account: Account | None) -> str:
    now = USER_TYPES[account.user_type]() if account else ""
    return _("<b>修改用户类型</b>\n现在是{type},改为:").format(type=now)


def late(until: datetime) -> str:
    """Return until when a number whose deadline has passed can be confirmed."""
    return _("⚠️ 已过截止时间,可补确认至 {until}").format(until=moment(until))
