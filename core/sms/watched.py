"""A gateway that reports what becomes of its messages."""

from collections.abc import Awaitable, Callable, Mapping

from core.errors.verification import SmsFailure, SmsGatewayError
from core.ports import SentSms, SmsGateway

Report = Callable[[str, SmsFailure | None], None]
"""Is called with the provider, and why it has not accepted a message; None if it has."""


class WatchedGateway:
    """The port ``SmsGateway`` around one provider's."""

    def __init__(self, gateway: SmsGateway, provider: str, report: Report) -> None:
        self._gateway = gateway
        self._provider = provider
        self._report = report

    async def send(self, *, phone: str, code: str, purpose: str) -> SentSms | None:
        return await self._watched(self._gateway.send(phone=phone, code=code, purpose=purpose))

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> SentSms | None:
        return await self._watched(self._gateway.remind(phone=phone, text=text, parameters=parameters))

    async def _watched(self, sending: Awaitable[SentSms | None]) -> SentSms | None:
        try:
            sent = await sending
        except SmsGatewayError as error:
            self._report(self._provider, error.failure)
            raise
        self._report(self._provider, None)
        return sent


class Failures:
    """Remembers, for the chiefs, what an operator has to put right at a provider.

    With fallbacks a message may be sent all the same, so its sender hears of no failure.
    """

    def __init__(self) -> None:
        self._new: set[tuple[str, SmsFailure]] = set()

    def report(self, provider: str, failure: SmsFailure | None) -> None:
        if failure is not None and failure.needs_operator:
            self._new.add((provider, failure))

    def take(self) -> frozenset[tuple[str, SmsFailure]]:
        """Return what has failed since the last call."""
        taken = frozenset(self._new)
        self._new.clear()
        return taken
