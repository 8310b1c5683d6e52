"""Search in the audit log of a website: by user, visitor, action, source and day; newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import QueryDict

from visitors.audit import log
from visitors.formatting.text import clean
from visitors.lookup import id_parser
from visitors.models import AuditAction, AuditEntry, AuditEntryQuerySet, AuditSource, Website

PAGE_SIZE = 50
EXPORT_BATCH_SIZE = 1000
_CURSOR_FORMAT = "%Y%m%dT%H%M%S%f"
_MAX_PK = 2**63


@dataclass(frozen=True, slots=True)
class Search:
    """The filters of a search, and where its page starts. Without any, all entries from the newest on.

    `person` is a user name, `visitor` an id, `action` an `AuditAction`, `source` an `AuditSource`; `first` and `last`
    are days in the website's time zone, both included. `before` is the last entry of the page before: its time and
    primary key. `problems` are sentences about values that cannot be read, by the name of the field; with any, nothing
    is found.
    """

    person: str = ""
    visitor: str = ""
    action: str = ""
    source: str = ""
    first: date | None = None
    last: date | None = None
    before: tuple[datetime, int] | None = None
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_query(cls, values: QueryDict) -> "Search":
        """Read the query of a URL. The visitor may be any text that contains one visitor id."""
        problems = {}
        visitor = values.get("visitor", "").strip()
        if visitor:
            try:
                visitor = str(id_parser.parse_single(visitor))
            except ValueError as error:
                problems["visitor"] = str(error)
        days: dict[str, date | None] = {}
        for name in ("first", "last"):
            text = values.get(name, "")
            days[name] = _parse_day(text)
            if text and days[name] is None:
                problems[name] = "Enter the day as 2026-05-04."
        action, source = values.get("action", ""), values.get("source", "")
        return cls(
            person=clean(values.get("person", "")).strip(),
            visitor=visitor,
            action=action if action in AuditAction.values else "",
            source=source if source in AuditSource.values else "",
            first=days["first"],
            last=days["last"],
            before=_parse_cursor(values.get("before", "")),
            problems=problems,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return self != Search(before=self.before)

    def query_string(self) -> str:
        """Return the query of this search's URL with its question mark; "" without filters."""
        values = {
            "person": self.person,
            "visitor": self.visitor,
            "action": self.action,
            "source": self.source,
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "before": self.before and f"{self.before[0]:{_CURSOR_FORMAT}}-{self.before[1]}",
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"?{query}" if query else ""

    def first_page(self) -> "Search":
        """Return the same search from its newest entry on."""
        return replace(self, before=None)

    def load_page(self, website: Website, zone: tzinfo) -> "tuple[list[AuditEntry], Search | None]":
        """Return a page of entries, and the search for the next page (None on the last one)."""
        entries = list(self._entries(website, zone)[: PAGE_SIZE + 1])
        page = entries[:PAGE_SIZE]
        return page, self._after(page[-1]) if len(entries) > PAGE_SIZE else None

    def iterate(self, website: Website, zone: tzinfo) -> Iterator[AuditEntry]:
        """Yield all entries. Reads them in batches, so that neither memory nor a long query limits their number."""
        search: Search = self
        while entries := list(search._entries(website, zone)[:EXPORT_BATCH_SIZE]):
            yield from entries
            search = search._after(entries[-1])

    def _after(self, entry: AuditEntry) -> "Search":
        return replace(self, before=(entry.at, entry.pk))

    def _entries(self, website: Website, zone: tzinfo) -> AuditEntryQuerySet:
        entries: AuditEntryQuerySet = AuditEntry.objects.filter(website=website).order_by("-at", "-pk")
        if self.problems:
            return entries.none()
        if self.person:
            users = User.objects.filter(username__iexact=self.person)
            # Entries of a deleted user are found by the name alone. Another user may have that name by now.
            entries = entries.filter(Q(user__in=users) | Q(user=None, user_name__iexact=self.person))
        if self.visitor:
            entries = entries.filter(log.about_visitors(website.pk, [UUID(self.visitor)]))
        if self.action:
            entries = entries.filter(action=self.action)
        if self.source:
            entries = entries.filter(source=self.source)
        if self.first:
            entries = entries.filter(at__gte=_midnight(self.first, zone))
        if self.last:
            entries = entries.filter(at__lt=_midnight(self.last + timedelta(days=1), zone))
        if self.before:
            at, pk = self.before
            # `at__lte` repeats a part of the condition in a form for which the database uses the index.
            entries = entries.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
        return entries


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _parse_day(text: str) -> date | None:
    """Return a day far enough from the ends of the calendar for arithmetic in any zone; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _parse_cursor(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.partition("-")
    try:
        cursor = datetime.strptime(at, _CURSOR_FORMAT).replace(tzinfo=UTC), int(pk)
    except ValueError:
        return None
    return cursor if 0 <= cursor[1] < _MAX_PK else None
