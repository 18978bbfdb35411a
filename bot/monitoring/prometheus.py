"""The metrics as Prometheus reads them; docs/monitoring.md explains each.

What the database knows is exposed by the leader alone, so that a sum over the workers is right.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.monitoring.levels import Levels
from core.version import program_version

_PREFIX: Final = "xuanhao"
_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds

disable_created_metrics()  # type: ignore[no-untyped-call]


class PrometheusMetrics:
    """The port ``Metrics``, in a registry of its own."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._levels = _DatabaseLevels()
        registry.register(self._levels)
        ProcessCollector(registry=registry)
        self._leads: Callable[[], bool] = lambda: False

        def counter(name: str, about: str, *labels: str) -> Counter:
            return Counter(name, about, labels, namespace=_PREFIX, registry=registry)

        self._updates = counter("updates", "Updates received and stored", "kind")
        self._sends = counter("sends", "Calls of the Bot API that were answered", "method")
        self._send_errors = counter("send_errors", "Calls of the Bot API that failed", "method", "error")
        self._sms_sent = counter("sms_sent", "SMS that a gateway has accepted", "provider")
        self._sms_failures = counter(
            "sms_failures", "SMS that a gateway has not accepted", "provider", "reason"
        )
        self._receipts = counter("sms_receipts", "What has become of accepted SMS", "provider", "result")
        self._receipt_failures = counter(
            "sms_receipt_failures", "Questions for receipts of SMS that failed", "provider", "reason"
        )
        self._lookups = counter("registry_lookups", "Questions to the vehicle registry", "result")
        self._database_errors = counter("database_errors", "Errors of the database", "kind")
        self._steps = Histogram(
            "step_seconds",
            "From the handling of an update until its screen was shown",
            ("screen",),
            namespace=_PREFIX,
            registry=registry,
            buckets=_BUCKETS,
        )
        leader = Gauge("leader", "Whether this worker leads", namespace=_PREFIX, registry=registry)
        leader.set_function(lambda: float(self._leads()))
        build = Gauge("build_info", "The program", ("version",), namespace=_PREFIX, registry=registry)
        build.labels(program_version()).set(1)

    def watch(self, leads: Callable[[], bool]) -> None:
        """Learn whether this worker leads."""
        self._leads = leads

    async def exposed(self, levels: Levels | None) -> bytes:
        """Return all metrics, in Prometheus' text format."""
        self._levels.latest = levels
        return await asyncio.to_thread(generate_latest, self._registry)

    def update_received(self, kind: str) -> None:
        self._updates.labels(kind).inc()

    def step_shown(self, screen: str, seconds: float) -> None:
        self._steps.labels(screen).observe(seconds)

    def called(self, method: str, error: str | None) -> None:
        if error is None:
            self._sends.labels(method).inc()
        else:
            self._send_errors.labels(method, error).inc()

    def sms(self, provider: str, failure: str | None, /) -> None:
        if failure is None:
            self._sms_sent.labels(provider).inc()
        else:
            self._sms_failures.labels(provider, failure).inc()

    def sms_receipt(self, provider: str, result: str, /) -> None:
        self._receipts.labels(provider, result).inc()

    def sms_receipt_failed(self, provider: str, failure: str, /) -> None:
        self._receipt_failures.labels(provider, failure).inc()

    def registry_asked(self, result: str, /) -> None:
        self._lookups.labels(result).inc()

    def database_failed(self, kind: str) -> None:
        self._database_errors.labels(kind).inc()


class _DatabaseLevels(Collector):
    """Exposes what was read last from the database; nothing while it does not answer."""

    def __init__(self) -> None:
        self.latest: Levels | None = None

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        found = self.latest
        if found is None:
            return
        for name, about, value in (
            ("inbox_depth", "Updates that are not done", found.inbox_depth),
            ("inbox_oldest_seconds", "Age of the oldest update that is not done", found.inbox_oldest_seconds),
            ("notifications_due", "Notifications that should have been sent", found.notifications_due),
        ):
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", about, value=value)
        free = GaugeMetricFamily(f"{_PREFIX}_pool_free", "Free numbers", labels=("office", "kind"))
        for pool, count in found.free.items():
            free.add_metric(pool, count)
        yield free
        labels = ("office", "kind", "result")
        draws = CounterMetricFamily(f"{_PREFIX}_draws", "Random draws", labels=labels)
        for draw, count in found.draws.items():
            draws.add_metric(draw, count)
        yield draws
