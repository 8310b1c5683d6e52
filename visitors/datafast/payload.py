"""The shapes of DataFast's answers, as typed objects. Data only: `parsing` fills them, `visitors.journey` reads them.

Source of every field: the reference of `GET /api/v1/visitors/{visitorId}`, editions of 2025 and 2026. The live service
has served both, so both are here. Any field may be null or absent: that is `None`. Strings are as received; times are
ISO 8601 text that nobody has parsed yet, since an unreadable time must still be shown to the reader.
"""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct, field

# JSON bounds no number, but Python refuses to print a whole number of over 4,300 digits and no database stores one.
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Number = Whole | float
# Free-form objects of the customer are documented as flat pairs; anything deeper in them is noted and left out.
Scalar = str | Whole | float | bool


class Payload(Struct, frozen=True, kw_only=True, rename="camel"):
    """A JSON object of the upstream: camelCase there, snake_case here; unknown fields are ignored."""


class Software(Payload, frozen=True, kw_only=True):
    """A browser or an operating system, such as Chrome 133.0.0.0."""

    name: str | None = None
    version: str | None = None


class Device(Payload, frozen=True, kw_only=True):
    """A device; `type` is desktop, mobile or tablet in any case."""

    type: str | None = None
    vendor: str | None = None
    model: str | None = None


class Viewport(Payload, frozen=True, kw_only=True):
    """The size of the browser's window in CSS pixels."""

    width: Number | None = None
    height: Number | None = None


class Identity(Payload, frozen=True, kw_only=True):
    """Where and with what the visitor was last seen, and how the FIRST visit was tagged.

    `country` and `region` are names ("South Korea", "South Chungcheong") or codes ("KR", "KR-44"), by edition.
    `params` and `ad_click_ids` belong to the first visit; their values are mostly null.
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

    2026: `origin` is "manual" or "payment_provider", and an amount (in units of the currency, 149 = 149 USD) may stand
    in the goal or inside `metadata`. 2025: `is_server` is true when the customer's own backend sent it.
    """

    name: str | None = None
    description: str | None = None
    origin: str | None = None
    is_server: bool | None = None
    timestamp: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    metadata: dict[str, Scalar | None] | None = None


class Activity(Payload, frozen=True, kw_only=True):
    """What the visitor did. Counts are the service's own and may exceed the lists, which can be cut off.

    The two `time_since_…` fields are milliseconds at the moment of the answer.
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
    """Who the visitor said they are. `metadata` is free-form text of the customer: never HTML, never a link."""

    user_id: str | None = None
    metadata: dict[str, Scalar | None] | None = None
    identified_at: str | None = None


class Prediction(Payload, frozen=True, kw_only=True):
    """The service's forecast. `score` 0 to 100 (50 = the website's average visitor), `conversion_rate` and `confidence`
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


class WebsiteListing(Payload, frozen=True, kw_only=True):
    """A row of List websites: a website that an account token opens. `id` is what `websiteId` wants: 24 hex digits."""

    id: str | None = field(default=None, name="_id")
    domain: str | None = None
    name: str | None = None
    tracking_id: str | None = None
    timezone: str | None = None
    currency: str | None = None
    role: str | None = None
