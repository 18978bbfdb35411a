"""The rate of calls, the scope of a 429, and retries; with a clock that the test controls."""

import asyncio
import itertools
from collections.abc import Awaitable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.errors import ConnectTimedOutError, NoAllowanceError, RequestNotSentError
from bot.bot_api.rate_limits import (
    BULK,
    COSMETIC,
    OPTIONAL,
    Limiter,
    Limits,
    Rate,
    TokenBucket,
    retry_after_seconds,
)


class Time:
    """A clock that jumps to the end of the next sleep once nothing else can run."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._numbers = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        self._sleepers.append((self.now + max(0.0, seconds), next(self._numbers), wake))
        await wake.wait()

    async def play(self, *jobs: Awaitable[object]) -> list[object]:
        """Run jobs to completion, advancing the clock whenever all of them sleep."""
        everything = asyncio.gather(*jobs, return_exceptions=True)
        while not everything.done():
            for _ in range(20):
                await asyncio.sleep(0)
            if self._sleepers and not everything.done():
                self._sleepers.sort()
                at, _, wake = self._sleepers.pop(0)
                self.now = max(self.now, at)
                wake.set()
        return list(everything.result())


class Wire:
    """Records the time of each call, after raising the requested errors."""

    def __init__(self, time: Time) -> None:
        self.done: list[tuple[float, str]] = []
        self.errors: dict[str, list[Exception]] = {}
        self._time = time

    async def __call__(self, name: str) -> bool:
        if waiting := self.errors.get(name):
            raise waiting.pop(0)
        self.done.append((round(self._time.now - 1000.0, 3), name))
        return True

    def times(self, name: str) -> list[float]:
        return [at for at, done in self.done if done == name]


class Rig:
    """A limiter on a clock of its own."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.time = Time()
        self.wire = Wire(self.time)
        self.limiter = Limiter(limits, now=self.time, sleep=self.time.sleep, jitter=lambda: 0.5)

    async def call(
        self,
        name: str,
        chat_id: int | str | None = None,
        *,
        endpoint: str = "sendMessage",
        lane: str | None = None,
    ) -> object:
        data = {} if chat_id is None else {"chat_id": chat_id}
        return await self.limiter.process_request(self.wire, (name,), {}, endpoint, data, lane)


@pytest.fixture
def rig() -> Rig:
    return Rig(Limits(chat=Rate(per_second=1, burst=3), bulk=Rate(per_second=10, burst=2)))


async def test_short_burst_passes_at_once(rig: Rig) -> None:
    await rig.time.play(*(rig.call("a", 7) for _ in range(3)))

    assert rig.wire.times("a") == [0, 0, 0]


async def test_chat_gets_one_a_second_after_its_burst(rig: Rig) -> None:
    await rig.time.play(*(rig.call("a", 7) for _ in range(6)))

    assert rig.wire.times("a") == [0, 0, 0, 1, 2, 3]


async def test_tidying_never_delays_a_message() -> None:
    """A cosmetic call uses only what three messages at once would leave."""
    rig = Rig(Limits(chat=Rate(per_second=1, burst=6)))

    async def strip() -> None:
        await rig.call("strip", 7, endpoint="editMessageReplyMarkup", lane=COSMETIC)

    screens = (rig.call("screen", 7) for _ in range(3))
    await rig.time.play(*screens, strip(), strip(), *(rig.call("next", 7) for _ in range(3)))

    assert rig.wire.times("screen") + rig.wire.times("next") == [0] * 6
    assert rig.wire.times("strip") == [4, 5]


async def test_optional_call_is_left_out_unless_there_is_allowance_to_spare() -> None:
    rig = Rig(Limits(chat=Rate(per_second=1, burst=6)))

    async def redraw() -> object:
        return await rig.call("redraw", 7, endpoint="editMessageText", lane=OPTIONAL)

    outcomes = await rig.time.play(*(redraw() for _ in range(7)))
    assert [isinstance(one, NoAllowanceError) for one in outcomes] == [False] * 5 + [True] * 2
    await rig.time.play(rig.call("screen", 7))
    assert rig.wire.times("screen") == [0]


async def test_refused_optional_call_is_left_out_and_pauses_its_chat(rig: Rig) -> None:
    rig.wire.errors["redraw"] = [RetryAfter(timedelta(seconds=9))]

    async def redraw() -> object:
        return await rig.call("redraw", 7, endpoint="editMessageText", lane=OPTIONAL)

    (outcome,) = await rig.time.play(redraw())
    assert isinstance(outcome, NoAllowanceError)
    await rig.time.play(rig.call("a", 7))
    assert rig.wire.times("a") == [9]


