"""The two marks on pictures. All other text is passed in by the caller."""

SPECIMEN_MARK = "示意图"
"""On every drawn plate: an illustration, not a plate (docs/domain.md, section 8)."""

REHEARSAL_MARK = "模拟 · 号码无效"
"""Across every picture of a rehearsal (docs/domain.md, section 4)."""
