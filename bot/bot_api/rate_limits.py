"""How fast calls go to the messenger, and which of them are repeated.

Two lanes. The *interactive* one answers people: each chat has its own bucket (about one message a
second, short bursts), and nothing is shared between chats, for the platform's 30 a second concern
bulk notices only. The *bulk* one (``rate_limit_args=BULK``) carries notices: 25 a second over all
chats, and the chat's own bucket besides. A 429 pauses its chat, and the bulk lane too when it came
from there; nobody else waits. Answers to presses and calls without a chat are not held at all.

What is repeated when a call fails:

    429                            yes, after the time the platform asks for
    RequestNotSentError            yes, whatever the call: it certainly did not arrive
    time-out, broken connection    only calls that may be done twice: edits, answers, deletions, reads
                                   (had the first arrived, a repeated edit is refused as «message is
                                   not modified»: the caller takes that for success, as always)
    anything else                  never; a refusal stays one

A *send* of which nobody knows whether it arrived is not repeated here, for the Bot API knows no
idempotency key: the error goes to the caller. For an update that is the inbox, which handles it
again and shows the present screen: at worst a person sees one screen twice, never an effect twice.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.bot_api.client import RequestNotSentError

BULK: Final = "bulk"
"""Value of ``rate_limit_args`` for what is told without being asked."""

_COUNTED = ("send", "edit", "copy", "forward")
_UNCOUNTED = frozenset({"sendChatAction"})
_REPEATABLE = ("edit", "answer", "delete", "get", "set", "pin", "unpin")
_MANY_CHATS = 4096

Answer = bool | dict[str, Any] | list[dict[str, Any]]
Callback = Callable[..., Coroutine[Any, Any, Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How much may pass."""

    per_second: float  # sustained
    burst: int  # at once, after a rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The figures of the limiter, with what the platform grants as defaults."""

    chat: Rate = Rate(per_second=1.0, burst=6)
    group: Rate = Rate(per_second=1 / 3, burst=6)  # the platform: 20 a minute
    bulk: Rate = Rate(per_second=25.0, burst=25)
    refusals: int = 5  # how many 429 one call puts up with
    longest_pause: timedelta = timedelta(seconds=60)  # a longer one is the caller's business
    failures: int = 4  # how many failures of the network one call puts up with
    first_gap: timedelta = timedelta(milliseconds=300)  # doubled at each failure, and shaken


def retry_after_seconds(error: RetryAfter) -> float:
    """Return the pause that a 429 asks for, in seconds, whichever form the library gives it."""
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


class TokenBucket:
    """A token bucket that can be paused.

    It keeps one number, the moment at which it would be full again (a "virtual schedule"), so a
    chat that rests costs nothing.
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

    def pause(self, until: float) -> None:
        """Let nothing pass before a moment, and only the sustained rate right after it."""
        self._paused_until = max(self._paused_until, until)
        self._full_at = max(self._full_at, until + self._tolerance)

    def paused_for(self, now: float) -> float:
        """Return the seconds for which the bucket is still paused."""
        return max(0.0, self._paused_until - now)

    def is_rested(self, now: float) -> bool:
        """Return whether forgetting the bucket would change nothing."""
        return self._full_at <= now and self._paused_until <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """What the limiter knows of one call."""

    buckets: tuple[TokenBucket, ...]  # to be paused by a 429
    is_counted: bool  # takes tokens
    is_repeatable: bool  # doing it twice is the same as once


class Limiter(BaseRateLimiter[str]):
    """Holds calls until the platform will take them, and repeats what may be repeated.

    Args:
        limits: the figures.
        now: seconds of a clock that never goes back.
        sleep: waits for that many seconds.
        jitter: a number from 0 to 1 that shakes the gaps.
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
        self._chats: dict[int | str, TokenBucket] = {}
        self._tidy_at = _MANY_CHATS

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to close."""

    async def process_request(
        self,
        callback: Callback,
        args: Any,  # noqa: ANN401 - the library's signature
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        """Do a call when its buckets are free, and again where that is right.

        Raises:
            TelegramError: what the last try raised.
        """
        call = self._classify(endpoint, data.get("chat_id"), is_bulk=rate_limit_args == BULK)
        refusals = failures = 0
        while True:
            await self._wait_for_turn(call)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                refusals += 1
                self._take_refusal(call, error, refusals)
                if not call.buckets:
                    await self._sleep(retry_after_seconds(error))
            except NetworkError as error:
                failures += 1
                if failures >= self._limits.failures or not _may_repeat(call, error):
                    raise
                await self._sleep(self._gap(failures))

    def _classify(self, endpoint: str, chat_id: int | str | None, *, is_bulk: bool) -> _Call:
        """Return buckets and kind of a call; one without a chat is nobody's but its own."""
        buckets = () if chat_id is None else (self._chat(chat_id),)
        return _Call(
            buckets=(*buckets, self._bulk) if is_bulk else buckets,
            is_counted=endpoint.startswith(_COUNTED) and endpoint not in _UNCOUNTED,
            is_repeatable=endpoint.startswith(_REPEATABLE),
        )

    async def _wait_for_turn(self, call: _Call) -> None:
        """Wait until every bucket of the call lets it pass."""
        for bucket in call.buckets:
            while True:
                now = self._now()
                wait = max(bucket.paused_for(now), bucket.reserve(now) if call.is_counted else 0.0)
                if wait <= 0.0:
                    break
                await self._sleep(wait)
                if not bucket.paused_for(self._now()):
                    break

    def _take_refusal(self, call: _Call, error: RetryAfter, refusals: int) -> None:
        """Pause the buckets of a call that was refused; give up when it was refused too often."""
        seconds = retry_after_seconds(error)
        for bucket in call.buckets:
            bucket.pause(self._now() + seconds)
        if refusals >= self._limits.refusals or seconds > self._limits.longest_pause.total_seconds():
            raise error

    def _gap(self, failures: int) -> float:
        """Return how long to wait after that many failures, in seconds."""
        return self._limits.first_gap.total_seconds() * 2.0 ** (failures - 1) * (0.5 + self._jitter())

    def _chat(self, chat_id: int | str) -> TokenBucket:
        """Return the bucket of a chat; buckets that have come to rest are forgotten now and then."""
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
        """Forget buckets at rest; look again when there are twice as many as were left."""
        now = self._now()
        self._chats = {chat: bucket for chat, bucket in self._chats.items() if not bucket.is_rested(now)}
        self._tidy_at = max(_MANY_CHATS, 2 * len(self._chats))


def _may_repeat(call: _Call, error: TelegramError) -> bool:
    """Return whether doing the call again cannot do it twice."""
    if isinstance(error, RequestNotSentError):
        return True
    return call.is_repeatable and not isinstance(error, BadRequest)
