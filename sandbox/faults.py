"""Fault injection: failures of the network and of the platform."""

from dataclasses import dataclass
from typing import Literal

from sandbox.errors import ApiError
from sandbox.params import Call

Kind = Literal["too_many", "error", "html", "blocked", "drop_before", "drop_after", "delay"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault that applies to the next matching calls."""

    kind: Kind
    method: str = ""
    """Empty: any method but getUpdates."""
    chat_id: int | None = None
    times: int = 1
    retry_after: int = 1
    status: int = 500
    seconds: float = 0.0

    def fits(self, call: Call) -> bool:
        """Return whether the fault applies to a call."""
        if self.method.lower() not in {"", call.method.lower()}:
            return False
        if not self.method and call.method == "getUpdates":
            return False
        return self.chat_id is None or call.integer("chat_id") == self.chat_id

    def refusal(self) -> ApiError | None:
        """Return the error response of this fault, or None if it has another effect."""
        if self.kind == "too_many":
            what = f"Too Many Requests: retry after {self.retry_after}"
            return ApiError(429, what, retry_after=self.retry_after)
        if self.kind == "blocked":
            return ApiError(403, "Forbidden: bot was blocked by the user")
        if self.kind == "error":
            return ApiError(self.status, _WORDS.get(self.status, "Internal Server Error"))
        return None


_WORDS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}

BAD_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


class Faults:
    """The queue of faults, in order of insertion."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def too_many(
        self, method: str = "", *, retry_after: int = 1, times: int = 1, chat_id: int | None = None
    ) -> None:
        """Answer the next calls with 429."""
        self.add(Fault(kind="too_many", method=method, retry_after=retry_after, times=times, chat_id=chat_id))

    def error(
        self, method: str = "", *, status: int = 500, times: int = 1, chat_id: int | None = None
    ) -> None:
        """Answer the next calls with a 5xx and a JSON body."""
        self.add(Fault(kind="error", method=method, status=status, times=times, chat_id=chat_id))

    def bad_gateway(self, method: str = "", *, times: int = 1) -> None:
        """Answer the next calls with 502 and an HTML page, as the platform's reverse proxy does."""
        self.add(Fault(kind="html", method=method, times=times))

    def blocked(self, method: str = "", *, times: int = 1, chat_id: int | None = None) -> None:
        """Answer the next calls with 403."""
        self.add(Fault(kind="blocked", method=method, times=times, chat_id=chat_id))

    def drop(
        self, method: str = "", *, after_effect: bool, times: int = 1, chat_id: int | None = None
    ) -> None:
        """Drop the connection of the next calls, before or after they take effect."""
        kind: Kind = "drop_after" if after_effect else "drop_before"
        self.add(Fault(kind=kind, method=method, times=times, chat_id=chat_id))

    def delay(self, seconds: float, method: str = "", *, times: int = 1, chat_id: int | None = None) -> None:
        """Delay the next calls before they take effect."""
        self.add(Fault(kind="delay", method=method, seconds=seconds, times=times, chat_id=chat_id))

    def clear(self) -> None:
        """Remove all faults."""
        self.waiting.clear()

    def take(self, call: Call) -> Fault | None:
        """Return the fault that applies to a call, and use it up once; None if there is none."""
        for fault in self.waiting:
            if fault.fits(call):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
