"""The library's bot, with a short way for edits."""

from collections.abc import Mapping
from typing import Any

from telegram.ext import ExtBot


class Messenger(ExtBot[str]):
    """Calls the Bot API.

    At most presses a message is edited, and nobody looks at the answer. The library's own methods make
    an object of each button, take it apart again, and build the edited message anew out of the answer:
    a third of what the loop does in a step.
    """

    async def edit(self, method: str, parameters: Mapping[str, Any]) -> None:
        """Edit a message, held and repeated as all calls are.

        Args:
            method: as the Bot API calls it, ``editMessageText``.
            parameters: as the Bot API has them: dictionaries, or an ``InputFile``; None is left out.

        Raises:
            TelegramError: as from the library's own methods.
        """
        await self._post(method, dict(parameters))
