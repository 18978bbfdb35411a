"""A gateway that prints messages: for trials, not for production."""

import sys
from collections.abc import Mapping
from typing import TextIO

from core.errors.verification import SmsGatewayError


class ConsoleGateway:
    """Prints messages to a stream, by default stderr, and stores nothing.

    Args:
        stream: where to.
        takes_reminders: whether a printed reminder counts as delivered, as it does in a trial.
    """

    def __init__(self, stream: TextIO | None = None, *, takes_reminders: bool = False) -> None:
        self._stream = stream
        self._takes_reminders = takes_reminders

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Print a code, with the last four digits of the phone number."""
        self._print(phone, purpose, code)

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:  # noqa: ARG002 - for gateways with templates
        """Print a reminder, with the last four digits of the phone number.

        Raises:
            SmsGatewayError: it takes none.
        """
        if not self._takes_reminders:
            raise SmsGatewayError
        self._print(phone, "reminder", text)

    def _print(self, phone: str, purpose: str, text: str) -> None:
        print(f"SMS to …{phone[-4:]} ({purpose}): {text}", file=self._stream or sys.stderr, flush=True)
