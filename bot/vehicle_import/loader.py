"""Load imports in the background, in batches, and show the progress."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from bot.dialog.effects import LoadVehicles
from bot.dialog.events import Attachment, Received
from bot.vehicle_import.isolated import read_vehicles_isolated
from core import audit
from core.bootstrap import Core
from core.errors.base import InputError
from core.registry import imports
from core.registry.imports import A_PIECE, Import
from core.registry.lookup import RegistryVehicle

_LOGGER = logging.getLogger(__name__)
MOST_BYTES = 20_000_000
"""Maximum size of a file that a bot can download."""
_SHOWN_EVERY = 2.0
"""Seconds between two edits of the progress: the messenger accepts about one a second per chat."""
_REST = 0.01
"""Seconds of sleep after each batch, which leave processor and store to others."""


class Loader:
    """Loads vehicle imports.

    Args:
        core: the services.
        fetch: downloads a file again by its id.
        redraw: redraws a chat's screen, in order with its updates.
    """

    def __init__(
        self,
        core: Core,
        fetch: Callable[[Attachment, int], Awaitable[Received]],
        redraw: Callable[[int], Awaitable[None]],
    ) -> None:
        self._core = core
        self._fetch = fetch
        self._redraw = redraw

    async def load(self, wanted: LoadVehicles) -> None:
        """Load an import that has just been created."""
        begun = await self._core.store.read(imports.get, wanted.import_id)
        await self._load(begun, wanted.vehicles)

    async def resume(self) -> None:
        """Resume imports that a crash interrupted; their files are downloaded again."""
        while (left := await self._core.store.run(imports.take_over_abandoned)) is not None:
            try:
                vehicles = await self._again(left)
            except InputError as error:
                _LOGGER.warning("import %d is given up: %s", left.import_id, type(error).__name__)
                await self._core.store.run(imports.drop, left.import_id, audit.SYSTEM)
                await self._redraw(left.chat_id)
            else:
                await self._load(left, vehicles)

    async def _again(self, left: Import) -> Sequence[RegistryVehicle]:
        file = Attachment(file_id=left.file_id, is_photo=False, name=left.file_name)
        received = await self._fetch(file, MOST_BYTES)
        return (await read_vehicles_isolated(received.content)).vehicles

    async def _load(self, begun: Import, vehicles: Sequence[RegistryVehicle]) -> None:
        store, shown = self._core.store, time.monotonic()
        for start in range(begun.loaded, begun.total, A_PIECE):
            piece = vehicles[start : start + A_PIECE]
            if not await store.run(imports.put, begun.import_id, piece, loaded=start + len(piece)):
                return  # its admin has cancelled it
            if time.monotonic() - shown > _SHOWN_EVERY:
                shown = time.monotonic()
                await self._redraw(begun.chat_id)
            await asyncio.sleep(_REST)
        found = await store.read(imports.differences, begun.import_id)
        await store.run(imports.ready, begun.import_id, found)
        await self._redraw(begun.chat_id)
