"""Draw a ribbon as SVG.

This is not a template, because a hundred elements with a dozen numbers each take a template several times as long as
all the rest of the ribbon. Texts are escaped here; forms, anchors and classes are constants.
"""

from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe

from visitors.formatting.text import isolate_direction
from visitors.journey_page.ribbon.shapes import Block, Gap, Mark, Ribbon, Word

_SYMBOLS = {
    "money": '<circle class="mark-money" cy="3" r="4.5"/>',
    "refund": '<path class="mark-refund" d="M-4.5 1.5h9v3h-9z"/>',
    "goal": '<path class="mark-goal" d="M0-2L5 3 0 8-5 3z"/>',
    "setback": '<path class="mark-setback" d="M-4-1L4 7M4-1L-4 7"/>',
    "id": '<circle class="mark-id" cy="3" r="3.5"/>',
}


def shapes_svg(ribbon: Ribbon, *, is_live: bool) -> SafeString:
    """Return the elements of a ribbon from back to front. `is_live` marks the newest visit as going on."""
    return mark_safe("".join(_shapes(ribbon, is_live=is_live)))  # noqa: S308 (every text in it is escaped)


def _shapes(ribbon: Ribbon, *, is_live: bool) -> Iterator[str]:
    if ribbon.missing:
        yield f'<rect class="r-missing" x="0" y="62" width="{ribbon.missing}%" height="28"/>'
    yield from map(_gap, ribbon.gaps)
    yield from map(_stem, ribbon.marks)
    for block in ribbon.blocks:
        yield _block(block, is_live=is_live)
    yield from (_break(gap) for gap in ribbon.gaps if gap.break_from)
    yield from map(_mark, ribbon.marks)
    yield from map(_word, ribbon.words)
    if ribbon.ticket_at is not None:
        yield _moment(ribbon.ticket_at, ribbon.ticket_anchor)


def _gap(gap: Gap) -> str:
    if gap.is_known:
        return f'<line class="r-gap" x1="{gap.x}%" x2="{gap.end}%" y1="90" y2="90"/>'
    return f'<rect class="r-missing" x="{gap.x}%" y="80" width="{gap.width}%" height="10"/>'


def _break(gap: Gap) -> str:
    return (
        f'<svg class="{gap.break_from}" x="{gap.middle}%" y="90" overflow="visible" width="1" height="1">'
        '<path class="r-break" d="M-4 4L-1 -4M1 4L4 -4"/></svg>'
    )


def _block(block: Block, *, is_live: bool) -> str:
    style = f"r-{block.intent}{' r-now-visit' if block.is_newest and is_live else ''}"
    label = escape(block.label)
    return (
        f'<a href="{escape(block.address)}" aria-label="{label}" class="{style}"><title>{label}</title>'
        f'<rect class="r-hit" x="{block.x}%" y="50" width="{block.width}%" height="40"/>'
        f'<rect class="r-block" x="{block.x}%" y="{block.y}" width="{block.width}%" height="{block.height}" rx="4"/>'
        "</a>"
    )


def _stem(mark: Mark) -> str:
    return f'<line class="r-stem" x1="{mark.x}%" x2="{mark.x}%" y1="{mark.y + 8}" y2="90"/>'


def _mark(mark: Mark) -> str:
    return (
        f'<svg x="{mark.x}%" y="{mark.y}" width="1" height="1" overflow="visible">'
        f"<title>{escape(mark.label)}</title>{_SYMBOLS[mark.form]}</svg>"
    )


def _word(word: Word) -> str:
    centered = f"{word.centered_from}-centered" if word.anchor != "middle" and word.centered_from else ""
    style = " ".join(name for name in (word.shows_from, word.form, centered) if name)
    return (
        f'<text class="{style}" x="{word.x}%" y="{word.y}" text-anchor="{word.anchor}" aria-hidden="true">'
        f"{escape(isolate_direction(word.text))}</text>"
    )


def _moment(x: float, anchor: str) -> str:
    away = -5 if anchor == "end" else 5
    return (
        f'<rect class="r-after" x="{x}%" y="14" width="{round(100 - x, 2)}%" height="76"/>'
        f'<line class="r-moment" x1="{x}%" x2="{x}%" y1="36" y2="94"/>'
        f'<text class="r-moment-word" x="{x}%" y="48" dx="{away}" text-anchor="{anchor}">ticket sent</text>'
    )
