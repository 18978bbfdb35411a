"""Appeals (异常选号资料修改): an owner reports, with two photos, that others have used their vehicle's VIN.

    draft ──submitted──▶ pending ──by a reviewer──▶ approved   what blocked the VIN is set aside
      │                    │  └─────────────────▶ rejected   with a reason ──┐
      ▼                    └──by the owner──────▶ withdrawn ─────────────────┤
    dropped                                                                  │
    given up, or old     a new draft, which takes the data along ◀───────────┘

``TRANSITIONS`` has the same as a table. An owner has at most one draft; a decision is final
(``core.appeals.reviews``). Photos are stored outside the database (``core.security.photo_files``): each is
stored before the transaction that references it, and swept once no appeal references it.
"""

from core.appeals.lists import AppealEntry, appeals_of_case, awarded_to, decided, queue
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
from core.appeals.photo_sweep import StoredPhotos, forget_dropped, photo_keys, stored_photos
from core.appeals.submission import DRAFTS_LIVE, Appeals

__all__ = [
    "DRAFTS_LIVE",
    "LONGEST_REASON",
    "RENEWABLE",
    "TRANSITIONS",
    "Appeal",
    "AppealEntry",
    "AppealState",
    "Appeals",
    "Photo",
    "Queued",
    "Slot",
    "StoredPhotos",
    "Superseded",
    "appeals_of_case",
    "awarded_to",
    "decided",
    "forget_dropped",
    "photo_keys",
    "queue",
    "stored_photos",
]
