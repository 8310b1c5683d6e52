"""The ribbon: a visitor's whole journey on one line, as geometry, labels and SVG.

1. Time to x is piecewise linear over [missing] visit gap visit … visit tail.
   - Missing events, where the list is cut off, are hatched. They are never a gap, since missing is not idle time.
   - Visits share one scale, so that their widths can be compared (`scale.visit_widths`).
   - Gaps, and the tail from the last event to now, take the rest: longer ones are wider, but not to scale. A gap of a
     day or more has a break and, if it fits, its length in words.
   - There is no tail within five minutes of the last event: the visitor is on the site.
2. The height of a block is the square root of its page views, relative to the largest visit's (at least 12, so that a
   visit of three pages does not look large).
3. More than MAX_BLOCKS visits are drawn as columns of the calendar (`columns`). A column links to its newest visit.
   Zoomed in, the latest MAX_BLOCKS visits are drawn one by one instead.
4. Labels are placed by priority, each from the smallest of three widths on at which it fits (`lanes`): payments newest
   first, then goals; dates of the newest visit, the first, those with payments, the others from the newest; gaps
   longest first. Labels that do not fit are still in the titles of marks and blocks.

An event without the visitor, such as a renewal at night, is a mark without a block. Only outlines and milestones of a
journey are read, never its page views.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo

from visitors.journey import Journey, VisitOutline
from visitors.journey_page.ribbon.layout import Drawing
from visitors.journey_page.ribbon.shapes import Ribbon, shapes_svg

__all__ = ["Ribbon", "make_ribbon", "shapes_svg"]


def make_ribbon(
    journey: Journey,
    *,
    now: datetime,
    zone: tzinfo,
    address: Callable[[VisitOutline], str],
    ticket_at: datetime | None = None,
    is_zoomed: bool = False,
) -> Ribbon | None:
    """Return the ribbon of a journey, or None if no event has a time.

    `address` returns the link of a visit's block. `ticket_at` is the moment of a ticket. `is_zoomed` leaves out all but
    the latest visits.
    """
    if not journey.visits:
        return None
    return Drawing(journey, now=now, zone=zone, address=address, is_zoomed=is_zoomed).ribbon(ticket_at)
