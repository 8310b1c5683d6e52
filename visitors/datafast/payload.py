"""DataFast's answers as typed objects. Data only: `parsing` makes them, `visitors.journey` reads them.

Source of every field: the reference of `GET /api/v1/visitors/{visitorId}`, editions of 2025 and 2026. The live service
has served both, so both are here. A field that is null or absent is `None`. Strings are as received. Times are ISO 8601
text, not parsed yet, since an unreadable time must still be shown to the reader.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, Struct, field

# JSON numbers have no bounds, but Python refuses to print more than 4,300 digits, and no database stores them.
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Number = Whole | float
# In a goal's metadata only amount and currency are read. Anything deeper in it is left out, with a note.
Scalar = str | Whole | float | bool


class Payload(Struct, frozen=True, kw_only=True, rename="camel"):
    """A JSON object of DataFast: camelCase there, snake_case here. Unknown fields are ignored."""


class Software(Payload, frozen=True, kw_only=True):
    """A browser or an operating system, such as Chrome 133.0.0.0."""

    name: str | None = None
    version: str | None = None


class Device(Payload, frozen=True, kw_only=True):
    """A device. `type` is desktop, mobile or tablet, in upper or lower case."""

    type: str | None = None
    vendor: str | None = None
    model: str | None = None


class Viewport(Payload, frozen=True, kw_only=True):
    """The size of the browser's window in CSS pixels."""

    width: Number | None = None
    height: Number | None = None


class Identity(Payload, frozen=True, kw_only=True):
    """The place and device of the latest visit, and the campaign of the FIRST visit.

    `country` and `region` are names ("South Korea", "South Chungcheong") or codes ("KR", "KR-44"), by edition.
    `params` and `ad_click_ids` belong to the first visit. Most of their values are null.
    """

    country: str | None = None
    country_code: str | None = None
    region: str | None = None
    city: str | None = None
    params: dict[str, str | None] | None = None
    ad_click_ids: dict[str, str | None] | None = None
    browser: Software | None = None
    os: Software | None = None
    device: Device | None = None
    viewport: Viewport | None = None


class VisitedPage(Payload, frozen=True, kw_only=True):
    """One page view. `url` has no scheme: `example.com/pricing?x=1`, or `example.com/__app/ios/Screen` for an app."""

    url: str | None = None
    timestamp: str | None = None


class CompletedGoal(Payload, frozen=True, kw_only=True):
    """One goal, in both editions' shapes.

    2026: `origin` is "manual" or "payment_provider", and the goal or its `metadata` may contain an amount (in units of
    the currency, 149 = 149 USD). A payment with `refunded` is a refund. 2025: `is_server` is true if the customer's own
    backend sent the goal.
    """

    name: str | None = None
    description: str | None = None
    origin: str | None = None
    is_server: bool | None = None
    timestamp: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    refunded: bool | None = None
    metadata: dict[str, Scalar | None] | None = None


class Activity(Payload, frozen=True, kw_only=True):
    """What the visitor did. The counts are DataFast's own. They may exceed the lists, which can be cut off.

    The two `time_since_…` fields are milliseconds at the time of the answer.
    """

    visit_count: Whole | None = None
    page_view_count: Whole | None = None
    time_since_first_visit: Number | None = None
    time_since_current_visit: Number | None = None
    first_visit_at: str | None = None
    last_visit_at: str | None = None
    current_url: str | None = None
    visited_pages: tuple[VisitedPage, ...] | None = None
    completed_goals: tuple[CompletedGoal, ...] | None = None
    completed_custom_goals: tuple[CompletedGoal, ...] | None = None


class UserProfile(Payload, frozen=True, kw_only=True):
    """The visitor as identified by the customer. `metadata` is the customer's own: any JSON, never HTML, never a link.

    `user_id` is text or a number of any length.
    """

    user_id: str | int | float | None = None
    metadata: dict[str, Any] | None = None
    identified_at: str | None = None


class Prediction(Payload, frozen=True, kw_only=True):
    """DataFast's forecast. `score` 0 to 100 (50 = the website's average visitor), `conversion_rate` and `confidence`
    0 to 1, `expected_value` in USD."""

    score: float | None = None
    conversion_rate: float | None = None
    expected_value: float | None = None
    confidence: float | None = None


