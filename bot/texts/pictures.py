"""The marks on pictures. All other text is passed in by the caller."""

from bot.i18n.language import phrase

SPECIMEN_MARK = "示意图"
"""On every drawn plate: an illustration, not a plate (docs/domain.md, section 8)."""

SPECIMEN = phrase("示意图")
"""The same in the language of the chat, for pictures in one language; never to be cut off, so it is short."""

PRACTICE_MARK = "演练 · 均为虚构"
"""Across every picture of a practice of the desk."""

REHEARSAL_MARK = "模拟 · 号码无效"
"""Across every picture of a rehearsal (docs/domain.md, section 4)."""