async def test_group_gets_one_in_three_seconds() -> None:
    rig = Rig(Limits(group=Rate(per_second=1 / 3, burst=1)))

    await rig.time.play(*(rig.call("a", -100) for _ in range(3)))

    assert rig.wire.times("a") == [0, 3, 6]


async def test_chats_do_not_wait_for_each_other(rig: Rig) -> None:
    await rig.time.play(*(rig.call("a", chat) for chat in range(1, 301)))

    assert rig.wire.times("a") == [0] * 300


async def test_bulk_is_limited_over_all_chats(rig: Rig) -> None:
    await rig.time.play(*(rig.call("a", chat, lane=BULK) for chat in range(1, 6)))

    assert rig.wire.times("a") == [0, 0, 0.1, 0.2, 0.3]


async def test_bulk_does_not_hold_up_answers(rig: Rig) -> None:
    await rig.time.play(*(rig.call("bulk", chat, lane=BULK) for chat in range(1, 50)), rig.call("mine", 99))

    assert rig.wire.times("mine") == [0]


@pytest.mark.parametrize("endpoint", ["deleteMessage", "sendChatAction", "getChat"])
async def test_what_is_no_message_costs_nothing(rig: Rig, endpoint: str) -> None:
    await rig.time.play(*(rig.call("a", 7, endpoint=endpoint) for _ in range(20)))

    assert rig.wire.times("a") == [0] * 20


async def test_answers_to_presses_are_unlimited(rig: Rig) -> None:
    await rig.time.play(*(rig.call("a", endpoint="answerCallbackQuery") for _ in range(500)))

    assert rig.wire.times("a") == [0] * 500


async def test_refused_call_is_repeated_when_allowed(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(7)]

    await rig.time.play(rig.call("a", 7))

    assert rig.wire.times("a") == [7]


async def test_refusal_pauses_its_chat_alone(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(7)]

    await rig.time.play(
        rig.call("a", 7), rig.call("same", 7), rig.call("other", 8), rig.call("bulk", 9, lane=BULK)
    )
    await rig.time.play(rig.call("later", 7))

    assert (rig.wire.times("a"), rig.wire.times("other"), rig.wire.times("bulk")) == ([7], [0], [0])
    assert rig.wire.times("later")[0] > 7


async def test_refused_chat_waits_even_for_uncounted_calls(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(7)]

    async def later() -> None:
        await asyncio.sleep(0)
        await rig.call("b", 7, endpoint="deleteMessage")

    await rig.time.play(rig.call("a", 7), later())

    assert rig.wire.times("b") == [7]


async def test_refusals_in_bulk_pause_the_bulk_lane(rig: Rig) -> None:
    """Three chats in a row: the platform refuses everybody."""
    rig.wire.errors["a"] = [RetryAfter(5)] * 3

    await rig.time.play(
        *(rig.call("a", chat, lane=BULK) for chat in (11, 12, 13)),
        *(rig.call("bulk", chat, lane=BULK) for chat in range(3, 9)),
        rig.call("mine", 2),
    )

    assert rig.wire.times("mine") == [0]
    assert all(at >= 5 for at in rig.wire.times("bulk"))


async def test_refused_chat_does_not_hold_up_the_bulk_lane(rig: Rig) -> None:
    """It is refused again and again while fifty others are served."""
    rig.wire.errors["a"] = [RetryAfter(60)] * 4

    await rig.time.play(
        rig.call("a", 1, lane=BULK), *(rig.call("bulk", chat, lane=BULK) for chat in range(2, 52))
    )

    assert (len(rig.wire.times("bulk")), max(rig.wire.times("bulk"))) == (50, 4.9)
    assert min(rig.wire.times("a")) >= 240


async def test_bulk_lane_does_not_burst_after_a_pause(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(5)] * 3
    await rig.time.play(*(rig.call("a", chat, lane=BULK) for chat in (11, 12, 13)))

    await rig.time.play(*(rig.call("b", chat, lane=BULK) for chat in range(3, 7)))

    assert [later - at for at, later in itertools.pairwise(rig.wire.times("b"))] == pytest.approx([0.1] * 3)
    assert min(rig.wire.times("b")) > 5


