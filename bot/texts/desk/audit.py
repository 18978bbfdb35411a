"""Texts of /audit: the audit log, who did what to what, and when."""

from collections.abc import Callable
from datetime import datetime
from html import escape

from bot.i18n.formatting import KINDS, begun, listed, plate
from bot.i18n.language import Phrase, _, phrase
from bot.i18n.staff_names import staff_name
from bot.texts.desk.actors import NOT_ADMINS, admin_name
from bot.texts.desk.broadcasts import AUDIENCES
from bot.texts.desk.chief_requests import ACTS
from bot.texts.desk.full_view import REASONS as WHY
from bot.texts.desk.reports.task_names import task_name
from bot.texts.desk.staff import ROLES
from bot.texts.desk.undo import DEEDS, PLACES, SHUT
from bot.texts.owner.exported import USER_TYPES
from bot.texts.owner.suspicion import NAMES as RULE_NAMES
from core.audit import CHAT, AuditAction, SubjectKind
from core.clock import CHINA, from_millis
from core.notifications.broadcasts import Audience
from core.people.accounts import UserType
from core.people.admins import Role
from core.people.blacklist import TIME_IS_OVER
from core.preselection import Way
from core.preselection.deadlines import MoveCause
from core.reporting.audit_search import AuditEntry
from core.suspicion import SuspicionKind
from core.values.plates import PlateKind

NOT_IN_JOURNAL = phrase(
    "没有看懂要查什么。可以写:号牌号码、车辆识别代号、聊天号、预选或凭证编号、号段、身份证号、手机号、"
    "操作(如 作废、投放)、系统、发牌机关、日期(如 2026-03-10、2026-03 或 3月);几个条件用空格隔开,须同时符合。"
)
EMPTY = phrase("没有符合条件的记录。")
SHEET = phrase("操作记录")
COLUMNS = phrase("编号|时间|操作人|操作|对象|发牌机关")

_OWNERS = frozenset(
    {
        AuditAction.ABANDONED,
        AuditAction.AGREED_TO_NOTICE,
        AuditAction.BEGAN,
        AuditAction.BEGAN_APPEAL,
        AuditAction.CHANGED_NAME,
        AuditAction.CHANGED_OFFICE,
        AuditAction.CHANGED_PHONE,
        AuditAction.COMPOSED_IN_VAIN,
        AuditAction.CONFIRMED_DATA,
        AuditAction.CONSENTED,
        AuditAction.CONSENTED_TO_PHOTOS,
        AuditAction.DELETED_OWN_DATA,
        AuditAction.DROPPED_APPEAL,
        AuditAction.RECHOSE,
        AuditAction.REGISTERED_ACCOUNT,
        AuditAction.RESERVED,
        AuditAction.SUBMITTED_APPEAL,
        AuditAction.VERIFIED,
        AuditAction.WITHDREW_APPEAL,
    }
)
"""Actions of owners themselves; all others are taken at the desk or by the system."""

