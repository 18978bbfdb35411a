"""Watches rendered buttons for those that lead nowhere."""

import contextlib
from collections.abc import Iterator
from unittest.mock import patch

from bot.dialog.callback_data import GLOBAL, CallbackCodec
from bot.dialog.names import ScreenName
from bot.dialog.view import Button
from bot.routing import commands
from bot.routing.screens import BY_NAME


def leads_on(screen: str, button: Button) -> bool:
    """Return whether a button's action belongs to its screen, or is global."""
    if screen == GLOBAL or button.global_:
        return button.action in commands.GLOBAL
    shown = BY_NAME[ScreenName.known(screen) or ScreenName.HOME]  # a rehearsal has no others
    return button.action in shown.buttons


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
