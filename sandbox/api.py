"""Request handling of the Bot API: token, method, faults, contract, effect, response."""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from aiohttp import web
from pydantic_core import to_json

from sandbox.contract import METHODS as CONTRACT_METHODS
from sandbox.contract import contract_violations
from sandbox.errors import ApiError, bad
from sandbox.faults import BAD_GATEWAY_PAGE, Fault, Faults
from sandbox.flood import Flood
from sandbox.methods import METHODS
from sandbox.params import Call, read_call
from sandbox.webhook import WebhookSender
from sandbox.world import World

_TOKEN = re.compile(r"\d+:[\w-]{10,}")
_NAMES = {name.lower(): name for name in CONTRACT_METHODS}
CALLS_KEPT = 500
POLL_WHILE_HOOKED = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


def is_token(text: str) -> bool:
    """Return whether a text has the form of a bot's token."""
    return _TOKEN.fullmatch(text) is not None


def _answer(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json"})


class Api:
    """Answers calls of the Bot API."""

    def __init__(self, world: World, *, webhook_gap: float) -> None:
        self.world = world
        self.faults = Faults()
        self.flood = Flood()
        self.webhook = WebhookSender(world, self.run, first_gap=webhook_gap)
        self.counts: Counter[str] = Counter()
        self.calls: deque[tuple[str, dict[str, Any]]] = deque(maxlen=CALLS_KEPT)
        self.in_flight = 0
        self.watchers: list[Callable[[str], None]] = []

    async def handle(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Answer a request to ``/bot<token>/<method>``."""
        token, _, method = path.partition("/")
        try:
            name = self._method(token, method)
            call = await read_call(request, name)
        except ApiError as refused:
            return _answer(refused.code, to_json(refused.body()))
        return await self._with_fault(request, call)

    def _method(self, token: str, method: str) -> str:
        if token != self.world.bot.token:
            raise ApiError(401, "Unauthorized") if is_token(token) else ApiError(404, "Not Found")
        name = _NAMES.get(method.lower())
        if name is None:
            self.world.note_violations(f"{method}: no such method, or not simulated")
            raise ApiError(404, "Not Found")
        return name

    async def _with_fault(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        fault = self.faults.take(call) if self.faults.waiting else None
        if fault is None:
            return _answer(*await self.run(call))
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return _answer(*await self.run(call))
        if fault.kind in {"drop_before", "drop_after"}:
            return await self._dropped(request, call, fault)
        return self._refused(call, fault)

    async def _dropped(self, request: web.BaseRequest, call: Call, fault: Fault) -> web.StreamResponse:
        if fault.kind == "drop_after":
            await self.run(call)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _refused(self, call: Call, fault: Fault) -> web.StreamResponse:
        self.counts[call.method] += 1
        refusal = fault.refusal()
        if refusal is None:
            return web.Response(status=502, text=BAD_GATEWAY_PAGE, content_type="text/html")
        return _answer(refusal.code, to_json(refusal.body()))

    async def run(self, call: Call) -> tuple[int, bytes]:
        """Execute a call; return status and body."""
        self.counts[call.method] += 1
        broken = contract_violations(call)
        self.world.note_violations(*broken)
        if call.method == "getUpdates":
            return await self._guarded(call, broken)
        self.in_flight += 1
        self.calls.append((call.method, call.params))
        try:
            return await self._guarded(call, broken)
        finally:
            self.in_flight -= 1
            for watcher in self.watchers:
                watcher(call.method)

    async def _guarded(self, call: Call, broken: list[str]) -> tuple[int, bytes]:
        try:
            return 200, await self._effect_or_refusal(call, broken)
        except ApiError as refused:
            self.world.note_refusal(call.method, refused.description)
            return refused.code, to_json(refused.body())

    async def _effect_or_refusal(self, call: Call, broken: list[str]) -> bytes:
        """Execute a call; one of values of the wrong type, which its method cannot read, is refused.

        Raises:
            ApiError: the call is refused.
        """
        try:
            return await self._effect(call)
        except (TypeError, ValueError, AttributeError, LookupError, OverflowError):
            if not broken:
                raise
            raise bad(broken[0]) from None

    async def _effect(self, call: Call) -> bytes:
        self.flood.check(call)
        found = METHODS.get(call.method.lower())
        if found is not None:
            return to_json({"ok": True, "result": found[1](self.world, call)})
        if call.method == "getUpdates":
            return await self._get_updates(call)
        if call.method == "getWebhookInfo":
            return to_json({"ok": True, "result": self.webhook.info()})
        await self._change_webhook(call)
        return b'{"ok":true,"result":true,"description":"Webhook was changed"}'

    async def _get_updates(self, call: Call) -> bytes:
        if self.webhook.url:
            raise ApiError(409, POLL_WHILE_HOOKED)
        queue = self.world.updates
        queue.allow(call.json("allowed_updates"))
        batch = await queue.poll(
            offset=call.integer("offset"), limit=call.integer("limit", 100), timeout=call.integer("timeout")
        )
        return f'{{"ok":true,"result":[{",".join(update.raw for update in batch)}]}}'.encode()

    async def _change_webhook(self, call: Call) -> None:
        if call.flag("drop_pending_updates"):
            self.world.updates.waiting.clear()
        if call.method == "deleteWebhook" or not call.text("url"):
            await self.webhook.remove()
            return
        self.world.updates.allow(call.json("allowed_updates"))
        if not re.fullmatch(r"[\w-]{0,256}", call.text("secret_token")):
            raise bad("secret token contains unallowed characters")
        connections = call.integer("max_connections", 40)
        await self.webhook.set(call.text("url"), call.text("secret_token"), connections)
        self.world.updates.drop("Conflict: terminated by setWebhook request")
