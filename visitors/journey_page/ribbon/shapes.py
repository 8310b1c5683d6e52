"""The shapes of a ribbon, and their SVG. x and widths are percent of the ribbon's width, y and heights CSS pixels.

The drawing has no viewBox: blocks stretch with the page while text and marks keep their size. `shows_from` of a word is
the class of the smallest width at which it fits (see `lanes`).

This is not a template, because a hundred elements with a dozen numbers each take a template several times as long as
all the rest of the ribbon. Texts are escaped here; forms, anchors and classes are constants.
"""

from collections.abc import Iterator
from html import escape
from math import sqrt

from django.utils.safestring import SafeString
from msgspec import Struct

from visitors.formatting.text import isolate_direction
from visitors.journey import Intent

HEIGHT = 112
BASE = 90
LOWEST, TALLEST = 7, 42

_SYMBOLS = {
    "money": '<circle class="mark-money" cy="3" r="4.5"/>',
    "refund": '<path class="mark-refund" d="M-4.5 1.5h9v3h-9z"/>',
    "goal": '<path class="mark-goal" d="M0-2L5 3 0 8-5 3z"/>',
    "setback": '<path class="mark-setback" d="M-4-1L4 7M4-1L-4 7"/>',
    "id": '<circle class="mark-id" cy="3" r="3.5"/>',
}


class Block(Struct, frozen=True):
    """A visit, or all visits of a column: the width is its time, the height its page views, the color its intent."""

    x: float
    width: float
    y: float
    height: float
    label: str
    address: str
    intent: Intent
    is_newest: bool = False

    def svg(self, *, is_live: bool) -> str:
        """Return its elements; `is_live` marks the newest visit as going on."""
        style = f"r-{self.intent}{' r-now-visit' if self.is_newest and is_live else ''}"
        label = escape(self.label)
        return (
            f'<a href="{escape(self.address)}" aria-label="{label}" class="{style}">'
            f'<rect class="r-hit" x="{self.x}%" y="50" width="{self.width}%" height="40"/>'
            f'<rect class="r-block" x="{self.x}%" y="{self.y}" width="{self.width}%" height="{self.height}" rx="4"/>'
            "</a>"
        )


class Gap(Struct, frozen=True):
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

    def svg(self) -> str:
        """Return its element without the break."""
        if self.is_known:
            return f'<line class="r-gap" x1="{self.x}%" x2="{self.end}%" y1="90" y2="90"/>'
        return f'<rect class="r-missing" x="{self.x}%" y="80" width="{round(self.end - self.x, 2)}%" height="10"/>'

    def break_svg(self) -> str:
        """Return the elements of its break."""
        return (
            f'<svg class="{self.break_from}" x="{self.middle}%" y="90" overflow="visible" width="1" height="1">'
            '<path class="r-break" d="M-4 4L-1 -4M1 4L4 -4"/></svg>'
        )


class Mark(Struct, frozen=True):
    """One or several close goals, payments or identifications; `form` is one of `_SYMBOLS`."""

    form: str
    x: float
    y: float
    label: str

    def svg(self) -> str:
        """Return its symbol."""
        return (
            f'<svg x="{self.x}%" y="{self.y}" width="1" height="1" overflow="visible">'
            f"<title>{escape(self.label)}</title>{_SYMBOLS[self.form]}</svg>"
        )

    def stem_svg(self) -> str:
        """Return the line from the symbol to the base."""
        return f'<line class="r-stem" x1="{self.x}%" x2="{self.x}%" y1="{self.y + 8}" y2="90"/>'


class Word(Struct, frozen=True):
    """A label. `form` is its style: "", "r-money", "r-goal" or "r-soft". `centered_from`: the width that centers it."""

    x: float
    y: float
    text: str
    anchor: str
    form: str
    shows_from: str
    centered_from: str

    def svg(self) -> str:
        """Return its element."""
        centered = f"{self.centered_from}-centered" if self.anchor != "middle" and self.centered_from else ""
        style = " ".join(name for name in (self.shows_from, self.form, centered) if name)
        return (
            f'<text class="{style}" x="{self.x}%" y="{self.y}" text-anchor="{self.anchor}" aria-hidden="true">'
            f"{escape(isolate_direction(self.text))}</text>"
        )


class Ribbon(Struct, frozen=True):
    """The whole drawing. `label` describes it in words; `note` explains what is hatched, "" for nothing.

    `missing` is the hatched width at the left, where the list is cut off. `ticket_at` is the x of the ticket's moment.
    `is_grouped`: blocks are columns of several visits. `left_out` is the number of earlier visits that are not drawn.
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
    is_grouped: bool
    left_out: int
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

    def svg(self, *, is_live: bool) -> Iterator[str]:
        """Yield the elements from back to front. `is_live` marks the newest visit as going on."""
        if self.missing:
            yield f'<rect class="r-missing" x="0" y="62" width="{self.missing}%" height="28"/>'
        yield from (gap.svg() for gap in self.gaps)
        yield from (mark.stem_svg() for mark in self.marks)
        yield from (block.svg(is_live=is_live) for block in self.blocks)
        yield from (gap.break_svg() for gap in self.gaps if gap.break_from)
        yield from (mark.svg() for mark in self.marks)
        yield from (word.svg() for word in self.words)
        if self.ticket_at is not None:
            x, anchor = self.ticket_at, self.ticket_anchor
            yield f'<rect class="r-after" x="{x}%" y="14" width="{round(100 - x, 2)}%" height="76"/>'
            yield f'<line class="r-moment" x1="{x}%" x2="{x}%" y1="36" y2="94"/>'
            yield (
                f'<text class="r-moment-word" x="{x}%" y="48" dx="{-5 if anchor == "end" else 5}"'
                f' text-anchor="{anchor}">ticket sent</text>'
            )


def shapes_svg(ribbon: Ribbon, *, is_live: bool) -> SafeString:
    """Return the elements of a ribbon as SVG. `is_live` marks the newest visit as going on."""
    return SafeString("".join(ribbon.svg(is_live=is_live)))


def height_of(views: int, most: int) -> float:
    """Return the height of a block: the square root of its page views keeps one page visible beside a hundred."""
    return LOWEST + (TALLEST - LOWEST) * sqrt(views / most)


def block(  # noqa: PLR0917 x, width and height are what all drawings call them
    x: float, width: float, height: float, label: str, address: str, intent: Intent, *, is_newest: bool = False
) -> Block:
    """Return a block on the base line."""
    y = round(BASE - height, 1)
    return Block(round(x, 2), round(width, 2), y, round(height, 1), label, address, intent, is_newest=is_newest)
