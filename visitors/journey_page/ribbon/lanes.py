"""Place labels without collisions. The server does so for three widths of the window, and CSS selects one."""

import unicodedata
from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass

# The class of each width, with the narrowest ribbon that shows it: on a phone, in a window, on a wide screen.
WIDTHS = (("r-narrow", 340), ("r-medium", 700), ("r-wide", 1090))
REFERENCE = 700  # at which closeness is judged where no label is concerned

# Estimates at the ribbon's 12 px, somewhat generous: a letter, and a character of a script with wide ones.
_LETTER, _WIDE_LETTER = 6.4, 12.0
_SPACE = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a label fits: from which width on, with which anchor, and from which width on centered ("": never)."""

    shows_from: str
    anchor: str
    centered_from: str


class Lanes:
    """The taken stretches per lane (labels at one height) and width, sorted. First come, first served."""

    def __init__(self) -> None:
        self._taken: defaultdict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)

    def reserve(self, lane: str, x: float) -> None:
        """Keep labels of a lane away from a line that crosses it."""
        for name, px in WIDTHS:
            insort(self._taken[lane, name], (x / 100 * px, x / 100 * px))

    def place(
        self, lane: str, x: float, text: str, *, low: float = 0, high: float = 100, recenters: bool = False
    ) -> Spot | None:
        """Place a label at x, within `low` and `high` (all in percent). Return None if it never fits.

        The anchor is the one with which it fits at the most widths, preferably centered. A label that `recenters` is
        also centered at each width at which it fits centered.
        """
        width = text_width(text)
        anchor, best = "middle", self._fits(lane, x, width / 2, width / 2, limits=(low, high))
        centered = best if recenters else []
        if len(best) < len(WIDTHS):
            for side, before, after in (("start", 0.0, width), ("end", width, 0.0)):
                fits = self._fits(lane, x, before, after, limits=(low, high))
                if len(fits) > len(best):
                    anchor, best = side, fits
        if not best:
            return None
        for name, left, right in (*centered, *best[len(centered) :]):
            insort(self._taken[lane, name], (left, right))
        return Spot(best[-1][0], anchor, centered[-1][0] if centered else "")

    def _fits(
        self, lane: str, x: float, before: float, after: float, *, limits: tuple[float, float]
    ) -> list[tuple[str, float, float]]:
        """Return the widths at which a label fits, with the stretch that it takes, from the widest down to the first
        at which it does not fit. `before` and `after` are its extent to the left and right of x, in CSS pixels.
        """
        fits = []
        for name, px in reversed(WIDTHS):
            left, right = x / 100 * px - before, x / 100 * px + after
            is_inside = limits[0] / 100 * px - 1 <= left and right <= limits[1] / 100 * px + 1
            if not is_inside or not self._is_free(lane, name, left, right):
                break
            fits.append((name, left, right))
        return fits

    def _is_free(self, lane: str, width_name: str, left: float, right: float) -> bool:
        taken = self._taken[lane, width_name]
        # They are sorted and do not overlap, so only the neighbors can collide.
        after = bisect_left(taken, (left, right))
        return not (
            (after and left < taken[after - 1][1] + _SPACE) or (after < len(taken) and taken[after][0] < right + _SPACE)
        )


def text_width(text: str) -> float:
    """Return the approximate width of a text, in CSS pixels."""
    if text.isascii():
        return len(text) * _LETTER
    return sum(_WIDE_LETTER if unicodedata.east_asian_width(letter) in "WF" else _LETTER for letter in text)
