"""What the command line prints, in English; errors in the words of the chat where it has some."""

from bot.errors.commands import Usage
from bot.i18n.formatting import FAILED, plain
from bot.i18n.language import Language, speaking
from bot.texts.errors import of_error
from core.errors.base import InputError, Refusal, XuanhaoError
from core.registry.imports import Differences

QUOTING = "quote a mask, as the shell takes what follows a # for a comment"
USAGE = {
    "release": (
        'usage: xuanhao release 粤K small "A####" [from 2026-12-01T09:00] [compose now|drawn|2026-12-08]\n'
        "kinds: small, small_nev, large_nev; # is a digit, @ a letter; times are China's; " + QUOTING
    ),
    "admin-link": "usage: xuanhao admin-link [--role chief|clerk|reviewer] [--office 粤K]",
}
RELEASE_IT = "Release it? This cannot be undone."
NOT_RELEASED = "nothing was released"
IMPORT_THEM = "Import them?"
NOT_IMPORTED = "nothing was imported"


def error_text(error: XuanhaoError, command: str) -> str:
    """Return what to print about an error of a command."""
    if isinstance(error, Usage) and error.command in USAGE:
        return USAGE[command if command in USAGE else error.command]
    if isinstance(error, (InputError, Refusal)):
        with speaking(Language.ENGLISH):
            said = of_error(error)
            if said != FAILED():
                return plain(said)
    return str(error)


def import_summary(name: str, found: Differences) -> str:
    """Return what an import would change."""
    return (
        f"{name}: {_vehicles(found.total)}: {found.new:,} new, {found.changed:,} changed, "
        f"{found.same:,} unchanged; {found.registered:,} of them have a number"
    )


def imported(count: int, *, is_strict: bool) -> str:
    """Return what was imported, and what it is good for."""
    said = f"{_vehicles(count)} imported into the registry"
    if is_strict:
        return said
    return f'{said}; with registry.mode = "open" only those that have a number make a difference'


def _vehicles(count: int) -> str:
    return f"{count:,} vehicle" + ("" if count == 1 else "s")
