"""Texts of /withhold and /unwithhold."""

from html import escape

from bot.i18n.formatting import KINDS
from bot.i18n.language import _, phrase
from core.values.masks import Mask
from core.values.offices import Office

WITHHOLD = phrase("🔒 确认暂不投放")
UNWITHHOLD = phrase("✅ 恢复投放")


def _mask(office: Office, mask: Mask) -> str:
    return f"{escape(office.code)} {KINDS[mask.kind]()} <code>{escape(mask.pattern)}</code>"


def withhold_question(office: Office, mask: Mask, taken: int) -> str:
    already = _("其中 {taken:,} 个已被预选或已上牌,不受影响。").format(taken=taken) if taken else ""
    return _(
        "<b>暂不投放?</b>\n{mask},共 {size:,} 个号码。{already}\n\n"
        "之后抽号和自编都不会给出这些号码,并在号池公示中列明。"
    ).format(mask=_mask(office, mask), size=mask.size, already=already)


def withheld(office: Office, mask: Mask) -> str:
    return _("✅ {mask} 已设为暂不投放。").format(mask=_mask(office, mask))


def unwithhold_question(office: Office, mask: Mask, *, after_restore: bool) -> str:
    question = _("<b>恢复投放?</b>\n{mask}").format(mask=_mask(office, mask))
    if after_restore:
        question += "\n\n" + _(
            "暂不投放的原因:备份恢复后待核实。这个号码在备份之后发出或办理过,查明没有车主持有之后才可以恢复投放。"
        )
    return question


def unwithheld(office: Office, mask: Mask) -> str:
    return _("✅ {mask} 已恢复投放。").format(mask=_mask(office, mask))
