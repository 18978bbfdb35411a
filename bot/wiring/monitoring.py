"""What watches this process: its metrics, its health, and whether its database is damaged."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NoReturn

from bot.inbox import InboxService, Workers
from bot.inbox.model import RawUpdate
from bot.inbox.receiving import Receiving
from bot.inbox.webhook import listen
from bot.metrics import Metrics, NoMetrics
from bot.monitoring.health import Health
from bot.monitoring.levels import LevelsReader
from bot.monitoring.server import MonitoringServer
from core.errors.settings import MonitoringMissing
from core.errors.store import StoreCorrupt, StoreError
from core.ports import Store, now_of
from core.settings import Settings

if TYPE_CHECKING:
    from bot.monitoring.prometheus import PrometheusMetrics


def metrics_of(settings: Settings) -> "PrometheusMetrics | NoMetrics":
    """Return what counts; nothing does without ``[monitoring]``.

    Raises:
        MonitoringMissing: the library is not installed.
    """
    if settings.monitoring is None:
        return NoMetrics()
    try:
        from bot.monitoring.prometheus import PrometheusMetrics  # noqa: PLC0415 - an optional library
    except ImportError as error:
        raise MonitoringMissing from error
    return PrometheusMetrics()


def listen_for_monitoring(settings: Settings, place: int = 0) -> socket.socket | None:
    """Return the socket of the worker at a place; None without ``[monitoring]``.

    Raises:
        CannotListenError: the port is taken, or the address is not one of this host.
        MonitoringMissing: the library is not installed.
    """
    wanted = settings.monitoring
    if wanted is None:
        return None
    metrics_of(settings)
    return listen(wanted.listen, wanted.port + place, table="monitoring")


class Observation:
    """What is observed of one process from the first access to its database on.

    Args:
        metrics: counts.
    """

    def __init__(self, metrics: "PrometheusMetrics | NoMetrics") -> None:
        self._exposing = None if isinstance(metrics, NoMetrics) else metrics
        self.metrics: Metrics = metrics
        self._damage: StoreCorrupt | None = None
        self._is_damaged = asyncio.Event()

    def report_store_error(self, error: StoreError) -> None:
        """Count a failure of the database; remember that it is damaged."""
        self.metrics.database_failed(type(error).__name__)
        if isinstance(error, StoreCorrupt):
            self._damage = self._damage or error
            self._is_damaged.set()

    def count_updates(self, updates: Iterable[RawUpdate]) -> None:
        """Count updates by their kinds."""
        for update in updates:
            self.metrics.update_received(_kind_of(update))

    async def until_damaged(self) -> NoReturn:
        """Wait until the database turns out to be damaged.

        Raises:
            StoreCorrupt: it is.
        """
        await self._is_damaged.wait()
        raise self._damage or StoreCorrupt

    async def serve(
        self,
        stack: AsyncExitStack,
        health: Health,
        store: Store,
        leads: Callable[[], bool],
        listening: Callable[[], socket.socket | None],
    ) -> None:
        """Begin to beat, and to serve the endpoint if there is one; the stack ends both.

        Raises:
            CannotListenError: the port is taken, or the address is not one of this host.
        """
        beating = asyncio.ensure_future(health.beat())
        stack.callback(beating.cancel)
        exposing = self._exposing
        if exposing is None:
            return
        exposing.watch(leads)
        reader = LevelsReader(store)

        async def exposed() -> bytes:
            if not leads():
                reader.forget()
                return await exposing.exposed(None)
            return await exposing.exposed(await reader.read())

        server = MonitoringServer(health, exposed)
        stack.push_async_callback(server.stop)
        socket_ = listening()
        if socket_ is not None:
            await server.start(socket_)


def watch_health(
    health: Health, store: Store, inbox: InboxService, workers: Workers, receiving: Receiving
) -> None:
    """Let the health checks know what this process consists of."""
    health.watch(
        works=lambda: inbox.is_running,
        trouble=lambda: receiving.trouble,
        standing_by=lambda: not workers.leads,
        ask_database=lambda: store.read(now_of),
    )


_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


def _kind_of(update: RawUpdate) -> str:
    return next((kind for kind in _KINDS if kind in update), "other")
