"""The inbox as one worker sees it: the store, the worker's lease and the cipher taken together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.inbox import store as inbox
from bot.inbox.errors import UnreadableUpdateError
from bot.inbox.model import Delivery, Raw, Sealed, Waiting, chat_of
from core.ports import Store, Tx

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Cipher(Protocol):
    """What keeps the contents of updates from whoever reads the database."""

    def encrypt(self, data: bytes, /) -> bytes:
        """Return data so that only ``decrypt`` can read them."""
        ...

    def decrypt(self, data: bytes, /) -> bytes:
        """Return what was encrypted; raise when it cannot be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What is new of a batch that was written down."""

    updates: tuple[Waiting, ...]  # to be handled now, in order
    behind: frozenset[int]  # chats with new updates that must wait for another worker's


class Shelf:
    """Carries what the receipt does with the inbox into transactions.

    Args:
        store: the database.
        cipher: for the bodies.
        lease: in whose name, and for how long without a sign of life.
    """

    def __init__(self, store: Store, cipher: Cipher, lease: inbox.Lease) -> None:
        self._store = store
        self._cipher = cipher
        self._lease = lease

    async def store(self, updates: Sequence[Raw]) -> Arrived:
        """Write a batch down in one transaction; return what was not known."""
        by_id = {update["update_id"]: update for update in updates}
        sealed = [self._seal(update) for update in by_id.values()]
        stored = await self._store.run(inbox.store_batch, sealed, self._lease)
        new = [_just_come(by_id[update_id], stored.at) for update_id in sorted(stored.new)]
        return Arrived(
            updates=tuple(update for update in new if update.chat_id not in stored.behind),
            behind=frozenset(update.chat_id for update in new) & stored.behind,
        )

    async def load(self, chat_id: int, count: int) -> inbox.Page:
        """Return the first updates of a chat that are to be handled here, in order."""
        return await self._store.read(inbox.load, self._lease, chat_id, count)

    async def done(self, update_ids: Sequence[int]) -> None:
        """Close updates whose replies are out."""
        await self._store.run(inbox.mark_done, *update_ids)

    async def failed(self, update_id: int, error: BaseException) -> None:
        """Count a failed try."""
        await self._store.run(inbox.note_failure, update_id, type(error).__name__)

    async def broken(self, update_id: int, error: BaseException) -> bool:
        """Set an update aside; return whether its effect had been had."""

        def set_aside(tx: Tx) -> bool:
            applied = inbox.was_applied(tx, update_id)
            inbox.set_broken(tx, update_id, type(error).__name__)
            return applied

        return await self._store.run(set_aside)

    async def take_over(self) -> list[int]:
        """Take what was left behind; return its chats."""
        return await self._store.run(inbox.take_over, self._lease)

    async def renew(self) -> list[int]:
        """Give a sign of life; return all chats of which something is in this worker's hands."""
        await self._store.run(inbox.renew, self._lease)
        return await self._store.read(inbox.chats, self._lease.worker)

    async def release(self) -> None:
        """Let go of what is not done."""
        await self._store.run(inbox.release, self._lease.worker)

    async def purge(self) -> int:
        """Delete what has been kept long enough."""
        return await self._store.run(inbox.purge)

    def open(self, waiting: Waiting) -> Delivery:
        """Return an update ready for its handler.

        Raises:
            UnreadableUpdateError: the body cannot be decrypted, or is no JSON object.
        """
        return Delivery(
            update_id=waiting.update_id,
            chat_id=waiting.chat_id,
            received_at=waiting.received_at,
            raw=self._unseal(waiting) if waiting.raw is None else waiting.raw,
            repeated=waiting.repeated,
        )

    def _seal(self, update: Raw) -> Sealed:
        """Return an update as it may lie in the database."""
        body = _ENCODER.encode(update).encode("utf-8", "surrogatepass")
        return Sealed(update_id=update["update_id"], chat_id=chat_of(update), body=self._cipher.encrypt(body))

    def _unseal(self, waiting: Waiting) -> Raw:
        """Return what the messenger wrote."""
        try:
            raw = json.loads(self._cipher.decrypt(waiting.body or b"").decode("utf-8", "surrogatepass"))
        except Exception as error:
            raise UnreadableUpdateError from error
        if not isinstance(raw, dict):
            raise UnreadableUpdateError
        return raw


def _just_come(update: Raw, at: datetime) -> Waiting:
    """Return an update that has just been written down."""
    return Waiting(
        update_id=update["update_id"], chat_id=chat_of(update), received_at=at, repeated=False, raw=update
    )
