"""Map time to x: piecewise linear, since visits and the gaps between them have different scales."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import log2

NARROWEST, WIDEST = 0.7, 26.0  # percent
_MOST_PER_MINUTE = 1.6  # percent
_STEPS = 24  # to a ten-thousandth of a percent


class Scale:
    """Times with their x, added in order; between two of them time runs evenly."""

    def __init__(self) -> None:
        # Unix times: comparing datetimes of two zones takes Python ten times as long, and there are many.
        self._times: list[float] = []
        self._xs: list[float] = []

    def add(self, time: datetime, x: float) -> None:
        """Add the next time."""
        self._times.append(time.timestamp())
        self._xs.append(x)

    def x(self, time: datetime) -> float:
        """Return the x of a time; that of the nearest end if it lies outside."""
        return _interpolate(time.timestamp(), self._times, self._xs)

    def time(self, x: float) -> datetime:
        """Return the time of an x; that of the nearest end if it lies outside."""
        return datetime.fromtimestamp(_interpolate(x, self._xs, self._times), UTC)


def _interpolate(value: float, known: list[float], results: list[float]) -> float:
    """Return the result between those of the nearest known values, which ascend."""
    after = bisect_right(known, value)
    if after in (0, len(known)):
        return results[0 if after == 0 else -1]
    start, end = known[after - 1], known[after]
    left, right = results[after - 1], results[after]
    return left + (right - left) * ((value - start) / (end - start))


def visit_widths(spans: Sequence[timedelta], share: float) -> list[float]:
    """Return the width of each visit: one scale for all, so that widths compare, and together at most `share`."""
    minutes = [span.total_seconds() / 60 for span in spans]
    least = min(NARROWEST, share / len(spans))

    def widths(per_minute: float) -> list[float]:
        return [min(WIDEST, max(least, per_minute * length)) for length in minutes]

    low, high = 0.0, _MOST_PER_MINUTE
    if sum(widths(high)) <= share:
        return widths(high)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(widths(middle)) <= share else (low, middle)
    return widths(low)


def gap_widths(spans: Sequence[timedelta], width: float) -> list[float]:
    """Return the width of each gap: a longer one is never narrower, but five years leave something for an hour."""
    weights = [1 + log2(1 + max(0.0, span.total_seconds()) / 3600) for span in spans]
    return [width * weight / sum(weights) for weight in weights]
