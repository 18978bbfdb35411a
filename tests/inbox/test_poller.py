"""Polling: nothing is confirmed before it is stored, and only an invalid token ends it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.client import AiohttpRequest
from bot.inbox import Poller, TokenRefusedError, updates_of
from bot.inbox.model import RawUpdate
from core.errors.store import StoreUnavailable
from core.ports import Store
from tests.inbox.fake_api import TOKEN, FakeApi, fake_api, refusal
from tests.inbox.schema import states
from tests.inbox.tools import HASTY, FailingStore, Recorder, message, receiving


class Script:
    """Returns its responses in order, and then none."""

    def __init__(self, *answers: list[dict[str, Any]] | Exception) -> None:
        self.offsets: list[int | None] = []
        self._answers = list(answers)

    async def __call__(self, offset: int | None) -> list[dict[str, Any]]:
        self.offsets.append(offset)
        if not self._answers:
            await asyncio.Event().wait()
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Taker:
    """Accepts batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, updates: Sequence[RawUpdate]) -> None:
        self.batches.append([update.get("update_id", 0) for update in updates])


async def play(script: Script, taker: Taker, seconds: float = 0.2) -> None:
    task = asyncio.create_task(Poller(script, taker, retry=HASTY).run())
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def polling(api: FakeApi, store: Store, served: Recorder) -> AsyncIterator["asyncio.Task[None]"]:
    async with AiohttpRequest() as request, receiving(store, served) as service:
        fetch = updates_of(request, api.base_url)
        task = asyncio.create_task(Poller(fetch, service.accept, retry=HASTY).run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_polling_resumes_soon_after_a_long_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the outage was: presses wait 150 seconds only."""
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", wait)
    script, taker = Script(*[NetworkError("down")] * 30, InvalidToken()), Taker()
    with pytest.raises(TokenRefusedError):
        await Poller(script, taker).run()
    assert 5 <= max(waits) <= 10


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any condition, looked at from outside
            await asyncio.sleep(0.01)


async def test_offset_moves_past_what_is_written_down() -> None:
    script = Script([message(5), message(6)])

    await play(script, Taker())

    assert script.offsets == [None, 7]


async def test_offset_is_dropped_when_all_is_confirmed() -> None:
    script = Script([message(5)], [], [message(3)])

    await play(script, Taker())

    assert script.offsets == [None, 6, None, 4]


async def test_batch_that_was_not_stored_is_asked_again() -> None:
    script = Script([message(5)], [message(6)], [message(6)])

    class SecondTime(Taker):
        async def __call__(self, updates: Sequence[RawUpdate]) -> None:
            if len(script.offsets) == 2:
                raise StoreUnavailable
            await super().__call__(updates)

    second = SecondTime()
    await play(script, second)

    assert script.offsets == [None, 6, 6, 7]
    assert second.batches == [[5], [6]]


@pytest.mark.parametrize(
    "error",
    [TimedOut(), NetworkError("x"), Conflict("x"), RetryAfter(0), TelegramError("Invalid server response")],
)
async def test_polling_goes_on_after(error: Exception) -> None:
    taker = Taker()

    await play(Script(error, error, [message(1)]), taker)

    assert taker.batches == [[1]]


async def test_refused_token_ends_polling() -> None:
    with pytest.raises(TokenRefusedError):
        await Poller(Script(InvalidToken()), Taker(), retry=HASTY).run()


async def test_second_poller_is_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    await play(Script(Conflict("x")), Taker())

    assert [record.levelno for record in caplog.records if "somebody else" in record.message] == [
        logging.CRITICAL
    ]


async def test_unstorable_batch_is_not_asked_in_a_hot_loop() -> None:
    script = Script(*([[{"message": {}}]] * 1000))

    await play(script, Taker())

    assert 1 < len(script.offsets) < 100


async def test_update_without_id_is_confirmed_with_the_others() -> None:
    script = Script([{"message": {}}, message(4)])

    await play(script, Taker())

    assert script.offsets == [None, 5]


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"ok": true, "result": {}}'),
        (200, b'{"ok": true, "result": [3]}'),
        (502, b"<html>Bad Gateway</html>"),
        refusal(409, "Conflict: terminated by other getUpdates request"),
        refusal(500, "Internal Server Error"),
    ],
)
async def test_bad_answers_are_survived(quick_store: Store, answer: tuple[int, bytes]) -> None:
    served = Recorder()
    async with fake_api() as api:
        api.answers = [answer, answer]
        api.put([message(1)])
        async with polling(api, quick_store, served):
            await until(lambda: served.ids == [1])


async def test_unauthorized_token_ends_polling_with_clear_error(quick_store: Store) -> None:
    async with fake_api() as api:
        api.answers = [refusal(401, "Unauthorized")]
        async with polling(api, quick_store, Recorder()) as task:
            with pytest.raises(TokenRefusedError, match=r"telegram\.token"):
                await task


async def test_long_poll_ends_at_once_when_cancelled(quick_store: Store) -> None:
    async with fake_api() as api, polling(api, quick_store, Recorder()) as task:
        await until(lambda: api.asked)
        await asyncio.sleep(0.1)
        began = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert (time.monotonic() - began < 2, api.asked[0]["timeout"]) == (True, 50)


async def test_database_down_confirms_and_loses_nothing(store: Store) -> None:
    shaky = FailingStore(store)
    served = Recorder()
    async with fake_api() as api, polling(api, shaky, served):
        await until(lambda: api.asked)
        shaky.is_down = True
        api.put([message(number) for number in range(1, 6)])
        await until(lambda: shaky.refused >= 3)
        pending = len(api.pending)
        shaky.is_down = False
        await until(lambda: len(served.ids) == 5)

        assert (pending, served.ids) == (5, [1, 2, 3, 4, 5])


async def test_stop_in_the_middle_keeps_what_is_left(quick_store: Store) -> None:
    served = Recorder(delay=lambda: 0.01)
    async with fake_api() as api:
        api.put([message(number) for number in range(1, 201)])
        async with polling(api, quick_store, served):
            await until(lambda: len(served.ids) >= 3)
        stored = await quick_store.read(states)
        unconfirmed = {update["update_id"] for update in api.pending}

    left = {update_id for update_id, state in stored.items() if state == "waiting"}
    assert set(served.ids) | left | unconfirmed == set(range(1, 201))


async def test_token_stays_out_of_logs_and_errors(
    quick_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    served = Recorder()
    async with fake_api() as api:
        page = f"<html>no such page: /bot{TOKEN}/getUpdates</html>".encode()
        api.answers = [(502, page), (200, page), refusal(409, "Conflict")]
        api.put([message(1)])
        async with polling(api, quick_store, served):
            await until(lambda: served.ids == [1])

    assert "polling failed" in caplog.text
    assert TOKEN not in caplog.text
