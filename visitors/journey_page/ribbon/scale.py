"""From time to x: piecewise linear, since visits and the gaps between them have scales of their own."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log2

NARROWEST, WIDEST = 0.7, 26.0  # percent
_MOST_PER_MINUTE = 1.6  # percent
_STEPS = 24  # to a ten-thousandth of a percent


class Scale:
    """Moments and where they stand; between two of them time runs evenly. Moments are added in their order."""

    def __init__(self) -> None:
        self._moments: list[datetime] = []
        self._xs: list[float] = []

    def add(self, moment: datetime, x: float) -> None:
        """From here on, time runs from this moment at x."""
        self._moments.append(moment)
        self._xs.append(x)

    def x(self, moment: datetime) -> float:
        """Where a moment stands; at the nearest end when it lies outside."""
        after = bisect_right(self._moments, moment)
        if after == 0:
            return self._xs[0]
        if after == len(self._moments):
            return self._xs[-1]
        begin, end = self._moments[after - 1], self._moments[after]
        left, right = self._xs[after - 1], self._xs[after]
        return left + (right - left) * ((moment - begin) / (end - begin))


def visit_widths(spans: Sequence[timedelta], share: float) -> list[float]:
    """How wide each visit is: one scale for all, so that widths compare, and together at most `share`."""
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


def gap_widths(spans: Sequence[timedelta], room: float) -> list[float]:
    """How wide each gap is: a longer one is never narrower, but five years do not leave nothing for an hour."""
    weights = [1 + log2(1 + max(0.0, span.total_seconds()) / 3600) for span in spans]
    return [room * weight / sum(weights) for weight in weights]
