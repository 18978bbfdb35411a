"""Confirm reservations in the background, one transaction each, and show the progress."""

import time
from collections.abc import Awaitable, Callable

from bot.dialog.effects import ConfirmReservations
from core.bootstrap import Core
from core.errors.base import XuanhaoError
from core.preselection.bulk_confirmation import confirm_one

_SHOWN_EVERY = 2.0
"""Seconds between two edits of the progress: the messenger accepts about one a second per chat."""


class Confirmer:
    """Confirms what an admin has agreed to.

    Args:
        core: the services.
        redraw: redraws a chat's screen, in order with its updates.
    """

    def __init__(self, core: Core, redraw: Callable[[int], Awaitable[None]]) -> None:
        self._core = core
        self._redraw = redraw

    async def confirm(self, wanted: ConfirmReservations) -> None:
        """Confirm those that are still reserved; what is in the way of one does not stop the others."""
        core, shown = self._core, time.monotonic()
        for preselection_id in wanted.preselection_ids:
            try:
                await core.store.run(confirm_one, core.counter, core.admins, preselection_id, wanted.chat_id)
            except XuanhaoError:
                continue  # the page tells from the reservation's state what became of it
            if time.monotonic() - shown > _SHOWN_EVERY:
                shown = time.monotonic()
                await self._redraw(wanted.chat_id)
        await self._redraw(wanted.chat_id)
