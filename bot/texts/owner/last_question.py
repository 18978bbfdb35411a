"""Texts of the last question before a number is taken for good."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import barred, counter_hours, near_moment, remaining
from bot.i18n.language import _, phrase
from core.values.offices import Office

TAKE = phrase("✅ 确定选用")
TAKE_OUT = phrase("移出备选")
CHOOSE = phrase("<b>请选择要确认的号码</b>")


def keep_label(number: str) -> str:
    return _("⭐ 改留 {number} 作备选").format(number=number)


def question(
    number: str, office: Office, deadline: datetime | None, until: datetime, now: datetime, *, rest: str
) -> str:
    """Return the question, with the price of the answer: by when to come, and what happens if not."""
    lines = [
        _("<b>确认选用 {number}?</b> · <b>{left}</b>").format(
            number=escape(number), left=remaining(until - now)
        ),
        _deadline(office, deadline),
        _("选定后<b>不能更改、不能退回</b>,其余号码放回号池。"),
        rest,
    ]
    return "\n".join(filter(None, lines))


def _deadline(office: Office, deadline: datetime | None) -> str:
    late = _("逾期未办理,号码收回{barred}。").format(barred=barred(office.ban_years))
    if deadline is None:  # the calendar has no working day for it
        return late
    by = _("须在 <b>{deadline}</b> 前办理(窗口:{hours});").format(
        deadline=near_moment(deadline), hours=counter_hours(office.counter_hours)
    )
    return by + late


def choice(until: datetime, now: datetime) -> str:
    """Return the page with the shortlist, of which one number is to be chosen."""
    return f"{CHOOSE()} · <b>{remaining(until - now)}</b>"


def back_to_batch() -> str:
    """Return what becomes of a number that is taken off the shortlist while its batch lives."""
    return _("⭐ 已留作备选,到时前都可以回来选。<i>移出备选则放回本批。</i>")


def back_to_pool() -> str:
    """Return what becomes of a number that is taken off the shortlist when its batch is over."""
    return _("⭐ 已留作备选,到时前都可以回来选。<i>移出备选则放回号池,不能再要回来。</i>")


def instead_of(kept: str, number: str) -> str:
    """Return what becomes of the other number of the batch, of which one may be on the shortlist."""
    return _("<i>每批只能留一个备选:改留 {number},已留的 {kept} 就放回本批。</i>").format(
        number=number, kept=kept
    )


def taken_out(number: str, *, is_back: bool) -> str:
    """Return that a number is off the shortlist, and where it is."""
    if is_back:
        return _("{number} 已移出备选,放回本批。").format(number=number)
    return _("{number} 已移出备选,放回号池。").format(number=number)
