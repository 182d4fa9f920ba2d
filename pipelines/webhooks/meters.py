"""What the receiver counts, for Prometheus. Sources and statuses are the only labels; nothing of a delivery is one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began says nothing here

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
DELIVERIES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Sizes(Protocol):
    """What a spool tells of itself."""

    limit: int

    def sizes(self) -> dict[str, int]:
        """The bytes that wait for the next load, by source."""

    def oldest(self, source: str) -> datetime | None:
        """The arrival (UTC) of a source's first delivery that waits."""


class Meters:
    """The meters of one receiver."""

    def __init__(self, spool: Sizes) -> None:
        """Meters of a registry of their own; the spool's sizes are read when they are asked for."""
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(_SpoolSizes(spool))
        self._requests = Counter(
            "engops_webhook_requests",
            "Answered requests; source is empty where none of that name is served.",
            ["source", "status"],
            registry=registry,
        )
        self._bytes = Counter(
            "engops_webhook_accepted_bytes",
            "Bodies of accepted deliveries.",
            ["source"],
            registry=registry,
        )
        self._seconds = Histogram(
            "engops_webhook_accepted_seconds",
            "From an accepted delivery's headers to its answer.",
            ["source"],
            buckets=SECONDS,
            registry=registry,
        )
        self.held = Gauge(
            "engops_webhook_held_bytes",
            "Bodies in memory: being read, or waiting for the disk.",
            registry=registry,
        )
        self._commit_seconds = Histogram(
            "engops_spool_commit_seconds",
            "Writing and syncing one group of deliveries.",
            buckets=SECONDS,
            registry=registry,
        )
        self._commit_deliveries = Histogram(
            "engops_spool_commit_deliveries",
            "Deliveries of one group.",
            buckets=DELIVERIES,
            registry=registry,
        )
        self._failures = Counter(
            "engops_spool_failures",
            "Deliveries that could not be made durable; their senders were told.",
            ["source"],
            registry=registry,
        )
        # `labels()` costs more than counting does.
        self._counters: dict[tuple[str, int], Counter] = {}
        self._accepted: dict[str, tuple[Counter, Histogram]] = {}

    def answered(self, source: str, status: int) -> None:
        """Count one answer."""
        counter = self._counters.get((source, status))
        if counter is None:
            counter = self._counters[source, status] = self._requests.labels(source, str(status))
        counter.inc()

    def accepted(self, source: str, length: int, seconds: float) -> None:
        """Count one accepted delivery's body and time."""
        meters = self._accepted.get(source)
        if meters is None:
            meters = self._bytes.labels(source), self._seconds.labels(source)
            self._accepted[source] = meters
        meters[0].inc(length)
        meters[1].observe(seconds)

    def committed(self, source: str, deliveries: int, seconds: float, failure: str | None) -> None:
        """Count one group of the spool."""
        if failure is None:
            self._commit_seconds.observe(seconds)
            self._commit_deliveries.observe(deliveries)
        else:
            self._failures.labels(source).inc(deliveries)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


class _SpoolSizes(Collector):
    """What waits in the spool: read from the folder at each scrape."""

    def __init__(self, spool: Sizes) -> None:
        self.spool = spool

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering reads no folder."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        waiting = GaugeMetricFamily(
            "engops_spool_bytes", "Waiting for the next load.", labels=["source"]
        )
        oldest = GaugeMetricFamily(
            "engops_spool_oldest_timestamp_seconds",
            "Arrival of the oldest delivery that waits; absent where none does.",
            labels=["source"],
        )
        for source, size in self.spool.sizes().items():
            waiting.add_metric([source], size)
            arrival = self.spool.oldest(source)
            if arrival is not None:
                oldest.add_metric([source], arrival.timestamp())
        yield waiting
        yield oldest
        yield GaugeMetricFamily(
            "engops_spool_limit_bytes", "What the spool may hold.", value=self.spool.limit
        )
