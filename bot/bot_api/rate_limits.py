"""Rate limiting of Bot API calls, and which of them are retried.

There are two lanes. The *interactive* lane answers users: each chat has its own bucket (about one message a
second, short bursts), and nothing is shared between chats, because the platform's limit of 30 a second
applies to bulk notifications only. The *bulk* lane (``rate_limit_args=BULK``) carries notifications: 25 a
second over all chats, in addition to the chat's own bucket. A 429 pauses its chat; other chats are not
affected. The bulk lane is paused when three chats in a row are refused there: a few refused chats among
others that are served have been sent too much by themselves, and must not hold up everybody's notifications.
Callback answers and calls without a chat are not limited.

What only tidies a chat must not delay the next screen. A *cosmetic* call (``COSMETIC``) waits until the
chat's bucket holds some spare tokens, and its 429 pauses nothing. An *optional* one (``OPTIONAL``), the
redraw of a clock, does not wait: without spare tokens it is left out (``NoAllowanceError``).

What is retried when a call fails:

    429                            yes, after the pause that the platform requests
    RequestNotSentError            yes, every call: it was certainly not delivered
    time-out, broken connection    only idempotent calls: edits, answers, deletions, reads (if the
                                   first arrived, a repeated edit is rejected as «message is not
                                   modified», which the caller treats as success, as always)
    anything else                  never: it would fail again

While a call waits, the handler that makes it is parked (``bot/bot_api/parking.py``), so nobody else waits for
it; likewise when the Bot API takes long to respond.

A *send* that may have been delivered is not retried here, because the Bot API has no idempotency keys: the
error is raised to the caller. For an update that is the inbox, which handles it again and shows the current
screen: at worst a user sees a screen twice, but no effect occurs twice.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.bot_api.errors import NoAllowanceError, RequestNotSentError
from bot.bot_api.parking import parked, parked_if_slow

BULK: Final = "bulk"
"""Value of ``rate_limit_args`` for unsolicited messages."""

_LOGGER = logging.getLogger(__name__)

COSMETIC: Final = "cosmetic"
"""Value of ``rate_limit_args`` for calls that may come late or fail: they use spare tokens only, their 429
pauses no chat, a long one ends them."""
OPTIONAL: Final = "optional"
"""Value of ``rate_limit_args`` for calls that are left out when the chat has no spare tokens."""
_SPARE = {COSMETIC: 3, OPTIONAL: 1}
"""Tokens that such a call leaves for the screens of the next presses."""

_COUNTED = ("send", "edit", "copy", "forward")
_UNCOUNTED = frozenset({"sendChatAction"})
_REPEATABLE = ("edit", "answer", "delete", "get", "set", "pin", "unpin")
_MANY_CHATS = 4096
_IN_A_ROW = 3  # chats refused in the bulk lane, none served in between, before all of it is paused
_SLOW = 2.0  # seconds without a response after which a call no longer counts as running

Answer = bool | dict[str, Any] | list[dict[str, Any]]
Callback = Callable[..., Coroutine[Any, Any, Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate with a burst allowance."""

    per_second: float  # sustained
    burst: int  # calls at once, after an idle period


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limiter's parameters; the defaults are the platform's limits."""

    chat: Rate = Rate(per_second=1.0, burst=6)
    group: Rate = Rate(per_second=1 / 3, burst=6)  # the platform: 20 a minute
    bulk: Rate = Rate(per_second=25.0, burst=25)
    refusals: int = 5  # maximum 429 responses per call
    longest_pause: timedelta = timedelta(seconds=60)  # a longer one is raised to the caller
    cosmetic_pause: timedelta = timedelta(seconds=1)  # the same for cosmetic calls
    failures: int = 4  # maximum network failures per call
    first_gap: timedelta = timedelta(milliseconds=300)  # doubled at each failure, with jitter


def retry_after_seconds(error: RetryAfter) -> float:
    """Return the pause that a 429 requests, in seconds, from either form that PTB uses."""
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


class TokenBucket:
    """A token bucket that can be paused.

    Its state is one number, the time at which it would be full again (GCRA, "virtual scheduling"), so an idle
    chat costs nothing.
    """

    def __init__(self, rate: Rate) -> None:
        self._interval = 1 / rate.per_second
        self._tolerance = (rate.burst - 1) * self._interval
        self._full_at = float("-inf")
        self._paused_until = float("-inf")

    def reserve(self, now: float) -> float:
        """Take one token; return the seconds to wait before it may be used."""
        start = max(self._full_at, now)
        self._full_at = start + self._interval
        return max(0.0, start - self._tolerance - now)

    def take_spare(self, now: float, spare: int) -> float:
        """Take one token if others are left then; return 0, or the seconds after which there may be enough.

        Args:
            now: the time.
            spare: how many must be left; of a small bucket, all but the one that is taken.
        """
        start = max(self._full_at, now)
        wait = start - max(0.0, self._tolerance - spare * self._interval) - now
        wait = max(wait, self.paused_for(now))
        if wait <= 0.0:
            self._full_at = start + self._interval
        return max(0.0, wait)

    def pause(self, until: float) -> None:
        """Let nothing pass before ``until``, and only the sustained rate directly after it."""
        self._paused_until = max(self._paused_until, until)
        self._full_at = max(self._full_at, until + self._tolerance)

    def paused_for(self, now: float) -> float:
        """Return the seconds for which the bucket is still paused."""
        return max(0.0, self._paused_until - now)

    def is_rested(self, now: float) -> bool:
        """Whether dropping the bucket would change nothing."""
        return self._full_at <= now and self._paused_until <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """The limiter's classification of a call."""

    buckets: tuple[TokenBucket, ...]  # paused by a 429
    is_counted: bool  # consumes tokens
    is_repeatable: bool  # idempotent
    is_cosmetic: bool
    is_optional: bool
    spare: int  # tokens that it must leave


