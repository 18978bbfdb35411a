"""Slows down guessing: whether an identity, a telephone or a vehicle is known (docs/domain.md, section 2).

Anybody who types a value of somebody else is told so at once, since an honest owner has to know. So the
distinct values that were answered like that are counted per chat, and after some within an hour the next one
has to wait, longer each time. They are in the database, as keyed hashes, so a restart does not forget them.

A refused step changes nothing, so its value is recorded by the transaction that shows the refusal. One chat's
updates are handled one after the other, so none can slip in between.
"""

import math
from datetime import timedelta

from core.clock import from_millis, to_millis
from core.errors.base import XuanhaoError
from core.errors.probes import ForeignValue, ProbedTooOften
from core.ports import Tx
from core.security.vault import Vault

FREE_PROBES = 5
"""Values of others within ``WINDOW`` that cost no waiting: mistyping yields fewer."""
WINDOW = timedelta(hours=1)
FIRST_WAIT = timedelta(minutes=1)
"""The wait after ``FREE_PROBES`` values; it doubles with each further one."""
LONGEST_WAIT = timedelta(hours=1)
_KEPT = timedelta(days=1)


class Probes:
    """Records the values of others that a chat has typed."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def note(self, tx: Tx, chat_id: int, error: XuanhaoError) -> None:
        """Record a value that was refused as somebody else's; other errors are ignored."""
        if isinstance(error, ForeignValue) and error.value:
            self.note_value(tx, chat_id, error.value)

    def note_value(self, tx: Tx, chat_id: int, value: str) -> None:
        """Record a value of somebody else; one that was recorded within the hour does not count again."""
        tx.run(
            "probes.add",
            chat_id=chat_id,
            value_hash=self._vault.lookup("probe", value),
            now=to_millis(tx.now),
            since=to_millis(tx.now - WINDOW),
        )


def ensure_may_ask(tx: Tx, chat_id: int) -> None:
    """Refuse a value before it is looked up, while its chat has to wait.

    Raises:
        ProbedTooOften: with the seconds to wait.
    """
    row = tx.one("probes.recent", chat_id=chat_id, since=to_millis(tx.now - WINDOW))
    if row is None or row["number"] < FREE_PROBES:
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row["number"] - FREE_PROBES, 10))
    left = from_millis(row["last_at"]) + wait - tx.now
    if left > timedelta():
        raise ProbedTooOften(math.ceil(left.total_seconds()))


def purge(tx: Tx) -> None:
    """Delete what was recorded more than a day ago."""
    tx.run("probes.purge", before=to_millis(tx.now - _KEPT))
