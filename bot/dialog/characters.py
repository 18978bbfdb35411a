"""Characters that are none: half of a surrogate pair, which JSON can carry and nothing can store or send."""

from typing import TypeVar

from bot.errors.typed import UnreadableCharacters

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What Unicode shows for a character that could not be read."""

T = TypeVar("T")


def clean(value: T) -> T:
    """Return parsed JSON in which everything that is no character has become U+FFFD."""
    cleaned: object = value
    if isinstance(value, str) and not value.isascii():
        cleaned = "".join(REPLACEMENT if "\ud800" <= one <= "\udfff" else one for one in value)
    elif isinstance(value, dict):
        cleaned = {key: clean(inner) for key, inner in value.items()}
    elif isinstance(value, list):
        cleaned = [clean(inner) for inner in value]
    return cleaned  # type: ignore[return-value]


def require_readable(text: str) -> None:
    """Refuse a text of which a part could not be read.

    Raises:
        UnreadableCharacters: it has such a part.
    """
    if REPLACEMENT in text:
        raise UnreadableCharacters
