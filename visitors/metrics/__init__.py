"""Counts what happens, for Prometheus, where `METRICS_TOKEN` is set; where it is not, nothing is imported or written.

Labels are names from this code: no visitor, no token, no address, nothing that grows with use.
"""

import logging
import re
import time
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal, ParamSpec, Protocol, TypeVar

from django.conf import settings

from visitors.datafast.errors import UpstreamError

logger = logging.getLogger(__name__)


class Answer(Protocol):
    """What a call to the upstream brings."""

    @property
    def attempts(self) -> int:
        """How many requests it took."""


Brought = TypeVar("Brought", bound=Answer)
Asked = ParamSpec("Asked")


def looked_up(problem: UpstreamError | None) -> None:
    """A profile was asked for, and what came of it."""
    if settings.METRICS_TOKEN:
        _meters().lookups.labels(_result(problem)).inc()


def answered_from(source: Literal["database", "upstream"]) -> None:
    """Where the newest answer about a visitor was found."""
    if settings.METRICS_TOKEN:
        _meters().answers.labels(source).inc()


def page_from(source: Literal["process", "made"]) -> None:
    """A page's text was found ready in this process; or it was made."""
    if settings.METRICS_TOKEN:
        _meters().pages.labels(source).inc()


def request(route: str, status: int) -> None:
    """A request was answered."""
    if settings.METRICS_TOKEN:
        _meters().requests.labels(route, f"{status // 100}xx").inc()


def measured(call: Callable[Asked, Brought]) -> Callable[Asked, Brought]:
    """Return a call to the upstream that counts itself: its result, its seconds, its retries."""
    if not settings.METRICS_TOKEN:
        return call

    def run(*args: Asked.args, **kwargs: Asked.kwargs) -> Brought:
        started = time.perf_counter()
        try:
            answer = call(*args, **kwargs)
        except UpstreamError as error:
            _called(error, error.attempts, started)
            raise
        _called(None, answer.attempts, started)
        return answer

    return run


def _called(problem: UpstreamError | None, attempts: int, started: float) -> None:
    meters = _meters()
    meters.calls.labels(_result(problem)).inc()
    meters.call_seconds.observe(time.perf_counter() - started)
    meters.retries.inc(max(0, attempts - 1))


def _result(problem: UpstreamError | None) -> str:
    return _snake(type(problem).__name__) if problem else "found"


@lru_cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class _Uncounted:
    """Stands for every meter where nothing can be counted."""

    def __getattr__(self, _: str) -> "_Uncounted":
        return self

    def __call__(self, *_: object) -> "_Uncounted":
        return self


@lru_cache(maxsize=1)
def _meters() -> Any:
    try:
        return import_module("visitors.metrics.meters")
    except OSError as trouble:  # a full disk is no reason to answer nobody
        logger.error("This process counts nothing for Prometheus: %s", trouble)  # noqa: TRY400 not a fault of the code
        return _Uncounted()
