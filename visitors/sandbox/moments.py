"""Time as the sandbox tells it: whole milliseconds since 1970 in UTC, and the text that DataFast writes."""

import random
from datetime import UTC, datetime, timedelta

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def utcnow() -> datetime:
    """The machine's time, with its zone."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 of a moment that knows its zone."""
    return (moment - _EPOCH) // _MILLISECOND


def iso(at: int) -> str:
    """`2026-05-02T09:12:00.154Z`, as every timestamp of DataFast is written."""
    return (_EPOCH + at * _MILLISECOND).isoformat(timespec="milliseconds")[:-6] + "Z"


def start_of_day(at: int) -> int:
    """The UTC midnight at or before `at`."""
    return at - at % DAY


def dice(*seed: object) -> random.Random:
    """Chance that falls the same way on every start and every machine, for the same seed."""
    return random.Random("/".join(map(str, seed)))  # noqa: S311 (decides stories, guards nothing)
