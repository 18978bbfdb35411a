"""Errors while a number is selected, and of wished numbers."""

from collections.abc import Callable

from bot.i18n.formatting import day, listed, mask_words
from bot.i18n.language import Phrase, _, phrase, verbatim
from bot.texts.owner import suspicion
from core.errors import selection as selection_errors
from core.errors import suspicion as suspicion_errors
from core.errors import wished as wished_errors
from core.errors.base import XuanhaoError

CHANCES_USED_UP = verbatim("您的随机选号和自编选号机会均已用完,请前往车辆管理所办理选号等新车上牌业务。")
_MOST_PATTERNS = 6


def _not_released(error: selection_errors.WishNotReleased) -> str:
    if not error.patterns:
        return _("不在已投放的号段内。")
    patterns = listed(mask_words(pattern) for pattern in error.patterns[:_MOST_PATTERNS])
    return _("不在已投放的号段内,现在可以自编的是:{patterns}。").format(patterns=patterns)


PLAIN: dict[type[XuanhaoError], Phrase] = {
    selection_errors.NoBatchesLeft: phrase("随机选号次数已用完。"),
    selection_errors.ChancesUsedUp: CHANCES_USED_UP,
    selection_errors.NoWishes: phrase("请先输入要自编的号码。"),
    selection_errors.WishRepeated: phrase("同一号码重复填写。"),
    selection_errors.WishWithheld: phrase("该号码暂不投放。"),
    wished_errors.WishedUnreadable: phrase(
        "请写满 5 位(新能源 6 位),不定的位用 # 代表数字、@ 代表字母,例如 A8888、##888、D#8888。"
    ),
    wished_errors.WishedAlready: phrase("这个号码已经登记过。"),
    selection_errors.HoldEnded: phrase("该号码的保留时间已到,已放回号池。"),
    selection_errors.NotInBatch: phrase("该号码不在当前这一批中。"),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    selection_errors.TooManyLiving: lambda error: _(
        "您已有 {most} 个预选号码等待办理,达到同时持有的上限。请先到车辆管理所办理登记,再预选下一辆车的号码。"
    ).format(most=error.most),
    selection_errors.NoWishesLeft: lambda error: _(
        "剩余自编号牌个数只有 {left} 个,请减少本次提交的号码。"
    ).format(left=error.left),
    selection_errors.DrawnTooSoon: lambda error: _("请稍候 {seconds} 秒再试(未扣减次数)。").format(
        seconds=error.seconds
    ),
    suspicion_errors.SelectionSuspended: lambda error: suspicion.refused(error.kind),
    selection_errors.TriedTooSoon: lambda error: _(
        "两次自编之间至少间隔 {gap} 秒,请 {seconds} 秒后再提交(未扣减次数)。"
    ).format(gap=error.gap, seconds=error.seconds),
    selection_errors.TooManyWishes: lambda error: _("每次最多提交 {most} 个号码。").format(most=error.limit),
    selection_errors.WishNotReleased: _not_released,
    selection_errors.WishRandomOnly: lambda error: _("该号段 {day} 起才可自编,目前只能随机选。").format(
        day=day(error.opens)
    ),
    wished_errors.WishedTooWide: lambda error: _(
        "范围太大,有 {size:,} 个号码,最多 {most:,} 个。请多写几位,例如 ##888。"
    ).format(size=error.size, most=error.most),
    wished_errors.WishedEnough: lambda error: _("最多登记 {most} 个心愿号,请先移除一个。").format(
        most=error.most
    ),
}
