"""The rows of the visitor list, as text: DataFast's facts, completed with what is stored about known people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from visitors.datafast.payload import Identity, ListedIdentity, ListedVisitor
from visitors.formatting import ANONYMOUS, DisplayTime, display_ago, format_money
from visitors.formatting.avatars import avatar_color, initials
from visitors.formatting.text import truncate
from visitors.journey import ENOUGH_CONFIDENCE
from visitors.journey.location import read_location, read_value
from visitors.journey.names import Names
from visitors.journey.pages import parse_page
from visitors.journey.timestamps import parse_timestamp
from visitors.journey.touches import first_touch
from visitors.models import KnownPerson, Website
from visitors.web.access import parse_visitor_id

# Of each text in a row.
TEXT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Who:
    """What a stored profile adds to a row.

    `name` is "" for an anonymous visitor; `detail` is their company or email address. `score` is 0 to 100 as text, ""
    for none; `paid` is "$149", "Customer" where no amount is known, and "" for a visitor who never paid.
    """

    visitor_id: UUID
    name: str = ""
    detail: str = ""
    score: str = ""
    is_score_weak: bool = False
    paid: str = ""
    is_known: bool = False

    @property
    def initials(self) -> str:
        """Return the initials of the avatar, "" for an anonymous visitor."""
        return initials(self.name)

    @property
    def color(self) -> int:
        """Return the number of the avatar's color."""
        return avatar_color(self.visitor_id)


@dataclass(frozen=True, slots=True)
class VisitorRow:
    """A visitor in a list. `nickname` is shown where there is no name: "Osaka · Android".

    `page_name` is the readable name of the page, "" without one.
    """

    who: Who
    nickname: str
    last_seen: DisplayTime | None
    page: str
    page_name: str
    place: str
    device: str
    source: str


def present_rows(website: Website, listed: Iterable[ListedVisitor], *, now: datetime, zone: tzinfo) -> list[VisitorRow]:
    """Return the rows of a list, each visitor once. Rows without a valid id are left out. One query."""
    by_id: dict[UUID, ListedVisitor] = {}
    for one in listed:
        if visitor_id := parse_visitor_id(one.visitor_id or ""):
            by_id.setdefault(visitor_id, one)
    known, names = load_known(website, by_id), website.readable_names
    return [
        _present_row(one, known.get(visitor_id) or Who(visitor_id), names, now=now, zone=zone)
        for visitor_id, one in by_id.items()
    ]


def load_known(website: Website, visitor_ids: Iterable[UUID]) -> dict[UUID, Who]:
    """Return what is stored about those of these visitors who have a profile. One query."""
    people = KnownPerson.objects.filter(website=website, visitor_id__in=list(visitor_ids))
    return {person.visitor_id: _present_person(person) for person in people}


def _present_person(person: KnownPerson) -> Who:
    paid = ""
    if person.is_customer:
        paid = "Customer" if person.net_paid is None else format_money(person.net_paid, person.currency)
    return Who(
        person.visitor_id,
        name=person.identity,
        detail=person.company or (person.email if person.email != person.identity else ""),
        score="" if person.score is None else f"{person.score:.0f}",
        is_score_weak=(person.confidence or 0) < ENOUGH_CONFIDENCE,
        paid=paid,
        is_known=True,
    )


def _present_row(listed: ListedVisitor, who: Who, names: Names, *, now: datetime, zone: tzinfo) -> VisitorRow:
    facts = listed.identity or ListedIdentity()
    location = read_location(Identity(country=facts.country, region=facts.region, city=facts.city))
    browser, system = read_value(facts.browser), read_value(facts.os)
    at, page = parse_timestamp(listed.last_seen_at), parse_page(listed.current_url)
    return VisitorRow(
        who=who,
        nickname=_join(" · ", location.city or location.country, system) or ANONYMOUS,
        last_seen=display_ago(at, now, zone) if at else None,
        page=truncate(page.label, TEXT_LIMIT) if page else "",
        page_name=names.page_of(page),
        place=_join(", ", location.city, location.region, location.country),
        device=_join(" on ", browser, system),
        source=truncate(_find_source(listed.acquisition or {}), TEXT_LIMIT),
    )


def _join(separator: str, *parts: str) -> str:
    return truncate(separator.join(dict.fromkeys(part for part in parts if part)), TEXT_LIMIT)


def _find_source(acquisition: dict[str, str | None]) -> str:
    """Return where the visitor came from: a tag of the address, else the referrer's host or name."""
    tags = {name: value for name, value in acquisition.items() if name != "referrer"}
    if touch := first_touch(Identity(params=tags)):
        return touch.label
    referrer = read_value(acquisition.get("referrer"))
    page = parse_page(referrer) if "://" in referrer else None
    return page.host if page else referrer
