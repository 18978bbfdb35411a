"""A bot to be killed: poller, inbox and dispatcher over a real store; an effect and a send per update.

Usage: python -m tests.inbox.crash_program KIND DATABASE SCHEMA FOLDER BASE_URL FATAL

It dies by itself over an update whose text is FATAL. Where the kills come from outside, an update may be in
hand at many of them, so there is no limit to the processes that may die over it.
"""

import asyncio
import os
import random
import sys
from datetime import timedelta
from pathlib import Path

from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.bot_api.client import AiohttpRequest
from bot.inbox import (
    Dispatcher,
    InboxService,
    Poller,
    QueuedUpdate,
    RetryPolicy,
    WorkerInbox,
    mark_applied,
    mark_done,
    new_worker_name,
    updates_of,
)
from bot.inbox.dispatcher import DispatchLimits
from bot.inbox.store import Lease
from core.db import open_store
from core.ports import Store, Tx
from tests.inbox.schema import add_effect
from tests.inbox.tools import BackwardsCipher

LEASE = timedelta(seconds=1)
FATAL = "fatal"
FROM_OUTSIDE = DispatchLimits(suspect=1000, fatal=1000)


def step(tx: Tx, update_id: int, chat_id: int) -> None:
    """Record the effect of an update, once."""
    if mark_applied(tx, update_id):
        add_effect(tx, update_id, chat_id)


async def run(kind: str, database: str, schema: str, folder: Path, base_url: str, fatal: str) -> None:
    """Receive until killed; ``fatal`` is how many processes may die over an update, empty for any number."""
    store: Store = await open_store(
        database, migrations=folder / "migrations", queries=folder / "queries", schema=schema or None
    )

    async def handle(update: QueuedUpdate) -> None:
        await asyncio.sleep(random.random() * 0.005)
        if update.decode()["message"]["text"] == FATAL:
            os.abort()
        await store.run(step, update.update_id, update.chat_id)
        told = [
            RequestParameter.from_input("chat_id", update.chat_id),
            RequestParameter.from_input("text", f"{update.update_id} {update.repeated}"),
        ]
        await sender.post(f"{base_url}/sendMessage", RequestData(told))
        await store.run(mark_done, update.update_id)

    lease = Lease(worker=new_worker_name(), span=LEASE, is_alone=kind == "sqlite")
    inbox = WorkerInbox(store, BackwardsCipher(), lease)
    limits = DispatchLimits(fatal=int(fatal)) if fatal else FROM_OUTSIDE
    service = InboxService(inbox, Dispatcher(inbox, handle, limits=limits), heartbeat=LEASE / 4)
    async with AiohttpRequest() as request, AiohttpRequest() as sender:
        await service.start()
        await Poller(updates_of(request, base_url), service.accept, retry=RetryPolicy()).run()


if __name__ == "__main__":
    kind, database, schema, folder, base_url, fatal = sys.argv[1:]
    asyncio.run(run(kind, database, schema, Path(folder), base_url, fatal))
