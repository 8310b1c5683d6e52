"""The meters behind `visitors.metrics`. Imported only where `METRICS_TOKEN` is set.

Each worker process writes its own files in `METRICS_DIR` (prometheus_client's mode for several processes), and the one
that is asked adds up all. What a worker has counted stays when it dies; a start of the server begins anew.
"""

import os
from collections.abc import Iterable, Iterator

from django.conf import settings

settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)


def _take_room() -> None:
    """Have the disk's room for all that this process may count. Raises OSError where there is none.

    The library writes into files that are mapped into memory and have holes: where a full disk can't fill one, the
    system ends the process in the middle of a count.
    """
    files = [settings.METRICS_DIR / f"{kind}_{os.getpid()}.db" for kind in ("counter", "histogram")]
    try:
        for path in files:
            with path.open("ab") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, _ROOM)
    except OSError:
        for path in files:  # an empty one could be read by nobody
            path.unlink(missing_ok=True)
        raise


_ROOM = 1 << 20
_take_room()
# Read when prometheus_client is imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST

requests = Counter("journeydesk_requests", "Requests answered.", ["route", "status"])
lookups = Counter("journeydesk_lookups", "Profiles asked for, by what came of it.", ["result"])
answers = Counter("journeydesk_answers", "Where the newest answer about a visitor was found.", ["source"])
pages = Counter("journeydesk_pages", "Where the text of a journey page was found, or made.", ["source"])
calls = Counter("journeydesk_upstream_calls", "Calls to DataFast, by what came of them.", ["result"])
retries = Counter("journeydesk_upstream_retries", "Requests to DataFast beyond the first one of a call.")
call_seconds = Histogram(
    "journeydesk_upstream_seconds",
    "How long calls to DataFast took, retries included.",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30),
)


class _Budgets(Collector):
    """What each website's token may do in a minute, and has done in the last one: (slug, used, limit)."""

    def __init__(self, budgets: Iterable[tuple[str, int, int]]) -> None:
        self._budgets = list(budgets)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Two gauges, with the website's slug as label."""
        used = GaugeMetricFamily(
            "journeydesk_budget_used", "Calls to DataFast in the last minute by a website's token.", labels=["website"]
        )
        limit = GaugeMetricFamily(
            "journeydesk_budget_limit", "Calls that a website's token may make in a minute.", labels=["website"]
        )
        for slug, calls_used, calls_allowed in self._budgets:
            used.add_metric([slug], calls_used)
            limit.add_metric([slug], calls_allowed)
        yield from (used, limit)


def exposition(budgets: Iterable[tuple[str, int, int]]) -> bytes:
    """Return everything counted so far by all processes, and these budgets, in Prometheus' text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    registry.register(_Budgets(budgets))
    return generate_latest(registry)
