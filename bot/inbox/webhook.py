"""Receipt by webhook: an update is answered with 200 only once it is stored.

What is not answered with 200 the messenger delivers again, with growing gaps, for a day (a press for 150 s).
So everything that may pass (the database fails, the process is ending) is answered with 503; only what no
repetition can mend is another error. No answer has a body, and nothing of a request is logged.

    POST with the secret token, JSON of an update    200, once it is in the inbox
    another method                                   405
    no secret token, or a wrong one                  403, before the body is read
    another content type, no JSON, no update         400
    a body of more than 1 MiB                        413
    a body that does not come within 20 s            408
    the database fails, or the process is ending     503
"""

import asyncio
import hmac
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bot.inbox.errors import CannotListenError
from bot.inbox.model import RawUpdate
from bot.inbox.raw_update import is_storable
from bot.inbox.retry import trace
from core.errors.base import OperationError

_LOGGER = logging.getLogger(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LARGEST_BODY: Final = 1024 * 1024
"""Bytes; the messenger's own limits allow less than a tenth of this."""

_BODY_WITHIN = 20.0  # seconds
_BACKLOG = 1024  # connections that wait to be accepted, for the opening minute
_LAST_REQUESTS = 3.0  # seconds for requests that are being answered at the end

Accept = Callable[[Sequence[RawUpdate]], Awaitable[None]]


def listen(host: str, port: int, *, table: str = "telegram.webhook") -> socket.socket:
    """Return a socket that listens; several processes may accept connections from it.

    Args:
        host: the address.
        port: the port.
        table: of the settings that name them, for the error.

    Raises:
        CannotListenError: the port is taken, or the address is not one of this host.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListenError(table, host, port, error) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
        listening.setblocking(False)  # noqa: FBT003 - as it is called
    except OSError as error:
        listening.close()
        raise CannotListenError(table, host, port, error) from None
    return listening


class WebhookServer:
    """The HTTP server that the messenger, or the proxy in front of it, calls.

    Args:
        accept: stores updates.
        secret_token: what the messenger proves itself with.
    """

    def __init__(self, accept: Accept, secret_token: str) -> None:
        self._accept = accept
        self._secret = secret_token.encode()
        self._runner: web.ServerRunner | None = None
        self._is_closing = False

    async def start(self, listening: socket.socket) -> None:
        """Serve the connections of a socket that listens, from now on."""
        server = web.Server(self._answer, access_log=None)
        self._runner = web.ServerRunner(server, access_log=None, shutdown_timeout=_LAST_REQUESTS)
        await self._runner.setup()
        await web.SockSite(self._runner, listening, backlog=_BACKLOG).start()

    @property
    def is_listening(self) -> bool:
        """Whether connections are accepted."""
        return self._runner is not None and bool(self._runner.sites) and not self._is_closing

    async def stop(self) -> None:
        """Answer the requests that have begun, and accept no further connections."""
        self._is_closing = True
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        status = await self._received(request)
        response = web.Response(status=status)
        if status != HTTPStatus.OK or self._is_closing:
            response.force_close()  # the rest of a body was not read; or another worker answers from now on
        return response

    async def _received(self, request: web.BaseRequest) -> HTTPStatus:
        """Store the update of a request; return how it is answered."""
        refused = self._refused(request)
        if refused is not None:
            return refused
        try:
            async with asyncio.timeout(_BODY_WITHIN):
                body = await _body(request)
        except TimeoutError:
            return HTTPStatus.REQUEST_TIMEOUT
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        update = _parsed(body)
        return HTTPStatus.BAD_REQUEST if update is None else await self._stored(update)

    def _refused(self, request: web.BaseRequest) -> HTTPStatus | None:
        """Return how a request is refused by its headers; None if its body is read."""
        if request.method != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return HTTPStatus.FORBIDDEN
        return None if request.content_type == "application/json" else HTTPStatus.BAD_REQUEST

    async def _stored(self, update: RawUpdate) -> HTTPStatus:
        if self._is_closing:
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            await self._accept([update])
        except OperationError as error:
            _LOGGER.warning("an update could not be stored, it will come again: %s", type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE
        except Exception as error:  # noqa: BLE001 - whatever it is, the messenger tries again
            _LOGGER.error("an update could not be stored: %s", trace(error))  # noqa: TRY400 - without its message
            return HTTPStatus.INTERNAL_SERVER_ERROR
        return HTTPStatus.OK


async def _body(request: web.BaseRequest) -> bytes | None:
    """Return the body of a request; None if it is too large, which is found out before all of it is read."""
    if request.content_length is not None and request.content_length > LARGEST_BODY:
        return None
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _parsed(body: bytes) -> RawUpdate | None:
    """Return the update in a body; None if there is none."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if is_storable(update) else None
