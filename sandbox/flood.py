"""The platform's limit per chat: about one message a second, with short bursts.

Off by default, so that tests need not wait; ``Sandbox.flood.limit()`` turns it on. What exceeds it is refused
with 429.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.errors import ApiError
from sandbox.params import Call

_COUNTED = ("send", "edit", "copy", "forward")
_LEEWAY = 0.3
"""Seconds that a call may come too early, as the ones before may have been under way for longer."""
_UNCOUNTED = frozenset({"sendChatAction"})


@dataclass(slots=True)
class Flood:
    """Counts the messages and edits of each chat."""

    per_second: float = 0.0  # 0: no limit
    burst: int = 1
    refused: int = 0
    clock: Callable[[], float] = time.monotonic
    _full_at: dict[int, float] = field(default_factory=dict)

    def limit(self, per_second: float = 1.0, burst: int = 6) -> None:
        """Refuse what exceeds a rate."""
        self.per_second, self.burst = per_second, burst

    def check(self, call: Call) -> None:
        """Count a call.

        Raises:
            ApiError: its chat has had too many.
        """
        is_counted = call.method.startswith(_COUNTED) and call.method not in _UNCOUNTED
        if not self.per_second or not is_counted:
            return
        now, gap = self.clock(), 1 / self.per_second
        start = max(self._full_at.get(call.integer("chat_id"), now), now)
        wait = start - (self.burst - 1) * gap - now
        if wait > _LEEWAY:
            self.refused += 1
            seconds = math.ceil(wait)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        self._full_at[call.integer("chat_id")] = start + gap
