"""The language in which a chat is spoken to: kept in the row of its conversation."""

from bot.i18n.language import Language
from core.ports import Tx


def language_of(tx: Tx, chat_id: int) -> Language:
    """Return the language that a chat has chosen; Chinese where it has chosen none."""
    row = tx.one("dialog.get", chat_id=chat_id)
    return Language(row["language"]) if row else Language.CHINESE


def choose_language(tx: Tx, chat_id: int, language: Language) -> None:
    """Keep the language that a chat has chosen; it must have a conversation."""
    tx.run("dialog.speak", chat_id=chat_id, language=language)


def speakers_of(tx: Tx, language: Language) -> list[int]:
    """Return the chats that have chosen a language."""
    return [row["chat_id"] for row in tx.all("dialog.speakers", language=language)]
