"""Asks a vehicle registry over HTTP; docs/registry.md has the form of question and answer."""

import json
import ssl
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from core.errors.registry import RegistryAskFailed, RegistryFailure
from core.errors.vehicles import CertificateError
from core.http_bodies import read_at_most
from core.registry.lookup import RegistryVehicle
from core.settings.tables import RegistryHttpSettings
from core.values.plates import PlateKind
from core.values.vehicles import parse_any_certificate

TRIAL_VIN: Final = "XUANHA0CHECK00001"
"""A VIN that nobody has, for ``check``: no manufacturer has its beginning."""
_MOST_BYTES = 10_000
_UNKNOWN, _REGISTERED, _NEW = "unknown", "registered", "new"


class RegistryClient:
    """Asks about one vehicle at a time.

    Args:
        settings: the address and the credentials.
    """

    def __init__(self, settings: RegistryHttpSettings) -> None:
        self._settings = settings
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_seconds)

    async def ask(self, vin: str) -> RegistryVehicle | None:
        """Return what the registry says of a vehicle; None if it does not know it.

        Raises:
            RegistryAskFailed: there is no connection, no answer in time, or none that is as documented. A
                redirect is not followed, as it would hand VIN and token to another server.
        """
        status, content = await self._posted(json.dumps({"vin": vin}).encode())
        if status != HTTPStatus.OK:
            raise RegistryAskFailed(f"HTTP {status}", RegistryFailure.REFUSED)
        try:
            return _vehicle(vin, json.loads(content))
        except (ValueError, TypeError, KeyError, RecursionError, CertificateError):
            raise _unreadable() from None

    async def _posted(self, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        token = self._settings.token
        if token is not None:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(
                    self._settings.url,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    ssl=self._context(),
                ) as answer,
            ):
                return answer.status, await read_at_most(answer.content, _MOST_BYTES)
        except TimeoutError:
            raise RegistryAskFailed("no answer in time", RegistryFailure.TIMEOUT) from None
        except (aiohttp.ClientError, OSError) as error:  # OSError: the certificate's file too
            said = f"no connection ({type(error).__name__})"
            raise RegistryAskFailed(said, RegistryFailure.UNREACHABLE) from None

    def _context(self) -> ssl.SSLContext | bool:
        """Return the context of TLS; it is read each time, so that a certificate can be renewed."""
        if self._settings.client_certificate is None:
            return True
        context = ssl.create_default_context()
        context.load_cert_chain(self._settings.client_certificate)
        return context


def _vehicle(vin: str, answer: dict[str, Any]) -> RegistryVehicle | None:
    """Return the vehicle of an answer.

    Raises:
        ValueError, TypeError, KeyError, CertificateError: it is not as documented.
    """
    if answer["vin"] != vin:
        raise ValueError("about another vehicle")
    if answer["state"] == _UNKNOWN:
        return None
    if answer["state"] not in {_NEW, _REGISTERED}:
        raise ValueError("an unknown state")
    return RegistryVehicle(
        vin=vin,
        certificate=parse_any_certificate(str(answer["certificate"])),
        kind=PlateKind(answer["kind"]),
        registered=answer["state"] == _REGISTERED,
    )


def _unreadable() -> RegistryAskFailed:
    return RegistryAskFailed("the answer is not as documented", RegistryFailure.UNREADABLE)
