"""Time in the sandbox: whole milliseconds since 1970 in UTC, written as DataFast writes them."""

import random
from datetime import UTC, datetime, timedelta

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def utcnow() -> datetime:
    """Return the machine's time with its time zone."""
    return datetime.now(UTC)


def milliseconds(time: datetime) -> int:
    """Return a time with a time zone in milliseconds since 1970."""
    return (time - _EPOCH) // _MILLISECOND


def iso(at: int) -> str:
    """Return milliseconds since 1970 as `2026-05-02T09:12:00.154Z`."""
    return (_EPOCH + at * _MILLISECOND).isoformat(timespec="milliseconds")[:-6] + "Z"


def start_of_day(at: int) -> int:
    """Return the UTC midnight at or before `at`, all in milliseconds."""
    return at - at % DAY


def seeded_random(*seed: object) -> random.Random:
    """Return random numbers that are the same in every run and on every machine."""
    return random.Random("/".join(map(str, seed)))  # noqa: S311 (no security depends on it)
