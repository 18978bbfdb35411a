"""The HTTP back end: requests, the meaning of errors, and that no error contains the token."""

import asyncio
import contextlib
import io
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from telegram import Bot, InputFile, InputMediaPhoto
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.bot_api.client import AiohttpRequest, quiet_libraries
from bot.bot_api.errors import ConnectTimedOutError, RequestNotSentError, reason_of
from bot.bot_api.rate_limits import BULK, Limiter
from core.clock import steady_seconds
from tests.inbox.fake_api import TOKEN, refusal

SENT = {"message_id": 1, "date": 1772424000, "chat": {"id": 7, "type": "private"}}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(result: Answer, *, read_timeout: float = 10.0) -> AsyncIterator[Bot]:
    """Yield a bot whose every call is answered by a function."""
    application = web.Application(client_max_size=8 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", result)
    server = TestServer(application)
    await server.start_server(shutdown_timeout=0.1)
    async with AiohttpRequest(read_timeout=read_timeout) as request:
        yield Bot(TOKEN, str(server.make_url("/bot")), str(server.make_url("/file/bot")), request=request)
    await server.close()


async def ok(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True, "result": SENT})


def replying(status: int, body: bytes) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    return answer


async def caught(awaitable: Awaitable[object]) -> TelegramError:
    try:
        await awaitable
    except TelegramError as error:
        return error
    raise AssertionError("no error came")


@pytest.mark.parametrize(
    ("status", "written", "known"),
    [
        (200, "Fri, 27 Nov 2026 13:20:25 GMT", datetime(2026, 11, 27, 13, 20, 25, tzinfo=UTC)),
        (429, "Fri, 27 Nov 2026 13:20:25 GMT", datetime(2026, 11, 27, 13, 20, 25, tzinfo=UTC)),
        (502, "Fri, 27 Nov 2026 13:20:25 GMT", None),  # a proxy's own page
        (200, "yesterday", None),
        (200, "", None),
        (200, "Fri, 99 Nov 2026 13:20:25 GMT", None),
    ],
)
async def test_time_of_the_bot_api_is_kept(status: int, written: str, known: datetime | None) -> None:
    body = b"<html>" if status == HTTPStatus.BAD_GATEWAY else b'{"ok": true}'

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"Date": written})

    async with serving(answer) as bot:
        request = bot.request
        assert isinstance(request, AiohttpRequest)
        before, unknown = steady_seconds(), request.server_time
        with contextlib.suppress(NetworkError):
            await request.do_request(f"{bot.base_url}/getMe", "POST")
        kept = request.server_time
    assert unknown is None
    assert (kept.date if kept else None) == known
    assert kept is None or before < kept.received <= steady_seconds()


async def test_call_goes_out_as_json_with_real_objects() -> None:
    asked: list[object] = []

    async def look(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return await ok(request)

    async with serving(look) as bot:
        await bot.send_message(7, "粤K·12345", api_kwargs={"reply_markup": {"inline_keyboard": []}})

    assert asked == [{"chat_id": 7, "text": "粤K·12345", "reply_markup": {"inline_keyboard": []}}]


async def test_uploaded_photo_arrives_whole() -> None:
    parts: dict[str, object] = {}

    async def look(request: web.Request) -> web.Response:
        for name, value in (await request.post()).items():
            parts[name] = value.file.read() if isinstance(value, web.FileField) else value
        return await ok(request)

    async with serving(look) as bot:
        await bot.send_photo(7, b"\x89PNG picture", caption="号牌", filename="粤K.png")

    assert parts == {"chat_id": "7", "caption": "号牌", "photo": b"\x89PNG picture"}


async def test_picture_in_an_edit_is_attached() -> None:
    parts: dict[str, object] = {}

    async def look(request: web.Request) -> web.Response:
        for name, value in (await request.post()).items():
            parts[name] = value.file.read() if isinstance(value, web.FileField) else value
        return await ok(request)

    async with serving(look) as bot:
        await bot.edit_message_media(InputMediaPhoto(b"picture"), 7, 1)

    assert b"picture" in parts.values()
    assert "attach://" in str(parts["media"])


async def test_names_of_files_arrive_as_browsers_write_them() -> None:
    names: list[str] = []

    async def look(request: web.Request) -> web.Response:
        document = (await request.post())["document"]
        assert isinstance(document, web.FileField)
        names.append(document.filename)
        return await ok(request)

    async with serving(look) as bot:
        for name in ("号牌 1.csv", 'a"b\r\nX: y.csv'):
            await bot.send_document(7, b"x", filename=name)

    assert names == ["号牌 1.csv", "a%22b%0D%0AX: y.csv"]


@pytest.mark.parametrize("size", [0, 1, 512 * 1024, 512 * 1024 + 1, 3 * 1024 * 1024])
async def test_file_of_any_size_arrives_whole(size: int) -> None:
    sizes: list[int] = []

    async def look(request: web.Request) -> web.Response:
        sizes.append(len(await request.read()))
        return await ok(request)

    async with serving(look) as bot:
        await bot.send_document(7, b"x" * size, filename="numbers.csv")

    assert size < sizes[0] < size + 1000


async def test_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def look(request: web.Request) -> web.Response:
        asked.append(str(request.url))
        return await ok(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", look)
    proxy = TestServer(application)
    await proxy.start_server(shutdown_timeout=0.1)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, str(proxy.make_url("/")))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "direct.invalid")
    async with AiohttpRequest() as request:
        await Bot(TOKEN, "http://messenger.invalid/bot", request=request).send_message(7, "x")
        with pytest.raises(RequestNotSentError):
            await Bot(TOKEN, "http://direct.invalid/bot", request=request).send_message(7, "x")
    await proxy.close()

    assert asked == [f"http://messenger.invalid/bot{TOKEN}/sendMessage"]


