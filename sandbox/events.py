"""Events for observers: the chat page, and people in tests."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Event:
    """An event; numbers have no gaps."""

    seq: int
    kind: str
    """message, edit, delete, answer, pressed, action, sms, commands, clock, gateway, block, read,
    violation, refusal."""
    chat_id: int
    data: dict[str, Any]

    def body(self) -> dict[str, Any]:
        return {"seq": self.seq, "kind": self.kind, "chat_id": self.chat_id, "data": self.data}


@dataclass(slots=True)
class Events:
    """The latest events, and the observers of new ones."""

    seq: int = field(default_factory=lambda: int(time.time() * 1000))
    """The last sequence number; it starts higher at each start, so that a page notices a restart."""
    log: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT))
    watchers: list[Callable[[Event], None]] = field(default_factory=list)

    def emit(self, kind: str, chat_id: int, **data: Any) -> None:  # noqa: ANN401 - JSON
        """Record an event and notify the watchers."""
        self.seq += 1
        event = Event(self.seq, kind, chat_id, data)
        self.log.append(event)
        for watcher in self.watchers:
            watcher(event)

    def since(self, seq: int) -> list[Event] | None:
        """Return the events after a sequence number, or None if they are no longer held."""
        if seq == self.seq:
            return []
        if not self.log or not self.log[0].seq - 1 <= seq < self.seq:
            return None
        return [event for event in self.log if event.seq > seq]
