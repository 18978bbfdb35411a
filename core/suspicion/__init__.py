"""Suspected abuse of the selection (异常选号嫌疑): rules, evidence, and the decision of a reviewer.

    noticed ──▶ open ──by a reviewer──▶ dismissed   nothing changes for the owner
                 │  └──────────────────▶ confirmed   dealt with elsewhere: nothing changes here either
                 ▼
               asked    the invoice is asked for: the selection is suspended, the owner told why
                 └──an answer is approved, or by a reviewer──▶ dismissed

No rule refuses anything by itself: what is noticed is listed at the desk with its evidence, and people decide
(docs/domain.md, section 14). ``core.suspicion.presses`` records, ``detection`` finds, ``decisions`` decides.
"""

from core.suspicion.model import (
    Finding,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    ensure_not_suspended,
    find_asked,
    find_suspicion,
    listed,
    of_subject,
    raise_suspicion,
)

__all__ = [
    "Finding",
    "Suspicion",
    "SuspicionKind",
    "SuspicionState",
    "ensure_not_suspended",
    "find_asked",
    "find_suspicion",
    "listed",
    "of_subject",
    "raise_suspicion",
]