WORDED: dict[str, Phrase] = {
    AuditAction.ABANDONED: phrase("放弃预选"),
    AuditAction.ACCEPTED_INVITATION: phrase("凭一次性链接接受角色:{role}"),
    AuditAction.ACTED_ALONE: phrase("{act}:没有第二位负责人,由一人办理"),
    AuditAction.ADDED_ADMIN: phrase("授予角色:{role}"),
    AuditAction.AGREED_TO_REQUEST: phrase("同意{asker}的申请:{act}"),
    AuditAction.AGREED_TO_NOTICE: phrase("阅读并同意业务须知"),
    AuditAction.APPROVED_APPEAL: phrase("申诉审核通过"),
    AuditAction.ASKED_CHIEF: phrase("申请另一位负责人同意:{act},原因:{reason}"),
    AuditAction.ASKED_FOR_INVOICE: phrase("要求 {about} 提供发票,暂停选号"),
    AuditAction.BANNED: phrase("列入黑名单,到 {until},原因:{reason}"),
    AuditAction.BEGAN: phrase("开始预选({kind})"),
    AuditAction.BEGAN_BROADCAST: phrase("开始群发通知给{audience},共 {total} 人:{text}"),
    AuditAction.BEGAN_APPEAL: phrase("开始填写申诉"),
    AuditAction.BEGAN_MAINTENANCE: phrase("开始系统维护:{text}"),
    AuditAction.CHANGED_BAN: phrase("黑名单改为到 {until},原因:{reason}"),
    AuditAction.CHANGED_NAME: phrase("修改姓名"),
    AuditAction.CHANGED_OFFICE: phrase("注册地由 {before} 改为 {office}"),
    AuditAction.CHANGED_PHONE: phrase("更换手机号"),
    AuditAction.CANCELLED_RELEASE: phrase("取消号段 {mask} 的定时投放,原因:{reason}"),
    AuditAction.CHANGED_HOLIDAYS: phrase("录入 {year} 年的放假调休安排:放假 {off} 天,补班 {worked} 天"),
    AuditAction.CHANGED_HOURS: phrase("{day} {place}改为 {hours},原因:{reason}"),
    AuditAction.CLOSED_DAY: phrase("{day} 窗口不办公,原因:{reason}"),
    AuditAction.COMMITTED_SEED: phrase("生成 {day} 的抽号种子({kind})"),
    AuditAction.COMPOSED_IN_VAIN: phrase("自编未中:{wishes}"),
    AuditAction.CONFIRMED_CLOCK: phrase("服务器时间核对无误"),
    AuditAction.CONFIRMED_DATA: phrase("确认车辆信息"),
    AuditAction.CONFIRMED_SUSPICION: phrase("{about} 的嫌疑属实,原因:{reason}"),
    AuditAction.CONSENTED: phrase("同意服务协议"),
    AuditAction.CONSENTED_TO_PHOTOS: phrase("同意照片使用告知"),
    AuditAction.DELETED_OWN_DATA: phrase("删除个人数据"),
    AuditAction.DISMISSED_SUSPICION: phrase("{about} 无异常,原因:{reason}"),
    AuditAction.DOUBTED_CLOCK: phrase("服务器时间有疑问,应为 {reference}"),
    AuditAction.DROPPED_APPEAL: phrase("清除未提交的申诉"),
    AuditAction.DROPPED_DRAFT: phrase("清除未完成的预选"),
    AuditAction.DROPPED_IMPORT: phrase("放弃车辆导入({file})"),
    AuditAction.ENDED_BROADCAST: phrase("群发通知结束,送达 {sent}/{total} 人"),
    AuditAction.ENDED_MAINTENANCE: phrase("结束系统维护"),
    AuditAction.EXPIRED: phrase("号码 {plate} 过期收回"),
    AuditAction.EXPORTED_LIST: phrase("导出名单:{list}"),
    AuditAction.GRANTED_CHANCES: phrase("增加选号机会:随机 +{random},自编 +{compose},原因:{reason}"),
    AuditAction.HANDLED: phrase("处理了待办事项:{task}"),
    AuditAction.IMPORTED_VEHICLES: phrase("导入车辆 {vehicles} 条({file})"),
    AuditAction.INVITED_ADMIN: phrase("生成一次性管理员链接:{role}"),
    AuditAction.KEPT_BATCH: phrase("第 {draw} 次抽号没有送达;本车退还次数已达上限,没有退还"),
    AuditAction.LIFTED_BAN: phrase("从黑名单中解除,原因:{reason}"),
    AuditAction.LOOKED_UP: phrase("查询({by},摘要 {key})"),
    AuditAction.LOST_IDENTITY: phrase("失去注册的身份"),
    AuditAction.LOST_PHONE: phrase("手机号由账号 {to} 验证后转走"),
    AuditAction.LOST_VEHICLE: phrase("车辆经申诉 {appeal} 审核属于他人"),
    AuditAction.MESSAGED_OWNER: phrase("给车主留言:{text}"),
    AuditAction.MOVED_DEADLINE: phrase("{plate} 办理截止由 {before} 改到 {deadline}:{cause}"),
    AuditAction.NAMED_ADMIN: phrase("修改显示的姓名"),
    AuditAction.RAISED_SUSPICION: phrase("{about} 列为异常选号嫌疑({rule})"),
    AuditAction.RECEIVED_IDENTITY: phrase("身份转到此账号,原因:{reason}"),
    AuditAction.RECHOSE: phrase("改选发牌机关或号牌种类({kind})"),
    AuditAction.REDATED_RELEASE: phrase("号段 {mask} 投放由 {before} 改到 {opens_at},原因:{reason}"),
    AuditAction.REFUSED_REQUEST: phrase("拒绝{asker}的申请:{act}"),
    AuditAction.CLOSED_REQUEST: phrase("关闭{asker}的申请(已不能办理):{act}"),
    AuditAction.REFUSED_UNWITHHOLDING: phrase("拒绝号段 {mask} 恢复投放"),
    AuditAction.REGISTERED: phrase("确认上牌:{plate}"),
    AuditAction.REGISTERED_ACCOUNT: phrase("完成注册"),
    AuditAction.REJECTED_APPEAL: phrase("申诉审核不通过,原因:{reason}"),
    AuditAction.RELEASED: phrase("投放号段 {mask}({kind},{size} 个),{opens_at} 开放,{compose_from} 起可自编"),
    AuditAction.REMOVED_ADMIN: phrase("撤销角色:{role}"),
    AuditAction.REOPENED_DAY: phrase("撤销 {day} 登记的{place},原因:{reason}"),
    AuditAction.REQUESTED_UNWITHHOLDING: phrase("申请号段 {mask} 恢复投放,原因:{reason}"),
    AuditAction.RESERVED: phrase("选定号码 {plate}({way})"),
    AuditAction.RESTORED: phrase("数据库由备份恢复"),
    AuditAction.RETURNED_BATCH: phrase("第 {draw} 次抽号没有送达,退还 1 批"),
    AuditAction.REVOKED: phrase("取消 {plate} 的预选,原因:{reason}"),
    AuditAction.SAW_PERSON: phrase("查看完整信息:{why}"),
    AuditAction.SAW_PHONE: phrase("查看电话:{why}"),
    AuditAction.REVOKED_INVITATION: phrase("撤销一次性管理员链接:{role}"),
    AuditAction.SAW_PHOTOS: phrase("查看申诉照片"),
    AuditAction.SET_USER_TYPE: phrase("用户类型:{from} → {to}"),
    AuditAction.STOPPED_BROADCAST: phrase("停止群发通知"),
    AuditAction.SUBMITTED_APPEAL: phrase("提交申诉"),
    AuditAction.UNDID: phrase("撤回「{deed}」{plate},原因:{reason}"),
    AuditAction.UNDID_IMPORT: phrase("撤销车辆导入({file})"),
    AuditAction.UNWITHHELD: phrase("号段 {mask} 恢复投放,原因:{reason}"),
    AuditAction.VERIFIED: phrase("通过手机验证"),
    AuditAction.VOIDED: phrase("号码 {plate} 作废,原因:{reason}"),
    AuditAction.WITHDREW_APPEAL: phrase("撤回申诉"),
    AuditAction.WITHDREW_NOTE: phrase("撤回备注 {note}"),
    AuditAction.WROTE_NOTE: phrase("写备注 {note}:{body}"),
    AuditAction.WITHHELD: phrase("号段 {mask} 暂不投放,原因:{reason}"),
    AuditAction.WITHDREW_REQUEST: phrase("撤回申请:{act}"),
    AuditAction.WITHDREW_UNWITHHOLDING: phrase("撤回号段 {mask} 恢复投放的申请"),
}
"""Text of each action; details are named in braces."""

