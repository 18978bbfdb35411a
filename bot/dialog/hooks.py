"""The texts and commands that are injected into the engine, which has none of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.dialog.context import Context
from bot.dialog.events import Command
from bot.dialog.keyboards import CallbackData
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto, RehearsalKind
from core.errors.base import XuanhaoError


class NotTaken(Protocol):
    """Words the answer to a message that the current screen does not handle."""

    def __call__(self, hint: Callable[[], str] | None, *, is_photo: bool, is_text: bool) -> str:
        """Return the answer, with the screen's own hint if it has one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHooks:
    """Texts and commands for the engine."""

    first_screen: ScreenName
    old_button: Callable[[], str]
    of_error: Callable[[XuanhaoError], str]
    not_taken: NotTaken
    one_of_album: Callable[[], str]  # note, given once, when an album was sent
    command: Callable[[Context, Command], Goto]
    failed: Callable[[Context, Command, XuanhaoError], Goto | None]  # where an error in a command leads
    published: frozenset[str]  # commands whose arguments are written for everybody
    with_file: frozenset[str]  # commands allowed as the caption of a file; they must be read-only
    on_global_button: Callable[[Context, CallbackData], Goto]
    before_personal: Callable[[Context], Goto | None]  # the screen that must precede one with personal data
    username: Callable[[], str]  # the bot's username, known once it runs
    leaves: Callable[[Context, Command], bool]  # whether a command ends a rehearsal
    left: Callable[[RehearsalKind], str]  # note after leaving a rehearsal
    idle: Callable[[RehearsalKind], str]  # note after a rehearsal has timed out
    outdated: Callable[[], str]  # note when a rehearsal ended because the program was updated
