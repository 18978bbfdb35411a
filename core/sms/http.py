"""An HTTP gateway: POST of a JSON object; any 2xx status means accepted.

A code is ``{"phone", "code", "purpose"}``, a reminder or another message
``{"phone", "purpose", "text", "parameters"}``; the purpose of a reminder is ``reminder``.
"""

from collections.abc import Mapping

import aiohttp

from core.errors.verification import SmsFailure, SmsGatewayError, SmsRejected

_OK = range(200, 300)
_REFUSED = range(300, 500)
"""A redirect, which is not followed, or a refusal; with any other status the message may have been sent."""
_FAILURES = {
    401: SmsFailure.ACCESS,
    402: SmsFailure.BALANCE,
    403: SmsFailure.ACCESS,
    429: SmsFailure.BUSY,
}


class HttpGateway:
    """Posts messages to a URL."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Post one code.

        Raises:
            SmsRejected: no connection, or a status of 3xx or 4xx. A redirect is not followed, as it would
                hand telephone and code to another server.
            SmsGatewayError: another status but 2xx, a broken connection, or a timeout: it may have been sent.
        """
        await self._post({"phone": phone, "code": code, "purpose": purpose})

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:
        """Post one reminder.

        Raises:
            SmsRejected, SmsGatewayError: as ``send``.
        """
        purpose = parameters.get("purpose", "reminder")
        reminder = {"phone": phone, "purpose": purpose, "text": text, "parameters": dict(parameters)}
        await self._post(reminder)

    async def _post(self, body: Mapping[str, object]) -> None:
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(self._url, json=body, allow_redirects=False) as answer,
            ):
                status = answer.status
        except aiohttp.ClientConnectorError:
            raise SmsRejected("http: no connection", SmsFailure.UNREACHABLE) from None
        except TimeoutError:
            raise SmsGatewayError("http: no answer in time", SmsFailure.TIMEOUT) from None
        except aiohttp.ClientError:
            raise SmsGatewayError("http: the connection failed", SmsFailure.BROKEN) from None
        if status not in _OK:
            kind = SmsRejected if status in _REFUSED else SmsGatewayError
            raise kind(f"http: the SMS gateway answered {status}", _FAILURES.get(status, _kind_of(status)))


def _kind_of(status: int) -> SmsFailure:
    return SmsFailure.OTHER if status in _REFUSED else SmsFailure.BROKEN
