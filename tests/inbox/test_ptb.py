"""The library's application behind a delivery: its errors propagate, and nothing else sees the update."""

import asyncio
from functools import partial
from typing import Any

import pytest
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ExtBot, TypeHandler

from bot.inbox import (
    QueuedUpdate,
    UnreadableUpdateError,
    current_update,
    process_with,
)
from core.ports import Store
from tests.inbox.conftest import NOON
from tests.inbox.fake_api import TOKEN
from tests.inbox.tools import Recorder, message, receiving, take_in

App = Application[Any, Any, Any, Any, Any, Any]


def queued(raw: dict[str, Any]) -> QueuedUpdate:
    return QueuedUpdate(update_id=1, chat_id=7, received_at=NOON, decode=partial(dict, raw))


@pytest.fixture
def application() -> App:
    built: App = ApplicationBuilder().bot(ExtBot(TOKEN)).updater(None).build()
    built._initialized = True  # initialising would query the bot's identity
    return built


async def test_handler_sees_the_update(application: App) -> None:
    seen: list[str | None] = []

    async def look(update: Update, _context: object) -> None:
        seen.append(update.effective_message.text if update.effective_message else None)

    application.add_handler(TypeHandler(Update, look))
    await process_with(application)(queued(message(1, text="选号")))

    assert seen == ["选号"]


async def test_handlers_error_comes_back(application: App) -> None:
    async def fail(_update: Update, _context: object) -> None:
        raise KeyError("x")

    application.add_handler(TypeHandler(Update, fail))

    with pytest.raises(KeyError):
        await process_with(application)(queued(message(1)))


async def test_later_groups_do_not_see_a_failed_update(application: App) -> None:
    seen: list[str] = []

    async def fail(_update: Update, _context: object) -> None:
        raise KeyError("x")

    async def look(_update: Update, _context: object) -> None:
        seen.append("seen")

    application.add_handler(TypeHandler(Update, fail))
    application.add_handler(TypeHandler(Update, look), group=1)
    with pytest.raises(KeyError):
        await process_with(application)(queued(message(1)))

    assert seen == []


async def test_errors_of_concurrent_chats_are_not_mixed_up(application: App) -> None:
    async def fail_on_odd(update: Update, _context: object) -> None:
        await asyncio.sleep(0.001 * (update.update_id % 5))
        if update.update_id % 2:
            raise KeyError(update.update_id)

    application.add_handler(TypeHandler(Update, fail_on_odd))
    handle = process_with(application)
    outcomes = await asyncio.gather(
        *(handle(queued(message(number))) for number in range(20)), return_exceptions=True
    )

    assert [isinstance(outcome, KeyError) for outcome in outcomes] == [
        number % 2 == 1 for number in range(20)
    ]


@pytest.mark.parametrize(
    "raw", [{"update_id": 1, "message": {"text": "no chat"}}, {"update_id": 1, "message": 3}]
)
async def test_update_the_library_cannot_read_is_said_so(application: App, raw: dict[str, Any]) -> None:
    with pytest.raises(UnreadableUpdateError):
        await process_with(application)(queued(raw))


async def test_kind_of_update_not_known_yet_is_handled(application: App) -> None:
    seen: list[int] = []

    async def look(update: Update, _context: object) -> None:
        seen.append(update.update_id)

    application.add_handler(TypeHandler(Update, look))
    await process_with(application)(queued({"update_id": 1, "from_the_future": {}}))

    assert seen == [1]


async def test_handler_knows_its_queued(application: App) -> None:
    seen: list[QueuedUpdate] = []

    async def look(_update: Update, _context: object) -> None:
        seen.append(current_update())

    application.add_handler(TypeHandler(Update, look))
    one = queued(message(1))
    await process_with(application)(one)

    assert seen == [one]


async def test_no_delivery_outside_of_handling() -> None:
    with pytest.raises(LookupError):
        current_update()


async def test_error_of_a_job_is_not_the_updates(application: App) -> None:
    process_with(application)

    assert not await application.process_error(None, KeyError("x"))


async def test_poison_behind_the_application_is_dead_letter(quick_store: Store, application: App) -> None:
    async def fail(_update: Update, _context: object) -> None:
        raise KeyError("x")

    told = Recorder()
    application.add_handler(TypeHandler(Update, fail))
    async with receiving(quick_store, process_with(application), recorder=told) as service:
        await take_in(service, [message(1)])

    assert [letter.error for letter in told.dead_letters] == ["KeyError"]
