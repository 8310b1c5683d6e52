"""The ribbon: the whole life of a visitor on one line. Pure geometry and words, and how they are drawn.

1. Time to x is piecewise linear over [missing] visit gap visit … visit tail.
   - Missing, where the list is cut off: hatched, and never a gap, since missing is not idle time.
   - Visits share one scale, so that their widths compare (`scale.visit_widths`).
   - Gaps, and the tail from the last event to now, take what is left: longer ones wider, but not to scale. One of a day
     or more carries a break and, where there is room, its length in words.
   - Within five minutes of the last event there is no tail: the visitor is on the site.
2. The height of a block is its page views by their square root, over the largest visit's (at least 12, so that a visit
   of three pages does not look like a record).
3. Over MOST_BLOCKS visits: columns of the calendar instead of visits (`columns`). One leads to its newest visit.
4. Labels are placed by priority, each at the smallest of three widths at which it collides with nothing (`lanes`):
   payments newest first, then goals; dates of the newest visit, the first, those with payments, the others from the
   newest; gaps longest first. What has no room is still in the marks' and blocks' own labels.

What happened while nobody was there, such as a renewal at night, is a mark without a block. Only the outline of a
journey is read: no page views.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo

from visitors.journey import Journey, VisitOutline
from visitors.journey_page.ribbon.layout import Drawing
from visitors.journey_page.ribbon.shapes import Block, Gap, Mark, Ribbon, Word
from visitors.journey_page.ribbon.svg import shapes_svg

__all__ = ["Block", "Gap", "Mark", "Ribbon", "Word", "ribbon", "shapes_svg"]


def ribbon(
    journey: Journey,
    *,
    now: datetime,
    zone: tzinfo,
    address: Callable[[VisitOutline], str],
    wrote_at: datetime | None = None,
) -> Ribbon | None:
    """The ribbon of a journey; None where no event has a time.

    `address` is where a block leads. `wrote_at` is the moment of a ticket.
    """
    if not journey.visits:
        return None
    drawing = Drawing(journey, now=now, zone=zone, address=address)
    return drawing.ribbon(wrote_at)
