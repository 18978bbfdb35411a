"""The two marks that stand on pictures. Every other word comes in from who asks for the picture."""

SPECIMEN_MARK = "示意图"
"""On every drawn plate: a drawing, not a plate (docs/domain.md, section 8)."""

REHEARSAL_MARK = "模拟 · 号码无效"
"""Across every picture of a rehearsal (docs/domain.md, section 4)."""
