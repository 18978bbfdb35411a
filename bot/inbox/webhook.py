"""Receipt by webhook: an update is answered with 200 only once it is stored.

What is not answered with 200 the messenger delivers again, with growing gaps, for a day (a press for 150 s).
So everything that may pass (the database fails, the process is ending) is answered with 503; only what no
repetition can mend is another error. Only a response to a press may have a body, its answer
(``bot/inbox/press_answers.py``), and nothing of a request is logged.

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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bot.inbox.errors import CannotListenError
from bot.inbox.model import RawUpdate
from bot.inbox.press_answers import PressAnswers
from bot.inbox.retry import trace
from bot.inbox.store import is_storable
from core.errors.base import OperationError

_LOGGER = logging.getLogger(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LARGEST_BODY: Final = 1024 * 1024
"""Bytes; the messenger's own limits allow less than a tenth of this."""

_BODY_WITHIN = 20.0  # seconds
_BACKLOG = 1024  # connections that wait to be accepted, for the opening minute
_LAST_REQUESTS = 3.0  # seconds for requests that are being answered at the end

Accept = Callable[[Sequence[RawUpdate]], Awaitable[bool]]


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
        accept: stores updates; returns whether this process handles any of them.
        secret_token: what the messenger proves itself with.
        answers: the answers to presses that responses wait for; by default none does.
    """

    def __init__(self, accept: Accept, secret_token: str, answers: PressAnswers | None = None) -> None:
        self._accept = accept
        self._answers = answers or PressAnswers()
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
        status, answer = await self._received(request)
        response = web.Response(status=status) if answer is None else web.json_response(answer)
        if status != HTTPStatus.OK or self._is_closing:
            response.force_close()  # the rest of a body was not read; or another worker answers from now on
        return response

    async def _received(self, request: web.BaseRequest) -> tuple[HTTPStatus, Mapping[str, object] | None]:
        """Store the update of a request; return how it is answered."""
        update = self._refused(request) or await _update_of(request)
        if isinstance(update, HTTPStatus):
            return update, None
        query_id = _query_id(update)
        if query_id is None or not self._answers.expect(query_id):
            return (await self._stored(update))[0], None
        status, is_ours = await self._stored(update)
        if not is_ours:
            self._answers.forget(query_id)
            return status, None
        return status, await self._answers.answer(query_id)

    def _refused(self, request: web.BaseRequest) -> HTTPStatus | None:
        """Return how a request is refused by its headers; None if its body is read."""
        if request.method != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return HTTPStatus.FORBIDDEN
        return None if request.content_type == "application/json" else HTTPStatus.BAD_REQUEST

    async def _stored(self, update: RawUpdate) -> tuple[HTTPStatus, bool]:
        """Store an update; return how it is answered, and whether this process handles it."""
        if self._is_closing:
            return HTTPStatus.SERVICE_UNAVAILABLE, False
        try:
            return HTTPStatus.OK, await self._accept([update])
        except OperationError as error:
            _LOGGER.warning("an update could not be stored, it will come again: %s", type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE, False
        except Exception as error:  # noqa: BLE001 - whatever it is, the messenger tries again
            _LOGGER.error("an update could not be stored: %s", trace(error))  # noqa: TRY400 - without its message
            return HTTPStatus.INTERNAL_SERVER_ERROR, False


async def _update_of(request: web.BaseRequest) -> RawUpdate | HTTPStatus:
    """Read the update of a request, or return how it is refused."""
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            body = await _body(request)
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    if body is None:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _parsed(body) or HTTPStatus.BAD_REQUEST


def _query_id(update: RawUpdate) -> str | None:
    """Return the id of a press; None for another update."""
    query = update.get("callback_query")
    found = query.get("id") if isinstance(query, dict) else None
    return found if isinstance(found, str) else None


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
