"""A message of a notification."""

from dataclasses import dataclass

from bot.dialog.view import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A message."""

    text: str
    rows: Rows = ()
    is_quiet: bool = False  # makes no sound
