"""The shapes of a ribbon. x and widths are percent of the ribbon's width, y and heights CSS pixels from its top.

The drawing has no viewBox: blocks stretch with the page while text and marks keep their size. `shows_from` of a word is
the class of the smallest width at which it fits (see `lanes`).
"""

from dataclasses import dataclass
from math import sqrt

from visitors.journey import Intent

HEIGHT = 112
BASE = 90
LOWEST, TALLEST = 7, 42


@dataclass(frozen=True, slots=True)
class Block:
    """A visit, or all visits of a column: the width is its time, the height its page views, the color its intent."""

    x: float
    width: float
    y: float
    height: float
    label: str
    address: str
    intent: Intent
    is_newest: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Time without a visit. `break_from` is the class of the smallest width at which its break fits, "" without one.

    A gap that is not `is_known` may contain events that DataFast left out: it is hatched, and has no length in words.
    """

    x: float
    end: float
    break_from: str = ""
    is_known: bool = True

    @property
    def middle(self) -> float:
        """The x of its break."""
        return round((self.x + self.end) / 2, 2)

    @property
    def width(self) -> float:
        """The distance between the visits."""
        return round(self.end - self.x, 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """One or several close goals, payments or identifications; `form` is one of `svg._SYMBOLS`."""

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
    """The whole drawing. `label` describes it in words; `note` explains what is hatched, "" for nothing.

    `missing` is the hatched width at the left, where the list is cut off. `ticket_at` is the x of the ticket's moment.
    `shift` is how far the drawing moves up if there is nothing above the blocks.
    """

    label: str
    note: str
    missing: float
    blocks: tuple[Block, ...]
    gaps: tuple[Gap, ...]
    marks: tuple[Mark, ...]
    words: tuple[Word, ...]
    ticket_at: float | None
    shift: int

    @property
    def intents(self) -> list[Intent]:
        """The colors in the drawing, in the order of the class."""
        used = {block.intent for block in self.blocks}
        return [intent for intent in Intent if intent in used]

    @property
    def height(self) -> int:
        """In CSS pixels."""
        return HEIGHT - self.shift

    @property
    def ticket_anchor(self) -> str:
        """The side of the moment on which its label fits."""
        return "end" if self.ticket_at is not None and self.ticket_at > 88 else "start"


def height_of(views: int, most: int) -> float:
    """Return the height of a block: the square root of its page views keeps one page visible beside a hundred."""
    return LOWEST + (TALLEST - LOWEST) * sqrt(views / most)


def block(  # noqa: PLR0917 x, width and height are what all drawings call them
    x: float, width: float, height: float, label: str, address: str, intent: Intent, *, is_newest: bool = False
) -> Block:
    """Return a block on the base line."""
    y = round(BASE - height, 1)
    return Block(round(x, 2), round(width, 2), y, round(height, 1), label, address, intent, is_newest=is_newest)
