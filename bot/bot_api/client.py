"""The Bot API client: PTB's bot with a fast path for edits, and its HTTP back end.

The back end is aiohttp, which is three times as fast as httpx.

The token is part of every Bot API URL, so no URL may reach a log, a traceback or a chat. What a failure means
for the caller is said in ``bot.bot_api.errors``.
"""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import File
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.bot_api.errors import DownloadTooLargeError, RequestNotSentError, checked, translated
from bot.bot_api.forms import body_of
from core.clock import steady_seconds

# Makes PTB return timedelta; otherwise it issues a deprecation warning at every 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")

_DOWNLOAD_SECONDS = 120.0  # for a whole file
_KEEP_ALIVE = 30.0
"""Seconds for which an idle connection is kept: fewer than at the server (nginx: 75), or calls would use
connections that are being closed."""
_POOL_TIMEOUT = 5.0  # seconds to wait for a free connection
_WRITE_TIMEOUT, _MEDIA_WRITE_TIMEOUT = 10.0, 30.0  # seconds to send a call, without or with files
_TALKATIVE = ("telegram", "httpx", "httpcore", "aiohttp.access")


class Messenger(ExtBot[str]):
    """Calls the Bot API.

    Most presses edit a message, and the response is not used. PTB's methods build an object for each button,
    serialise it, and parse the response into a message: a third of the event loop's work in a step.
    """

    async def edit(self, method: str, parameters: Mapping[str, Any], lane: str | None = None) -> None:
        """Edit a message; rate-limited and retried like all calls.

        Args:
            method: the Bot API method, e.g. ``editMessageText``.
            parameters: in the Bot API's form: dictionaries, or an ``InputFile``; None is omitted.
            lane: the ``rate_limit_args`` of ``bot.bot_api.rate_limits``.

        Raises:
            TelegramError: as raised by PTB's methods.
        """
        await self._post(method, dict(parameters), api_kwargs=self._merge_api_rl_kwargs(None, lane))

    async def download(self, file: File, most_bytes: int) -> bytes:
        """Return the contents of a file that ``get_file`` has described.

        Raises:
            DownloadTooLargeError: it has more than ``most_bytes``, whatever was declared.
            TelegramError: it cannot be downloaded.
        """
        place = file.file_path or ""
        if place.startswith(("http://", "https://")):
            connection = self.request
            assert isinstance(connection, AiohttpRequest)  # noqa: S101 - the program uses no other
            return await connection.download(place, most_bytes)
        try:
            return await asyncio.to_thread(_read_file, Path(place), most_bytes)
        except OSError as error:
            raise NetworkError(type(error).__name__) from None


