"""How the score moved from one answer to the next: a small line, and the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Protocol

from visitors.formatting import format_day

# The line's own measure, stretched to the room that it gets.
WIDTH, HEIGHT = 100, 24
_FULL_SCORE = 100


class Scored(Protocol):
    """What stood in an answer at one moment; `score` is 0 to 100, None without a prediction."""

    @property
    def at(self) -> datetime:
        """When it came."""

    @property
    def score(self) -> float | None:
        """What it said."""


@dataclass(frozen=True, slots=True)
class Trend:
    """`line` is the path of an SVG of WIDTH by HEIGHT, stepped since a score holds until the next one comes.

    `words` say the same: "62 on Mon, May 4, 88 since today".
    """

    line: str
    words: str


def trend(history: Sequence[Scored], *, now: datetime, zone: tzinfo) -> Trend | None:
    """The way of the score, oldest first, up to now; None where there were not two different ones."""
    scores = [(one.at, one.score) for one in history if one.score is not None and 0 <= one.score <= _FULL_SCORE]
    # What came again with the same score is no news here; the history also has rows for other numbers.
    changes = scores[:1] + [later for earlier, later in pairwise(scores) if later[1] != earlier[1]]
    if len(changes) < 2:
        return None
    begin = changes[0][0]
    span = max((now - begin).total_seconds(), 1.0)

    def x(moment: datetime) -> float:
        return round(min(max((moment - begin).total_seconds() / span, 0), 1) * WIDTH, 2)

    steps = [f"M0 {_y(changes[0][1])}", *(f"H{x(at)}V{_y(score)}" for at, score in changes[1:]), f"H{WIDTH}"]
    first, last = changes[0], changes[-1]
    words = f"{first[1]:.4g} on {format_day(first[0], now, zone)}, {last[1]:.4g} since {format_day(last[0], now, zone)}"
    if format_day(first[0], now, zone) in {"today", "yesterday"}:
        words = words.replace(" on ", " ", 1)
    return Trend("".join(steps), words)


def _y(score: float) -> float:
    return round(HEIGHT * (1 - score / _FULL_SCORE), 2)
