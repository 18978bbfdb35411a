"""Errors of the counter, and of taking back what was done."""

from collections.abc import Callable
from html import escape

from bot.i18n.formatting import moment
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import actors, counter, people
from core.errors import counter as counter_errors
from core.errors import undo as undo_errors
from core.errors.base import XuanhaoError

PLAIN: dict[type[XuanhaoError], Phrase] = {
    undo_errors.NothingToUndo: phrase(
        "⛔ 不能撤回:没有可以撤回的操作(只能撤回当天的确认上牌、作废、取消预选、申诉审核通过、"
        "尚未开放的投放,以及登记的日子)。"
    ),
    undo_errors.UndoForChiefs: phrase(
        "⛔ 不能撤回:窗口只能撤回自己一小时内的确认上牌和取消预选,其他的请找负责人撤回。"
    ),
    undo_errors.NumberGone: phrase("⛔ 不能撤回:该号码已被他人选定,或正在他人的批次或备选中。"),
    undo_errors.VehicleGone: phrase("⛔ 不能撤回:该车辆已另有号码,或正在选号。"),
    undo_errors.AnswerApproved: phrase("⛔ 不能撤回:这件申诉是对异常选号嫌疑的答复,通过后暂停已经解除。"),
    undo_errors.SegmentOpened: phrase("⛔ 不能撤回:号段已经开放。可以用 /withhold 设为暂不投放。"),
    counter_errors.UserTypeHeld: phrase("此人已是这个用户类型。"),
    counter_errors.GrantElsewhere: phrase(
        "只能给最近一次在您的发牌机关预选的车辆增加机会;其他车辆请找全部发牌机关的负责人办理。"
    ),
    counter_errors.NothingGranted: phrase("请填写要增加的次数:random 和 compose 各 0–100,至少一项大于 0。"),
    counter_errors.ReceiverNotNamed: phrase(
        "输入的姓名与转入账号登记的不一致,未作任何更改。请核对聊天号和窗口前的人,再重新发送 /identity。"
    ),
    counter_errors.IdentityIsTheirs: phrase("该身份已经属于这个账号,无需转移。"),
    counter_errors.VinTailMismatch: phrase("车辆识别代号后六位不符,未作任何更改,请核对。"),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    counter_errors.VinPartMalformed: lambda error: _(
        "请写车辆识别代号的后六位或全部 17 位,收到的是 {length} 位,未作任何更改。"
    ).format(length=error.length),
    counter_errors.HolderElsewhere: lambda error: people.holder_elsewhere(error.office),
    counter_errors.PlateNotReserved: lambda error: counter.not_reserved(error.by, error.action),
    undo_errors.UndoNotOwn: lambda error: _(
        "⛔ 不能撤回:这是{who}办理的。窗口只能撤回自己一小时内的操作,请找负责人撤回。"
    ).format(who=actors.agent(error.by)),
    undo_errors.UndoTooLate: lambda error: _("⛔ 不能撤回:{until} 之前才可以撤回。").format(
        until=moment(error.until)
    ),
    undo_errors.UndoneByAppeal: lambda error: _(
        "⛔ 不能单独撤回:该预选因申诉 {number} 审核通过而撤销,请用 /undo 申诉 {number} 原因。"
    ).format(number=error.number),
    undo_errors.AppealUsed: lambda error: _(
        "⛔ 不能撤回:申诉人已为该车辆选定 {plate}。如确有错误,请先取消该预选。"
    ).format(plate=escape(error.plate)),
    undo_errors.NotExtendable: lambda error: _("⛔ 不能延期:最多可延期 {most} 次,已用完。").format(
        most=error.most
    ),
    undo_errors.ExtensionTooLong: lambda error: _("每次可延长 1 至 {most} 个工作日。").format(
        most=error.most
    ),
}
