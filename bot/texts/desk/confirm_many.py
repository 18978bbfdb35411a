"""Texts of confirming many reservations: ticked ones, or those of a file."""

from collections.abc import Mapping, Sequence
from html import escape

from bot.i18n.columns import REGISTRATION_HEADS
from bot.i18n.formatting import listed
from bot.i18n.language import _, phrase
from bot.texts.desk.counter import not_reserved
from bot.texts.desk.parts import number_of
from core.preselection import Preselection
from core.preselection.bulk_confirmation import ConfirmationState, Match
from core.values.vehicles import vin_last_six

READY, UNREADABLE, OTHER_OFFICE, REPEATED = Match.READY.value, "unreadable", "other_office", "repeated"
OUTCOMES = {
    READY: phrase("将确认上牌"),
    Match.CONFIRMED.value: phrase("已经确认过"),
    Match.NOT_RESERVED.value: phrase("没有待办理的预选"),
    Match.VIN_DIFFERS.value: phrase("车辆识别代号不符"),
    OTHER_OFFICE: phrase("其他发牌机关的号码"),
    REPEATED: phrase("重复的行"),
    UNREADABLE: phrase("看不懂的行"),
}
"""What comes of a row of a file, in the order of the preview."""
NONE_LEFT = phrase("所选的预选都已办理,没有可确认的。")
TO_LIST = phrase("« 返回名单")
GO_ON = phrase("⏩ 继续")
WRONG_ROWS = phrase("未能确认的行")
WRONG_COLUMNS = phrase("行号|号牌号码|车辆识别代号|结果")
FILE_WANTED = phrase(
    "<b>📥 按文件确认上牌</b>\n请发送登记系统导出的 CSV 或 XLSX 文件,"
    "有「号牌号码」和「车辆识别代号」两列即可,列的先后不限,其余列忽略。先显示预览,确认后才生效。"
)
FILE_HINT = phrase("请发送 CSV 或 XLSX 文件,或点【« 返回】。")
MOST_NAMED = 40
"""Numbers that the question, and the progress, name."""


def sure(count: int) -> str:
    return _("✅ 确认这 {count} 个已上牌").format(count=count)


def question(reserved: Sequence[Preselection]) -> str:
    lines = [
        _("<b>确认下列 {count} 个号码已上牌?</b>").format(count=len(reserved)),
        *(
            _("• <b>{number}</b> 车架号后六位 {tail}").format(
                number=number_of(one), tail=escape(vin_last_six(one.required_vin))
            )
            for one in reserved[:MOST_NAMED]
        ),
    ]
    if len(reserved) > MOST_NAMED:
        lines.append(_("……等 {count} 个").format(count=len(reserved)))
    lines.append(_("\n请与车辆资料核对。逐个办理,一小时内可由本人、当天可由负责人逐个撤回(/undo)。"))
    return "\n".join(lines)


def progress(states: Sequence[ConfirmationState], actor: str) -> str:
    """Return how far it is, and what has become of each; those that went wrong first."""
    done = sum(state.is_registered for state in states)
    left = sum(state.is_left for state in states)
    if left:
        head = _("⏳ 正在确认上牌:{done:,} / {total:,}\n长时间没有进展请点【⏩ 继续】,不会重复确认。").format(
            done=len(states) - left, total=len(states)
        )
    else:
        head = _("✅ 已确认上牌 {done:,} 个,共 {total:,} 个。").format(done=done, total=len(states))
    by_trouble = sorted(states, key=lambda state: state.is_registered and state.by == actor)
    lines = [_result(state, actor) for state in by_trouble[:MOST_NAMED]]
    if len(states) > MOST_NAMED:
        lines.append(_("……等 {count} 个").format(count=len(states)))
    return "\n".join((head, "", *lines))


def _result(state: ConfirmationState, actor: str) -> str:
    number = number_of(state.preselection)
    if state.is_left:
        return f"⏳ {number}"
    if state.is_registered and state.by == actor:
        return f"✅ {number}"
    return f"⚠️ {number} {not_reserved(state.by, state.action)}"


def preview(counts: Mapping[str, int], wrong: Sequence[tuple[int, str, str]]) -> str:
    """Return what a file would do, and its first rows that will not be confirmed."""
    lines = [_("<b>📥 按文件确认上牌</b>,共 {total:,} 行").format(total=sum(counts.values()))]
    lines += (
        _("{outcome}:{count:,}").format(outcome=words(), count=counts[name])
        for name, words in OUTCOMES.items()
        if counts.get(name)
    )
    if wrong:
        lines.append("")
        lines += (_wrong_line(*row) for row in wrong)
        lines.append(_("这些行不会确认,全部见随后发送的文件。"))
    if not counts.get(READY):
        lines.append(_("没有可确认的行。"))
    return "\n".join(lines)


def _wrong_line(number: int, shown: str, outcome: str) -> str:
    reason = OUTCOMES[outcome]() if outcome in OUTCOMES else escape(outcome)
    return _("第 {number} 行 {plate}:{reason}").format(number=number, plate=escape(shown), reason=reason)


def columns_missing(missing: Sequence[str]) -> str:
    return _("文件的标题行应有「号牌号码」和「车辆识别代号」各一列,缺少或重复:{missing}。").format(
        missing=listed(REGISTRATION_HEADS[name]() for name in missing)
    )


def rows_too_many(most: int) -> str:
    return _("文件太大:一次最多 {most:,} 行,请分次发送。").format(most=most)
