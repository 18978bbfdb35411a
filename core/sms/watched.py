"""A gateway that reports what becomes of its messages."""

from collections.abc import Callable, Mapping

from core.errors.verification import SmsGatewayError
from core.ports import SmsGateway

Report = Callable[[str, bool], None]
"""Is called with the provider, and whether it has accepted a message."""


class WatchedGateway:
    """The port ``SmsGateway`` around one provider's."""

    def __init__(self, gateway: SmsGateway, provider: str, report: Report) -> None:
        self._gateway = gateway
        self._provider = provider
        self._report = report

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        try:
            await self._gateway.send(phone=phone, code=code, purpose=purpose)
        except SmsGatewayError:
            self._report(self._provider, False)  # noqa: FBT003 - whether it was accepted
            raise
        self._report(self._provider, True)  # noqa: FBT003 - the same

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:
        try:
            await self._gateway.remind(phone=phone, text=text, parameters=parameters)
        except SmsGatewayError:
            self._report(self._provider, False)  # noqa: FBT003 - whether it was accepted
            raise
        self._report(self._provider, True)  # noqa: FBT003 - the same
