"""Errors as the command line prints them: in the words of the chat where it has some, in English."""

from bot.cli.passphrase import VARIABLE
from bot.errors.commands import Usage
from bot.i18n.formatting import FAILED, plain
from bot.i18n.language import Language, speaking
from bot.texts.errors import of_error
from core.errors.backup import PassphraseNeeded
from core.errors.base import InputError, Refusal, XuanhaoError
from core.errors.store import StoreInUse

QUOTING = "quote a mask, as the shell takes what follows a # for a comment"
USAGE = {
    "release": (
        'usage: xuanhao release 粤K small "A####" [from 2026-12-01T09:00] [compose now|drawn|2026-12-08]\n'
        f"kinds: small, small_nev, large_nev; # is a digit, @ a letter; {QUOTING}; times are China's"
    ),
}
INSTEAD = {
    "release": "/release in the chat does the same while the service runs",
    "import": "/vehicles in the chat does the same while the service runs",
}
"""What to do when the database is in use."""


def message_of(error: XuanhaoError, command: str) -> str:
    """Return what to print about an error of a command."""
    if isinstance(error, Usage) and error.command in USAGE:
        return USAGE[error.command]
    if isinstance(error, StoreInUse) and command in INSTEAD:
        return f"{error}\n{INSTEAD[command]}"
    if isinstance(error, PassphraseNeeded):
        return f"{error} Give it with --passphrase-file FILE, or in the variable {VARIABLE}."
    if isinstance(error, (InputError, Refusal)):
        with speaking(Language.ENGLISH):
            said = of_error(error)
            if said != FAILED():
                return plain(said)
    return str(error)
