"""The data of a sandbox visitor.

Events may be in the future: they are planned, and the API lists them only after their time.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from visitors.sandbox.clock import MINUTE
from visitors.sandbox.websites import Website

VISIT_GAP = 30 * MINUTE  # DataFast ends a visit after 30 minutes without an event


class Event(NamedTuple):
    """A page view or goal at a time in milliseconds. A `timestamp` in `body` replaces the time, for bad data."""

    at: int
    body: dict[str, Any]


class Place(NamedTuple):
    """Where a visitor is. `utc_offset`, in hours, gives generated visitors their daily rhythm."""

    country: str
    country_code: str
    region: str | None
    region_code: str | None
    city: str | None
    utc_offset: int


class Machine(NamedTuple):
    """A visitor's browser and device; sizes in CSS pixels."""

    browser: str
    browser_version: str
    os: str
    os_version: str
    type: str
    vendor: str | None
    model: str | None
    width: int
    height: int


class Source(NamedTuple):
    """The referrer, the URL parameters and the ad click ids of the first visit."""

    referrer: str | None = None
    params: Mapping[str, str] = {}
    click_ids: Mapping[str, str] = {}


class Profile(NamedTuple):
    """The identification of a visitor; `identified_at` in milliseconds."""

    user_id: str
    metadata: Mapping[str, Any]
    identified_at: int


class Prediction(NamedTuple):
    """The prediction in DataFast's units: 0 to 100, 0 to 1, USD, 0 to 1."""

    score: int
    conversion_rate: float
    expected_value: float
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Visitor:
    """A visitor of one website. `pages` and `goals` are sorted by time.

    `unlisted_pages` and `unlisted_visits` are counted but no longer listed; `first_visit_at` is set if the first visit
    is among them. `identity_changes` and `activity_changes` replace fields of the answer, for bad data.
    """

    visitor_id: str
    website: Website
    place: Place
    machine: Machine
    pages: Sequence[Event]
    goals: Sequence[Event] = ()
    source: Source = field(default_factory=Source)
    profile: Profile | None = None
    prediction: Prediction | None = None
    edition: Literal[2025, 2026] = 2026
    shuffled: bool = False
    unlisted_pages: int = 0
    unlisted_visits: int = 0
    first_visit_at: int | None = None
    identity_changes: dict[str, Any] = field(default_factory=dict)
    activity_changes: dict[str, Any] = field(default_factory=dict)


def until(events: Sequence[Event], now: int) -> int:
    """Return how many of the sorted events have happened by `now`."""
    return bisect_right(events, now, key=lambda event: event.at)


def visit_starts(pages: Sequence[Event]) -> list[int]:
    """Return when each visit began: with a page view more than 30 minutes after the previous one."""
    starts: list[int] = []
    previous: int | None = None
    for page in pages:
        if previous is None or page.at - previous > VISIT_GAP:
            starts.append(page.at)
        previous = page.at
    return starts
