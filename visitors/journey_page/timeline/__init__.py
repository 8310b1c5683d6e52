"""The timeline of a journey: a ledger of visits, newest first, with filters, a search and the moment of a ticket.

`TimelineQuery.read` reads what the address asks for, `timeline` prepares what templates/journey/_timeline.html shows.
"""

from visitors.journey_page.timeline.presenter import Timeline, events_of_visit, timeline, visit_address
from visitors.journey_page.timeline.query import TimelineQuery
from visitors.journey_page.timeline.rows import visit_key

__all__ = ["Timeline", "TimelineQuery", "events_of_visit", "timeline", "visit_address", "visit_key"]
