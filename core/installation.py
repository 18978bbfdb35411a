"""The identity of a database: its random id, and the bot that it serves.

The photo folder carries the same id, so that a database never sweeps the photos of another one. Two bots on
one database would take each other's updates for repetitions: their update ids overlap.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import to_millis
from core.errors.installation import DatabaseOfAnotherBot
from core.ports import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The identity of a database."""

    database_id: str  # 32 hex digits
    bot_id: int | None  # None until the service has first run


def new_database_id() -> str:
    return secrets.token_hex(16)


def get(tx: Tx) -> Installation | None:
    """Return the identity of the database; None before ``ensure``."""
    row = tx.one("installation.get")
    return None if row is None else Installation(database_id=row["database_id"], bot_id=row["bot_id"])


def ensure(tx: Tx, new_id: Callable[[], str] = new_database_id) -> Installation:
    """Return the identity of the database; create it if it has none."""
    found = get(tx)
    if found is None:
        tx.run("installation.add", database_id=new_id(), now=to_millis(tx.now))
        found = get(tx)
    if found is None:
        raise RuntimeError("the identity of the database was not stored")
    return found


def adopt(tx: Tx, database_id: str) -> None:
    """Give a database that was put back from a backup without an id the one that its photo folder carries."""
    ensure(tx, lambda: database_id)
    tx.run("installation.adopt", database_id=database_id)


def bot_id_of(token: str) -> int:
    """Return the id of a token's bot: the number before the colon, equal for all tokens of one bot."""
    return int(token.partition(":")[0])


def ensure_bot(found: Installation, bot_id: int) -> None:
    """Reject another bot than the one that the database serves.

    Raises:
        DatabaseOfAnotherBot: it serves another one.
    """
    if found.bot_id is not None and found.bot_id != bot_id:
        raise DatabaseOfAnotherBot(found.bot_id, bot_id)


def bind_bot(tx: Tx, bot_id: int) -> None:
    """Record the bot that the database serves.

    Raises:
        DatabaseOfAnotherBot: it serves another one.
    """
    found = ensure(tx)
    if not tx.run("installation.bind_bot", bot_id=bot_id):
        raise DatabaseOfAnotherBot(found.bot_id or 0, bot_id)


def note_webhook(tx: Tx, url: str | None) -> None:
    """Record the webhook that this installation has set; None when it has removed it."""
    ensure(tx)
    tx.run("installation.note_webhook", url=url)


def webhook_of(tx: Tx) -> str | None:
    """Return the URL of the webhook that this installation has set, or None."""
    row = tx.one("installation.webhook")
    return None if row is None else row["webhook_url"]


def change_bot(tx: Tx, bot_id: int) -> None:
    """Serve another bot from now on: what refers to the former one's updates and messages is forgotten."""
    if ensure(tx).bot_id == bot_id:
        return
    tx.run("installation.change_bot", bot_id=bot_id)
    tx.run("installation.forget_updates")
    tx.run("installation.forget_messages")