async def test_open_file_is_uploaded() -> None:
    sizes: list[int] = []

    async def look(request: web.Request) -> web.Response:
        document = (await request.post())["document"]
        assert isinstance(document, web.FileField)
        sizes.append(len(document.file.read()))
        return await ok(request)

    async with serving(look) as bot:
        await bot.send_document(7, InputFile(io.BytesIO(b"x" * 300_000), read_file_handle=False))

    assert sizes == [300_000]


async def test_file_is_downloaded() -> None:
    async with serving(replying(200, b"contents")) as bot:
        assert await bot.request.retrieve(f"{bot.base_file_url}/photos/1.jpg") == b"contents"


async def test_connections_are_kept_open() -> None:
    ports: set[object] = set()

    async def look(request: web.Request) -> web.Response:
        ports.add(request.transport.get_extra_info("peername") if request.transport else None)
        return await ok(request)

    async with serving(look) as bot:
        for _ in range(5):
            await bot.send_message(7, "x")

    assert len(ports) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400, "Bad Request: message is not modified"), BadRequest),
        (refusal(401, "Unauthorized"), InvalidToken),
        (refusal(429, "Too Many Requests: retry after 3", retry_after=3), RetryAfter),
        (refusal(500, "Internal Server Error"), NetworkError),
        ((502, b"<html>"), NetworkError),
        *(((status, b"<html>"), NetworkError) for status in (400, 401, 403, 404, 409)),
        ((301, b""), NetworkError),
        ((200, b"<html>"), NetworkError),
        ((200, b"[1]"), NetworkError),
        ((200, b"\xff\xfe"), NetworkError),
    ],
)
async def test_answer_becomes_the_librarys_error(
    answer: tuple[int, bytes], error: type[TelegramError]
) -> None:
    async with serving(replying(*answer)) as bot:
        assert type(await caught(bot.send_message(7, "x"))) is error


