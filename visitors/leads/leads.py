"""Leads: known people who have not bought yet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, TextChoices
from django.http import QueryDict

from visitors.formatting.folding import fold
from visitors.formatting.text import clean
from visitors.models import KnownPerson, MetricsPoint, Ownership, Pin, Website
from visitors.team import memory

PAGE_SIZE = 50
QUIET_AFTER = timedelta(days=14)
TREND_OVER = timedelta(days=7)
MANY = 2_000
_MAX_PAGE_DIGITS = 4
_MAX_GROUP_LENGTH = 253


class Sort(TextChoices):
    """The order of the leads, best first."""

    SCORE = "score", "Score"
    VALUE = "value", "Expected value"
    RECENT = "recent", "Last seen"
    VISITS = "visits", "Visits"
    PRICING = "pricing", "Pricing views"

    @property
    def column(self) -> str:
        """Return the column of `KnownPerson`."""
        return _COLUMNS[self]


_COLUMNS = {
    Sort.SCORE: "score",
    Sort.VALUE: "expected_value",
    Sort.RECENT: "last_seen_at",
    Sort.VISITS: "visits",
    Sort.PRICING: "pricing_views",
}


class Show(TextChoices):
    """Which leads are shown."""

    ALL = "all", "All leads"
    MINE = "mine", "Mine"
    PINNED = "pinned", "Pinned"
    UNOWNED = "unowned", "Without an owner"
    QUIET = "quiet", f"Quiet for {QUIET_AFTER.days} days"


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """What the address of the list asks for. `company` is a company or an email domain, "" for everyone.

    The list of a company's people includes customers.
    """

    sort: Sort = Sort.SCORE
    show: Show = Show.ALL
    company: str = ""
    page: int = 1

    @classmethod
    def read(cls, values: QueryDict) -> "LeadQuery":
        """Read the query of an address. What cannot be read has its default."""
        sort, show, page = values.get("sort", ""), values.get("show", ""), values.get("page", "")
        is_page = page.isascii() and page.isdigit() and len(page) <= _MAX_PAGE_DIGITS
        return cls(
            Sort(sort) if sort in Sort.values else Sort.SCORE,
            Show(show) if show in Show.values else Show.ALL,
            clean(values.get("company", "")).strip()[:_MAX_GROUP_LENGTH],
            max(1, int(page)) if is_page else 1,
        )

    def address(self, **changes: str | int) -> str:
        """Return the query of an address, with its question mark; a change of the order starts at the first page."""
        values = {"sort": self.sort.value, "show": self.show.value, "company": self.company, "page": 1} | changes
        defaults = {"sort": Sort.SCORE.value, "show": Show.ALL.value, "company": "", "page": 1}
        query = urlencode({name: value for name, value in values.items() if value != defaults[name]})
        return f"?{query}" if query else "?"


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead with what the list adds. `score_before` is the score a week ago, None where it is unknown."""

    person: KnownPerson
    fetched_at: datetime
    score_before: float | None
    owner: str


def load_leads(user: User, website: Website, query: LeadQuery) -> tuple[list[Lead], bool]:
    """Return a page of leads, and whether there are more. At most four queries."""
    start = (query.page - 1) * PAGE_SIZE
    keys = list(_select(user, website, query).values_list("pk", flat=True)[start : start + PAGE_SIZE + 1])
    points = MetricsPoint.objects.filter(
        website=website, visitor_id=OuterRef("visitor_id"), at__lte=datetime.now(UTC) - TREND_OVER
    )
    people = KnownPerson.objects.filter(pk__in=keys[:PAGE_SIZE]).annotate(
        fetched_at=F("snapshot__fetched_at"), score_before=Subquery(points.order_by("-at").values("score")[:1])
    )
    by_key = {person.pk: person for person in people}
    found = [by_key[key] for key in keys if key in by_key]
    owners = memory.load_owner_names(website, [person.visitor_id for person in found])
    leads = [
        Lead(person, person.fetched_at, person.score_before, owners.get(person.visitor_id, "")) for person in found
    ]
    return leads, len(keys) > PAGE_SIZE


def group_of(person: KnownPerson) -> str:
    """Return what a person shares with colleagues: the company, else the email domain; "" for a free mail domain."""
    return person.company or (person.email_domain if person.company_key else "")


def _select(user: User, website: Website, query: LeadQuery) -> QuerySet[KnownPerson]:
    """Return what the query asks for, in its order.

    Few rows are found first and then sorted. Of many rows, the first ones are found along the index of the order. With
    MANY, both ways are about equally fast.
    """
    leads = KnownPerson.objects.filter(website=website)
    if query.company:
        leads, is_few = leads.filter(company_key=fold(query.company)[:_MAX_GROUP_LENGTH]), True
    else:
        leads, is_few = leads.filter(is_customer=False), False
    match query.show:
        case Show.MINE:
            leads, is_few = _select_of(leads, Ownership.objects.filter(website=website, owner=user), is_few=is_few)
        case Show.PINNED:
            leads, is_few = _select_of(leads, Pin.objects.filter(website=website, user=user), is_few=is_few)
        case Show.UNOWNED:
            leads = leads.exclude(Exists(Ownership.objects.filter(website=website, visitor_id=OuterRef("visitor_id"))))
        case Show.QUIET:
            leads = leads.filter(last_seen_at__lt=datetime.now(UTC) - QUIET_AFTER)
            is_few = is_few or not _has_many(leads.order_by("-last_seen_at"))
    column = query.sort.column
    if is_few:
        return leads.order_by(F(column).desc(nulls_last=True), "-pk")
    # With the condition of the order's index.
    return leads.filter(**{f"{column}__isnull": False}).order_by(f"-{column}", "-pk")


def _select_of(
    leads: QuerySet[KnownPerson], rows: "QuerySet[Ownership] | QuerySet[Pin]", *, is_few: bool
) -> tuple[QuerySet[KnownPerson], bool]:
    """Return those of the leads who are in these rows, and whether they are few."""
    if is_few or _has_many(rows):
        return leads.filter(Exists(rows.filter(visitor_id=OuterRef("visitor_id")))), is_few
    return leads.filter(visitor_id__in=rows.values_list("visitor_id", flat=True)), True


def _has_many(rows: "QuerySet[KnownPerson] | QuerySet[Ownership] | QuerySet[Pin]") -> bool:
    """Whether there are more than MANY rows. Reads no more than these."""
    return bool(rows.values_list("pk", flat=True)[MANY : MANY + 1])