def quiet_libraries() -> None:
    """Keep URLs with the token, and user input, out of the libraries' logs.

    httpx logs every URL at INFO, as does aiohttp when it serves a Bot API; PTB logs its base URL and the
    contents of all calls at DEBUG. Called once when logging is set up; effective at any root level.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTime:
    """The time that a server has put into a response."""

    date: datetime  # aware, in UTC, to the second
    received: float  # by the steady clock


class AiohttpRequest(BaseRequest):
    """Performs Bot API calls over one aiohttp session with persistent connections.

    Args:
        connections: maximum connections over all hosts.
        connect_timeout: seconds to establish a connection.
        read_timeout: seconds between two chunks of a response; long polls pass their own.
        proxy: URL of an HTTP proxy; by default taken from the environment.
        steady: the clock by which the time of a response is kept.
        on_call: is told of each call that has ended: the method, and if it failed the HTTP status or the
            class of its error.
    """

    def __init__(
        self,
        *,
        connections: int = 256,
        connect_timeout: float = 5.0,
        read_timeout: float = 10.0,
        proxy: str | None = None,
        steady: Callable[[], float] = steady_seconds,
        on_call: Callable[[str, str | None], None] = lambda _method, _error: None,
    ) -> None:
        self._on_call = on_call
        self._steady = steady
        self._last_date: tuple[str, float] | None = None  # the header as received, and when
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._proxy = proxy
        self._proxies: dict[tuple[str, str | None], str | None] = {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Default of seconds between two chunks of a response."""
        return self._read_timeout

    @property
    def server_time(self) -> ServerTime | None:
        """The time in the last response of the Bot API; None if there was none or it cannot be read."""
        if self._last_date is None:
            return None
        written, received = self._last_date
        try:
            date = parsedate_to_datetime(written)
        except ValueError:
            return None
        return ServerTime(date=date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC), received=received)

    async def initialize(self) -> None:
        """Open the session; idempotent."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=_KEEP_ALIVE, ttl_dns_cache=300
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; idempotent."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the server's response as a dictionary.

        Unlike the overridden method it does not log an unreadable payload, which may contain a message.

        Raises:
            NetworkError: the payload is not a JSON object.
        """
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict):
            return answer
        raise NetworkError(f"the answer of {len(payload)} bytes is not one of a Bot API")

    async def do_request(  # noqa: PLR0913, PLR0917 - the library's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Perform one call.

        Returns:
            HTTP status and body.

        Raises:
            ConnectTimedOutError: no connection in time; nothing was sent.
            RequestNotSentError: no connection, or an unusable address; nothing was sent.
            TimedOut: sent, wholly or in part, but no response in time.
            NetworkError: sent, wholly or in part, but the connection broke, or something else than a Bot API
                has answered: the page of a proxy says nothing about the token, the chat or the call.
        """
        if self._session is None:
            raise RequestNotSentError("the HTTP session is not open")
        has_files = request_data is not None and request_data.contains_files
        timeout = _timeout(
            pool=_given(pool_timeout, _POOL_TIMEOUT),
            connect=_given(connect_timeout, self._connect_timeout),
            write=_given(write_timeout, _MEDIA_WRITE_TIMEOUT if has_files else _WRITE_TIMEOUT),
            read=_given(read_timeout, self._read_timeout),
        )
        failure: TelegramError
        called = url.rpartition("/")[2]
        try:
            address = URL(url, encoded=True)
            body, headers = body_of(request_data)
            async with self._session.request(
                method,
                address,
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,  # a redirect would disclose the token to another server
                proxy=self._proxy or self._proxy_of_environment(address),
            ) as response:
                if response.status < HTTPStatus.INTERNAL_SERVER_ERROR:  # else it may be a proxy's own page
                    self._last_date = response.headers.get("Date", ""), self._steady()
                payload = checked(url, response.status, await response.read())
                self._on_call(called, None if response.status == HTTPStatus.OK else str(response.status))
                return response.status, payload
        except TelegramError as error:
            failure = error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = translated(error)
        self._on_call(called, type(failure).__name__)
        # Outside of the except clause, so that no traceback shows aiohttp's error, which contains the URL.
        raise failure

    async def download(self, url: str, most_bytes: int) -> bytes:
        """Return a file; it is read in pieces, and no further than its allowed size.

        Raises:
            DownloadTooLargeError: it has more than ``most_bytes``, whatever was declared.
            TelegramError: the server did not deliver it, or the connection broke.
        """
        if self._session is None:
            raise RequestNotSentError("the HTTP session is not open")
        wait = _POOL_TIMEOUT + self._connect_timeout
        timeout = aiohttp.ClientTimeout(
            total=_DOWNLOAD_SECONDS,
            connect=wait,
            sock_connect=self._connect_timeout,
            sock_read=self._read_timeout,
        )
        failure: TelegramError
        try:
            address = URL(url)
            proxy = self._proxy or self._proxy_of_environment(address)
            async with self._session.get(
                address, timeout=timeout, allow_redirects=False, proxy=proxy
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise NetworkError(f"the download was answered with {response.status}")
                return await _read_at_most(response, most_bytes)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = translated(error)
        raise failure  # outside of the except clause, as above

    def _proxy_of_environment(self, address: URL) -> str | None:
        """Return the proxy that the environment sets for a URL; cached per host.

        aiohttp would look it up at every call, with two thread hand-overs, and read ``.netrc`` each time.
        """
        place = (address.scheme, address.host)
        if place not in self._proxies:
            is_direct = address.host is None or proxy_bypass(address.host)
            self._proxies[place] = None if is_direct else getproxies().get(address.scheme)
        return self._proxies[place]


def _read_file(path: Path, most_bytes: int) -> bytes:
    """Read a file of a Bot API server on this machine (``--local``), which returns a path."""
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise DownloadTooLargeError("the file exceeds the limit")
    return content


async def _read_at_most(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    content = bytearray()
    if (response.content_length or 0) <= most_bytes:
        async for piece in response.content.iter_any():
            content += piece
            if len(content) > most_bytes:
                break
        else:
            return bytes(content)
    response.close()  # the rest would otherwise be read before the connection is used again
    raise DownloadTooLargeError("the file exceeds the limit")


def _given(value: ODVInput[float], default: float | None) -> float | None:
    """Return the time-out of this call, or the default if the call passes none."""
    return default if isinstance(value, DefaultValue) else value


def _timeout(
    *, pool: float | None, connect: float | None, write: float | None, read: float | None
) -> aiohttp.ClientTimeout:
    """Return the time-outs of one call, from seconds; None means no limit.

    aiohttp has no write time-out, so the total time-out bounds it.
    """
    wait = None if pool is None or connect is None else pool + connect
    total = None if wait is None or write is None or read is None else wait + write + read
    return aiohttp.ClientTimeout(total=total, connect=wait, sock_connect=connect, sock_read=read)
