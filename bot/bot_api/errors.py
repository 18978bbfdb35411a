"""What a failed call of the Bot API means, and its reason in words.

The token is part of every Bot API URL, so the errors contain only the class name of the original error,
without cause or context, and the token is removed from the server's error pages.

What a failure means for the caller:

    RequestNotSentError      certainly not delivered: retrying is safe, even for sends
    ├── ConnectTimedOutError   the same, because the connection timed out
    TimedOut, NetworkError   may have been delivered: only idempotent calls are retried
"""

import errno
import json
import re
from http import HTTPStatus

import aiohttp
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

_TOKEN_IN_PATH = re.compile(r"/bot([^/]+)")
_OF_THE_LIBRARY = "Unknown error in HTTP implementation"  # followed by an error that may quote the URL

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "the host name cannot be resolved (DNS)"),
    (aiohttp.ClientConnectorCertificateError, "TLS: the server's certificate is not valid"),
    (aiohttp.ClientSSLError, "TLS: the server does not speak it, or not a common version"),
    (aiohttp.ClientProxyConnectionError, "the proxy cannot be reached"),
    (aiohttp.ConnectionTimeoutError, "no connection in time"),
    (TimeoutError, "no answer in time"),
    (aiohttp.ServerDisconnectedError, "the server closed the connection"),
    (aiohttp.InvalidURL, "the address is not valid"),
)
"""What happened, by the first class that fits."""

_CODES = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ENETUNREACH: "there is no network",
    errno.EHOSTUNREACH: "there is no way to the server",
    errno.ECONNRESET: "the connection was reset",
}


class RequestNotSentError(NetworkError):
    """The connection failed before the request was sent: it was certainly not delivered."""


class NoAllowanceError(TelegramError):
    """A call that may be left out was not made: its chat has no allowance to spare."""

    def __init__(self) -> None:
        super().__init__("the chat has no allowance to spare")


class DownloadTooLargeError(TelegramError):
    """A file turned out to be larger than the caller allows; the rest was not read."""


class ConnectTimedOutError(RequestNotSentError, TimedOut):
    """The connection timed out: the request was certainly not delivered."""


def checked(url: str, status: int, payload: bytes) -> bytes:
    """Return the payload, without the token if it is an error's: proxies' error pages quote URLs.

    Raises:
        NetworkError: an error that no Bot API has written.
    """
    if status == HTTPStatus.OK:
        return payload
    if status >= HTTPStatus.BAD_REQUEST and not _is_of_bot_api(payload):
        raise NetworkError(f"HTTP {status}, and not by a Bot API (the page of a proxy?)")
    found = _TOKEN_IN_PATH.search(url)
    return payload if found is None else payload.replace(found[1].encode(), b"***")


def _is_of_bot_api(payload: bytes) -> bool:
    """Return whether an error response has the form of the Bot API's."""
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and "ok" in answer


def translated(error: Exception) -> TelegramError:
    """Convert an aiohttp error to PTB's, with its reason in words but not the URL."""
    words = _in_words(error)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return ConnectTimedOutError(words)
    if isinstance(error, TimeoutError):
        return TimedOut(words)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL | ValueError):
        return RequestNotSentError(words)
    return NetworkError(words)


def _in_words(error: Exception) -> str:
    """Return what happened, without host or URL."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy refused with HTTP {error.status}"
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    code = error.errno if isinstance(error, OSError) else None
    unknown = f"the connection failed ({type(error).__name__})"
    return _CODES.get(code, unknown) if code else unknown


def reason_of(error: BaseException) -> str:
    """Return what failed, for logs and the command line: the reason or class, without host, URL and token.

    A message is only used where this package wrote it, or the Bot API for a failure of its own (5xx).
    """
    name = type(error).__name__
    if not isinstance(error, NetworkError) or isinstance(error, BadRequest):
        return name
    return name if error.message.startswith(_OF_THE_LIBRARY) else error.message or name
