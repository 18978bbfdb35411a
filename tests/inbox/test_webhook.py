"""The webhook's server: who may call it, what it takes, and what it answers."""

import asyncio
import io
import json
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.inbox.errors import CannotListenError, ReceiptClosedError
from bot.inbox.model import RawUpdate
from bot.inbox.webhook import LARGEST_BODY, SECRET_HEADER, WebhookServer, listen
from core.errors.store import StoreUnavailable
from tests.inbox.tools import message

SECRET = "s3cret_-0123456789"
JSON = "application/json"


class Accepting:
    """Stores updates, or fails."""

    def __init__(self) -> None:
        self.taken: list[RawUpdate] = []
        self.error: Exception | None = None

    async def __call__(self, updates: Sequence[RawUpdate]) -> None:
        if self.error is not None:
            raise self.error
        self.taken += updates


@asynccontextmanager
async def serving(taker: Accepting) -> AsyncIterator[str]:
    listening = listen("127.0.0.1", 0)
    webhook = WebhookServer(taker, SECRET)
    await webhook.start(listening)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    finally:
        await webhook.stop()


async def call(url: str, data: object, *, secret: str | None = SECRET, kind: str = JSON, **more: Any) -> int:
    """Make a call; return the status. Whatever it is, the answer has no body."""
    headers = {"Content-Type": kind, **({} if secret is None else {SECRET_HEADER: secret})}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers=headers, **more) as response,
    ):
        assert await response.read() == b""
        return response.status


async def test_update_is_answered_once_it_is_stored() -> None:
    taker = Accepting()
    async with serving(taker) as url:
        assert await call(url, json.dumps(message(1))) == 200

    assert taker.taken == [message(1)]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "é" * 300])
async def test_forged_call_is_refused_unread(secret: str | None) -> None:
    taker = Accepting()
    async with serving(taker) as url:
        assert await call(url, b"x" * 50_000, secret=secret) == 403

    assert not taker.taken


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps(message(1)), "text/plain"),
        (json.dumps(message(1)), "application/x-www-form-urlencoded"),
        ("", JSON),
        ("{", JSON),
        (b"\xff\xfe\x00", JSON),
        ("[" * 100_000, JSON),
        ("[]", JSON),
        ("null", JSON),
        ('"update"', JSON),
        ("{}", JSON),
        ('{"update_id": "1"}', JSON),
        ('{"update_id": true}', JSON),
        ('{"update_id": -5}', JSON),
        (f'{{"update_id": {2**70}}}', JSON),
    ],
)
async def test_what_is_no_update_is_refused(body: object, kind: str) -> None:
    taker = Accepting()
    async with serving(taker) as url:
        assert await call(url, body, kind=kind) == 400

    assert not taker.taken


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(64):
        yield b" " * 65_536


@pytest.mark.parametrize("declared", [True, False])
async def test_huge_call_is_refused_before_all_of_it_is_read(*, declared: bool) -> None:
    taker = Accepting()
    async with serving(taker) as url:
        try:
            status = await call(url, io.BytesIO(b" " * (LARGEST_BODY + 1)) if declared else _endless())
        except aiohttp.ClientError:  # it closes the connection while the client still sends
            status = 413

    assert (status, taker.taken) == (413, [])


async def test_largest_update_is_taken() -> None:
    taker = Accepting()
    body = json.dumps(message(1)).encode().ljust(LARGEST_BODY)
    async with serving(taker) as url:
        assert await call(url, io.BytesIO(body)) == 200


async def test_other_methods_are_refused() -> None:
    async with serving(Accepting()) as url, aiohttp.ClientSession() as session:
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            async with session.request(method, url, headers={SECRET_HEADER: SECRET}) as response:
                assert response.status == 405


async def test_no_http_ends_nothing() -> None:
    taker = Accepting()
    async with serving(taker) as url:
        port = int(url.split(":")[2].split("/")[0])
        for nonsense in (b"\x16\x03\x01\x02\x00", b"POST\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b""):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(nonsense)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 5)
            writer.close()
        assert await call(url, json.dumps(message(1))) == 200


@pytest.mark.parametrize(
    ("error", "status"), [(StoreUnavailable(), 503), (ReceiptClosedError(), 503), (KeyError("陈晓东"), 500)]
)
async def test_failure_is_no_confirmation(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    taker = Accepting()
    taker.error = error
    async with serving(taker) as url:
        assert await call(url, json.dumps(message(1, text="陈晓东"))) == status
        taker.error = None
        assert await call(url, json.dumps(message(1))) == 200

    assert "陈晓东" not in caplog.text
    assert SECRET not in caplog.text


async def test_call_at_the_end_is_answered() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_updates: Sequence[RawUpdate]) -> None:
        begun.set()
        await go_on.wait()

    listening = listen("127.0.0.1", 0)
    webhook = WebhookServer(slow, SECRET)
    await webhook.start(listening)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    calling = asyncio.ensure_future(call(url, json.dumps(message(1))))
    await begun.wait()
    stopping = asyncio.ensure_future(webhook.stop())
    await asyncio.sleep(0.05)
    go_on.set()

    assert await calling == 200
    await stopping


async def test_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotListenError) as caught:
            listen("127.0.0.1", port)

    assert str(caught.value) == (
        f"telegram.webhook: 127.0.0.1 port {port} cannot be listened on: another process listens there"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
async def test_wrong_address_is_said_in_one_line(host: str) -> None:
    with pytest.raises(CannotListenError, match=f"{host} port 8443 cannot be listened on: ") as caught:
        listen(host, 8443)

    assert "\n" not in str(caught.value)