class Limiter(BaseRateLimiter[str]):
    """Delays calls to keep the platform's limits, and retries the calls that may be retried.

    Args:
        limits: the parameters.
        now: a monotonic clock, in seconds.
        sleep: waits for a number of seconds.
        jitter: returns a random number from 0 to 1, for the delays.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._limits = limits or Limits()
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._bulk = TokenBucket(self._limits.bulk)
        self._refused_in_bulk: set[TokenBucket] = set()  # chats, since the last one that was served
        self._chats: dict[int | str, TokenBucket] = {}
        self._tidy_at = _MANY_CHATS

    async def initialize(self) -> None:
        """Do nothing; required by the base class."""

    async def shutdown(self) -> None:
        """Do nothing; required by the base class."""

    async def process_request(
        self,
        callback: Callback,
        args: Any,  # noqa: ANN401 - the library's signature
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        """Perform a call when its buckets allow it; retry it where allowed.

        Raises:
            TelegramError: the error of the last attempt.
            NoAllowanceError: the call is optional, and the chat has no spare tokens.
        """
        call = self._classify(endpoint, data.get("chat_id"), rate_limit_args)
        refusals = failures = 0
        while True:
            await self._wait_for_turn(call)
            try:
                async with parked_if_slow(_SLOW):
                    answer = await callback(*args, **kwargs)
                if self._bulk in call.buckets:
                    self._refused_in_bulk.clear()
                return answer  # noqa: TRY300 - what unparking raises is treated as before
            except RetryAfter as error:
                refusals += 1
                self._take_refusal(call, error, refusals)
                if not call.buckets and not call.is_cosmetic:
                    _LOGGER.warning(
                        "%s: the Bot API asks for a pause of %d s", endpoint, retry_after_seconds(error)
                    )
                if call.is_cosmetic or not call.buckets:
                    await self._pause(retry_after_seconds(error))
            except NetworkError as error:
                failures += 1
                if failures >= self._limits.failures or not _may_repeat(call, error):
                    raise
                await self._pause(self._gap(failures))

    def _classify(self, endpoint: str, chat_id: int | str | None, lane: str | None) -> _Call:
        """Classify a call; one without a chat has no buckets."""
        buckets = () if chat_id is None else (self._chat(chat_id),)
        return _Call(
            buckets=(*buckets, self._bulk) if lane == BULK else buckets,
            is_counted=endpoint.startswith(_COUNTED) and endpoint not in _UNCOUNTED,
            is_repeatable=endpoint.startswith(_REPEATABLE),
            is_cosmetic=lane == COSMETIC,
            is_optional=lane == OPTIONAL,
            spare=_SPARE.get(lane or "", 0),
        )

    async def _wait_for_turn(self, call: _Call) -> None:
        """Wait until every bucket of the call lets it pass.

        Raises:
            NoAllowanceError: the call is optional, and would have to wait.
        """
        for bucket in call.buckets:
            if call.spare and call.is_counted:
                await self._wait_for_spare(call, bucket)
                continue
            while True:
                now = self._now()
                wait = max(bucket.paused_for(now), bucket.reserve(now) if call.is_counted else 0.0)
                if wait <= 0.0:
                    break
                await self._pause(wait)
                if not bucket.paused_for(self._now()):
                    break

    async def _wait_for_spare(self, call: _Call, bucket: TokenBucket) -> None:
        while wait := bucket.take_spare(self._now(), call.spare):
            if call.is_optional:
                raise NoAllowanceError
            await self._pause(wait)

    async def _pause(self, seconds: float) -> None:
        async with parked():
            await self._sleep(seconds)

    def _take_refusal(self, call: _Call, error: RetryAfter, refusals: int) -> None:
        """Pause the buckets of a call after a 429.

        Raises:
            RetryAfter: there were too many, or the requested pause is too long.
            NoAllowanceError: the call is optional.
        """
        seconds = retry_after_seconds(error)
        if not call.is_cosmetic:
            self._pause_buckets(call, self._now() + seconds)
        if call.is_optional:
            raise NoAllowanceError from error
        longest = self._limits.cosmetic_pause if call.is_cosmetic else self._limits.longest_pause
        if refusals >= self._limits.refusals or seconds > longest.total_seconds():
            raise error

    def _pause_buckets(self, call: _Call, until: float) -> None:
        """Pause the chat of a refused call, and the bulk lane if it serves nobody."""
        for bucket in call.buckets:
            if bucket is not self._bulk:
                bucket.pause(until)
        if self._bulk in call.buckets:
            self._refused_in_bulk.add(call.buckets[0])
            if len(self._refused_in_bulk) >= _IN_A_ROW:
                self._bulk.pause(until)

    def _gap(self, failures: int) -> float:
        """Return the delay in seconds after a number of failures."""
        return self._limits.first_gap.total_seconds() * 2.0 ** (failures - 1) * (0.5 + self._jitter())

    def _chat(self, chat_id: int | str) -> TokenBucket:
        """Return the bucket of a chat; idle buckets are dropped from time to time."""
        bucket = self._chats.get(chat_id)
        if bucket is None:
            if len(self._chats) >= self._tidy_at:
                self._tidy()
            is_person = isinstance(chat_id, int) and chat_id > 0
            bucket = self._chats[chat_id] = TokenBucket(
                self._limits.chat if is_person else self._limits.group
            )
        return bucket

    def _tidy(self) -> None:
        """Drop idle buckets; the next cleanup is due when their number has doubled."""
        now = self._now()
        self._chats = {chat: bucket for chat, bucket in self._chats.items() if not bucket.is_rested(now)}
        self._tidy_at = max(_MANY_CHATS, 2 * len(self._chats))


def _may_repeat(call: _Call, error: TelegramError) -> bool:
    """Whether the call can be retried without taking effect twice."""
    if isinstance(error, RequestNotSentError):
        return True
    return call.is_repeatable and not isinstance(error, BadRequest)
