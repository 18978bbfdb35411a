"""A minimal Bot API for receiving: getUpdates confirms like the real one, sends are counted."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "123456:AAinvented-token-of-nobody"


class FakeApi:
    """Holds updates until they are confirmed by an offset, and records the calls."""

    def __init__(self) -> None:
        self.pending: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.answers: list[tuple[int, bytes]] = []  # returned before anything else, in order
        self.base_url = ""
        self.most = 100  # updates per response
        self._more = asyncio.Event()

    def put(self, updates: Sequence[dict[str, Any]]) -> None:
        self.pending.extend(updates)
        self._more.set()

    async def get_updates(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append(asked)
        if self.answers:
            status, body = self.answers.pop(0)
            return web.Response(status=status, body=body)
        self.pending = [
            update for update in self.pending if update["update_id"] >= (asked.get("offset") or 0)
        ]
        if not self.pending:
            await self._wait(asked["timeout"])
        return web.json_response({"ok": True, "result": self.pending[: min(asked["limit"], self.most)]})

    async def send_message(self, request: web.Request) -> web.Response:
        self.sent.append(await request.json())
        return web.json_response({"ok": True, "result": {}})

    async def _wait(self, seconds: float) -> None:
        self._more.clear()
        try:
            await asyncio.wait_for(self._more.wait(), seconds)
        except TimeoutError:
            return


def refusal(status: int, description: str, **parameters: object) -> tuple[int, bytes]:
    """Return an error as the messenger's server words it."""
    answer = {"ok": False, "error_code": status, "description": description}
    return status, json.dumps({**answer, **({"parameters": parameters} if parameters else {})}).encode()


@asynccontextmanager
async def fake_api() -> AsyncIterator[FakeApi]:
    """Serve a fake on a free port of loopback."""
    api = FakeApi()
    application = web.Application()
    application.router.add_post(f"/bot{TOKEN}/getUpdates", api.get_updates)
    application.router.add_post(f"/bot{TOKEN}/sendMessage", api.send_message)
    server = TestServer(application)
    await server.start_server(shutdown_timeout=0.1, access_log=None)
    api.base_url = str(server.make_url(f"/bot{TOKEN}"))
    try:
        yield api
    finally:
        await server.close()
