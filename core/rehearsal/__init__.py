"""Rehearsals: what owners and desks can try out on invented data (docs/domain.md, section 4).

``owner`` is the rehearsal of a selection, ``practice`` that of the desk: an invented office with ``cases`` at
every stage, moved forward by ``days``.
"""

from core.rehearsal.owner import (
    ACTOR,
    CHAT,
    IDLE,
    Examples,
    Rehearsal,
    examples,
    prepare,
    register_owner,
)

__all__ = ["ACTOR", "CHAT", "IDLE", "Examples", "Rehearsal", "examples", "prepare", "register_owner"]
