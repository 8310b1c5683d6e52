"""A journey: what one visitor did on a website, from first touch to last, in the order in which it happened.

Pure domain: from the payload of DataFast's Get visitor answer to a `Journey` of visits and their events. Knows no HTTP,
no Django and no clock; `now` is an argument where it matters. All of it is frozen records that msgpack stores as they
are. `derive` makes a journey; everything else reads one.
"""

from visitors.journey.difference import Difference, Seen, difference, mark
from visitors.journey.events import Counts, Event, Kind
from visitors.journey.evidence import Leaning, Observation, observe
from visitors.journey.exports import CSV_HEADER, csv_rows, harmless, markdown, plain_text
from visitors.journey.filters import Filter, Selection, select
from visitors.journey.folding import Fold, fold
from visitors.journey.journey import Interest, Journey, Missing, PageViews, Place, derive
from visitors.journey.moment import Moment, Near, Where, around
from visitors.journey.pages import Page
from visitors.journey.person import Person
from visitors.journey.prediction import BASELINE, Absence, Reading
from visitors.journey.summary import summarize
from visitors.journey.totals import Paid, Totals
from visitors.journey.touches import Touch
from visitors.journey.visits import VISIT_GAP, Visit, VisitOutline

__all__ = [
    "BASELINE",
    "CSV_HEADER",
    "VISIT_GAP",
    "Absence",
    "Counts",
    "Difference",
    "Event",
    "Filter",
    "Fold",
    "Interest",
    "Journey",
    "Kind",
    "Leaning",
    "Missing",
    "Moment",
    "Near",
    "Observation",
    "Page",
    "PageViews",
    "Paid",
    "Person",
    "Place",
    "Reading",
    "Seen",
    "Selection",
    "Totals",
    "Touch",
    "Visit",
    "VisitOutline",
    "Where",
    "around",
    "csv_rows",
    "derive",
    "difference",
    "fold",
    "harmless",
    "mark",
    "markdown",
    "observe",
    "plain_text",
    "select",
    "summarize",
]
