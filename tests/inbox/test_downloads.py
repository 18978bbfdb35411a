"""Files are read in pieces, and no further than what is allowed, whatever was declared."""

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import File
from telegram.error import NetworkError, TelegramError

from bot.bot_api.client import AiohttpRequest, Messenger
from bot.bot_api.errors import DownloadTooLargeError
from tests.inbox.fake_api import TOKEN

MOST = 1_000_000
PIECE = bytes(100_000)


class Files:
    """A server of files that counts the bytes it could hand over."""

    def __init__(self, count: int, *, declares: bool = False, status: int = 200) -> None:
        self.sent = 0
        self._count = count
        self._declares = declares
        self._status = status

    async def answer(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=self._status, headers={"Location": "/elsewhere"})
        if self._declares:
            response.content_length = self._count * len(PIECE)
        await response.prepare(request)
        for _ in range(self._count):
            await response.write(PIECE)
            self.sent += len(PIECE)
        return response


@asynccontextmanager
async def downloading(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(application)
    await server.start_server(shutdown_timeout=0.1)
    place = File("id", "unique", file_path=str(server.make_url(f"/file/bot{TOKEN}/documents/车 1.csv")))
    async with AiohttpRequest() as request:
        messenger = Messenger(TOKEN, request=request)
        yield lambda: messenger.download(place, MOST)
    await server.close()


async def test_file_up_to_the_limit_is_read_whole() -> None:
    async with downloading(Files(10).answer) as download:
        assert await download() == PIECE * 10


@pytest.mark.parametrize("declares", [True, False])
async def test_file_beyond_the_limit_is_given_up_early(declares: bool) -> None:  # noqa: FBT001 - a parameter
    files = Files(4000, declares=declares)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with downloading(files.answer) as download:
        with pytest.raises(DownloadTooLargeError):
            await download()
        await asyncio.sleep(0.1)
    assert files.sent < 20 * MOST  # what the buffers of two sockets hold
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


async def test_next_file_is_read_after_one_that_was_too_large() -> None:
    sizes = iter((20, 5))

    async def answer(request: web.Request) -> web.StreamResponse:
        return await Files(next(sizes)).answer(request)

    async with downloading(answer) as download:
        with pytest.raises(DownloadTooLargeError):
            await download()
        assert await download() == PIECE * 5


@pytest.mark.parametrize("status", [302, 307, 404, 500])
async def test_other_answers_are_errors_without_the_token(status: int) -> None:
    async with downloading(Files(1, status=status).answer) as download:
        with pytest.raises(NetworkError, match=str(status)) as caught:
            await download()
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None


async def test_broken_connection_is_an_error_without_the_token() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = 100
        await response.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return response

    async with downloading(answer) as download:
        with pytest.raises(TelegramError) as caught:
            await download()
    assert TOKEN not in repr(caught.value)


async def test_file_of_a_server_on_this_machine_is_read_up_to_the_limit(tmp_path: Path) -> None:
    """A Bot API server that runs with ``--local`` returns paths."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(bytes(MOST))
    large.write_bytes(bytes(MOST + 1))
    messenger = Messenger(TOKEN, request=AiohttpRequest())
    assert await messenger.download(File("id", "unique", file_path=str(small)), MOST) == bytes(MOST)
    with pytest.raises(DownloadTooLargeError):
        await messenger.download(File("id", "unique", file_path=str(large)), MOST)
    with pytest.raises(NetworkError):
        await messenger.download(File("id", "unique", file_path=str(tmp_path / "none")), MOST)
