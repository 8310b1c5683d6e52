"""What the API takes and returns. The OpenAPI document is made of these."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

WEBSITE_ID = (
    "DataFast's id of the website (24 hexadecimal digits) or its slug here. Optional where the token opens one website."
)
_TEXT_LIMIT = 2_000


class Record(BaseModel):
    """A JSON object: camelCase there, snake_case here."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class ErrorDetail(Record):
    """What is wrong. `code` is the HTTP status."""

    code: int
    message: str


class Error(Record):
    """Every error, as DataFast sends it. With 429, `limit`, `remaining` and `reset` (Unix time in milliseconds)."""

    status: Literal["error"]
    error: ErrorDetail
    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None


# ---- DataFast's own resources ---------------------------------------------------------------------------------------


class Visitor(BaseModel):
    """DataFast's answer about a visitor, as it was received, with masked secrets. See DataFast's reference."""

    status: Literal["success"]
    data: dict[str, Any]


class WebsiteFilter(BaseModel):
    """Which website is meant."""

    website_id: str | None = Field(None, alias="websiteId", max_length=50, description=WEBSITE_ID)


class VisitorFilters(WebsiteFilter):
    """The filters of DataFast's List visitors, which go to DataFast as they are."""

    limit: int = Field(100, ge=1, le=250)
    offset: int = Field(0, ge=0, le=1_000_000)
    start_at: str | None = Field(
        None, alias="startAt", max_length=50, description="With endAt: a day, or a time with its offset."
    )
    end_at: str | None = Field(None, alias="endAt", max_length=50)
    timezone: str | None = Field(None, max_length=64)
    visited_page: str | None = Field(
        None, alias="visitedPage", max_length=_TEXT_LIMIT, description="Exact paths, with commas."
    )
    page: str | None = Field(None, max_length=_TEXT_LIMIT, description="The same as visitedPage.")
    visited_page_contains: str | None = Field(None, alias="visitedPageContains", max_length=_TEXT_LIMIT)
    page_contains: str | None = Field(None, alias="pageContains", max_length=_TEXT_LIMIT)
    completed_goal: str | None = Field(None, alias="completedGoal", max_length=_TEXT_LIMIT)
    goal: str | None = Field(None, max_length=_TEXT_LIMIT)
    is_customer: Literal["true", "false"] | None = Field(None, alias="isCustomer")
    has_revenue: Literal["true", "false"] | None = Field(None, alias="hasRevenue")
    country: str | None = Field(None, max_length=_TEXT_LIMIT)
    region: str | None = Field(None, max_length=_TEXT_LIMIT)
    city: str | None = Field(None, max_length=_TEXT_LIMIT)
    device: str | None = Field(None, max_length=_TEXT_LIMIT)
    browser: str | None = Field(None, max_length=_TEXT_LIMIT)
    os: str | None = Field(None, max_length=_TEXT_LIMIT)
    referrer: str | None = Field(None, max_length=_TEXT_LIMIT)
    hostname: str | None = Field(None, max_length=_TEXT_LIMIT)
    utm_source: str | None = Field(None, max_length=_TEXT_LIMIT)
    utm_medium: str | None = Field(None, max_length=_TEXT_LIMIT)
    utm_campaign: str | None = Field(None, max_length=_TEXT_LIMIT)
    utm_term: str | None = Field(None, max_length=_TEXT_LIMIT)
    utm_content: str | None = Field(None, max_length=_TEXT_LIMIT)
    ref: str | None = Field(None, max_length=_TEXT_LIMIT)
    source: str | None = Field(None, max_length=_TEXT_LIMIT)
    via: str | None = Field(None, max_length=_TEXT_LIMIT)


class SummaryOptions(WebsiteFilter):
    """How a summary is written. `at` is when the ticket was sent, with its offset."""

    format: Literal["text", "markdown"] | None = Field(
        None, description="The default is what Accept prefers, else text."
    )
    content: Literal["short", "full", "billing"] = "full"
    at: AwareDatetime | None = Field(
        None, description="When the ticket was sent. The summary then says what happened just before."
    )


class SearchQuery(WebsiteFilter):
    """What is searched for."""

    q: str = Field(min_length=1, max_length=100)
    limit: int = Field(20, ge=1, le=50)


class KnownPerson(Record):
    """What Journeydesk knows of a visitor whose profile is stored; null is not known.

    `netPaid` is in `currency`, payments less refunds, as decimal digits. `score` is 0 to 100.
    """

    name: str | None
    email: str | None
    company: str | None
    user_id: str | None
    score: float | None
    confidence: float | None
    net_paid: str | None
    currency: str | None
    is_customer: bool
    visits: int
    last_seen_at: str | None


