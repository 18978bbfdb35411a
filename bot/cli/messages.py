"""Errors as the command line prints them: in the words of the chat where it has some, in English."""

from bot.cli.passphrase import VARIABLE
from bot.local_socket.errors import NotHandedOver
from bot.texts.command_line import error_text
from core.errors.backup import PassphraseNeeded
from core.errors.base import XuanhaoError
from core.errors.store import StoreInUse

INSTEAD = {
    "release": "/release in the chat does the same while the service runs",
    "import": "/vehicles in the chat does the same while the service runs",
}
"""What to do when the database is in use, and nobody takes the command."""


def message_of(error: XuanhaoError, command: str) -> str:
    """Return what to print about an error of a command."""
    if isinstance(error, NotHandedOver) and command in INSTEAD:
        return f"{error}\n{INSTEAD[command]}"
    if isinstance(error, StoreInUse) and command == "run":
        return f"{error}; with postgresql:// as database.url several processes can use it"
    if isinstance(error, PassphraseNeeded):
        return f"{error} Give it with --passphrase-file FILE, or in the variable {VARIABLE}."
    return error_text(error, command)
