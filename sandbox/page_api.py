"""The chat page's own API: state, events, and actions of people.

For the page only: requests from other origins or with a foreign host name are refused.
"""

import asyncio
import json
import mimetypes
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox import user_actions
from sandbox.clock import LATEST, ZONE
from sandbox.control_api import ControlApi, given_object
from sandbox.errors import ApiError, CannotDo
from sandbox.events import Event
from sandbox.faults import Faults
from sandbox.methods_about import commands_for
from sandbox.people import SandboxUser
from sandbox.world import World

FOLDER = Path(__file__).parent / "page"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
SHOWN = 300
"""Maximum number of recent messages of a chat that the page gets."""
HEARTBEAT = 15.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Json = dict[str, Any]


class PageApi:
    """Serves the page, its events and its actions."""

    def __init__(self, world: World, hints: Sequence[str], faults: Faults) -> None:
        self.world = world
        self.hints = list(hints)
        self._streams: set[asyncio.Queue[Event | None]] = set()
        self._static = {f"/{file.name}": file for file in FOLDER.iterdir() if file.is_file()}
        self._routes: dict[tuple[str, str], Handler] = {
            ("GET", "/api/state"): self._state,
            ("GET", "/api/chat"): self._chat,
            ("GET", "/api/events"): self._events,
            ("GET", "/api/file"): self._file,
            ("POST", "/api/say"): self._say,
            ("POST", "/api/press"): self._press,
            ("POST", "/api/key"): self._key,
            ("POST", "/api/upload"): self._upload,
            ("POST", "/api/read"): self._read,
            ("POST", "/api/block"): self._block,
            ("POST", "/api/gateway"): self._gateway,
            ("POST", "/api/clock"): self._clock,
            **ControlApi(world, faults).routes,
        }

    def close(self) -> None:
        """End all open event streams."""
        for stream in self._streams:
            stream.put_nowait(None)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request of the page."""
        if not _is_ours(request):
            return _said(HTTPStatus.FORBIDDEN, "foreign origin")
        if request.method == "GET" and request.path in {"/", *self._static}:
            return self._asset("/index.html" if request.path == "/" else request.path)
        handler = self._routes.get((request.method, request.path))
        if handler is None:
            return _said(HTTPStatus.NOT_FOUND, "not found")
        return await self._answered(handler, request)

    @staticmethod
    async def _answered(handler: Handler, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handler(request)
        except (CannotDo, ApiError) as refused:
            return _said(HTTPStatus.CONFLICT, str(refused))
        except KeyError as missing:
            return _said(HTTPStatus.BAD_REQUEST, f"missing or unknown: {missing}")
        except (ValueError, TypeError, LookupError, OverflowError) as wrong:
            return _said(HTTPStatus.BAD_REQUEST, f"bad request: {wrong}")

    def _asset(self, path: str) -> web.Response:
        file = self._static[path]
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        charset = None if kind.startswith("image/") and "svg" not in kind else "utf-8"
        return web.Response(body=file.read_bytes(), content_type=kind, charset=charset, headers=HEADERS)

    def _person(self, chat_id: object) -> SandboxUser:
        return self.world.people[int(str(chat_id))]

    async def _state(self, _request: web.BaseRequest) -> web.StreamResponse:
        world = self.world
        return web.json_response(
            {
                "seq": world.events.seq,
                "bot": {"name": world.bot.name, "username": world.bot.username, "about": world.bot.about},
                "people": [_shown(person) for person in world.people.values()],
                "now": world.clock.now().timestamp(),
                "gateway_down": world.gateway_down,
                "hints": self.hints,
                "stray_sms": [sms.body() for sms in world.stray_sms()],
            },
            headers=HEADERS,
        )

    async def _chat(self, request: web.BaseRequest) -> web.StreamResponse:
        person = self._person(request.query["person"])
        messages = [message.body for message in person.messages.values()]
        return web.json_response(
            {
                "seq": self.world.events.seq,
                "messages": messages[-SHOWN:],
                "keyboard": person.keyboard,
                "commands": commands_for(self.world, person),
                "sms": [sms.body() for sms in self.world.sms_of(person)],
                "blocked": person.blocked,
            },
            headers=HEADERS,
        )

    async def _events(self, request: web.BaseRequest) -> web.StreamResponse:
        """Stream events, starting after ``after`` or after the browser's last event."""
        after = int(
            request.headers.get("Last-Event-ID") or request.query.get("after", str(self.world.events.seq))
        )
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        stream: asyncio.Queue[Event | None] = asyncio.Queue()
        missed = self.world.events.since(after)
        if missed is None:
            await response.write(b"event: reload\ndata: {}\n\n")
        self._streams.add(stream)
        self.world.events.watchers.append(stream.put_nowait)
        try:
            for event in missed or []:
                await response.write(_event_bytes(event))
            await self._pump(response, stream)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.world.events.watchers.remove(stream.put_nowait)
            self._streams.discard(stream)
        return response

    async def _pump(self, response: web.StreamResponse, stream: asyncio.Queue[Event | None]) -> None:
        while True:
            try:
                event = await asyncio.wait_for(stream.get(), HEARTBEAT)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await response.write(_event_bytes(event))

    async def _file(self, request: web.BaseRequest) -> web.StreamResponse:
        stored = self.world.files.files.get(request.query["id"])
        if stored is None:
            return _said(HTTPStatus.NOT_FOUND, "not found")
        headers = {**HEADERS, "Cache-Control": "private, max-age=86400, immutable"}
        picture = stored.kind != "document"
        if not picture:
            headers["Content-Disposition"] = "attachment"
        data = self.world.files.data(stored)
        kind = _picture_type(data) if picture else "application/octet-stream"
        return web.Response(body=data, content_type=kind, headers=headers)

    async def _say(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        message = user_actions.say(self.world, self._person(given["person"]), str(given["text"]))
        return web.json_response({"message_id": message.message_id})

    async def _press(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        person = self._person(given["person"])
        query = user_actions.press_data(self.world, person, int(given["message_id"]), str(given["data"]))
        return web.json_response({"query_id": query.query_id})

    async def _key(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        person = self._person(given["person"])
        keyboard = person.keyboard or {"keyboard": []}
        button = keyboard["keyboard"][int(given["row"])][int(given["column"])]
        message = user_actions.press_reply(self.world, person, button)
        return web.json_response({"message_id": message.message_id})

    async def _upload(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await request.post()
        file = given["file"]
        if not isinstance(file, FileField):
            raise TypeError("no file")
        person, caption = self._person(given["person"]), str(given.get("caption", ""))
        data = file.file.read()
        if given.get("as") == "photo":
            user_actions.send_photo(self.world, person, data, caption)
        else:
            name, mime = file.filename, file.content_type
            user_actions.send_file(self.world, person, data, name=name, mime=mime, caption=caption)
        return web.json_response({})

    async def _read(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        user_actions.mark_read(self.world, self._person(given["person"]))
        return web.json_response({})

    async def _block(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        user_actions.set_blocked(self.world, self._person(given["person"]), blocked=given["blocked"] is True)
        return web.json_response({})

    async def _gateway(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        self.world.gateway_down = given["down"] is True
        self.world.events.emit("gateway", 0, down=self.world.gateway_down)
        return web.json_response({})

    async def _clock(self, request: web.BaseRequest) -> web.StreamResponse:
        self.world.advance(_leap(await given_object(request), self.world.clock.now()))
        return web.json_response({"now": self.world.clock.now().timestamp()})


def _leap(given: Json, now: datetime) -> timedelta:
    """Return by how much to advance the clock.

    Raises:
        CannotDo: the time requested is past, or beyond ``LATEST``.
    """
    if "seconds" in given:
        leap = timedelta(seconds=float(given["seconds"]))
    elif "next" in given:
        hour, minute = (int(part) for part in str(given["next"]).split(":"))
        here = now.astimezone(ZONE)
        then = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        leap = (then if then > here else then + timedelta(days=1)) - here
    else:
        then = datetime.fromisoformat(str(given["to"]))
        leap = (then if then.tzinfo else then.replace(tzinfo=ZONE)) - now
    if leap < timedelta():
        raise CannotDo("the clock is only put forward")
    if leap > LATEST - now:
        raise CannotDo(f"the clock goes up to the year {LATEST.year}")
    return leap


def _shown(person: SandboxUser) -> Json:
    spec = person.spec
    return {
        "id": spec.chat_id,
        "name": spec.name,
        "given": spec.first_name,
        "phone": spec.phone,
        "role": spec.role,
        "unread": person.unread,
        "blocked": person.blocked,
        "last": _last(person),
    }


def _last(person: SandboxUser) -> str:
    message = next(reversed(person.messages.values()), None)
    if message is None:
        return ""
    body = message.body
    return str(body.get("text") or body.get("caption") or f"[{message.kind}]")[:60]


def _said(status: HTTPStatus, what: str) -> web.Response:
    return web.json_response({"error": what}, status=status, headers=HEADERS)


def _event_bytes(event: Event) -> bytes:
    return f"id: {event.seq}\ndata: {json.dumps(event.body(), ensure_ascii=False)}\n\n".encode()


def _picture_type(data: bytes) -> str:
    return (
        "image/png"
        if data.startswith(b"\x89PNG")
        else "image/webp"
        if data[8:12] == b"WEBP"
        else "image/jpeg"
    )


def _is_ours(request: web.BaseRequest) -> bool:
    """Return whether a request has our own origin, or none."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"} and request.path != "/":
        return False
    name = urlsplit(f"//{request.host}").hostname
    local = request.transport.get_extra_info("sockname") if request.transport else None
    return name in LOOPBACK or local is None or name == local[0]