async def test_refused_answer_to_a_press_is_repeated(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(2)]

    await rig.time.play(
        rig.call("a", endpoint="answerCallbackQuery"), rig.call("b", endpoint="answerCallbackQuery")
    )

    assert (rig.wire.times("a"), rig.wire.times("b")) == ([2], [0])


async def test_call_refused_too_often_is_given_up(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(1)] * 9

    (outcome,) = await rig.time.play(rig.call("a", 7))

    assert (type(outcome), len(rig.wire.errors["a"])) == (RetryAfter, 4)


async def test_very_long_pause_is_the_callers_business(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(3600)]

    (outcome,) = await rig.time.play(rig.call("a", 7))

    assert (type(outcome), rig.time.now) == (RetryAfter, 1000)


@pytest.mark.parametrize("error", [TimedOut(), NetworkError("x"), RequestNotSentError("x")])
@pytest.mark.parametrize("endpoint", ["editMessageText", "answerCallbackQuery", "deleteMessage", "getMe"])
async def test_repeatable_call_is_repeated(rig: Rig, error: Exception, endpoint: str) -> None:
    rig.wire.errors["a"] = [error, error, error]

    await rig.time.play(rig.call("a", 7, endpoint=endpoint))

    assert rig.wire.times("a") == [pytest.approx(0.3 + 0.6 + 1.2)]


@pytest.mark.parametrize("error", [RequestNotSentError("x"), ConnectTimedOutError("x")])
async def test_send_that_never_left_is_repeated(rig: Rig, error: Exception) -> None:
    rig.wire.errors["a"] = [error]

    await rig.time.play(rig.call("a", 7))

    assert len(rig.wire.times("a")) == 1


@pytest.mark.parametrize("error", [TimedOut(), NetworkError("x")])
@pytest.mark.parametrize("endpoint", ["sendMessage", "sendPhoto", "copyMessage", "forwardMessage"])
async def test_send_of_unknown_fate_is_not_repeated(rig: Rig, error: Exception, endpoint: str) -> None:
    rig.wire.errors["a"] = [error]

    (outcome,) = await rig.time.play(rig.call("a", 7, endpoint=endpoint))

    assert (outcome, rig.wire.done) == (error, [])


@pytest.mark.parametrize("error", [BadRequest("message is not modified"), Forbidden("blocked")])
async def test_refusal_of_contents_is_not_repeated(rig: Rig, error: TelegramError) -> None:
    rig.wire.errors["a"] = [error]

    (outcome,) = await rig.time.play(rig.call("a", 7, endpoint="editMessageText"))

    assert (outcome, rig.wire.done) == (error, [])


async def test_repeating_ends_after_four_failures(rig: Rig) -> None:
    rig.wire.errors["a"] = [TimedOut()] * 9

    (outcome,) = await rig.time.play(rig.call("a", 7, endpoint="editMessageText"))

    assert (type(outcome), len(rig.wire.errors["a"])) == (TimedOut, 5)


async def test_chats_at_rest_are_forgotten(rig: Rig) -> None:
    for chat in range(1, 10_001):
        await rig.call("a", chat)
        rig.time.now += 1

    assert len(rig.limiter._chats) <= 4096


async def test_chat_that_is_paused_is_not_forgotten(rig: Rig) -> None:
    rig.wire.errors["a"] = [RetryAfter(3600)]
    await rig.time.play(rig.call("a", 1))
    for chat in range(2, 10_001):
        await rig.call("b", chat)
        rig.time.now += 0.01

    assert rig.limiter._chats[1].paused_for(rig.time.now) > 0


@given(
    arrivals=st.lists(st.floats(0, 3), max_size=60),
    rate=st.sampled_from([0.5, 1.0, 10.0]),
    burst=st.integers(1, 8),
    window=st.floats(0.1, 10),
)
def test_no_window_holds_more_than_rate_and_burst(
    arrivals: list[float], rate: float, burst: int, window: float
) -> None:
    lane = TokenBucket(Rate(per_second=rate, burst=burst))
    now = 0.0
    passed: list[float] = []
    for gap in arrivals:
        now += gap
        passed.append(now + lane.reserve(now))

    assert all(
        sum(start <= at < start + window for at in passed) <= burst + rate * window + 1e-6 for start in passed
    )


def test_pause_is_read_in_either_form() -> None:
    assert retry_after_seconds(RetryAfter(timedelta(seconds=3))) == 3.0
