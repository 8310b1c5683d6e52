"""The week's hottest leads of all websites of a user, for the home page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce

from django.db.models import QuerySet

from visitors.formatting import format_money
from visitors.lookup.people.presenter import PersonRow, present_people
from visitors.models import KnownPerson, Website
from visitors.web.access import SignedInRequest

LIMIT = 5
SEEN_WITHIN = timedelta(days=7)
# Of each website the leads that were seen last are compared, so that a website with many leads is no slower.
COMPARED = 300
MAX_WEBSITES = 20


@dataclass(frozen=True, slots=True)
class HotLead:
    """A lead as the home page shows it. `value` is the expected value, "" where DataFast predicts none."""

    who: PersonRow
    value: str


def find_hot_leads(websites: Sequence[Website]) -> list[KnownPerson]:
    """Return the leads with the best scores who were seen within a week, best first. One query."""
    if not websites:
        return []
    best = [_best_of(website) for website in websites[:MAX_WEBSITES]]
    found = reduce(lambda one, other: one.union(other, all=True), best)
    return list(found.order_by("-score", "-pk")[:LIMIT])


def present_hot_leads(
    request: SignedInRequest, people: Iterable[KnownPerson], websites: Iterable[Website]
) -> list[HotLead]:
    """Return the leads as rows. The caller records that the user sees their names."""
    people = list(people)
    rows = present_people(request, people, websites, datetime.now(UTC))
    return [HotLead(row, format_value(person)) for row, person in zip(rows, people, strict=True)]


def format_value(person: KnownPerson) -> str:
    """Return the expected value as text, "" where DataFast predicts none."""
    return "" if person.expected_value is None else format_money(Decimal(person.expected_value), "USD")


def _best_of(website: Website) -> QuerySet[KnownPerson]:
    """Return the best leads of a website. Each step reads its rows by an index."""
    leads = KnownPerson.objects.filter(
        website=website, is_customer=False, last_seen_at__gte=datetime.now(UTC) - SEEN_WITHIN
    )
    latest = leads.order_by("-last_seen_at", "-pk").values("pk")[:COMPARED]
    best = KnownPerson.objects.filter(pk__in=latest, score__isnull=False).order_by("-score", "-pk").values("pk")[:LIMIT]
    return KnownPerson.objects.filter(pk__in=best)
