"""SMS gateways for codes and reminders; the settings name one, or several as fallbacks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.errors.verification import SmsFailure, SmsGatewayError, SmsRejected
from core.ports import SentSms, SmsGateway


class InTurn:
    """Tries several gateways, of which there is one at least, in turn until one succeeds.

    After an outcome that is unknown the next one is tried as well: the owner waits, both messages have the
    same code, and it was counted once, when it was requested. A number that one refuses is given to no other.
    """

    def __init__(self, gateways: Sequence[SmsGateway]) -> None:
        self._gateways = tuple(gateways)

    async def send(self, *, phone: str, code: str, purpose: str) -> SentSms | None:
        """Send a code through the first gateway that accepts it.

        Raises:
            SmsRejected: every gateway refused it, so that it certainly was not sent.
            SmsGatewayError: no gateway accepted it.
        """
        return await self._first(lambda gateway: gateway.send(phone=phone, code=code, purpose=purpose))

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> SentSms | None:
        """Send a reminder through the first gateway that accepts it.

        Raises:
            SmsRejected: every gateway refused it, so that it certainly was not sent.
            SmsGatewayError: no gateway accepted it.
        """
        return await self._first(
            lambda gateway: gateway.remind(phone=phone, text=text, parameters=parameters)
        )

    async def _first(self, send: Callable[[SmsGateway], Awaitable[SentSms | None]]) -> SentSms | None:
        failed: list[SmsGatewayError] = []
        for gateway in self._gateways:
            try:
                return await send(gateway)
            except SmsGatewayError as error:
                failed.append(error)
                if error.failure == SmsFailure.NUMBER:
                    break
        is_certain = all(isinstance(error, SmsRejected) for error in failed)
        kind = SmsRejected if is_certain else SmsGatewayError
        raise kind("; ".join(str(error) for error in failed), failed[-1].failure)
