"""The language of a chat, stored in its ``dialog`` row."""

from bot.i18n.language import Language
from core.ports import Tx


def language_of(tx: Tx, chat_id: int) -> Language:
    """Return a chat's language, Chinese by default."""
    row = tx.one("dialog.get", chat_id=chat_id)
    return Language(row["language"]) if row else Language.CHINESE


def choose_language(tx: Tx, chat_id: int, language: Language) -> None:
    """Store a chat's language; the chat must have a conversation."""
    tx.run("dialog.speak", chat_id=chat_id, language=language)


def speakers_of(tx: Tx, language: Language) -> list[int]:
    """Return the chats that have chosen a language."""
    return [row["chat_id"] for row in tx.all("dialog.speakers", language=language)]
