"""The timeline of a journey: a ledger of visits, newest first, with filters, a search and the moment of a ticket.

`TimelineQuery.read` reads what the address asks for, `timeline` prepares what templates/journey/_timeline.html shows.
"""

from visitors.screens.timeline.query import TimelineQuery
from visitors.screens.timeline.rows import visit_key
from visitors.screens.timeline.screen import Timeline, events_of_visit, timeline, visit_address

__all__ = ["Timeline", "TimelineQuery", "events_of_visit", "timeline", "visit_address", "visit_key"]