async def test_slow_answer_is_timed_out() -> None:
    async def dawdle(request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return await ok(request)

    async with serving(dawdle, read_timeout=0.05) as bot:
        error = await caught(bot.send_message(7, "x"))

    assert type(error) is TimedOut


async def test_call_may_bring_its_own_read_timeout() -> None:
    async def dawdle(request: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return await ok(request)

    async with serving(dawdle, read_timeout=0.05) as bot:
        assert (await bot.send_message(7, "x", read_timeout=5)).message_id == 1


async def test_broken_connection_may_have_been_received() -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with serving(hang_up) as bot:
        error = await caught(bot.send_message(7, "x"))

    assert type(error) is NetworkError


async def test_refused_connection_was_not_sent() -> None:
    async with AiohttpRequest() as request:
        bot = Bot(TOKEN, f"http://127.0.0.1:{unused_port()}/bot", request=request)

        assert type(await caught(bot.send_message(7, "x"))) is RequestNotSentError


async def test_connection_that_never_comes_was_not_sent() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)  # noqa: FBT003 - the standard library's signature
            filler.connect_ex(address)
        async with AiohttpRequest(connect_timeout=0.2) as request:
            bot = Bot(TOKEN, f"http://127.0.0.1:{address[1]}/bot", request=request)
            error = await caught(bot.send_message(7, "x"))
        for filler in fillers:
            filler.close()

    assert type(error) is ConnectTimedOutError
    assert isinstance(error, TimedOut)


@pytest.mark.parametrize(
    ("base_url", "reason"),
    [
        ("http://127.0.0.1:{port}/bot", "the connection was refused"),
        ("http://nobody.invalid/bot", "DNS"),
        ("https://127.0.0.1:{plain}/bot", "TLS"),
    ],
)
async def test_reason_of_a_failure_is_said_without_address(base_url: str, reason: str) -> None:
    async with TestServer(web.Application()) as server, AiohttpRequest() as request:
        bot = Bot(TOKEN, base_url.format(port=unused_port(), plain=server.port), request=request)
        said = reason_of(await caught(bot.get_me()))

    assert reason in said
    assert not any(part in said for part in (TOKEN, "127.0.0.1", "nobody.invalid", "/bot"))


async def test_proxy_that_is_not_there_is_said() -> None:
    async with AiohttpRequest(proxy=f"http://127.0.0.1:{unused_port()}") as request:
        bot = Bot(TOKEN, "http://somewhere.invalid/bot", request=request)

        assert "proxy" in reason_of(await caught(bot.get_me()))


async def test_call_before_opening_was_not_sent() -> None:
    bot = Bot(TOKEN, "http://127.0.0.1:1/bot", request=AiohttpRequest())

    assert type(await caught(bot.send_message(7, "x"))) is RequestNotSentError


async def test_session_can_be_opened_anew() -> None:
    request = AiohttpRequest()
    for _ in range(2):
        await request.initialize()
        await request.initialize()
        await request.shutdown()
        await request.shutdown()

    assert request._session is None


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:{port}/bot", "http://name.invalid/bot", "http://[broken/bot", "nonsense/bot"],
)
async def test_token_is_in_no_traceback(base_url: str) -> None:
    async with AiohttpRequest(connect_timeout=0.5) as request:
        bot = Bot(TOKEN, base_url.format(port=unused_port()), request=request)
        error = await caught(bot.send_message(7, "x"))

    assert TOKEN not in "".join(traceback.format_exception(error)) + repr(error)
    assert (error.__cause__, error.__context__) == (None, None)


async def test_token_quoted_by_a_proxy_is_blotted_out() -> None:
    for page in (f"no route: /bot{TOKEN}/sendMessage", f'{{"ok": false, "description": "/bot{TOKEN}/x"}}'):
        async with serving(replying(502, page.encode())) as bot:
            error = await caught(bot.send_message(7, "x"))

        assert ("502" if page.startswith("no") else "***") in str(error)
        assert TOKEN not in "".join(traceback.format_exception(error))


async def test_answer_that_cannot_be_read_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serving(replying(200, b"what somebody typed")) as bot:
        error = await caught(bot.send_message(7, "x"))

    assert "19 bytes" in str(error)
    assert "somebody" not in caplog.text


async def test_quiet_libraries_keep_token_out_of_debug_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = {
        name: logging.getLogger(name).level for name in ("telegram", "httpx", "httpcore", "aiohttp.access")
    }
    quiet_libraries()
    try:
        async with serving(ok) as bot:
            await bot.send_message(7, "x")
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)

    assert TOKEN not in caplog.text


async def test_limiter_and_back_end_carry_a_bot_through_429() -> None:
    answers = [refusal(429, "Too Many Requests: retry after 3", retry_after=3)]
    slept: list[float] = []

    async def refuse_once(request: web.Request) -> web.Response:
        if answers:
            status, body = answers.pop()
            return web.Response(status=status, body=body)
        return await ok(request)

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds))
        await asyncio.sleep(0)

    limiter = Limiter(now=lambda: float(sum(slept)), sleep=sleep)
    async with serving(refuse_once) as plain:
        bot = ExtBot(TOKEN, plain.base_url.removesuffix(TOKEN), request=plain.request, rate_limiter=limiter)
        sent = await bot.send_message(7, "x", rate_limit_args=BULK)

    assert (sent.message_id, slept) == (1, [3])


def test_read_timeout_is_told() -> None:
    assert AiohttpRequest(read_timeout=3.5).read_timeout == 3.5
