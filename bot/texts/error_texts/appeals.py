"""Errors of appeals and suspicions."""

from collections.abc import Callable

from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import appeals
from core.errors import appeals as appeals_errors
from core.errors import suspicion as suspicion_errors
from core.errors.base import XuanhaoError

PLAIN: dict[type[XuanhaoError], Phrase] = {
    suspicion_errors.SuspicionUnknown: phrase("没有这件嫌疑。"),
    suspicion_errors.SuspicionOfOneself: phrase("这件嫌疑涉及您本人,请由其他审核人员处理。"),
    suspicion_errors.NobodyToAsk: phrase("这件嫌疑涉及管理员,没有发票可以要求。"),
    appeals_errors.AppealNotNeeded: phrase("该车辆目前没有被他人占用,可以直接预选号牌,无需申诉。"),
    appeals_errors.AppealAboutOwnNumber: phrase(
        "该车辆的号牌就是您本人预选的,无需申诉,请在【我的选号】中查看。"
    ),
    appeals_errors.AppealWaits: phrase(
        "您对该车辆的申诉正在等待审核,不能重复提交。请在【异常选号资料修改】中查看。"
    ),
    appeals_errors.AppealUnfinished: phrase("您有一份还没提交的申诉,请先提交或放弃。"),
    appeals_errors.AppealIncomplete: phrase("申诉内容还没有填写完整。"),
    appeals_errors.AppealUnknown: phrase("没有这个申诉编号。"),
    appeals_errors.PhotosNotSeen: phrase("请先查看两张照片,核对之后再作决定。"),
    appeals_errors.AppealOfOneself: phrase(
        "不能审核本人的申诉,也不能审核涉及本人号牌的申诉,请由其他人审核。"
    ),
    appeals_errors.AppealMoved: phrase("情况在您查看之后有变化,请重新核对下面的内容。"),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    appeals_errors.AppealReasonLength: lambda error: _(
        "申诉原因应为 {shortest}–{longest} 字,您输入了 {found} 字,请修改后重新输入。"
    ).format(shortest=error.shortest, longest=error.longest, found=error.found),
    appeals_errors.AppealsWaitEnough: lambda error: _(
        "您已有 {most} 件申诉在等待审核,请等审核结束后再提交。"
    ).format(most=error.limit),
    appeals_errors.AppealDecided: lambda error: appeals.ended(error.by, error.state),
}
