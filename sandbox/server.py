"""The whole sandbox: Bot API, SMS gateway, vehicle registry and chat page on loopback."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Self

from aiohttp import web

from sandbox import registry, sms
from sandbox.api import Api
from sandbox.clock import MovableClock, ShiftedClock
from sandbox.faults import Faults
from sandbox.flood import Flood
from sandbox.page_api import PageApi
from sandbox.people import INVENTED, BotSpec, PersonSpec
from sandbox.persistence import Persistence
from sandbox.registry import SandboxRegistry
from sandbox.world import World

LARGEST_BODY = 52 * 1024 * 1024


class Sandbox:
    """A messenger in one process, for the demo and for end-to-end tests.

    Args:
        clock: the source of message times, which the page can advance; default: a new ``ShiftedClock``.
        data_dir: where conversations are stored; without it they are lost on stop.
        people: default: two owners and an admin, invented.
        bot: the bot's token and name.
        hints: «things to try» that the page shows; a second line in smaller type, `words` copied by a tap.
        webhook_gap: seconds before a failed webhook delivery is retried; doubles with each failure.
    """

    def __init__(
        self,
        clock: MovableClock | None = None,
        data_dir: Path | None = None,
        *,
        people: Iterable[PersonSpec] = INVENTED,
        bot: BotSpec | None = None,
        hints: Sequence[str] = (),
        webhook_gap: float = 2.0,
    ) -> None:
        self.world = World(clock or ShiftedClock(), bot or BotSpec(), people, data_dir)
        self.api = Api(self.world, webhook_gap=webhook_gap)
        self.page = PageApi(self.world, hints, self.api.faults)
        self.registry = SandboxRegistry()
        self.date: Callable[[], datetime | None] | None = None
        """The time in the ``Date`` header of the Bot API, or no time; by default the host's."""
        self._persistence = None if data_dir is None else Persistence(self.world, data_dir)
        self._runner: web.ServerRunner | None = None
        self._host = "127.0.0.1"
        self._port = 0

    @property
    def clock(self) -> MovableClock:
        return self.world.clock

    @property
    def token(self) -> str:
        return self.world.bot.token

    @property
    def faults(self) -> Faults:
        """The faults to inject."""
        return self.api.faults

    @property
    def flood(self) -> Flood:
        """The limit of messages per chat, which is off by default."""
        return self.api.flood

    @property
    def contract_violations(self) -> deque[str]:
        """What the bot sent that the Bot API does not know; tests assert that it is empty."""
        return self.world.contract_violations

    @property
    def refusals(self) -> deque[tuple[str, str]]:
        """Calls that were refused for their parameters: method and description."""
        return self.world.refusals

    @property
    def url(self) -> str:
        """The address of the chat page."""
        return f"http://{self._host}:{self._port}/"

    @property
    def base_url(self) -> str:
        """The base URL of the Bot API; a bot appends its token."""
        return f"{self.url}bot"

    @property
    def base_file_url(self) -> str:
        """The base URL of file downloads; a bot appends its token."""
        return f"{self.url}file/bot"

    @property
    def sms_url(self) -> str:
        """The URL of the SMS gateway."""
        return f"{self.url}sms"

    @property
    def registry_url(self) -> str:
        """The URL of the vehicle registry, and of the page of its vehicles."""
        return f"{self.url}{registry.PATH.removeprefix('/')}"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes any free one."""
        self.world.updates.closing = False
        watchers = self.world.events.watchers
        if self._persistence is not None and self._persistence.changed not in watchers:  # the first start
            self._persistence.load()
            watchers.append(self._persistence.changed)
        server = web.Server(self._handle, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self._host = host
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop within a second, despite long polls and open pages, and save the state."""
        self.world.updates.close()
        self.page.close()
        await self.api.webhook.remove()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._persistence is not None:
            await self._persistence.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            response = await self.api.handle(request, path.removeprefix("/bot"))
            if self.date is not None:
                date = self.date()
                response.headers["Date"] = "" if date is None else format_datetime(date, usegmt=True)
            return response
        if path.startswith("/file/bot"):
            return self._download(path.removeprefix("/file/bot"))
        if path == "/sms" and request.method == "POST" and "Origin" not in request.headers:
            return await sms.receive(self.world, request)
        if path == registry.PATH or path.startswith(f"{registry.PATH}/"):
            return await self.registry.handle(request)
        return await self.page.handle(request)

    def _download(self, path: str) -> web.Response:
        token, _, file_path = path.partition("/")
        stored = self.world.files.by_path(file_path)
        if token != self.token or stored is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=self.world.files.data(stored), content_type="application/octet-stream")


def _request(*parts: object) -> web.BaseRequest:
    """Create a request that may be as large as the platform's largest upload."""
    message, payload, protocol, writer, task = parts
    return web.BaseRequest(
        message,  # type: ignore[arg-type]
        payload,  # type: ignore[arg-type]
        protocol,  # type: ignore[arg-type]
        writer,  # type: ignore[arg-type]
        task,  # type: ignore[arg-type]
        protocol._loop,  # type: ignore[attr-defined] # noqa: SLF001 - as aiohttp's own factory does
        client_max_size=LARGEST_BODY,
    )
