"""A gateway that prints codes: for trials, not for production."""

import sys
from typing import TextIO


class ConsoleGateway:
    """Prints codes to a stream, by default stderr, and stores nothing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Print a code, with the last four digits of the phone number."""
        stream = self._stream or sys.stderr
        print(f"SMS to …{phone[-4:]} ({purpose}): {code}", file=stream, flush=True)
