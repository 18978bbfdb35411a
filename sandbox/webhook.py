"""Delivery by webhook, with retries: one update per chat, or one press per user, at a time."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from sandbox.contract import METHODS
from sandbox.errors import ApiError, bad
from sandbox.params import Call, Upload, json_body
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
                if not response.ok:
                    reason = response.reason or "<none>"
                    return self._failed(f"Wrong response from the webhook: {response.status} {reason}")
                call = await _call_in(response)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return self._failed("Connection refused")
        if call is not None:
            await self.run(call)  # its result is discarded
        return True

    def _failed(self, why: str) -> bool:
        self.last_error = (int(time.time()), why)
        return False


async def _call_in(response: aiohttp.ClientResponse) -> Call | None:
    """Return the call in the answer to a delivery; None if there is none that can be read."""
    try:
        params, files = await _fields_of(response)
        method = _NAMES.get(str(params.pop("method")).lower())
    except (ApiError, ValueError, KeyError):
        return None
    return None if method is None else Call(method, params, files)


async def _fields_of(response: aiohttp.ClientResponse) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Return the parameters and files in a JSON object or in a form."""
    if response.content_type == "application/json":
        return json_body(await response.read()), {}
    if response.content_type != "multipart/form-data":
        return dict(parse_qsl((await response.read()).decode())), {}
    params: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    async for part in aiohttp.MultipartReader.from_response(response):
        if isinstance(part, aiohttp.BodyPartReader) and part.name:
            data = bytes(await part.read(decode=True))
            if part.filename is None:
                params[part.name] = data.decode()
            else:
                mime = part.headers.get("Content-Type", "application/octet-stream")
                files[part.name] = Upload(name=part.filename, mime=mime, data=data)
    return params, files
