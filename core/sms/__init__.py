"""Gateways that carry codes to telephones; the settings name one, or several to be tried in turn."""

from collections.abc import Sequence
from contextlib import suppress

from core.errors import SmsGatewayError
from core.ports import SmsGateway


class InTurn:
    """Several gateways: the next is tried when one fails."""

    def __init__(self, gateways: Sequence[SmsGateway]) -> None:
        self._gateways = tuple(gateways)

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Send through the first gateway that accepts the code.

        Raises:
            SmsGatewayError: none of them did.
        """
        for gateway in self._gateways:
            with suppress(SmsGatewayError):
                await gateway.send(phone=phone, code=code, purpose=purpose)
                return
        raise SmsGatewayError
