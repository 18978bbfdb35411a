"""The client of the Bot API: the library's bot with a short way for edits, and its HTTP back end.

The back end is aiohttp instead of httpx, three times as fast.

The token is part of every address of the Bot API, so no address may reach a log, a traceback or a
chat: errors raised here name the class of what went wrong and nothing else, carry no cause and no
context, and a server's error page is searched for the token before anybody reads it.

What a failure means for the one who called:

    RequestNotSentError      it certainly did not arrive: repeating is safe, for sends too
    ├── ConnectTimedOutError   the same, because nobody answered the connection
    TimedOut, NetworkError   it may have arrived: only idempotent calls are repeated
"""

import io
import json
import logging
import os
import re
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput, UploadFileDict
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData
from yarl import URL

# Spans of time as timedelta: the library warns at every 429 for as long as they are plain numbers.
os.environ.setdefault("PTB_TIMEDELTA", "true")

_LOGGER = logging.getLogger(__name__)
_TOKEN_IN_PATH = re.compile(r"/bot([^/]+)")
_JSON_HEADERS = {"Content-Type": "application/json"}
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_BOUNDARY = secrets.token_hex(16)  # 128 random bits: in no file
_FORM_HEADERS = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
_ONE_PIECE = 512 * 1024
"""Files up to this size are sent in one piece with all else; larger ones bit by bit."""
_TALKATIVE = ("telegram", "httpx", "httpcore", "aiohttp.access")


class Messenger(ExtBot[str]):
    """Calls the Bot API.

    At most presses a message is edited, and nobody looks at the answer. The library's own methods make
    an object of each button, take it apart again, and build the edited message anew out of the answer:
    a third of what the loop does in a step.
    """

    async def edit(self, method: str, parameters: Mapping[str, Any]) -> None:
        """Edit a message, held and repeated as all calls are.

        Args:
            method: as the Bot API calls it, ``editMessageText``.
            parameters: as the Bot API has them: dictionaries, or an ``InputFile``; None is left out.

        Raises:
            TelegramError: as from the library's own methods.
        """
        await self._post(method, dict(parameters))


class RequestNotSentError(NetworkError):
    """The connection failed before the request left: it certainly did not arrive."""


class ConnectTimedOutError(RequestNotSentError, TimedOut):
    """No connection came about in time: the request certainly did not arrive."""


def quiet_libraries() -> None:
    """Keep addresses with the token, and what people type, out of the logs of the libraries.

    httpx logs every address at INFO, aiohttp too where it serves a Bot API, the messenger's library its
    base address and the contents of all calls at DEBUG. Called once where logging is set up; it holds
    for the loggers named, however low the level of the root is.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class AiohttpRequest(BaseRequest):
    """Carries calls of the Bot API over one aiohttp session with connections that stay open.

    Args:
        connections: how many connections at most, all hosts together.
        keep_alive: seconds for which an idle connection is kept; below what servers grant
            (nginx: 75), or a call would meet a connection that is just being closed.
        connect_timeout: seconds to establish a connection.
        pool_timeout: seconds to wait for a free one.
        read_timeout: seconds between two pieces of an answer; long polls bring their own.
        write_timeout: seconds to send a call without files.
        media_write_timeout: seconds to send one with files.
        proxy: address of an HTTP proxy; without it those of the environment are heeded.
    """

    def __init__(  # noqa: PLR0913 - one figure each, all with defaults, all named
        self,
        *,
        connections: int = 256,
        keep_alive: float = 30.0,
        connect_timeout: float = 5.0,
        pool_timeout: float = 5.0,
        read_timeout: float = 10.0,
        write_timeout: float = 10.0,
        media_write_timeout: float = 30.0,
        proxy: str | None = None,
    ) -> None:
        self._connections = connections
        self._keep_alive = keep_alive
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._media_write_timeout = media_write_timeout
        self._proxy = proxy
        self._proxies: dict[tuple[str, str | None], str | None] = {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds between two pieces of an answer, when a call does not say otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session; a second time does nothing."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=self._keep_alive, ttl_dns_cache=300
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; a second time does nothing."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer of the server as a dictionary.

        Unlike the method overridden it does not log what it could not read: that may be a message.

        Raises:
            TelegramError: the payload is no JSON object.
        """
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            return answer
        _LOGGER.error("the server's answer of %d bytes is no JSON object", len(payload))
        raise TelegramError("Invalid server response")

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
        """Do one call.

        Returns:
            HTTP status and body.

        Raises:
            ConnectTimedOutError: no connection in time; nothing was sent.
            RequestNotSentError: no connection, or an unusable address; nothing was sent.
            TimedOut: sent, wholly or in part, and not answered in time.
            NetworkError: sent, wholly or in part, and the connection broke.
        """
        if self._session is None:
            raise RequestNotSentError("the HTTP session is not open")
        has_files = request_data is not None and request_data.contains_files
        timeout = _timeout(
            pool=_given(pool_timeout, self._pool_timeout),
            connect=_given(connect_timeout, self._connect_timeout),
            write=_given(write_timeout, self._media_write_timeout if has_files else self._write_timeout),
            read=_given(read_timeout, self._read_timeout),
        )
        failure: TelegramError
        try:
            address = URL(url, encoded=True)
            body, headers = _body(request_data)
            async with self._session.request(
                method,
                address,
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,  # a redirect would carry the token to somebody else
                proxy=self._proxy or self._proxy_of_environment(address),
            ) as response:
                return response.status, _without_token(url, response.status, await response.read())
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = _translated(error)
        # Outside of the clause, so that no traceback shows aiohttp's error, which holds the address.
        raise failure

    def _proxy_of_environment(self, address: URL) -> str | None:
        """Return the proxy that the environment names for an address; it is asked once for each host.

        aiohttp would look at every call, in two trips to a thread, and read ``.netrc`` each time.
        """
        place = (address.scheme, address.host)
        if place not in self._proxies:
            is_direct = address.host is None or proxy_bypass(address.host)
            self._proxies[place] = None if is_direct else getproxies().get(address.scheme)
        return self._proxies[place]


