"""What a check has found wrong, in words: the checker itself, a program on its own, says it in English only.

Many of its sentences have one explanation here; the page shows the checker's own sentence below it.
"""

import re

from bot.i18n.language import Phrase, _, phrase

_OTHER = phrase("这一行与规则不符。")
_OF_DRAW = re.compile(r"draw (?P<n>\d+): (?P<reason>.*)", re.DOTALL)
_EXPLANATIONS: tuple[tuple[str, Phrase], ...] = (
    ("the hash does not fit", phrase("哈希值对不上:这条记录或它前面的一条被改动过。")),
    (
        "entries are missing or moved|come after those of another pool|a chain begins with|follows draw",
        phrase("记录有缺失、重复,或次序被改动。"),
    ),
    (
        "the file was cut|the file is empty|line after the last|heads of the last",
        phrase("记录的结尾缺失或被改动。"),
    ),
    ("is more than a minute before", phrase("这条记录的时间早于它前面的记录。")),
    ("is that of", phrase("这是另一个发牌机关的记录。")),
    ("does not fit its digest", phrase("公布的种子与事先公布的摘要不符。")),
    (
        "second seed|(committed|published) before|not a committed|already published|committed yet|made with",
        phrase("种子的使用与规则不符:每天只有一个种子,摘要须在抽号之前公布,公布种子后不再用它抽号。"),
    ),
    (
        "candidate (?P<place>.+) is (?P<number>.+): it was free and not taken",
        phrase("重新计算时第 {place} 个候选号码 {number} 可用,记录中却没有给出。"),
    ),
    (
        "(?P<number>.+) was given, but it is not among",
        phrase("给出的号码 {number} 不是用种子算出来的。"),
    ),
    ("(?P<number>.+) was given, but", phrase("给出的号码 {number} 当时不能给出。")),
    (
        "(?P<number>.+) (?:was selected for good|is carried twice)",
        phrase("号码 {number} 已被选定,又被记录了一次。"),
    ),
    ("(?P<number>.+) cannot be self-composed", phrase("号码 {number} 当时不能自编选定。")),
    (
        "is not held by|has ended|is in ended, but",
        phrase("记录中的号码当时没有被保留。"),
    ),
    ("is confirmed for good|was not selected", phrase("记录中的号码当时没有被选定,或已确认上牌。")),
    ("(?P<number>.+) is not released", phrase("号码 {number} 没有投放。")),
    (
        "in this order|it looked at|(in|be) waiting|several draws|the pool has|more numbers|are not held",
        phrase("抽号的记录与重新计算的结果不同。"),
    ),
    (
        "overlaps|has .+ numbers|first segment|opened already|was not drawn",
        phrase("号段的投放或开放自编的日期与规则不符。"),
    ),
    (
        "before it is (released|redated)|compose_from|draw_days",
        phrase("号段的投放或开放自编的日期与规则不符。"),
    ),
    (
        "(?P<number>.+) (?:cannot be given back|was not)",
        phrase("记录中恢复给原预选人的号码 {number} 当时不能恢复。"),
    ),
    ("withheld|random_from", phrase("暂不投放或恢复投放的记录与规则不符。")),
    ("carried|a new pool has no draws", phrase("建立公开记录时的号池状态与规则不符。")),
    (
        "the line is|there is no|has no|must not|it must be|first line|malformed|a mask|not right|not issued",
        phrase("这一行的格式不对。"),
    ),
)
"""What is found in a sentence of the checker, and its explanation; the first that fits counts."""


def explained(reason: str) -> str:
    """Return what the checker's sentence means."""
    of_draw = _OF_DRAW.fullmatch(reason)
    said = of_draw["reason"] if of_draw else reason
    for pattern, meaning in _EXPLANATIONS:
        if found := re.search(pattern, said):
            what = meaning().format(**found.groupdict())
            break
    else:
        what = _OTHER()
    return _("第 {n} 次抽号:{what}").format(n=of_draw["n"], what=what) if of_draw else what
