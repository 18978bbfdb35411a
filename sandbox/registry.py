"""A vehicle registry that is asked over HTTP, with a page of its vehicles (docs/registry.md)."""

import asyncio
import json
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

PATH = "/registry"
_SWITCH = "/registry/switch"
_PAGE = """\
<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>机动车登记</title>
<h1>机动车登记</h1>
<p>{state}</p>
<form method="post" action="/registry/switch"><button>{switch}</button></form>
<table>
<tr><th>车辆识别代号<th>证书编号<th>号牌种类<th>状态
{rows}
</table>
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxVehicle:
    """A vehicle as the registry answers it."""

    vin: str
    certificate: str
    kind: str
    state: str = "new"  # or "registered"


@dataclass
class SandboxRegistry:
    """The registry; its fields may be changed while it runs.

    Attributes:
        token: the bearer token that it wants.
        vehicles: by VIN; any other is unknown.
        is_down: answers 503.
        slow: seconds until it answers.
        page: what it answers in place of JSON, such as the page of a proxy.
        asked: the VINs that it was asked for, and has answered or not.
    """

    token: str = "sandbox-registry"  # noqa: S105 - it guards invented vehicles
    vehicles: dict[str, SandboxVehicle] = field(default_factory=dict)
    is_down: bool = False
    slow: float = 0.0
    page: str = ""
    asked: list[str] = field(default_factory=list)

    def add(self, *vehicles: SandboxVehicle) -> None:
        """Add vehicles, or change them."""
        self.vehicles.update({vehicle.vin: vehicle for vehicle in vehicles})

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a question, or show the page."""
        if request.method == "GET" and request.path == PATH:
            return self._shown()
        if request.path == _SWITCH:
            return self._switched(request)
        if request.method != "POST" or "Origin" in request.headers:
            return _failed(HTTPStatus.METHOD_NOT_ALLOWED, "POST a question")
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _failed(HTTPStatus.UNAUTHORIZED, "wrong token")
        try:
            vin = str(json.loads(await request.read())["vin"])
        except (ValueError, KeyError, TypeError):
            return _failed(HTTPStatus.BAD_REQUEST, "expected vin")
        return await self._answer(vin)

    async def _answer(self, vin: str) -> web.Response:
        self.asked.append(vin)
        await asyncio.sleep(self.slow)
        if self.is_down:
            return _failed(HTTPStatus.SERVICE_UNAVAILABLE, "down")
        if self.page:
            return web.Response(text=self.page, content_type="text/html")
        known = self.vehicles.get(vin)
        if known is None:
            return web.json_response({"vin": vin, "state": "unknown"})
        return web.json_response(
            {"vin": vin, "state": known.state, "kind": known.kind, "certificate": known.certificate}
        )

    def _switched(self, request: web.BaseRequest) -> web.Response:
        """Stop answering, or begin again: the button of the page, which no other origin may press."""
        origin = urlsplit(request.headers.get("Origin", ""))
        if request.method != "POST" or origin.netloc != request.host:
            return _failed(HTTPStatus.FORBIDDEN, "foreign origin")
        self.is_down = not self.is_down
        return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": PATH})

    def _shown(self) -> web.Response:
        rows = "\n".join(
            "<tr>"
            + "".join(f"<td>{escape(cell)}" for cell in (one.vin, one.certificate, one.kind, one.state))
            for one in self.vehicles.values()
        )
        state, switch = ("暂停答复", "恢复答复") if self.is_down else ("正常答复", "暂停答复")
        page = _PAGE.format(state=state, switch=switch, rows=rows)
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)


def _failed(status: HTTPStatus, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)
