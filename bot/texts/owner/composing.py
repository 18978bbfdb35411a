"""Texts of self-composed selection: the list of wishes, looking for numbers, a try and its result."""

from collections.abc import Iterable, Sequence
from html import escape

from bot.i18n.formatting import listed, mask_words, plate
from bot.i18n.language import _, phrase
from bot.texts.owner.selecting import composable
from core.pool.number_search import FoundNumbers
from core.preselection.composed_selection import ComposeResult, Unavailable
from core.preselection.quotas import Quota
from core.values.number_search import NumberSearch
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.text import LIMIT

BACK_TO_RANDOM = phrase("« 随机选号")
SUBMIT = phrase("📨 提交")
CONFIRM_TRY = phrase("✅ 确认提交")
BACK_TO_WISHES = phrase("« 返回修改")
CLEAR = phrase("清空")
CANCEL_WAIT = phrase("✕ 取消自动提交")

HINT = phrase("请输入要自编的号码,用空格或换行隔开;也可以输入想要的数字,例如 888、尾号8。")
WAIT_HINT = phrase("到时会自动提交;要修改号码,请先点【取消自动提交】。")
NONE_LEFT = phrase("自编号牌已用完,不能再自编;还可以继续随机选号。")

_REASONS = {
    Unavailable.PRESELECTED: phrase("已被他人预选"),
    Unavailable.USED: phrase("已使用"),
    Unavailable.RESTING: phrase("退回后暂不开放"),
}
_DIGITS = ("1234567890", "6789012345")
_MOST_PATTERNS = 6


def remove_label(office: str, serial: str) -> str:
    """Return the label of the button that takes a number off the list."""
    return f"✕ {plate(office, serial)}"


def add_label(office: str, serial: str) -> str:
    """Return the label of the button that adds a suggested number."""
    return f"💡 {plate(office, serial)}"


def _numbered(office: Office, wishes: Iterable[str]) -> list[str]:
    return [f"{index}. <b>{plate(office.code, wish)}</b>" for index, wish in enumerate(wishes, 1)]


def _open_now(patterns: Sequence[str]) -> str:
    """Return which segments can be self-composed, in words."""
    if not patterns:
        return _("现在没有开放自编的号段,请改用随机选号。")
    shown = listed(mask_words(pattern) for pattern in dict.fromkeys(patterns[:_MOST_PATTERNS]))
    if len(patterns) > _MOST_PATTERNS:
        return _("现在可以自编:{patterns} 等 {count} 个号段。").format(patterns=shown, count=len(patterns))
    return _("现在可以自编:{patterns}。").format(patterns=shown)


def composing(
    office: Office, kind: PlateKind, left: Quota, wishes: Sequence[str], patterns: Sequence[str]
) -> str:
    """Return the page on which wishes are listed."""
    lines = [_("<b>第5步 预选号牌 · 自编选号</b>"), composable(left.wishes)]
    if left.wishes == 1:
        lines.append(_last(left, 1))
    room = left.wishes_per_try(office) - len(wishes)
    if room > 0:
        lines.append(_open_now(patterns))
    if wishes:
        lines.append(_("按顺序提交,第一个可用的即为所选:"))
        lines += _numbered(office, wishes)
        if room > 0:
            lines.append(_("还可输入 {count} 个。点 ✕ 移出该号码。").format(count=room))
        else:
            lines.append(_("已满,不能再添加。点 ✕ 移出该号码。"))
    elif patterns:
        lines.append(
            _("最多可输入 {most} 个号码,按喜好顺序,用空格或换行隔开,例如:\n<code>{example}</code>").format(
                most=room, example=_examples(kind, patterns)
            )
        )
        lines.append(_("也可以输入想要的数字,例如 888、尾号8,先看看有哪些号码,不扣次数。"))
    lines.append(_("全部不可用时才扣减次数;选中则立即完成,不能更改。"))
    return "\n".join(lines)


def _examples(kind: PlateKind, patterns: Sequence[str]) -> str:
    """Return two numbers of the segments that can be self-composed now, as an owner would type them."""
    letter = "A" if kind == PlateKind.SMALL else "D"
    chosen = (patterns[0], patterns[min(1, len(patterns) - 1)])
    return " ".join(_filled(pattern, digits, letter) for pattern, digits in zip(chosen, _DIGITS, strict=True))


def _filled(pattern: str, digits: str, letter: str) -> str:
    left = iter(digits)
    return "".join(next(left) if sign == "#" else letter if sign == "@" else sign for sign in pattern)


