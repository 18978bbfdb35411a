"""Delivery by webhook, with retries: one update per chat, or one press per user, at a time."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from sandbox.contract import METHODS
from sandbox.errors import bad
from sandbox.params import Call
from sandbox.updates import Update
from sandbox.world import World

LONGEST_GAP = 60.0
PATIENCE = 60.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NAMES = {name.lower(): name for name in METHODS}

Lane = tuple[str, int]
Runner = Callable[[Call], Awaitable[object]]


class WebhookSender:
    """Posts updates to ``url``; idle while it is empty."""

    def __init__(self, world: World, run: Runner, *, first_gap: float) -> None:
        self.world = world
        self.run = run
        self.first_gap = first_gap
        self.url = ""
        self.secret = ""
        self.connections = 40
        self.last_error: tuple[int, str] | None = None
        self._lanes: dict[Lane, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(40)

    async def set(self, url: str, secret: str, connections: int) -> None:
        """Deliver to a URL from now on, starting with the waiting updates.

        Raises:
            ApiError: it is neither HTTPS nor on this machine.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        await self.remove()
        self.url, self.secret = url, secret
        self.connections = min(max(connections, 1), 100)
        self._places = asyncio.Semaphore(self.connections)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        self.world.updates.on_push = self.accept
        for update in list(self.world.updates.waiting):
            self.accept(update)

    async def remove(self) -> None:
        """Stop delivering."""
        self.url, self.last_error = "", None
        self.world.updates.on_push = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lanes.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def info(self) -> dict[str, Any]:
        """Return the WebhookInfo object."""
        info: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.world.updates.waiting),
        }
        if self.url:
            info["max_connections"] = self.connections
        if self.last_error is not None:
            info["last_error_date"], info["last_error_message"] = self.last_error
        if self.world.updates.allowed is not None:
            info["allowed_updates"] = sorted(self.world.updates.allowed)
        return info

    def accept(self, update: Update) -> None:
        """Queue an update in its lane, and start the lane if it is idle."""
        lane: Lane = ("user", update.user_id) if update.kind == "callback_query" else ("chat", update.chat_id)
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(update)
            return
        self._lanes[lane] = deque([update])
        task = asyncio.get_running_loop().create_task(self._drive(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, lane: Lane) -> None:
        waiting = self._lanes[lane]
        while waiting:
            update = waiting[0]
            await self._deliver(update)
            self.world.updates.forget(update.update_id)
            waiting.popleft()
        del self._lanes[lane]

    async def _deliver(self, update: Update) -> None:
        """Post an update until it is accepted or expires."""
        gap = self.first_gap
        while self.world.clock.now() < update.until:
            async with self._places:
                if await self._post(update):
                    return
            await asyncio.sleep(gap)
            gap = min(gap * 2, LONGEST_GAP)

    async def _post(self, update: Update) -> bool:
        session = self._session
        if session is None:
            return False
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        try:
            async with session.post(self.url, data=update.raw.encode(), headers=headers) as response:
                body = await response.read()
                if not response.ok:
                    reason = response.reason or "<none>"
                    return self._failed(f"Wrong response from the webhook: {response.status} {reason}")
                kind = response.content_type
        except (aiohttp.ClientError, TimeoutError, OSError):
            return self._failed("Connection refused")
        await self._reply(body, kind)
        return True

    def _failed(self, why: str) -> bool:
        self.last_error = (int(time.time()), why)
        return False

    async def _reply(self, body: bytes, kind: str) -> None:
        """Execute the method call that the response to a delivery may contain; its result is discarded."""
        if not body.strip():
            return
        try:
            params = json.loads(body) if kind == "application/json" else dict(parse_qsl(body.decode()))
            method = _NAMES.get(str(params.pop("method")).lower())
        except (ValueError, KeyError, AttributeError, TypeError):
            return
        if method is not None:
            await self.run(Call(method, params))
