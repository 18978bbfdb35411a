"""SMS gateways for codes and reminders; the settings name one, or several as fallbacks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.errors.verification import SmsGatewayError, SmsRejected
from core.ports import SmsGateway


class InTurn:
    """Tries several gateways in turn until one succeeds."""

    def __init__(self, gateways: Sequence[SmsGateway]) -> None:
        self._gateways = tuple(gateways)

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Send a code through the first gateway that accepts it.

        Raises:
            SmsRejected: every gateway refused it, so that it certainly was not sent.
            SmsGatewayError: no gateway accepted it.
        """
        await self._first(lambda gateway: gateway.send(phone=phone, code=code, purpose=purpose))

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:
        """Send a reminder through the first gateway that accepts it.

        Raises:
            SmsRejected: every gateway refused it, so that it certainly was not sent.
            SmsGatewayError: no gateway accepted it.
        """
        await self._first(lambda gateway: gateway.remind(phone=phone, text=text, parameters=parameters))

    async def _first(self, send: Callable[[SmsGateway], Awaitable[None]]) -> None:
        maybe_sent = False
        for gateway in self._gateways:
            try:
                await send(gateway)
            except SmsRejected:
                continue
            except SmsGatewayError:
                maybe_sent = True
            else:
                return
        raise SmsGatewayError if maybe_sent else SmsRejected
