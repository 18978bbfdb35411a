"""Ends a worker whose database has been migrated, or given newer keys, by a newer program beside it.

On PostgreSQL several processes use one database. A worker goes on with a schema that is newer by one, while
the workers are being replaced. With one that is newer by more, its updates would fail; and a worker without
the newest key cannot read what the others write.
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


async def run_beside(core: Core, *works: Coroutine[Any, Any, None]) -> None:
    """Run until one of the works ends; on PostgreSQL also until the database is no longer this program's.

    Raises:
        DatabaseNewer: a program that is newer by more than one migration has migrated the database.
        KeysDoNotFit: its keys are being replaced, and this process lacks the newest.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    if core.settings.database.sqlite_path is None:  # else the file is locked: nobody else can change it
        tasks.append(asyncio.ensure_future(_watch(core)))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(core: Core) -> NoReturn:
    was_current = True
    while True:
        await asyncio.sleep(EVERY)
        try:
            is_current = await core.store.read(require_known)
            if was_current and not is_current:
                _LOGGER.warning(
                    "a newer program has migrated the database: this one works on, replace it soon"
                )
            was_current = is_current
            await core.store.read(core.database_keys.require_fit)
        except DatabaseNewer:
            raise
        except StoreError as error:
            _LOGGER.warning("the database could not be looked at: %s", type(error).__name__)