def _given(value: ODVInput[float], default: float | None) -> float | None:
    """Return the time-out of this call, or the default when the call brings none."""
    return default if isinstance(value, DefaultValue) else value


def _timeout(
    *, pool: float | None, connect: float | None, write: float | None, read: float | None
) -> aiohttp.ClientTimeout:
    """Return the limits of one call in seconds; None means without limit.

    aiohttp has no limit for writing, so the total bounds it.
    """
    wait = None if pool is None or connect is None else pool + connect
    total = None if wait is None or write is None or read is None else wait + write + read
    return aiohttp.ClientTimeout(total=total, connect=wait, sock_connect=connect, sock_read=read)


def _body(
    request_data: RequestData | None,
) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    """Return what is sent, and its headers: JSON in one pass of the C encoder, or a form with files."""
    if request_data is None:
        return None, None
    if not request_data.contains_files:
        return _ENCODER.encode(request_data.parameters).encode(), _JSON_HEADERS
    fields, files = request_data.json_parameters, request_data.multipart_data
    small = _small_parts(files)
    if len(small) == len(files):
        return _form_in_one_piece(fields, small), _FORM_HEADERS
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in files.items():
        # As a stream, for aiohttp warns of many bytes in one piece, which hold up the loop.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=mime)
    return form, None


def _small_parts(files: UploadFileDict) -> list[tuple[str, bytes]]:
    """Return heads and contents of the files that may be sent in one piece."""
    return [
        (f'{_quoted(name)}; filename="{filename.translate(_ESCAPED)}"\r\nContent-Type: {mime}', content)
        for name, (filename, content, mime) in files.items()
        if isinstance(content, bytes) and len(content) <= _ONE_PIECE
    ]


def _form_in_one_piece(fields: dict[str, str], files: list[tuple[str, bytes]]) -> bytes:
    """Return a form; most presses send a picture, and aiohttp's own form takes a third of such a call."""
    parts = [(_quoted(name), value.encode()) for name, value in fields.items()] + files
    opening = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    pieces = [part for head, value in parts for part in (f"{opening}{head}\r\n\r\n".encode(), value, b"\r\n")]
    return b"".join([*pieces, f"--{_BOUNDARY}--\r\n".encode()])


def _quoted(name: str) -> str:
    """Return a name as browsers write it into a form."""
    return f'"{name.translate(_ESCAPED)}"'


def _without_token(url: str, status: int, payload: bytes) -> bytes:
    """Return the payload, without the token when it is an error: proxies' pages quote addresses."""
    found = None if status == HTTPStatus.OK else _TOKEN_IN_PATH.search(url)
    return payload if found is None else payload.replace(found[1].encode(), b"***")


def _translated(error: Exception) -> TelegramError:
    """Return the library's error for one of aiohttp, with the name of its class and no address."""
    name = f"aiohttp.{type(error).__name__}"
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return ConnectTimedOutError(name)
    if isinstance(error, TimeoutError):
        return TimedOut(name)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL | ValueError):
        return RequestNotSentError(name)
    return NetworkError(name)
