"""Errors of segments and of what is withheld."""

from collections.abc import Callable
from html import escape

from bot.i18n.formatting import day, listed
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import actors
from core.errors import pool as pool_errors
from core.errors.base import XuanhaoError

_MOST_WITHHELD = 12
"""Withheld masks that an error names."""


def _not_withheld(error: pool_errors.NotWithheld) -> str:
    said = _("该号段没有设为暂不投放,请用当时填写的写法。")
    if not error.withheld:
        return said + _("本号池现在没有暂不投放的号码。")
    more = " …" if len(error.withheld) > _MOST_WITHHELD else ""
    named = listed(f"<code>{escape(mask)}</code>" for mask in error.withheld[:_MOST_WITHHELD])
    return said + _("本号池现在暂不投放:{masks}").format(masks=named + more)


PLAIN: dict[type[XuanhaoError], Phrase] = {
    pool_errors.ReleaseInThePast: phrase("投放时间不能早于现在。"),
    pool_errors.ComposeBeforeOpening: phrase("自编选号的开放时间不能早于随机选号的开放时间。"),
    pool_errors.AlreadyWithheld: phrase("该号段已设为暂不投放。"),
    pool_errors.NoSeedToday: phrase(
        "今日抽号种子尚未公示或已经公布,现在不能抽号或抽签,请在下一个开放日再来;次数未扣。"
    ),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    pool_errors.NotWithheld: _not_withheld,
    pool_errors.SegmentOverlaps: lambda error: (
        _("与已投放的号段 {mask} 重叠({day}由{who}投放),没有投放。").format(
            who=actors.agent(error.by), mask=escape(error.mask), day=day(error.at)
        )
        if error.at is not None
        else _("与已投放的号段 {mask} 重叠,没有投放。").format(mask=escape(error.mask))
    ),
}