class Visitor(Payload, frozen=True, kw_only=True):
    """The `data` of a Get visitor answer."""

    visitor_id: str | None = None
    identity: Identity | None = None
    activity: Activity | None = None
    profile: UserProfile | None = None
    prediction: Prediction | None = None


class ListedIdentity(Payload, frozen=True, kw_only=True):
    """The place and device of a listed visitor, as plain text. `region` is a code without its country's ("CA")."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    browser: str | None = None
    os: str | None = None
    device: str | None = None


class ListedVisitor(Payload, frozen=True, kw_only=True):
    """A row of List visitors. `last_seen_at` is the time of the goal where the list is filtered by one.

    `acquisition` has no fixed keys; `referrer` in it is an address or a name such as "Google".
    """

    visitor_id: str | None = None
    last_seen_at: str | None = None
    current_url: str | None = None
    identity: ListedIdentity | None = None
    acquisition: dict[str, str | None] | None = None


class Pagination(Payload, frozen=True, kw_only=True):
    """Which part of a list an answer is. `total` is mostly absent."""

    has_more: bool | None = None
    total: Whole | None = None


class WebsiteListing(Payload, frozen=True, kw_only=True):
    """A website that an account token opens, as List websites returns it. `id` (24 hex digits) is its `websiteId`."""

    id: str | None = field(default=None, name="_id")
    domain: str | None = None
    name: str | None = None
    tracking_id: str | None = None
    timezone: str | None = None
    currency: str | None = None
    role: str | None = None


class WebsiteMetadata(Payload, frozen=True, kw_only=True):
    """The website that a token opens, as `GET /analytics/metadata` returns it."""

    domain: str | None = None
    timezone: str | None = None
    name: str | None = None
    currency: str | None = None


class MapLocation(Payload, frozen=True, kw_only=True):
    """Where a visitor of the realtime map is. `region` is an ISO 3166-2 code ("US-CO")."""

    city: str | None = None
    region: str | None = None
    country_code: str | None = None


class MapSystem(Payload, frozen=True, kw_only=True):
    """What a visitor of the realtime map uses."""

    browser: Software | None = None
    os: Software | None = None
    device: Device | None = None


class MapProfile(Payload, frozen=True, kw_only=True):
    """Who a visitor of the realtime map is. With `is_random_name`, DataFast made up the name: it is never shown."""

    display_name: str | None = None
    user_id: str | int | float | None = None
    has_profile: bool | None = None
    is_random_name: bool | None = None


class MapLikelihood(Payload, frozen=True, kw_only=True):
    """The prediction for a visitor of the realtime map: `score` 0 to 100, `confidence` 0 to 1."""

    score: float | None = None
    confidence: float | None = None


class MapVisitor(Payload, frozen=True, kw_only=True):
    """A visitor of the last ten minutes. `current_url` is a path without a host, `session_start_time` ISO 8601."""

    visitor_id: str | None = None
    location: MapLocation | None = None
    system: MapSystem | None = None
    current_url: str | None = None
    referrer: str | None = None
    session_start_time: str | None = None
    visit_count: Whole | None = None
    params: dict[str, str | None] | None = None
    is_customer: bool | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    profile_data: MapProfile | None = None
    conversion_likelihood: MapLikelihood | None = None


class MapEvent(Payload, frozen=True, kw_only=True):
    """An event of the last ten minutes: a page view with its `path`, or a goal, whose name is in `extra_data`."""

    type: str | None = None
    visitor_id: str | None = None
    timestamp: str | None = None
    path: str | None = None
    extra_data: dict[str, Any] | None = None


class MapPayment(Payload, frozen=True, kw_only=True):
    """A payment of the last ten minutes. It names no visitor id. `display_name` may be a random name."""

    timestamp: str | None = None
    name: str | None = None
    email: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    renewal: bool | None = None


class RealtimeMap(Payload, frozen=True, kw_only=True):
    """Who is on a website: the visitors, events and payments of the last ten minutes.

    Source: the reference of `GET /api/v1/analytics/realtime/map`.
    """

    visitors: tuple[MapVisitor, ...] | None = None
    recent_events: tuple[MapEvent, ...] | None = None
    recent_payments: tuple[MapPayment, ...] | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token's rate limit: calls a minute, calls left, and when DataFast's minute starts again (UTC)."""

    limit: int | None
    remaining: int | None
    reset_at: datetime | None
