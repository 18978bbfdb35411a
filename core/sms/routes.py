"""The providers of the settings as a chain that may begin later, and those that offer receipts."""

from collections.abc import Mapping
from typing import Self

from core.ports import SmsGateway, SmsReceiptSource
from core.sms import InTurn


class Routes:
    """The providers, in the order in which they are tried.

    Args:
        gateways: their gateways.
        receipts: those that are asked what has become of a message.
    """

    def __init__(
        self, gateways: Mapping[str, SmsGateway], receipts: Mapping[str, SmsReceiptSource] | None = None
    ) -> None:
        self._gateways = dict(gateways)
        self.receipts = dict(receipts or {})

    @classmethod
    def alone(cls, gateway: SmsGateway) -> Self:
        """Return the routes of a gateway that is none of the settings'."""
        return cls({"": gateway})

    def first(self) -> SmsGateway:
        """Return the chain from its beginning."""
        return _chain(list(self._gateways.values()))

    def after(self, provider: str | None) -> SmsGateway:
        """Return the chain that begins after a provider, which then comes last; None or unknown: all."""
        names = list(self._gateways)
        if provider not in names:
            return self.first()
        place = names.index(provider) + 1
        return _chain([self._gateways[name] for name in names[place:] + names[:place]])


def _chain(gateways: list[SmsGateway]) -> SmsGateway:
    return gateways[0] if len(gateways) == 1 else InTurn(gateways)
