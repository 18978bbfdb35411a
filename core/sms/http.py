"""A gateway behind an HTTP address: POST {"phone", "code", "purpose"}; any 2xx means accepted."""

import aiohttp

from core.errors import SmsGatewayError

_OK = range(200, 300)


class HttpGateway:
    """Posts each code to one address."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Post one code.

        Raises:
            SmsGatewayError: another status than 2xx, no connection, or no answer in time.
        """
        body = {"phone": phone, "code": code, "purpose": purpose}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(self._url, json=body) as answer,
            ):
                accepted = answer.status in _OK
        except (aiohttp.ClientError, TimeoutError):
            raise SmsGatewayError from None
        if not accepted:
            raise SmsGatewayError(f"the SMS gateway answered {answer.status}")
