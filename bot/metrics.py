"""The port through which what happens is counted; ``bot/monitoring`` exposes it.

No value may identify a person: only kinds, names of screens, methods and classes of errors.
"""

from typing import Protocol


class Metrics(Protocol):
    """Counts what has happened."""

    def update_received(self, kind: str) -> None:
        """Count an update that was stored, by its kind in the Bot API."""
        ...

    def step_shown(self, screen: str, seconds: float) -> None:
        """Count a step, from its handling until its screen was shown."""
        ...

    def called(self, method: str, error: str | None) -> None:
        """Count a call of the Bot API; if it failed with the HTTP status or the class of its error."""
        ...

    def sms(self, provider: str, failure: str | None, /) -> None:
        """Count a code or reminder that a gateway was given; if it was not accepted, with the reason."""
        ...

    def sms_receipt(self, provider: str, result: str, /) -> None:
        """Count what has become of an SMS: ``delivered``, ``failed``, or ``unknown``."""
        ...

    def sms_receipt_failed(self, provider: str, failure: str, /) -> None:
        """Count a question for a receipt that was not answered, with the reason."""
        ...

    def registry_asked(self, result: str, /) -> None:
        """Count a question to the vehicle registry, by its result."""
        ...

    def database_failed(self, kind: str) -> None:
        """Count an error of the database, by its class."""
        ...


class NoMetrics:
    """Counts nothing."""

    def update_received(self, kind: str) -> None: ...

    def step_shown(self, screen: str, seconds: float) -> None: ...

    def called(self, method: str, error: str | None) -> None: ...

    def sms(self, provider: str, failure: str | None, /) -> None: ...

    def sms_receipt(self, provider: str, result: str, /) -> None: ...

    def sms_receipt_failed(self, provider: str, failure: str, /) -> None: ...

    def registry_asked(self, result: str, /) -> None: ...

    def database_failed(self, kind: str) -> None: ...
