"""Appeals (异常选号资料修改): an owner whose vehicle somebody else has used says so, with two photos.

    draft ──submitted──▶ pending ──by a reviewer──▶ approved   what blocked the VIN is set aside
      │                    │  └─────────────────▶ rejected   with a reason ──┐
      ▼                    └──by the owner──────▶ withdrawn ─────────────────┤
    dropped                                                                  │
    given up, or old     a new draft, which takes the data along ◀───────────┘

``TRANSITIONS`` is the same as a table. A draft is one for an owner; a decision is made once, for good
(``core.appeals.reviews``). The photos lie outside of the database (``core.security.photo_files``): each is
stored before the transaction that names it here, and swept once no appeal names it.
"""

from core.appeals.model import (
    LONGEST_REASON,
    RENEWABLE,
    TRANSITIONS,
    Appeal,
    AppealState,
    Photo,
    Queued,
    Slot,
    Superseded,
)
from core.appeals.submission import DRAFTS_LIVE, Appeals, awarded_to, photo_keys, queue

__all__ = [
    "DRAFTS_LIVE",
    "LONGEST_REASON",
    "RENEWABLE",
    "TRANSITIONS",
    "Appeal",
    "AppealState",
    "Appeals",
    "Photo",
    "Queued",
    "Slot",
    "Superseded",
    "awarded_to",
    "photo_keys",
    "queue",
]
