"""What tasks of the desk are called, and the notifications that failed."""

from bot.i18n.language import Phrase, _, phrase
from core.notifications.queue import NotificationPurpose
from core.reporting.tasks import TaskKind

TASK_KINDS: dict[str, Phrase] = {
    TaskKind.DEADLINE: phrase("临近到期"),
    TaskKind.SHUT: phrase("联系不上车主"),
    TaskKind.UNCONFIRMED: phrase("已上牌未确认"),
    TaskKind.KIND_MISMATCH: phrase("号牌种类不符"),
    TaskKind.APPEAL: phrase("待审申诉"),
    TaskKind.SUSPICION: phrase("异常选号嫌疑"),
    TaskKind.UNREMINDED: phrase("未提醒到车主的过期号码"),
    TaskKind.FAILED: phrase("通知发送失败"),
    TaskKind.BROKEN: phrase("搁置的消息"),
    TaskKind.POOL: phrase("号池告急"),
    TaskKind.SCHEDULED: phrase("定时投放"),
    TaskKind.REQUEST: phrase("待同意的申请"),
    TaskKind.UNWITHHOLD: phrase("恢复投放待确认"),
    TaskKind.RESTORED: phrase("备份恢复后待核实"),
    TaskKind.CALENDAR: phrase("放假安排未收录"),
    TaskKind.JOURNAL: phrase("抽号核验不一致"),
    TaskKind.SMS: phrase("短信"),
}
NOTICES: dict[str, Phrase] = {
    NotificationPurpose.APPEAL: phrase("申诉结果通知"),
    NotificationPurpose.DESK_MESSAGE: phrase("窗口留言"),
    NotificationPurpose.APPEALS_WAIT: phrase("待审申诉提醒"),
    NotificationPurpose.SUSPENDED: phrase("暂停选号通知"),
    NotificationPurpose.RESUMED: phrase("恢复选号通知"),
    NotificationPurpose.SUPERSEDED: phrase("预选被撤销通知"),
    NotificationPurpose.REMINDER: phrase("到期提醒"),
    NotificationPurpose.EXPIRED: phrase("过期通知"),
    NotificationPurpose.MOVED: phrase("改期通知"),
    NotificationPurpose.EXTENDED: phrase("延期通知"),
    NotificationPurpose.SMS_REMINDER: phrase("短信提醒"),
    NotificationPurpose.BANNED: phrase("黑名单通知"),
    NotificationPurpose.LIFTED: phrase("解除黑名单通知"),
    NotificationPurpose.RELEASE: phrase("投放提醒"),
    NotificationPurpose.COMPOSE: phrase("自编开放提醒"),
    NotificationPurpose.OPENING: phrase("开放提醒"),
    NotificationPurpose.WISHED: phrase("心愿号提醒"),
    NotificationPurpose.REINSTATED: phrase("恢复通知"),
    NotificationPurpose.RESCHEDULED: phrase("投放改期通知"),
    NotificationPurpose.VOIDED: phrase("作废通知"),
    NotificationPurpose.REVOKED: phrase("取消通知"),
    NotificationPurpose.IDENTITY: phrase("身份转移通知"),
    NotificationPurpose.REGISTERED: phrase("已上牌通知"),
    NotificationPurpose.USER_TYPE: phrase("用户类型通知"),
    NotificationPurpose.GRANTED: phrase("机会增加通知"),
    NotificationPurpose.PHONE: phrase("手机号转走通知"),
    NotificationPurpose.SERVED: phrase("开通通知"),
    NotificationPurpose.ROLE: phrase("角色通知"),
    NotificationPurpose.INVITATION_USED: phrase("链接使用通知"),
    NotificationPurpose.CHIEF_REQUEST: phrase("负责人复核通知"),
    NotificationPurpose.CHIEF_REQUEST_DECIDED: phrase("负责人复核结果通知"),
    NotificationPurpose.UNWITHHOLD: phrase("恢复投放复核通知"),
    NotificationPurpose.UNWITHHOLD_DECIDED: phrase("恢复投放结果通知"),
    NotificationPurpose.BROADCAST_OVER: phrase("群发结果通知"),
    NotificationPurpose.SUMMARY: phrase("每日提要"),
    NotificationPurpose.SMS_USAGE: phrase("短信用量通知"),
    NotificationPurpose.SMS_FAILING: phrase("短信故障通知"),
    NotificationPurpose.CHECKED: phrase("抽号核验结果"),
    NotificationPurpose.JOURNAL_WRONG: phrase("抽号核验警报"),
}


def task_name(stored: str) -> str:
    """Return the name of a task as the audit log stores it, such as ``failed:banned``."""
    kind, _colon, purpose = stored.partition(":")
    if kind not in TASK_KINDS:
        return stored
    if purpose in NOTICES:
        return _("{task}({notice})").format(task=TASK_KINDS[kind](), notice=NOTICES[purpose]())
    return str(TASK_KINDS[kind]())
