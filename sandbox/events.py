"""What happened, for those who watch: the page, and people in tests."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, numbered without a gap."""

    seq: int
    kind: str
    """message, edit, delete, answer, pressed, action, sms, commands, clock, gateway, block, read, call."""
    chat_id: int
    data: dict[str, Any]

    def body(self) -> dict[str, Any]:
        return {"seq": self.seq, "kind": self.kind, "chat_id": self.chat_id, "data": self.data}


@dataclass(slots=True)
class Events:
    """The last events, and whom to tell of new ones."""

    seq: int = field(default_factory=lambda: int(time.time() * 1000))
    """The last number given out; starts ever higher, so that a page notices a restart."""
    log: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT))
    watchers: list[Callable[[Event], None]] = field(default_factory=list)

    def emit(self, kind: str, chat_id: int, **data: Any) -> Event:  # noqa: ANN401 - JSON
        """Note that something happened and tell the watchers."""
        self.seq += 1
        event = Event(self.seq, kind, chat_id, data)
        self.log.append(event)
        for watcher in self.watchers:
            watcher(event)
        return event

    def since(self, seq: int) -> list[Event] | None:
        """Return what came after an event, or None when that is too long ago to tell."""
        if seq == self.seq:
            return []
        if not self.log or not self.log[0].seq - 1 <= seq < self.seq:
            return None
        return [event for event in self.log if event.seq > seq]
