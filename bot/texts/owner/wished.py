"""Texts of wished numbers (心愿号): the page that lists them, and the notice that they can be selected."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from bot.i18n.formatting import KINDS, day, mask_words, moment, office_title, plate
from bot.i18n.language import _, phrase
from core.notifications.wished import MAX_WISHED, WishedNumber
from core.pool.openings import TELL_AFTER, OpeningWay
from core.pool.segments import Segment
from core.values.offices import Office
from core.values.plates import PlateKind

OPEN = phrase("⭐ 心愿号提醒")
HINT = phrase("请输入心愿号,例如 A8888、##888(# 代表任意数字)。")
ADDED = phrase("✅ 已登记。")


def page(office: Office, wishes: Sequence[tuple[WishedNumber, Segment | None]], now: datetime) -> str:
    """Return the page, with the wishes and the segment in which each opens first."""
    lines = [
        _(
            "<b>心愿号提醒</b> · {office}\n"
            "登记想要的号码:所在号段投放、开放自编,或号码退回号池重新可选时,通知您。"
            "登记不是预留,不影响任何人选号;所有登记了同一号码的人同时收到,"
            "退回或恢复投放的号码都在可选 {minutes} 分钟后才通知。"
        ).format(office=office_title(office), minutes=TELL_AFTER // timedelta(minutes=1))
    ]
    lines += [
        _("{index}. <b>{number}</b> {kind}:{state}").format(
            index=index,
            number=plate(wish.office, wish.pattern),
            kind=KINDS[wish.kind](),
            state=_state(segment, now),
        )
        for index, (wish, segment) in enumerate(wishes, 1)
    ]
    if len(wishes) < MAX_WISHED:
        lines.append(
            _(
                "请输入号码,还可登记 {count} 个。# 代表任意数字,@ 代表任意字母,例如 "
                "<code>A8888</code>、<code>##888</code>、<code>D#8888</code>(6 位为新能源)。"
            ).format(count=MAX_WISHED - len(wishes))
        )
    else:
        lines.append(_("已登记满 {count} 个,移除一个后才能再登记。").format(count=MAX_WISHED))
    return "\n".join(lines)


def _state(segment: Segment | None, now: datetime) -> str:
    """Return whether numbers can be selected; not whether they are free, which nobody is told beforehand."""
    if segment is None:
        return _("尚未投放")
    if segment.opens_at > now:
        return _("{moment} 投放").format(moment=moment(segment.opens_at))
    if segment.compose_from > now:
        return _("已投放,目前只能随机选号,{day} 起可自编").format(day=day(segment.compose_from))
    return _("已开放自编选号")


def remove_label(wish: WishedNumber) -> str:
    """Return the label of the button that removes a wish."""
    return f"🗑 {plate(wish.office, wish.pattern)}"


def notice(office: Office, kind: PlateKind, wish: str, mask: str, way: OpeningWay, compose_from: str) -> str:
    """Return the notice that numbers can be selected; ``compose_from`` is empty if they can be composed."""
    lines = [
        _("⭐ 心愿号 <b>{number}</b>({kind})").format(
            number=escape(plate(office.code, wish)), kind=KINDS[kind]()
        )
    ]
    match way:
        case OpeningWay.RELEASE:
            lines.append(_("所在号段 {mask} 已投放,现在可以随机选号。").format(mask=mask_words(mask)))
        case OpeningWay.COMPOSE:
            lines.append(
                _("所在号段 {mask} 已开放自编选号;是否空闲,提交后才知道。").format(mask=mask_words(mask))
            )
        case OpeningWay.FREED:
            lines.append(_("{mask} 已恢复投放,现在可以随机选号。").format(mask=mask_words(mask)))
        case OpeningWay.BACK:
            lines.append(
                _("<b>{number}</b> 已退回号池,现在可以选(不是预留,先选先得)。").format(
                    number=escape(plate(office.code, mask))
                )
            )
    if compose_from:
        lines.append(_("目前只能随机选号,{day} 起可自编。").format(day=compose_from))
    elif way != OpeningWay.COMPOSE:
        lines.append(_("也可以自编选号。"))
    return "\n".join(lines)