NAMES: dict[str, Phrase] = {
    AuditAction.ACCEPTED_INVITATION: phrase("接受角色"),
    AuditAction.ACTED_ALONE: phrase("一人办理"),
    AuditAction.ADDED_ADMIN: phrase("添加管理员"),
    AuditAction.AGREED_TO_REQUEST: phrase("同意申请"),
    AuditAction.APPROVED_APPEAL: phrase("审核通过"),
    AuditAction.ASKED_CHIEF: phrase("申请负责人同意"),
    AuditAction.ASKED_FOR_INVOICE: phrase("要求提供发票"),
    AuditAction.BANNED: phrase("列入黑名单"),
    AuditAction.BEGAN_BROADCAST: phrase("群发通知"),
    AuditAction.BEGAN_MAINTENANCE: phrase("开始系统维护"),
    AuditAction.CHANGED_BAN: phrase("修改黑名单期限"),
    AuditAction.CANCELLED_RELEASE: phrase("取消投放"),
    AuditAction.CHANGED_HOLIDAYS: phrase("放假调休"),
    AuditAction.CHANGED_HOURS: phrase("当天的时间"),
    AuditAction.CLOSED_DAY: phrase("窗口不办公"),
    AuditAction.CONFIRMED_CLOCK: phrase("核对服务器时间"),
    AuditAction.CONFIRMED_SUSPICION: phrase("嫌疑属实"),
    AuditAction.DISMISSED_SUSPICION: phrase("嫌疑无异常"),
    AuditAction.DOUBTED_CLOCK: phrase("服务器时间有疑问"),
    AuditAction.ENDED_MAINTENANCE: phrase("结束系统维护"),
    AuditAction.EXPIRED: phrase("过期"),
    AuditAction.EXPORTED_LIST: phrase("导出名单"),
    AuditAction.GRANTED_CHANCES: phrase("增加选号机会"),
    AuditAction.IMPORTED_VEHICLES: phrase("导入车辆"),
    AuditAction.INVITED_ADMIN: phrase("生成管理员链接"),
    AuditAction.LIFTED_BAN: phrase("解除黑名单"),
    AuditAction.LOOKED_UP: phrase("查询"),
    AuditAction.MESSAGED_OWNER: phrase("给车主留言"),
    AuditAction.MOVED_DEADLINE: phrase("截止改期"),
    AuditAction.NAMED_ADMIN: phrase("修改姓名显示"),
    AuditAction.RAISED_SUSPICION: phrase("异常选号嫌疑"),
    AuditAction.RECEIVED_IDENTITY: phrase("转移身份"),
    AuditAction.REDATED_RELEASE: phrase("投放改期"),
    AuditAction.REFUSED_REQUEST: phrase("拒绝申请"),
    AuditAction.CLOSED_REQUEST: phrase("关闭申请"),
    AuditAction.REFUSED_UNWITHHOLDING: phrase("拒绝恢复投放"),
    AuditAction.REOPENED_DAY: phrase("撤销当天的登记"),
    AuditAction.REGISTERED: phrase("确认上牌"),
    AuditAction.REJECTED_APPEAL: phrase("审核不通过"),
    AuditAction.RELEASED: phrase("投放"),
    AuditAction.REMOVED_ADMIN: phrase("移除管理员"),
    AuditAction.REQUESTED_UNWITHHOLDING: phrase("申请恢复投放"),
    AuditAction.RESERVED: phrase("选定号码"),
    AuditAction.RESTORED: phrase("由备份恢复"),
    AuditAction.REVOKED: phrase("取消预选"),
    AuditAction.SAW_PERSON: phrase("查看完整信息"),
    AuditAction.SAW_PHONE: phrase("查看电话"),
    AuditAction.REVOKED_INVITATION: phrase("撤销管理员链接"),
    AuditAction.SAW_PHOTOS: phrase("查看申诉照片"),
    AuditAction.SET_USER_TYPE: phrase("修改用户类型"),
    AuditAction.SUBMITTED_APPEAL: phrase("提交申诉"),
    AuditAction.UNDID: phrase("撤回"),
    AuditAction.UNWITHHELD: phrase("恢复投放"),
    AuditAction.VOIDED: phrase("作废"),
    AuditAction.WITHDREW_REQUEST: phrase("撤回申请"),
    AuditAction.WITHDREW_UNWITHHOLDING: phrase("撤回恢复投放的申请"),
    AuditAction.WITHHELD: phrase("暂不投放"),
    AuditAction.WITHDREW_NOTE: phrase("撤回备注"),
    AuditAction.WROTE_NOTE: phrase("写备注"),
}
"""Names of actions at the desk; other actions are shown by their stored names."""

