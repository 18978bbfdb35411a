"""A gateway that prints messages: for trials, not for production."""

import sys
from collections.abc import Mapping

from core.errors.verification import SmsGatewayError


class ConsoleGateway:
    """Prints messages to stderr, and stores nothing.

    Args:
        takes_reminders: whether a printed reminder counts as delivered, as it does in a trial.
    """

    def __init__(self, *, takes_reminders: bool = False) -> None:
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
        sys.stderr.write(f"SMS to …{phone[-4:]} ({purpose}): {text}\n")
        sys.stderr.flush()
