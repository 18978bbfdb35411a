"""Texts of /audit: the audit log, who did what to what, and when."""

from collections.abc import Callable
from datetime import datetime
from html import escape

from bot.i18n.formatting import KINDS, begun, listed, plate
from bot.i18n.language import Phrase, _, phrase
from bot.i18n.staff_names import staff_name
from bot.texts.desk.actors import NOT_ADMINS, admin_name
from bot.texts.desk.audit_names import SUBJECTS, WORDED
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


_LONGEST_LINE = 240  # a page shows ten lines; the spreadsheet has them in full

WAYS = {Way.RANDOM: phrase("随机选号"), Way.COMPOSED: phrase("自编选号")}
_TIME_IS_OVER = phrase("期满")
_CAUSES = {
    MoveCause.CLOSED: phrase("窗口不办公"),
    MoveCause.CALENDAR: phrase("工作日安排或窗口办公时间有变动"),
    MoveCause.UNREMINDED: phrase("到期提醒未送达"),
    MoveCause.HOURS: phrase("窗口办公时间临时变动"),
    MoveCause.DESK: phrase("窗口办理延期"),
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
    "way": lambda value: str(WAYS[Way(str(value))]) if value in set(Way) else str(value),
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
