"""The timeline of a journey: a list of visits, newest first, with filters, a search and the time of a ticket.

`TimelineQuery.read` reads the query from an address; `present_timeline` prepares what `_timeline.html` shows.
"""

from visitors.journey_page.timeline.presenter import (
    Timeline,
    present_timeline,
    present_visit_events,
    visit_address,
    zoom_address,
)
from visitors.journey_page.timeline.query import TimelineQuery
from visitors.journey_page.timeline.row_presenter import visit_key
from visitors.journey_page.timeline.rows import TeamNote

__all__ = [
    "TeamNote",
    "Timeline",
    "TimelineQuery",
    "present_timeline",
    "present_visit_events",
    "visit_address",
    "visit_key",
    "zoom_address",
]
