"""What a notification says in its chat."""

from dataclasses import dataclass

from bot.dialog.view import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationMessage:
    """The message of a notification."""

    text: str
    rows: Rows = ()
    is_quiet: bool = False  # makes no sound
