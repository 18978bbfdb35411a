"""Texts of the exported personal data: titles, names of fields, and words for stored values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.i18n.formatting import KINDS
from bot.i18n.language import Phrase, _, phrase
from core.clock import CHINA
from core.people.accounts import UserType
from core.preselection import PreselectionState, Way
from core.values.vehicles import CertificateKind

TITLE = phrase("我的选号信息")
NOTHING = phrase("(无)")
YES, NO = phrase("是"), phrase("否")

SECTIONS: dict[str, Phrase] = {
    "account": phrase("账号"),
    "consents": phrase("同意记录"),
    "preselections": phrase("预选"),
    "draws": phrase("抽号"),
    "wishes": phrase("未成功的自编"),
    "codes": phrase("短信验证码(只有时间,没有验证码)"),
    "sms_receipts": phrase("短信送达结果(保存两天)"),
    "appeals": phrase("申诉"),
    "bans": phrase("黑名单"),
    "notices": phrase("通知"),
    "subscriptions": phrase("订阅"),
    "wished_numbers": phrase("心愿号"),
    "awaited_offices": phrase("等待开通的发牌机关"),
    "check_subscription": phrase("次日告知抽号核验结果"),
    "mutes": phrase("不接收群发通知的发牌机关"),
    "reminders": phrase("提醒设置"),
    "reach": phrase("无法联系的记录"),
    "conversation": phrase("对话进度"),
    "probes": phrase("输入过他人信息的时间(保存一天)"),
    "presses": phrase("选号操作的时间(保存到设定的天数)"),
    "suspicions": phrase("异常选号嫌疑"),
    "notes": phrase("窗口备注"),
    "requests": phrase("复核申请"),
    "roles": phrase("管理员角色"),
    "staff_name": phrase("在管理记录中显示的姓名"),
    "summary": phrase("管理员每日摘要"),
    "journal": phrase("业务日志"),
}
"""Titles of the sections; one without a title is shown by its key."""

FIELDS: dict[str, Phrase] = {
    "chat": phrase("Telegram 账号编号"),
    "account": phrase("账号编号"),
    "user_type": phrase("用户类型"),
    "office": phrase("发牌机关"),
    "name": phrase("姓名(单位名称)"),
    "identity": phrase("身份证号(信用代码)"),
    "phone": phrase("手机号"),
    "phone_to_be_proved": phrase("待验证的手机号"),
    "phone_proved_at": phrase("手机验证时间"),
    "registered_at": phrase("注册时间"),
    "created_at": phrase("建立时间"),
    "version": phrase("版本"),
    "at": phrase("时间"),
    "number": phrase("编号"),
    "kind": phrase("号牌种类"),
    "state": phrase("状态"),
    "vin": phrase("车辆识别代号"),
    "certificate_kind": phrase("证书种类"),
    "certificate": phrase("证书编号"),
    "plate": phrase("号码"),
    "way": phrase("选号方式"),
    "verified_at": phrase("验证时间"),
    "reserved_at": phrase("选定时间"),
    "deadline": phrase("办理截止"),
    "ended_at": phrase("结束时间"),
    "reason": phrase("原因"),
    "note": phrase("备注"),
    "preselection": phrase("预选编号"),
    "n": phrase("抽号序号"),
    "without_four": phrase("不包含4"),
    "numbers": phrase("给出的号码"),
    "nonce": phrase("按键编号"),
    "seed_digest": phrase("种子的 SHA-256"),
    "seed": phrase("种子(公布之后)"),
    "wishes": phrase("自编的号码"),
    "purpose": phrase("用途"),
    "provider": phrase("短信服务商"),
    "wrong_tries": phrase("输错次数"),
    "expires_at": phrase("失效时间"),
    "subject": phrase("事项"),
    "details": phrase("内容"),
    "due_at": phrase("发送时间"),
    "cause": phrase("类别"),
    "since": phrase("开始时间"),
    "until": phrase("截止时间"),
    "asked_at": phrase("要求提供发票的时间"),
    "lifted_at": phrase("解除时间"),
    "lift_reason": phrase("解除原因"),
    "topic": phrase("主题"),
    "count": phrase("次数"),
    "screen": phrase("画面"),
    "role": phrase("角色"),
    "wanted": phrase("需要"),
    "by": phrase("操作者"),
    "action": phrase("操作"),
}
"""Names of the fields; one without a name is shown by its key."""


USER_TYPES = {
    UserType.NEW_OWNER: phrase("新车车主"),
    UserType.OWNER_DRIVER: phrase("车主/驾驶人"),
    UserType.COUNTER: phrase("窗口注册用户"),
    UserType.UNIT: phrase("单位用户"),
}
STATES = {
    PreselectionState.DRAFT: phrase("刚开始"),
    PreselectionState.INFORMED: phrase("填写资料"),
    PreselectionState.AGREED: phrase("资料已确认"),
    PreselectionState.VERIFIED: phrase("正在选号"),
    PreselectionState.RESERVED: phrase("已预选,待办理"),
    PreselectionState.REGISTERED: phrase("已上牌"),
    PreselectionState.EXPIRED: phrase("逾期收回"),
    PreselectionState.CANCELLED: phrase("已取消"),
    PreselectionState.VOID: phrase("已作废"),
}
_CODE_STATES = {
    "queued": phrase("等待发送"),
    "sent": phrase("已发送"),
    "failed": phrase("发送失败"),
    "used": phrase("已使用"),
    "locked": phrase("输错 5 次,已作废"),
    "replaced": phrase("已被新的代替"),
}
_RECEIPT_STATES = {
    "awaited": phrase("等待服务商答复"),
    "delivered": phrase("已送达"),
    "failed": phrase("未送达"),
    "unknown": phrase("没有得到答复"),
}
_NOTICE_STATES = {
    "waiting": phrase("等待发送"),
    "sending": phrase("正在发送"),
    "sent": phrase("已发送"),
    "failed": phrase("发送失败"),
    "late": phrase("已过时,没有发送"),
    "cancelled": phrase("已取消"),
}
_TOPICS = {
    "release": phrase("投放新号段"),
    "compose": phrase("开放自编选号"),
    "opening": phrase("下次服务时间开始"),
}
VALUES: dict[tuple[str, str], Mapping[Any, Phrase]] = {
    ("account", "user_type"): USER_TYPES,
    ("preselections", "kind"): KINDS,
    ("preselections", "state"): STATES,
    ("preselections", "certificate_kind"): {
        CertificateKind.DOMESTIC: phrase("国产车合格证"),
        CertificateKind.IMPORT: phrase("货物进口证明书"),
    },
    ("preselections", "way"): {Way.RANDOM: phrase("随机选号"), Way.COMPOSED: phrase("自编选号")},
    ("draws", "kind"): KINDS,
    ("codes", "purpose"): {"registration": phrase("注册"), "preselection": phrase("本人选号手机验证")},
    ("codes", "state"): _CODE_STATES,
    ("sms_receipts", "state"): _RECEIPT_STATES,
    ("notices", "state"): _NOTICE_STATES,
    ("subscriptions", "kind"): KINDS,
    ("subscriptions", "topic"): _TOPICS,
    ("journal", "by"): {"self": phrase("本人"), "desk": phrase("工作人员"), "system": phrase("系统")},
}
"""Words for stored values, by section and field; a value without words is shown as it is."""


def section(name: str) -> str:
    return SECTIONS[name]() if name in SECTIONS else name


def field(name: str) -> str:
    return FIELDS[name]() if name in FIELDS else name


def value(section_name: str, name: str, stored: str) -> str:
    """Return the words for a stored value of a field; itself if it has none."""
    words = VALUES.get((section_name, name), {})
    return words[stored]() if stored in words else stored


def made_at(at: datetime) -> str:
    return _("生成时间:{at}").format(at=f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}")
