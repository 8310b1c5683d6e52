"""What a ribbon is made of. x and widths are percent of the ribbon's width, y and heights CSS pixels from its top.

The drawing has no viewBox: blocks stretch with the page while text and marks keep their size. `shows_from` of a word is
the class of the least width at which it has room (see `lanes`).
"""

from dataclasses import dataclass
from math import sqrt

HEIGHT = 112
BASE = 90
LOWEST, TALLEST = 7, 42


@dataclass(frozen=True, slots=True)
class Block:
    """A visit, or all visits of a stretch of the calendar: wide as they took, tall as they have page views."""

    x: float
    width: float
    y: float
    height: float
    label: str
    address: str
    is_newest: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Time without a visit. `break_from` is the class from which on its break has room, "" for an unbroken one.

    One that is not `is_known` may hold what DataFast did not send: it is hatched, and says nothing about its length.
    """

    x: float
    end: float
    break_from: str = ""
    is_known: bool = True

    @property
    def middle(self) -> float:
        """Where its break stands."""
        return round((self.x + self.end) / 2, 2)

    @property
    def width(self) -> float:
        """From one visit to the next."""
        return round(self.end - self.x, 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """A goal, a payment or an identification, or several that stand too close; `form` is "goal", "money" or "id"."""

    form: str
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Word:
    """A label. `form` is its style: "", "r-money", "r-goal" or "r-soft". `centered_from`: the width that centers it."""

    x: float
    y: float
    text: str
    anchor: str
    form: str
    shows_from: str
    centered_from: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The whole drawing. `label` says it in words; `note` explains what is hatched, "" for nothing.

    `missing` is the hatched width at the left, where the list was cut off. `wrote_at` is the moment of the ticket.
    `shift` is how far the drawing moves up where nothing stands above the blocks.
    """

    label: str
    note: str
    missing: float
    blocks: tuple[Block, ...]
    gaps: tuple[Gap, ...]
    marks: tuple[Mark, ...]
    words: tuple[Word, ...]
    wrote_at: float | None
    shift: int

    @property
    def height(self) -> int:
        """In CSS pixels."""
        return HEIGHT - self.shift

    @property
    def wrote_anchor(self) -> str:
        """On which side of the moment its word has room."""
        return "end" if self.wrote_at is not None and self.wrote_at > 88 else "start"


def height_of(views: int, most: int) -> float:
    """The height of a block, by the square root of its page views, so that one page is still seen beside a hundred."""
    return LOWEST + (TALLEST - LOWEST) * sqrt(views / most)


def block(x: float, width: float, height: float, label: str, address: str, *, is_newest: bool = False) -> Block:
    """A block that stands on the base line."""
    return Block(
        round(x, 2), round(width, 2), round(BASE - height, 1), round(height, 1), label, address, is_newest=is_newest
    )
