"""What a sandbox visitor is: who, where, with what, from where, and everything they ever do, past and planned.

A visitor's events may lie after "now": they are planned, and no answer shows them before their time has come.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from visitors.sandbox.moments import MINUTE
from visitors.sandbox.websites import Website

VISIT_GAP = 30 * MINUTE  # the service ends a visit after 30 minutes without an event


class Event(NamedTuple):
    """One entry of a list of the answer. `at` is its moment; `body` its fields, a `timestamp` of its own included if
    the visitor's data is to be broken there."""

    at: int
    body: dict[str, Any]


class Place(NamedTuple):
    """Where a visitor is. `utc_offset` is in hours and only gives the crowd its daily rhythm."""

    country: str
    country_code: str
    region: str | None
    region_code: str | None
    city: str | None
    utc_offset: int


class Machine(NamedTuple):
    """What a visitor browses with; sizes in CSS pixels."""

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
    """How a visitor first came: the referrer, the URL parameters and the ad click ids of the first visit."""

    referrer: str | None = None
    params: Mapping[str, str] = {}
    click_ids: Mapping[str, str] = {}


class Profile(NamedTuple):
    """Who the visitor said they are, and when."""

    user_id: str
    metadata: Mapping[str, Any]
    identified_at: int


class Prediction(NamedTuple):
    """The forecast, in the units of the service: 0 to 100, 0 to 1, USD, 0 to 1."""

    score: int
    conversion_rate: float
    expected_value: float
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Visitor:
    """One visitor of one website. `pages` and `goals` are sorted by time.

    The `unlisted_…` numbers are page views and visits that the service counts but no longer lists; `first_visit_at` is
    set when the first visit is among them. `identity_changes` and `activity_changes` replace single fields of the
    answer, for the stories of odd data.
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
    """How many of the sorted events have happened by `now`."""
    return bisect_right(events, now, key=lambda event: event.at)


def visit_starts(pages: Sequence[Event]) -> list[int]:
    """When each visit began: a page view more than 30 minutes after the one before it opens a new visit."""
    starts: list[int] = []
    previous: int | None = None
    for page in pages:
        if previous is None or page.at - previous > VISIT_GAP:
            starts.append(page.at)
        previous = page.at
    return starts