_LONGEST_LINE = 240  # a page shows ten lines; the spreadsheet has them in full

_WAYS = {Way.RANDOM: phrase("随机选号"), Way.COMPOSED: phrase("自编选号")}
_TIME_IS_OVER = phrase("期满")
_CAUSES = {
    MoveCause.CLOSED: phrase("窗口不办公"),
    MoveCause.CALENDAR: phrase("工作日安排或窗口办公时间有变动"),
    MoveCause.UNREMINDED: phrase("到期提醒未送达"),
    MoveCause.HOURS: phrase("窗口办公时间临时变动"),
    MoveCause.DESK: phrase("窗口办理延期"),
}
SUBJECTS: dict[str, Phrase] = {
    SubjectKind.PRESELECTION: phrase("预选 {id}"),
    SubjectKind.ACCOUNT: phrase("账号 {id}"),
    SubjectKind.ADMIN: phrase("聊天号 {id}"),
    SubjectKind.SEGMENT: phrase("号段 {id}"),
    SubjectKind.BAN: phrase("黑名单 {id}"),
    SubjectKind.VEHICLE: phrase("车辆 {id}"),
    SubjectKind.OFFICE: phrase("发牌机关 {id}"),
    SubjectKind.SEED: phrase("种子 {id}"),
    SubjectKind.EXPIRY: phrase("预选 {id} 的过期"),
    SubjectKind.NOTICE: phrase("通知 {id}"),
    SubjectKind.UPDATE: phrase("消息 {id}"),
    SubjectKind.APPEAL: phrase("申诉 {id}"),
    SubjectKind.IMPORT: phrase("导入 {id}"),
    SubjectKind.BROADCAST: phrase("群发 {id}"),
    SubjectKind.RESTORATION: phrase("恢复 {id}"),
    SubjectKind.REQUEST: phrase("申请 {id}"),
    SubjectKind.UNWITHHOLD: phrase("恢复投放申请 {id}"),
    SubjectKind.SUSPICION: phrase("嫌疑 {id}"),
}
_LISTS: dict[str, Phrase] = {
    "admins": phrase("管理员"),
    "appeals": phrase("申诉"),
    "find": phrase("查询结果"),
    "vehicles": phrase("车辆"),
    "list": phrase("待办理"),
    "stats": phrase("统计"),
    "desk": phrase("待办事项"),
    "audit": phrase("操作记录"),
    "segments": phrase("号段"),
    "blacklist": phrase("黑名单"),
}
_LOOKED_UP_BY = {
    "identity": phrase("证件号码"),
    "phone": phrase("手机号"),
    "chat": phrase("聊天号"),
    "vin": phrase("车辆识别代号"),
    "plate": phrase("号牌号码"),
    "receipt": phrase("凭证编号"),
}


