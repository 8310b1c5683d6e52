"""A journey: what one visitor did on a website, from first touch to last, in the order in which it happened.

Pure domain: `derive` turns the payload of DataFast's Get visitor answer into a `Journey` of visits and events, and
everything else reads one. There is no HTTP, no Django and no clock here; `now` is an argument. All values are frozen.
"""

from visitors.journey.events import Counts, Event, Kind
from visitors.journey.evidence import Leaning, Observation, observe
from visitors.journey.exports import (
    CSV_HEADER,
    Content,
    Form,
    csv_rows,
    escape_formula,
    latest_events,
    summary_text,
)
from visitors.journey.filters import Filter, Selection, select
from visitors.journey.folding import Fold, fold
from visitors.journey.intent import Intent, classify, main_intent
from visitors.journey.journey import (
    CLOCK_SKEW,
    LIVE_FOR,
    Interest,
    Journey,
    Missing,
    PageViews,
    Place,
    derive,
    is_ahead,
)
from visitors.journey.location import Location, read_device_type, read_location, read_value
from visitors.journey.names import NO_NAMES, Names
from visitors.journey.pages import Page, parse_page
from visitors.journey.person import Person
from visitors.journey.prediction import BASELINE, ENOUGH_CONFIDENCE, HIGH_CONFIDENCE, Absence, PredictionReading
from visitors.journey.secrets import mask_answer
from visitors.journey.seen import Difference, Seen, compare_seen, make_seen
from visitors.journey.summary import SummaryLine, summarize, summarize_by_topic
from visitors.journey.ticket_moment import Near, TicketMoment, Where, find_ticket_moment
from visitors.journey.totals import Paid, Totals
from visitors.journey.touches import Touch, first_touch
from visitors.journey.visits import VISIT_GAP, Visit, VisitOutline

__all__ = [
    "BASELINE",
    "CLOCK_SKEW",
    "CSV_HEADER",
    "ENOUGH_CONFIDENCE",
    "HIGH_CONFIDENCE",
    "LIVE_FOR",
    "NO_NAMES",
    "VISIT_GAP",
    "Absence",
    "Content",
    "Counts",
    "Difference",
    "Event",
    "Filter",
    "Fold",
    "Form",
    "Intent",
    "Interest",
    "Journey",
    "Kind",
    "Leaning",
    "Location",
    "Missing",
    "Names",
    "Near",
    "Observation",
    "Page",
    "PageViews",
    "Paid",
    "Person",
    "Place",
    "PredictionReading",
    "Seen",
    "Selection",
    "SummaryLine",
    "TicketMoment",
    "Totals",
    "Touch",
    "Visit",
    "VisitOutline",
    "Where",
    "classify",
    "compare_seen",
    "csv_rows",
    "derive",
    "escape_formula",
    "find_ticket_moment",
    "first_touch",
    "fold",
    "is_ahead",
    "latest_events",
    "main_intent",
    "make_seen",
    "mask_answer",
    "observe",
    "parse_page",
    "read_device_type",
    "read_location",
    "read_value",
    "select",
    "summarize",
    "summarize_by_topic",
    "summary_text",
]
