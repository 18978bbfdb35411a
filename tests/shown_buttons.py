"""Watches rendered buttons for those that lead nowhere."""

import contextlib
from collections.abc import Iterator
from unittest.mock import patch

from bot.dialog.keyboards import GLOBAL_SCREEN, CallbackCodec
from bot.dialog.names import SCREEN_NAMES, ScreenName
from bot.dialog.view import Button
from bot.rehearsal import practice_screens
from bot.rehearsal.screens import screens_of
from bot.routing import commands
from bot.routing.screens import BY_NAME

_REHEARSED = screens_of(BY_NAME)
_PRACTISED = practice_screens.screens_of(BY_NAME)


def leads_on(screen: str, button: Button) -> bool:
    """Return whether a button's action belongs to its screen, or is global."""
    if screen == GLOBAL_SCREEN or button.global_:
        return button.action in commands.GLOBAL_BUTTONS
    name = SCREEN_NAMES.get(screen) or ScreenName.HOME
    return any(button.action in screens[name].buttons for screens in (BY_NAME, _REHEARSED, _PRACTISED))


@contextlib.contextmanager
def watched_buttons() -> Iterator[set[str]]:
    """Collect rendered buttons that lead nowhere."""
    lost: set[str] = set()
    write = CallbackCodec.write

    def noting(codec: CallbackCodec, chat_id: int, screen: str, revision: int, button: Button) -> str:
        if not leads_on(screen, button):
            lost.add(f"{screen}: {button.action}")
        return write(codec, chat_id, screen, revision, button)

    with patch.object(CallbackCodec, "write", noting):
        yield lost
