"""The other chiefs of an office, one of whom may be the second chief (docs/domain.md, section 5.5).

A chief who was appointed lately cannot decide yet: otherwise a chief could appoint somebody for the purpose.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.people.admins import Admins
from core.people.roles import Role
from core.ports import Tx

TIME_TO_DECIDE = timedelta(days=7)
"""After this long without a decision, a request to the other chiefs expires."""


class RequestState(StrEnum):
    """The state of a request to the other chiefs; the values are stored in the database."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class OtherChiefs:
    """Finds who may be the second chief.

    Args:
        admins: the admins.
        min_age: how long a chief must have been one before they can decide.
    """

    def __init__(self, admins: Admins, min_age: timedelta) -> None:
        self._admins = admins
        self._min_age = min_age

    def chats(self, tx: Tx, office: str, actor: str) -> list[int]:
        """Return the chats of the chiefs of an office but one, those of all offices included."""
        return [
            admin.chat_id
            for admin in self._admins.all(tx)
            if admin.has(Role.CHIEF, office) and audit.chat_actor(admin.chat_id) != actor
        ]

    def may_decide_from(self, tx: Tx, office: str, chat_id: int) -> datetime | None:
        """Return from when a chief may decide requests of an office; None if they may now."""
        since = self._admins.chief_since(tx, chat_id, office)
        at = None if since is None else since + self._min_age
        return None if at is None or at <= tx.now else at

    def waits_until(self, tx: Tx, office: str, actor: str) -> datetime | None:
        """Return from when the first other chief may decide; None if one may now, or there is none."""
        starts = [self.may_decide_from(tx, office, chat_id) for chat_id in self.chats(tx, office, actor)]
        late = [at for at in starts if at is not None]
        return min(late) if late and len(late) == len(starts) else None
