"""Counters for Prometheus, on while `METRICS_TOKEN` is set.

Each worker process writes its own files in `METRICS_DIR` (prometheus_client's multiprocess mode), and the process that
is asked for the metrics adds them up. The counts of a worker that has ended are kept until the server starts again.
Labels are names from this code: no visitor, no token, no address, nothing that grows with use.
"""

import logging
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Literal

from django.conf import settings

from visitors.datafast.errors import UpstreamError

# prometheus_client reads this when it is imported. It writes nothing before the first meter is made.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

logger = logging.getLogger(__name__)

_FILE_BYTES = 1 << 20


class _Meters:
    """The meters of one process. Raises OSError if there is no disk space for their files."""

    def __init__(self) -> None:
        _reserve_files()
        # Without a registry: `exposition` reads the files.
        counter = partial(Counter, registry=None)
        self.requests = counter("journeydesk_requests", "Requests answered.", ["route", "status"])
        self.lookups = counter("journeydesk_lookups", "Profiles asked for, by what came of it.", ["result"])
        self.answers = counter("journeydesk_answers", "Where the newest answer about a visitor was found.", ["source"])
        self.pages = counter("journeydesk_pages", "Where the text of a journey page was found, or made.", ["source"])
        self.calls = counter("journeydesk_upstream_calls", "Calls to DataFast, by what came of them.", ["result"])
        self.retries = counter("journeydesk_upstream_retries", "Requests to DataFast beyond the first one of a call.")
        self.call_seconds = Histogram(
            "journeydesk_upstream_seconds",
            "How long calls to DataFast took, retries included.",
            buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30),
            registry=None,
        )


@cache
def _make_meters() -> _Meters | None:
    try:
        return _Meters()
    except OSError as error:  # a full disk must not stop the pages
        logger.error("This process counts nothing for Prometheus: %s", error)  # noqa: TRY400 not a fault of the code
        return None


def _meters() -> _Meters | None:
    """Return this process's meters, or None if nothing is counted.

    They are made on first use: only then is it certain which process this is (a server forks its workers), and a
    command that counts nothing leaves no files.
    """
    return _make_meters() if settings.METRICS_TOKEN else None


def _reserve_files() -> None:
    """Reserve the disk space of this process's files. Raises OSError if there is none.

    prometheus_client maps sparse files into memory: if a full disk can't fill one, the system kills the process in the
    middle of a count.
    """
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    files = [settings.METRICS_DIR / f"{kind}_{os.getpid()}.db" for kind in ("counter", "histogram")]
    try:
        for path in files:
            with path.open("ab") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, _FILE_BYTES)
    except OSError:
        for path in files:  # prometheus_client can't read an empty one
            path.unlink(missing_ok=True)
        raise


def count_request(route: str, status: int) -> None:
    """Count a request by its route and class of status."""
    if meters := _meters():
        meters.requests.labels(route, f"{status // 100}xx").inc()


def count_found(source: Literal["database", "upstream"]) -> None:
    """Count a profile that was asked for, by where it was found."""
    if meters := _meters():
        meters.lookups.labels(_result(None)).inc()
        meters.answers.labels(source).inc()


def count_failure(problem: UpstreamError) -> None:
    """Count a profile that was asked for, by why it could not be fetched."""
    if meters := _meters():
        meters.lookups.labels(_result(problem)).inc()


def count_page(source: Literal["process", "made"]) -> None:
    """Count a page whose text was ready in this process, or was made."""
    if meters := _meters():
        meters.pages.labels(source).inc()


@contextmanager
def measure_call(requests: Sequence[object]) -> Iterator[None]:
    """Count a call to DataFast: its result, its seconds and its retries. `requests` grows with each request sent; a
    call that sent none is not counted."""
    started, problem = time.perf_counter(), None
    try:
        yield
    except UpstreamError as error:
        problem = error
        raise
    finally:
        meters = _meters()
        if meters and requests:
            meters.calls.labels(_result(problem)).inc()
            meters.call_seconds.observe(time.perf_counter() - started)
            meters.retries.inc(len(requests) - 1)


def exposition(budgets: Iterable[tuple[str, int, int]]) -> bytes | None:
    """Return what all processes have counted, and the budgets (website's slug, calls in the last minute, limit), in
    Prometheus' text format. Return None if this process has no disk space to count in."""
    if _meters() is None:
        return None
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    registry.register(_Budgets(budgets))
    return generate_latest(registry)


class _Budgets(Collector):
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


def _result(problem: UpstreamError | None) -> str:
    """Return "found", or the error's name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(problem).__name__).lower() if problem else "found"
