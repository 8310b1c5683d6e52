"""The journey of one visitor: all that DataFast's answer holds, put in order. Independent of the present moment."""

from datetime import datetime, timedelta
from enum import StrEnum

from visitors.journey.events import Counts, Event
from visitors.journey.pages import Page
from visitors.journey.person import Person
from visitors.journey.prediction import Reading
from visitors.journey.records import Record
from visitors.journey.totals import Totals
from visitors.journey.touches import Touch
from visitors.journey.visits import Visit


class Place(StrEnum):
    """Where something missing would stand."""

    EARLIER = "earlier"  # before the earliest page view of the answer
    UNKNOWN = "unknown"


class Missing(Record, frozen=True, kw_only=True):
    """What DataFast counts but does not list. With EARLIER both counts may be 0: only the first visit's time tells.

    `before` is the earliest listed page view; with EARLIER, that is where the missing part ends.
    """

    place: Place
    page_views: int
    visits: int
    before: datetime | None


class Interest(Record, frozen=True, kw_only=True):
    """How often pages of one sort were seen: `views` in `visits` different visits, the latest at `latest_at`."""

    views: int = 0
    visits: int = 0
    latest_at: datetime | None = None


class PageViews(Record, frozen=True, kw_only=True):
    """A page, whatever its query, and how often it was seen."""

    page: Page
    views: int


class Journey(Record, frozen=True, kw_only=True):
    """A journey. Times are UTC; text is cleaned, never HTML.

    `visits` are newest first; `undated` are the events without a readable time, in the payload's order. `counts` cover
    both. `visit_count` and `page_view_count` are the larger of what DataFast counts and what it lists.
    `first_event_at` and `latest_event_at` span the dated events; `last_seen_at` is the latest thing that the visitor
    did in person, so a renewal at night is not a sighting. `top_pages` are the five most seen, most views first.
    `hosts` are those of the page views, most views first. `to_first_goal` and `to_first_payment` are measured from
    `reported_first_visit_at` (or the first event, when earlier or alone). `current_page` is the latest page as
    DataFast reports it. `first_touch` and `last_touch` are None when no tag says anything. `person` is None for an
    anonymous visitor.
    """

    visitor_id: str | None
    person: Person | None
    visits: tuple[Visit, ...]
    undated: tuple[Event, ...]
    counts: Counts
    visit_count: int
    page_view_count: int
    missing: Missing | None
    first_event_at: datetime | None
    latest_event_at: datetime | None
    last_seen_at: datetime | None
    reported_first_visit_at: datetime | None
    reported_last_visit_at: datetime | None
    current_page: Page | None
    hosts: tuple[str, ...]
    top_pages: tuple[PageViews, ...]
    pricing: Interest
    checkout: Interest
    totals: Totals
    to_first_goal: timedelta | None
    to_first_payment: timedelta | None
    first_touch: Touch | None
    last_touch: Touch | None
    prediction: Reading