def moment(at: datetime) -> str:
    """Return a time to the second, in China Standard Time."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def actor(entry: AuditEntry) -> str:
    """Return who did it, as plain text."""
    if entry.actor in NOT_ADMINS:
        return NOT_ADMINS[entry.actor]()
    kind, _colon, number = entry.actor.partition(":")
    if kind == SubjectKind.ACCOUNT:
        return _("车主(账号 {number})").format(number=number)
    if kind != CHAT:
        return entry.actor
    if entry.action in _OWNERS:
        return _("车主 {chat}").format(chat=number)
    return admin_name(number)


def name_of_actor(actor: str) -> str:
    """Return who of the desk, or of the service, has done something."""
    if actor in NOT_ADMINS:
        return NOT_ADMINS[actor]()
    kind, _colon, number = actor.partition(":")
    return admin_name(number) if kind == CHAT else actor


def action(entry: AuditEntry) -> str:
    """Return the text of an action; an action unknown to this version is shown by its stored name."""
    words = WORDED.get(entry.action)
    said = words().format_map(_Details(entry)) if words else entry.action
    if entry.action in _WITH_REASON and (why := entry.details.get("reason")):
        said += _(",原因:{reason}").format(reason=why)
    if entry.action == AuditAction.BEGAN_BROADCAST and (at := entry.details.get("opens_at")):
        said += _(",定于 {at} 发送").format(at=_minute(at))
    if entry.action == AuditAction.APPROVED_APPEAL and "photos" in entry.details:
        said += _("(没有照片)")
    return said


_WITH_REASON = frozenset({AuditAction.SET_USER_TYPE.value, AuditAction.MOVED_DEADLINE.value})
"""Actions of which some entries have a reason."""


def subject(entry: AuditEntry) -> str:
    topic, _colon, rest = entry.subject.partition(":")
    if topic in {SubjectKind.POOL, SubjectKind.PLATE}:
        office, kind, *serial = rest.split(":")
        name = plate(office, serial[0]) if serial else f"{office} {_kind(kind)}"
        return _("号码 {name}").format(name=name) if serial else _("号池 {name}").format(name=name)
    if topic == SubjectKind.ADMIN and staff_name(int(rest)):
        return admin_name(rest)
    if topic == SubjectKind.OFFICE and rest == "all":
        return _("全部发牌机关")
    words = SUBJECTS[topic]().format(id=rest) if topic in SUBJECTS else entry.subject
    if topic == SubjectKind.PRESELECTION and entry.plate:
        return _("{what}({plate})").format(what=words, plate=_plate(entry.plate))
    return words


def line(entry: AuditEntry) -> str:
    """Return an entry in one line: who, when, what, and the subject."""
    office = f" · {escape(entry.office)}" if entry.office else ""
    head = f"<code>{moment(entry.at)}</code> {escape(actor(entry))}{office}"
    done = begun(action(entry))
    if len(done) > _LONGEST_LINE:
        done = f"{done[:_LONGEST_LINE]}…"
    said = f"<s>{escape(done)}</s>" if entry.is_struck else escape(done)
    return f"{head}\n{said} — {escape(subject(entry))}"


def _kind(kind: str) -> str:
    return str(KINDS[PlateKind(kind)]) if kind in set(PlateKind) else kind


def _plate(raw: str) -> str:
    return plate(raw[:2], raw[2:].lstrip("·"))


def _about(raw: str) -> str:
    """Return whom a suspicion is about."""
    topic, _colon, rest = raw.partition(":")
    return SUBJECTS[topic]().format(id=rest) if topic in SUBJECTS else raw


def _rule(value: object) -> str:
    return str(RULE_NAMES[SuspicionKind(str(value))]) if value in set(SuspicionKind) else str(value)


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _day(value: object) -> str:
    return f"{from_millis(value).astimezone(CHINA):%Y-%m-%d}" if isinstance(value, int) else str(value)


def _minute(value: object) -> str:
    return f"{from_millis(value).astimezone(CHINA):%Y-%m-%d %H:%M}" if isinstance(value, int) else str(value)


def _iso_minute(value: object) -> str:
    """Return a time that is stored as text, in China Standard Time."""
    try:
        return f"{datetime.fromisoformat(str(value)).astimezone(CHINA):%Y-%m-%d %H:%M}"
    except ValueError:
        return str(value)


def _reason(value: object) -> str:
    return _TIME_IS_OVER() if value == TIME_IS_OVER else str(value)


def _user_type(value: object) -> str:
    return str(USER_TYPES[UserType(str(value))]) if value in set(UserType) else str(value)


_WORDS_OF: dict[str, Callable[[object], str]] = {
    "plate": lambda value: _plate(str(value)),
    "about": lambda value: _about(str(value)),
    "rule": _rule,
    "kind": lambda value: _kind(str(value)),
    "way": lambda value: str(_WAYS[Way(str(value))]) if value in set(Way) else str(value),
    "until": _day,
    "before": _minute,
    "deadline": _minute,
    "opens_at": _minute,
    "compose_from": _minute,
    "task": lambda value: task_name(str(value)),
    "audience": lambda value: (
        str(AUDIENCES[Audience(str(value))]()) if value in set(Audience) else str(value)
    ),
    "place": lambda value: str(PLACES[str(value)]()) if value in PLACES else str(value),
    "deed": lambda value: str(DEEDS[str(value)]()) if value in DEEDS else str(value),
    "hours": lambda value: str(value) or str(SHUT()),
    "reference": _iso_minute,
    "cause": lambda value: str(_CAUSES[MoveCause(str(value))]) if value in set(MoveCause) else str(value),
    "why": lambda value: str(WHY[str(value)]()) if value in WHY else str(value),
    "size": _number,
    "vehicles": _number,
    "reason": _reason,
    "wishes": lambda value: listed(value) if isinstance(value, dict) else str(value),
    "list": lambda value: str(_LISTS[str(value)]()) if value in _LISTS else str(value),
    "act": lambda value: str(ACTS[str(value)]()) if value in ACTS else str(value),
    "asker": lambda value: name_of_actor(str(value)),
    "role": lambda value: str(ROLES[Role(str(value))]) if value in set(Role) else str(value),
    "by": lambda value: str(_LOOKED_UP_BY[str(value)]) if value in _LOOKED_UP_BY else str(value),
    "from": _user_type,
    "to": _user_type,
}
"""Formatters of details by name; any other detail is shown unchanged."""


_MAY_LACK = frozenset({(AuditAction.UNDID.value, "plate")})
"""Details that not every entry of an action has."""


class _Details(dict[str, str]):
    """Formatted details of an entry by name; a detail that an older entry lacks is a dash."""

    def __init__(self, entry: AuditEntry) -> None:
        super().__init__()
        self._entry = entry

    def __missing__(self, name: str) -> str:
        value = self._entry.details.get(name)
        if value is None:
            return "" if (self._entry.action, name) in _MAY_LACK else "—"
        return _WORDS_OF.get(name, str)(value)
