"""Errors in the arguments of the desk's commands."""

from collections.abc import Callable
from html import escape

from bot.errors import commands as command_errors
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import blacklist, commands
from core.errors.base import XuanhaoError

PLAIN: dict[type[XuanhaoError], Phrase] = {
    command_errors.DaysReversed: phrase("日期的先后写反了,请核对。"),
    command_errors.SpanAhead: phrase("这段时间还没有开始,没有数字可统计。"),
    command_errors.NotAsAsked: phrase("写法不对或缺少原因,请按下面的例子输入。"),
    command_errors.BroadcastHourMissing: phrase(
        "没有看懂何时发送,没有发送。请写明日期和几点,例如 定时 2026-12-01 09:00。"
    ),
    command_errors.UnreadableTime: commands.BAD_TIME,
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    command_errors.EndNotEarlier: lambda error: blacklist.not_earlier(error.until),
    command_errors.EndNotLater: lambda error: blacklist.not_later(error.until),
    command_errors.NoSuchDay: lambda error: _("没有 {day} 这一天,请核对日期。").format(
        day=escape(error.written.strip())
    ),
    command_errors.Usage: commands.usage_error,
    command_errors.DateInReason: lambda error: _(
        "原因中有像日期的「{part}」,没有登记。请把日期写在一起,例如 2026-12-02 至 2026-12-04;"
        "原因里不要再写日期。"
    ).format(part=escape(error.written)),
    command_errors.SpanTooLong: lambda error: _("一次最多统计 {most} 天。").format(most=error.most),
    command_errors.DaysTooMany: lambda error: _("一次最多登记 {most} 天。").format(most=error.most),
}
