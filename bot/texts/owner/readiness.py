"""Texts about what keeps a selection from starting now."""

from bot.i18n.language import _, phrase

SUBSCRIBED = phrase("🔔 开放时会提醒您。")


def no_segment(opening: str) -> str:
    """Return that there are no numbers of the plate kind; ``opening`` is when there will be, if scheduled."""
    if opening:
        then = _("已安排投放,开放时间:<b>{opening}</b>。").format(opening=opening)
        return _("🈳 该号牌种类目前没有开放的号段。") + then
    return _("🈳 该号牌种类目前没有开放的号段,暂时不能选号。")
