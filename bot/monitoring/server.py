"""The endpoint: ``GET /healthz``, ``/readyz`` and ``/metrics``.

/healthz    200 "ok" while the process works; 503 if only a restart helps
/readyz     200 while updates can be received; 503 with the reason
/metrics    200, whatever works
"""

import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bot.monitoring.health import Health

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_LAST_REQUESTS = 0.5  # seconds for requests that are being answered at the end


class MonitoringServer:
    """The HTTP server of one worker.

    Args:
        health: answers the health checks.
        metrics: returns the metrics in Prometheus' text format.
    """

    def __init__(self, health: Health, metrics: Callable[[], Awaitable[bytes]]) -> None:
        self._health = health
        self._metrics = metrics
        application = web.Application()
        application.router.add_get("/healthz", self._healthz)
        application.router.add_get("/readyz", self._readyz)
        application.router.add_get("/metrics", self._exposed)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_LAST_REQUESTS)

    async def start(self, listening: socket.socket) -> None:
        """Serve the connections of a socket that listens."""
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return _said(None if self._health.is_alive else "the process is stuck")

    async def _readyz(self, _request: web.Request) -> web.Response:
        return _said(await self._health.trouble())

    async def _exposed(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._metrics(), headers={"Content-Type": CONTENT_TYPE})


def _said(trouble: str | None) -> web.Response:
    status = HTTPStatus.OK if trouble is None else HTTPStatus.SERVICE_UNAVAILABLE
    return web.Response(text=f"{trouble or 'ok'}\n", status=status)
