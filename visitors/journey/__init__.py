"""A journey: what one visitor did on a website, from first touch to last, in the order in which it happened.

Pure domain: from the payload of DataFast's Get visitor answer to a `Journey` of visits and their events. Knows no
HTTP, no Django and no clock; `now` is an argument where it matters. All of it is frozen records that msgpack stores as
they are.
"""

from visitors.journey.events import Counts, Event, Kind
from visitors.journey.journey import Interest, Journey, Missing, PageViews, Place, derive
from visitors.journey.pages import Page
from visitors.journey.person import Person
from visitors.journey.prediction import Absence, Reading
from visitors.journey.totals import Paid, Totals
from visitors.journey.touches import Touch
from visitors.journey.visits import VISIT_GAP, Visit

__all__ = [
    "VISIT_GAP",
    "Absence",
    "Counts",
    "Event",
    "Interest",
    "Journey",
    "Kind",
    "Missing",
    "Page",
    "PageViews",
    "Paid",
    "Person",
    "Place",
    "Reading",
    "Totals",
    "Touch",
    "Visit",
    "derive",
]
