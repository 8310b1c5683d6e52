"""People as rows of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from visitors.formatting import ANONYMOUS, DisplayTime, display_ago, format_money
from visitors.formatting.avatars import avatar_color, initials
from visitors.journey import ENOUGH_CONFIDENCE
from visitors.models import KnownPerson, Website
from visitors.web import time_zones


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list; every text is "" where nothing is known.

    `facts` are the email address, the company, and the website's domain. `score` is a whole number, and `is_weak` says
    that there is too little data to rely on it.
    """

    visitor_id: UUID
    slug: str
    name: str
    initials: str
    color: int
    facts: tuple[str, ...]
    score: str
    is_weak: bool
    paid: str
    last_seen: DisplayTime | None


def present_people(
    request: HttpRequest, people: Iterable[KnownPerson], websites: Iterable[Website], now: datetime
) -> list[PersonRow]:
    """Return the people as rows. `websites` are all those that they belong to."""
    by_pk = {website.pk: website for website in websites}
    return [_present(request, person, by_pk[person.website_id], now) for person in people]


def _present(request: HttpRequest, person: KnownPerson, website: Website, now: datetime) -> PersonRow:
    zone = time_zones.time_zone_of(request, website)
    seen_at = person.last_seen_at
    facts = (person.email, person.company, website.domain)
    return PersonRow(
        visitor_id=person.visitor_id,
        slug=website.slug,
        name=person.label or ANONYMOUS,
        initials=initials(person.identity),
        color=avatar_color(person.visitor_id),
        facts=tuple(fact for fact in facts if fact and fact != person.label),
        score="" if person.score is None else f"{person.score:.0f}",
        is_weak=person.confidence is None or person.confidence < ENOUGH_CONFIDENCE,
        paid=_describe_paid(person),
        last_seen=display_ago(seen_at, now, zone) if seen_at else None,
    )


def _describe_paid(person: KnownPerson) -> str:
    if person.net_paid is not None:
        return f"paid {format_money(person.net_paid, person.currency or None)}"
    return "customer" if person.is_customer else ""