class ListedVisitor(Record):
    """A row of DataFast's list, completed with `person`, null where no profile is stored."""

    visitor_id: str | None
    last_seen_at: str | None
    current_url: str | None
    identity: dict[str, str | None] | None
    acquisition: dict[str, str | None] | None
    person: KnownPerson | None


class Pagination(Record):
    """Which part of the list this is."""

    limit: int
    offset: int
    has_more: bool
    # Left out where DataFast leaves it out: a program may take null for a wrong type.
    total: int | None = Field(None, exclude_if=lambda total: total is None)


class VisitorList(Record):
    """A page of the visitors of a website."""

    status: Literal["success"] = "success"
    data: list[ListedVisitor]
    pagination: Pagination


class Website(BaseModel):
    """A website that the token opens. `_id` is DataFast's id, null where DataFast infers it from the website's key;
    `slug` names the website here, and `role` is the caller's role here."""

    id: str | None = Field(alias="_id")
    slug: str
    domain: str
    name: str
    timezone: str
    currency: str
    role: Literal["viewer", "member", "admin"]

    model_config = ConfigDict(populate_by_name=True)


class WebsiteList(Record):
    """The websites that a token opens."""

    status: Literal["success"] = "success"
    data: list[Website]


# ---- Journeydesk's own resources ------------------------------------------------------------------------------------


class Person(Record):
    """Who the visitor is, as far as the website has said so."""

    name: str | None
    email: str | None
    company: str | None
    plan: str | None
    user_id: str | None


class Topic(Record):
    """A line of the summary: "From", "Did", "Money"."""

    topic: str
    text: str


class Counts(Record):
    """How much the visitor did. `visits` and `pageViews` include what DataFast counts and does not list."""

    visits: int
    page_views: int
    goals: int
    payments: int
    refunds: int


class Paid(Record):
    """What was paid in one currency (null: unknown), as decimal digits. Never added across currencies."""

    currency: str | None
    net: str
    gross: str
    refunded: str
    payments: int
    refunds: int


class Totals(Record):
    """All payments, and how many had no readable amount."""

    paid: list[Paid]
    payments_without_amount: int
    refunds_without_amount: int


class Observation(Record):
    """Something in the journey that speaks for a purchase, against it, or neither."""

    leaning: Literal["for", "against", "neutral"]
    text: str


class Prediction(Record):
    """DataFast's prediction and how to read it. Do not decide on one with `isLowConfidence`.

    `absence` says why there is none. The observations are Journeydesk's reading of the journey, not what the score is
    made of.
    """

    score: float | None
    conversion_rate: float | None
    expected_value: float | None
    confidence: float | None
    is_low_confidence: bool
    score_in_words: str
    confidence_in_words: str
    absence: str | None
    observations: list[Observation]


class Missing(Record):
    """What DataFast counts and does not list: a gap in the data, not in the visitor's activity."""

    page_views: int
    visits: int
    before: str | None
    text: str


class Visit(Record):
    """Events without a gap of over 30 minutes. `number` counts from the first visit, null where that is unknown.

    `isAttended` is false where the visitor was not there, such as for a renewal at night. `gapBeforeSeconds` is null
    where something that is not listed may have happened in between.
    """

    number: int | None
    is_attended: bool
    started_at: str
    ended_at: str
    duration_seconds: int
    gap_before_seconds: int | None
    intent: str
    page_views: int
    goals: int
    payments: int
    refunds: int


class Journey(Record):
    """The journey of a visitor, as of `asOf`. `visits` are newest first; `visitsLeftOut` older ones are not listed."""

    visitor_id: str
    website: str
    url: str
    as_of: str
    is_live: bool
    person: Person | None
    summary: str
    topics: list[Topic]
    first_seen_at: str | None
    last_seen_at: str | None
    first_source: str | None
    last_source: str | None
    counts: Counts
    totals: Totals
    prediction: Prediction
    missing: Missing | None
    events_without_time: int
    visits: list[Visit]
    visits_left_out: int
    data_problems: list[str]


class JourneyEnvelope(Record):
    """A journey."""

    status: Literal["success"] = "success"
    data: Journey


class FoundPerson(KnownPerson):
    """A person who matches a search."""

    visitor_id: str
    website: str


class SearchResults(Record):
    """The people who match, best first."""

    status: Literal["success"] = "success"
    data: list[FoundPerson]
    has_more: bool
