"""SMS gateways for codes; the settings name one, or several as fallbacks."""

from collections.abc import Sequence
from contextlib import suppress

from core.errors.verification import SmsGatewayError
from core.ports import SmsGateway


class InTurn:
    """Tries several gateways in turn until one succeeds."""

    def __init__(self, gateways: Sequence[SmsGateway]) -> None:
        self._gateways = tuple(gateways)

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Send a code through the first gateway that accepts it.

        Raises:
            SmsGatewayError: no gateway accepted it.
        """
        for gateway in self._gateways:
            with suppress(SmsGatewayError):
                await gateway.send(phone=phone, code=code, purpose=purpose)
                return
        raise SmsGatewayError
