"""Errors of the desk: notes, look-ups, bans, broadcasts."""

from collections.abc import Callable

from bot.i18n.language import Phrase, phrase
from bot.texts import notifications as notices
from bot.texts.desk import audit as audit_texts
from bot.texts.desk import broadcasts as broadcast_texts
from bot.texts.desk import commands, find
from bot.texts.desk import notes as note_texts
from bot.texts.desk import owner_messages as message_texts
from bot.texts.desk.handled import handled
from bot.texts.desk.reports import waiting
from core.errors import blacklist as blacklist_errors
from core.errors import broadcasts as broadcasts_errors
from core.errors import desk as desk_errors
from core.errors.base import XuanhaoError

PLAIN: dict[type[XuanhaoError], Phrase] = {
    desk_errors.NotPermitted: phrase("您没有这项权限。"),
    desk_errors.NoteNeedsCase: phrase(
        "备注要写在一个人、一次预选或一件申诉上。请写明凭证编号、聊天号或「申诉 12」,再写备注。"
    ),
    desk_errors.MessageEmpty: message_texts.EMPTY,
    desk_errors.NoteStays: phrase("备注只能由写的人在一小时内撤回。未作任何更改。"),
    desk_errors.NothingToCall: phrase("机器人可以联系到该车主,没有发送失败的通知,不显示电话。"),
    desk_errors.OwnerNamed: phrase("原因里请不要写车主的姓名,未显示。请重新输入。"),
    desk_errors.NotYourOffice: phrase("您没有该发牌机关的权限。"),
    desk_errors.NamesAreSealed: phrase(
        "姓名是加密保存的,不能按姓名查询。请用证件号码、手机号、聊天号、号牌号码、凭证编号或车辆识别代号。"
    ),
    desk_errors.NobodyFound: phrase("没有找到已注册的人。请用聊天号、身份证号、手机号或号牌号码。"),
    broadcasts_errors.BroadcastTextEmpty: broadcast_texts.EMPTY,
    broadcasts_errors.BroadcastRunning: broadcast_texts.RUNNING_ALREADY,
    broadcasts_errors.NobodyToTell: broadcast_texts.NOBODY,
    desk_errors.NothingKnown: find.NOTHING_KNOWN,
    blacklist_errors.NotBannedHere: phrase("您所管的发牌机关没有将此人列入黑名单。"),
    blacklist_errors.NotBlacklisted: phrase("此人现在不在黑名单上。"),
    blacklist_errors.BanInThePast: phrase("截止日期须晚于今天。"),
    desk_errors.NothingToHandle: waiting.NOTHING_TO_HANDLE,
    desk_errors.NotInAuditLog: audit_texts.NOT_IN_JOURNAL,
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    desk_errors.AlreadyHandled: lambda error: waiting.already_handled(error.by),
    blacklist_errors.Blacklisted: lambda error: notices.banned(error.until, error.reason, None),
    desk_errors.HandledMeanwhile: lambda error: handled(error.by, error.action),
    desk_errors.MessageTooLong: lambda error: message_texts.too_long(error.most, error.found),
    desk_errors.ReasonTooShort: lambda error: commands.reason_too_short(error.least, error.command),
    desk_errors.NoteTooLong: lambda error: note_texts.too_long(error.most, error.found),
    broadcasts_errors.BroadcastTimeWrong: lambda error: broadcast_texts.time_wrong(error.days),
    broadcasts_errors.BroadcastTextLong: lambda error: broadcast_texts.too_long(error.limit, error.found),
}
