"""Ends a worker whose database has been migrated, or given newer keys, by a newer program beside it.

On PostgreSQL several processes use one database. A worker that goes on with an older schema fails with every
update, and one without the newest key cannot read what the others write.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, NoReturn

from core.bootstrap import Core
from core.db.schema import require_known
from core.errors.store import DatabaseNewer, StoreError

_LOGGER = logging.getLogger(__name__)
EVERY = 15.0
"""Seconds between two looks."""


async def run_beside(core: Core, work: Coroutine[Any, Any, None]) -> None:
    """Run until the work ends; on PostgreSQL also until the database is no longer this program's.

    Raises:
        DatabaseNewer: a newer program has migrated the database.
        KeysDoNotFit: its keys are being replaced, and this process lacks the newest.
    """
    if core.settings.database.sqlite_path is not None:  # the file is locked: nobody else can change it
        await work
        return
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(_watch(core))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(core: Core) -> NoReturn:
    while True:
        await asyncio.sleep(EVERY)
        try:
            await core.store.read(require_known)
            await core.store.read(core.database_keys.require_fit)
        except DatabaseNewer:
            raise
        except StoreError as error:
            _LOGGER.warning("the database could not be looked at: %s", type(error).__name__)
