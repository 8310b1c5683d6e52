"""What the tools take and return. The schemas that clients get are made of these."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from visitors.integrations.api.schemas import FoundPerson, Journey, Record

_WEBSITE = "The slug, domain or DataFast id of the website, from list_websites. Leave it out if it is not known."
_VISITOR = "A visitor id (a UUID), or a cookie or link that contains one. find_visitors finds it by name or email."

KINDS = Literal["page", "screen", "goal", "payment", "subscription", "identified"]


class Arguments(BaseModel):
    """The arguments of a tool."""

    model_config = ConfigDict(extra="forbid")


class NoArguments(Arguments):
    """A tool without arguments."""


class FindVisitors(Arguments):
    """The arguments of find_visitors."""

    text: str = Field(
        min_length=1,
        max_length=20_000,
        description="A name, email address, company or user id, or parts of them, or any text with visitor ids in it.",
    )


class GetJourney(Arguments):
    """The arguments of get_journey."""

    visitor: str = Field(min_length=1, max_length=20_000, description=_VISITOR)
    website: str | None = Field(None, max_length=253, description=_WEBSITE)


class GetTimeline(GetJourney):
    """The arguments of get_timeline."""

    around: AwareDatetime | None = Field(
        None,
        description="A moment with its offset, such as 2026-11-03T10:00:00Z: the events around it. "
        "The latest events without it.",
    )
    kinds: list[KINDS] | None = Field(None, description="Only events of these kinds.")
    limit: int = Field(30, ge=1, le=100, description="The most events to return.")


class Website(Record):
    """A website that the token opens."""

    slug: str
    name: str
    domain: str
    time_zone: str
    currency: str
    role: str


class Websites(Record):
    """The result of list_websites."""

    websites: list[Website]


class FoundId(Record):
    """A visitor id in the text, and the websites on which that visitor's profile is stored."""

    visitor_id: str
    stored_on: list[str]


class FoundVisitors(Record):
    """The result of find_visitors: the ids in the text or else the people who match, best first. `note` explains an
    empty one."""

    ids: list[FoundId]
    people: list[FoundPerson]
    has_more: bool
    note: str | None


class FoundJourney(Journey):
    """The result of get_journey. `problem` says why the answer is not newer than `asOf`."""

    problem: str | None


class Event(Record):
    """An event. `name` is a goal's, `page` a path or a screen; `amount` is decimal digits in `currency`."""

    at: str
    kind: str
    visit: int | None
    description: str
    host: str | None
    page: str | None
    name: str | None
    amount: str | None
    currency: str | None
    is_refund: bool
    seconds_to_next: int | None


class Timeline(Record):
    """The result of get_timeline: events, oldest first, how many that match were left out on both sides, and how many
    have no readable time and are not listed."""

    visitor_id: str
    website: str
    url: str
    as_of: str
    problem: str | None
    events: list[Event]
    earlier_left_out: int
    later_left_out: int
    events_without_time: int
    missing: str | None
