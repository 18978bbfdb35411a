"""Polling: nothing is confirmed before it is stored, and only an invalid token ends it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.client import AiohttpRequest
from bot.inbox import Poller, WorkerInbox, updates_of
from bot.inbox.backlog import BacklogLimits
from bot.inbox.model import Added, RawUpdate
from bot.inbox.poller import POLLING, REFUSED
from core.errors.store import StoreConstraintError, StoreUnavailable
from core.ports import Store
from tests.inbox.fake_api import TOKEN, FakeApi, fake_api, refusal
from tests.inbox.schema import states
from tests.inbox.tools import HASTY, FailingStore, Recorder, message, receiving, take_in


class Script:
    """Returns its responses in order, and then none."""

    def __init__(self, *answers: list[dict[str, Any]] | Exception) -> None:
        self.offsets: list[int | None] = []
        self.is_over = asyncio.Event()
        self._answers = list(answers)

    async def __call__(self, offset: int | None) -> list[dict[str, Any]]:
        self.offsets.append(offset)
        if not self._answers:
            self.is_over.set()
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


async def play(poller: Poller, script: Script) -> None:
    """Poll until the script is over."""
    task = asyncio.create_task(poller.run())
    await asyncio.wait_for(script.is_over.wait(), 30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def play_hastily(script: Script, taker: Taker) -> None:
    await play(Poller(script, taker, retry=HASTY, refused=HASTY), script)


@asynccontextmanager
async def polling(api: FakeApi, store: Store, served: Recorder) -> AsyncIterator["asyncio.Task[None]"]:
    async with AiohttpRequest() as request, receiving(store, served) as service:
        fetch = updates_of(request, api.base_url)
        poller = Poller(fetch, service.accept, retry=HASTY, refused=HASTY)
        task = asyncio.create_task(poller.run())
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
        if len(waits) == 30:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", wait)
    script, taker = Script(*[NetworkError("down")] * 30), Taker()
    with pytest.raises(asyncio.CancelledError):
        await Poller(script, taker).run()
    assert 5 <= max(waits) <= 10


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any condition, looked at from outside
            await asyncio.sleep(0.01)


async def test_offset_moves_past_what_is_written_down() -> None:
    script = Script([message(5), message(6)])

    await play_hastily(script, Taker())

    assert script.offsets == [None, 7]


async def test_offset_is_dropped_when_all_is_confirmed() -> None:
    script = Script([message(5)], [], [message(3)])

    await play_hastily(script, Taker())

    assert script.offsets == [None, 6, None, 4]


async def test_offset_of_an_earlier_lead_confirms_nothing() -> None:
    """Meanwhile another worker has polled, and ids may have become smaller."""
    script = Script([message(5)])
    poller = Poller(script, Taker(), retry=HASTY, refused=HASTY)
    for _ in range(2):
        leading = asyncio.create_task(poller.run())
        await asyncio.sleep(0.05)
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)

    assert script.offsets == [None, 6, None]


async def test_batch_that_was_not_stored_is_asked_again() -> None:
    script = Script([message(5)], [message(6)], [message(6)])

    class SecondTime(Taker):
        async def __call__(self, updates: Sequence[RawUpdate]) -> None:
            if len(script.offsets) == 2:
                raise StoreUnavailable
            await super().__call__(updates)

    second = SecondTime()
    await play_hastily(script, second)

    assert script.offsets == [None, 6, 6, 7]
    assert second.batches == [[5], [6]]


@pytest.mark.parametrize(
    "error",
    [
        TimedOut(),
        NetworkError("x"),
        Conflict("x"),
        RetryAfter(0),
        TelegramError("Invalid server response"),
        InvalidToken(),
        KeyError("result"),
        RecursionError(),
        ValueError(),
    ],
)
async def test_polling_goes_on_after(error: Exception) -> None:
    taker = Taker()

    await play_hastily(Script(error, error, [message(1)]), taker)

    assert taker.batches == [[1]]


async def test_refused_token_does_not_end_polling() -> None:
    """The chiefs are told of it instead, once it works again at the latest."""
    taker, told = Taker(), list[bool]()
    script = Script(*[InvalidToken()] * 12, [message(1)], *[InvalidToken()] * 12, [message(2)])
    poller = Poller(script, taker, refused=HASTY, on_poll=told.append)

    await play(poller, script)

    assert taker.batches == [[1], [2]]
    assert told == [*[False] * 12, True] * 2


def test_pauses_grow_while_the_token_is_refused() -> None:
    pauses = [REFUSED.delay(tries, InvalidToken()) for tries in range(1, 100)]
    assert pauses[0] < 1
    assert 30 <= pauses[-1] <= 60


async def test_polling_that_fails_is_trouble_until_it_works() -> None:
    poller = Poller(Script(*[NetworkError("x")] * 3, [message(1)]), Taker(), retry=HASTY)
    assert poller.trouble is None
    found: list[str | None] = []

    async def look() -> None:
        while len(found) < 2 or found[-1] is not None:
            found.append(poller.trouble)
            await asyncio.sleep(0)

    polling_task = asyncio.ensure_future(poller.run())
    await asyncio.wait_for(look(), 5)
    polling_task.cancel()
    await asyncio.gather(polling_task, return_exceptions=True)
    assert poller.trouble is None


def test_pauses_between_polls_are_ten_seconds_at_most() -> None:
    assert max(POLLING.delay(tries, NetworkError("x")) for tries in range(1, 100)) <= 10


async def test_second_poller_is_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    await play_hastily(Script(Conflict("x")), Taker())

    assert [record.levelno for record in caplog.records if "somebody else" in record.message] == [
        logging.CRITICAL
    ]


async def test_unstorable_batch_is_not_asked_in_a_hot_loop() -> None:
    script = Script(*([[{"message": {}}]] * 1000))

    task = asyncio.create_task(Poller(script, Taker(), retry=HASTY, refused=HASTY).run())
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert 1 < len(script.offsets) < 100


async def test_update_without_id_is_confirmed_with_the_others() -> None:
    script = Script([{"message": {}}, message(4)])

    await play_hastily(script, Taker())

    assert script.offsets == [None, 5]


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"ok": true, "result": {}}'),
        (200, b'{"ok": true, "result": [3]}'),
        (200, b'{"ok": false}'),
        (200, b'{"ok": true, "result": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        (404, b"<html>Not Found</html>"),
        refusal(404, "Not Found"),
        refusal(401, "Unauthorized"),
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


ABSURD = 2**63
"""An id that no table holds; nor may it be confirmed, which would confirm all that comes later."""


async def test_update_with_an_absurd_id_holds_up_nobody(quick_store: Store) -> None:
    served = Recorder()
    async with fake_api() as api:
        api.put([message(1), message(ABSURD), message(2, chat_id=8)])
        async with polling(api, quick_store, served):
            await until(lambda: served.ids == [1, 2])
            api.put([message(3)])
            await until(lambda: served.ids == [1, 2, 3])


def nested(levels: int) -> list[object]:
    """Return a list in a list in a list …"""
    inner: list[object] = []
    for _ in range(levels):
        inner = [inner]
    return inner


UNSTORABLE: dict[str, dict[str, Any]] = {
    "chat with an absurd id": {"message": {"chat": {"id": 2**70, "type": "private"}, "text": "x"}},
    "nested too deeply": {"message": {"chat": {"id": 9, "type": "private"}, "text": nested(150_000)}},
    "far too large": {"message": {"chat": {"id": 9, "type": "private"}, "text": "x" * 1_000_000}},
}


@pytest.mark.parametrize("kind", UNSTORABLE)
async def test_update_that_cannot_be_stored_is_set_aside_from_its_batch(store: Store, kind: str) -> None:
    served = Recorder()
    async with receiving(store, served, recorder=served) as service:
        await take_in(service, [message(1), {"update_id": 2, **UNSTORABLE[kind]}, message(3)])
        await until(lambda: served.dead_letters)

    assert (served.ids, [letter.update_id for letter in served.dead_letters]) == ([1, 3], [2])
    assert await store.read(states) == {1: "done", 2: "broken", 3: "done"}


async def test_batch_that_the_database_refuses_is_stored_one_by_one(
    quick_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Recorder()
    add = WorkerInbox.add

    async def refusing(
        inbox: WorkerInbox,
        updates: Sequence[RawUpdate],
        dropped: Collection[int] = (),
        limits: BacklogLimits | None = None,
    ) -> Added:
        if any(update["update_id"] == 2 for update in updates):
            raise StoreConstraintError("inbox.store", "nobody knows")
        return await add(inbox, updates, dropped, limits)

    monkeypatch.setattr(WorkerInbox, "add", refusing)
    async with receiving(quick_store, served, recorder=served) as service:
        await take_in(service, [message(1), message(2), message(3)])
        await until(lambda: served.dead_letters)

    assert (served.ids, [letter.error for letter in served.dead_letters]) == (
        [1, 3],
        ["StoreConstraintError"],
    )


async def test_refusal_for_a_webhook_is_passed_on() -> None:
    """The Bot API refuses to be polled as long as one is set."""
    conflict = Conflict("Conflict: can't use getUpdates method while webhook is active")
    script, taker, removed = Script(conflict, [message(1)]), Taker(), []

    async def remove() -> None:
        removed.append(len(script.offsets))

    task = asyncio.create_task(Poller(script, taker, retry=HASTY, on_webhook=remove).run())
    await until(lambda: taker.batches)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert removed == [1]


async def test_second_poller_is_said_at_growing_gaps(caplog: pytest.LogCaptureFixture) -> None:
    conflict = Conflict("Conflict: terminated by other getUpdates request")
    script = Script(*[conflict] * 20)
    await play_hastily(script, Taker())

    said = [record.message for record in caplog.records if "another program polls" in record.message]
    assert (len(script.offsets), len(said)) == (21, 5)


async def test_log_says_why_polling_fails(quick_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    served = Recorder()
    async with fake_api() as api:
        api.answers = [(502, b"<html>Bad Gateway</html>")]
        api.put([message(1)])
        async with polling(api, quick_store, served):
            await until(lambda: served.ids == [1])

    assert "HTTP 502" in caplog.text
