"""A gateway that prints: for trying the service out, never for real owners."""

import sys
from typing import TextIO


class ConsoleGateway:
    """Prints the code where the service was started; nothing is kept."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Print the code, with the last four digits of the telephone."""
        stream = self._stream or sys.stderr
        print(f"SMS to …{phone[-4:]} ({purpose}): {code}", file=stream, flush=True)