def _last(left: Quota, count: int) -> str:
    """Return that the last wishes are at stake, and what is left then."""
    if left.batches:
        return _("⚠️ 这是最后 {count} 个自编号牌,用完后只能随机选号。").format(count=count)
    return _("⚠️ 这是最后 {count} 个自编号牌,用完后只能到车辆管理所窗口选号。").format(count=count)


def left_out(office: Office, wishes: Sequence[str], left: Quota) -> str:
    """Return which typed numbers are not in the list, because it is full."""
    numbers = listed(plate(office.code, wish) for wish in wishes)
    if left.wishes < office.compose_per_try:
        return _("只剩 {most} 个自编号牌,没有加入:{numbers}").format(most=left.wishes, numbers=numbers)
    return _("每次最多提交 {most} 个号码,没有加入:{numbers}").format(
        most=office.compose_per_try, numbers=numbers
    )


def meant() -> str:
    """Return that the number that was probably meant has a button."""
    return _("点下方 💡 的号码即可加入。")


def found(wanted: NumberSearch, numbers: FoundNumbers) -> str:
    """Return how many numbers have certain characters, and what the examples are."""
    part = escape(wanted.part[:LIMIT])
    what = _("尾号为 {part} 的号码") if wanted.at_end else _("带 {part} 的号码")
    what = what.format(part=f"<b>{part}</b>")
    if not numbers.matching:
        return _("🔎 开放自编的号段中没有{what}。").format(what=what)
    lines = [
        _("🔎 开放自编的号段中有 {count:,} 个{what}(包括已被选走的)。").format(
            count=numbers.matching, what=what
        )
    ]
    if numbers.examples and numbers.are_free:
        lines.append(_("下列号码此刻空闲(不保证提交时仍可用),点一下可加入,不扣次数:"))
    elif numbers.examples:
        lines.append(_("数量很少,是否空闲要提交后才知道。点一下可加入:"))
    elif numbers.are_free:
        lines.append(_("抽查的几十个都不空闲,请换一个数字试试。"))
    else:
        lines.append(_("目前都不能自编。"))
    return "\n".join(lines)


def try_question(office: Office, wishes: Sequence[str], known: Sequence[str], left: Quota) -> str:
    """Return the question before a submission, with what it may cost."""
    count = len(wishes)
    question = _(
        "<b>确认提交?</b>\n{wishes}\n\n"
        "按顺序,第一个可用的号码<b>立即成为您的号牌,不能更改</b>;\n"
        "若全部不可用,剩余自编号牌个数将减少{count}个(还剩 {left} 个)。"
    ).format(wishes="\n".join(_numbered(office, wishes)), count=count, left=max(0, left.wishes - count))
    if left.wishes <= count:
        question += "\n" + _last(left, count)
    if not known:
        return question
    warning = _("⚠️ {wishes} 之前提交过但不可用,再次提交仍可能扣减次数。")
    return f"{question}\n\n{warning.format(wishes=listed(plate(office.code, wish) for wish in known))}"


def waiting(office: Office, wishes: Sequence[str], seconds: int, at: str) -> str:
    """Return that a try waits for its moment, and what it will do then."""
    return _(
        "⏳ <b>将在 {seconds} 秒后({at})自动提交</b>\n"
        "两次自编之间至少间隔 {gap} 秒,未扣减次数。到时不用再点,请留在本页。\n{wishes}\n\n"
        "第一个可用的号码<b>立即成为您的号牌,不能更改</b>;若全部不可用,剩余自编号牌个数将减少{count}个。"
    ).format(
        seconds=seconds,
        at=at,
        gap=office.compose_gap_seconds,
        wishes="\n".join(_numbered(office, wishes)),
        count=len(wishes),
    )


def failed(office: Office, result: ComposeResult) -> str:
    """Return what a failed submission has cost, and why each wish was refused."""
    lines = [_("❌ 都不可用,剩余自编号牌个数已减少{count}个:").format(count=len(result.reasons))]
    lines += [
        _("• {number}:{reason}").format(number=plate(office.code, wish), reason=_REASONS[why]())
        for wish, why in result.reasons
    ]
    if not result.quota.wishes:
        lines.append(NONE_LEFT() if result.quota.batches else _("自编号牌已用完。"))
    elif result.suggestions:
        lines.append(_("以下相近号码此刻空闲(仅供参考,不保证提交时仍可用),点一下可加入:"))
    return "\n".join(lines)
