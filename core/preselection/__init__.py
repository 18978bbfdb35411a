"""A preselection (预选): one owner's attempt to get a number for one vehicle.

    draft ──notice agreed to──▶ informed ──data confirmed──▶ agreed ──code right──▶ verified
      ▲                            ▲  └────── corrected ◀──────┘ ◀──30 idle minutes──┘    │
      └─ other office or kind ─────┴──────────────────────────────────────────────────────┤
                                                                                number taken
                                                                                          ▼
    cancelled ◀── by the owner, before a number; by an admin, after ──────────────── reserved
                                              registered ◀─at the counter─┘  │  └──▶ void
                                                                             └──▶ expired

``TRANSITIONS`` is the same as a table (docs/domain.md, section 3). From ``agreed`` on, the data are
complete; a vehicle has at most one preselection that is reserved or registered.
"""

from core.preselection.entry import Preselections
from core.preselection.leases import cancel_draft, end_holds, end_lease, free_holds
from core.preselection.model import (
    TRANSITIONS,
    UNFINISHED,
    Papers,
    Preselection,
    PreselectionState,
    Way,
    end,
    from_row,
    get,
    lease_until,
    lock_unfinished,
    move,
    of_account,
    renew_lease,
    unfinished,
)
from core.preselection.undelivered import settle_unsent

__all__ = [
    "TRANSITIONS",
    "UNFINISHED",
    "Papers",
    "Preselection",
    "PreselectionState",
    "Preselections",
    "Way",
    "cancel_draft",
    "end",
    "end_holds",
    "end_lease",
    "free_holds",
    "from_row",
    "get",
    "lease_until",
    "lock_unfinished",
    "move",
    "of_account",
    "renew_lease",
    "settle_unsent",
    "unfinished",
]
