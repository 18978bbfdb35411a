"""What the engine must be told of words and commands: it has none of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.dialog.context import Context
from bot.dialog.events import Command
from bot.dialog.keyboards import CallbackData
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from core.errors.base import XuanhaoError


class NotTaken(Protocol):
    """Says what to do instead of what came."""

    def __call__(self, hint: Callable[[], str] | None, *, is_photo: bool) -> str:
        """Return the words, with the screen's own hint."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHooks:
    """Words and commands for the engine."""

    first_screen: ScreenName
    old_button: Callable[[], str]
    of_error: Callable[[XuanhaoError], str]
    not_taken: NotTaken
    one_of_album: Callable[[], str]  # said once when several pictures came together
    command: Callable[[Context, Command], Goto]
    with_file: frozenset[str]  # commands that may be written under a file; they only look, and change nothing
    on_global_button: Callable[[Context, CallbackData], Goto]
    before_personal: Callable[[Context], Goto | None]  # what has to come before a screen with personal data
    keyboard_gone: Callable[[], str]  # said when a reply keyboard is taken away
    username: Callable[[], str]  # how the bot is called in links, known once it runs
    leaves: Callable[[Context, Command], bool]  # whether a command leads out of a rehearsal
    left: Callable[[], str]  # said when a rehearsal has been left
    idle: Callable[[], str]  # said when a rehearsal has ended by itself
    outdated: Callable[[], str]  # said when the program has changed under a rehearsal
