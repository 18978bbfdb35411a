"""What the gateways of vendors have in common: one POST, and what their answers mean."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from core.errors.verification import SmsFailure, SmsGatewayError, SmsRejected
from core.http_bodies import read_at_most
from core.ports import SentSms


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The approved signature and templates of an account.

    Attributes:
        sign_name: the signature (签名).
        code: the template of codes.
        reminder: the template of reminders; empty if none are sent.
        code_parameters: the variables of the code's template: ``code``, ``minutes``.
        reminder_parameters: the variables of the reminder's template: ``number``, ``deadline``, ``place``.
        code_minutes: how long a code is valid.
    """

    sign_name: str
    code: str
    reminder: str
    code_parameters: tuple[str, ...]
    reminder_parameters: tuple[str, ...]
    code_minutes: int

    def of_code(self, code: str) -> dict[str, str]:
        """Return the variables of a code's message, in their order."""
        parts = {"code": code, "minutes": str(self.code_minutes)}
        return {name: parts[name] for name in self.code_parameters}

    def of_reminder(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a reminder, in their order."""
        return {name: parameters.get(name, "") for name in self.reminder_parameters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where an API is, and the key with which requests are signed."""

    key_id: str
    secret: str = field(repr=False)
    endpoint: str
    timeout_seconds: float


_MOST_BYTES = 100_000
_CODE = re.compile(r"[A-Za-z0-9._-]{1,80}")
_REASON = re.compile(r"[A-Za-z0-9:._-]{1,40}")
_NUMBER = re.compile(r"[!-~]{1,100}")
_DIGITS = re.compile(r"[0-9]{7,}")


async def post(
    vendor: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout_seconds: float
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object that a vendor's API answers; a redirect is not followed.

    Raises:
        SmsRejected: no connection, or a redirect.
        SmsGatewayError: no answer in time, a broken connection, or an answer that is not the API's: the
            message may have been sent.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(
                URL(url, encoded=True), data=body, headers=dict(headers), allow_redirects=False
            ) as answer,
        ):
            status, content = answer.status, await read_at_most(answer.content, _MOST_BYTES)
    except aiohttp.ClientConnectorError:
        raise SmsRejected(f"{vendor}: no connection", SmsFailure.UNREACHABLE) from None
    except TimeoutError:
        raise SmsGatewayError(f"{vendor}: no answer in time", SmsFailure.TIMEOUT) from None
    except aiohttp.ClientError as error:
        said = f"{vendor}: the connection failed ({type(error).__name__})"
        raise SmsGatewayError(said, SmsFailure.BROKEN) from None
    found = _parsed(content)
    if found is None:
        is_redirect = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
        kind = SmsRejected if is_redirect else SmsGatewayError
        raise kind(f"{vendor}: HTTP {status}, and not by its API", SmsFailure.UNREADABLE)
    return status, found


def _parsed(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def sent(vendor: str, number: object, phone: str, at: datetime) -> SentSms | None:
    """Return the message that a vendor has accepted; None if it has given it no number to ask by."""
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        return None
    return SentSms(provider=vendor, message_id=number, phone=phone, at=at)


def code_of(reason: object) -> str:
    """Return the code in a receipt; empty if it is a text, which may quote the telephone."""
    said = reason if isinstance(reason, str) else ""
    return said if _REASON.fullmatch(said) and not _DIGITS.search(said) else ""


def refused(vendor: str, code: object, known: Mapping[str, SmsFailure]) -> SmsGatewayError:
    """Return the error of a code of the vendor: the entry that is the longest beginning of it decides.

    Its text has the code alone: the vendor's message may quote the telephone.
    """
    named = code if isinstance(code, str) and _CODE.fullmatch(code) else "no code"
    beginnings = [one for one in known if named == one or named.startswith(f"{one}.")]
    failure = known[max(beginnings, key=len)] if beginnings else SmsFailure.OTHER
    kind = SmsGatewayError if failure == SmsFailure.BROKEN else SmsRejected
    return kind(f"{vendor}: {named} ({failure})", failure)
