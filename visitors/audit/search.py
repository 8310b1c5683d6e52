"""Questions to the look-up log of a website: whose lines, about whom, of which days, from where; newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import QueryDict

from visitors.audit import log
from visitors.formatting.text import clean
from visitors.lookup import id_parser
from visitors.models import AuditAction, AuditEntry, AuditEntryQuerySet, Website

LINES_ON_A_PAGE = 50
_READ_AT_ONCE = 1000
_CURSOR = "%Y%m%dT%H%M%S%f"
_NUMBERS = 2**63


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for. Nothing, by default, which is everything.

    `person` is a user name, `visitor` an id, `source` a `AuditAction`; `first` and `last` are days in the website's
    zone, both included. `before` is the line after which a page begins: its moment and number. `problems` are
    sentences about what could not be read, by the name of the field; where there are any, nothing is found.
    """

    person: str = ""
    visitor: str = ""
    source: str = ""
    first: date | None = None
    last: date | None = None
    before: tuple[datetime, int] | None = None
    problems: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, values: QueryDict) -> "Search":
        """Read an address. A visitor is taken in any form that can be pasted."""
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
            days[name] = _day(text)
            if text and days[name] is None:
                problems[name] = "Write the day as 2026-05-04."
        source = values.get("source", "")
        return cls(
            person=clean(values.get("person", "")).strip(),
            visitor=visitor,
            source=source if source in AuditAction.values else "",
            first=days["first"],
            last=days["last"],
            before=_cursor(values.get("before", "")),
            problems=tuple(problems.items()),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything is asked for."""
        return self != Search(before=self.before)

    def address(self) -> str:
        """The query of the address that asks this, with its question mark; "" for everything."""
        values = {
            "person": self.person,
            "visitor": self.visitor,
            "source": self.source,
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "before": self.before and f"{self.before[0]:{_CURSOR}}-{self.before[1]}",
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"?{query}" if query else ""

    def from_newest(self) -> "Search":
        """The same question, from its first page."""
        return replace(self, before=None)

    def page(self, website: Website, zone: tzinfo) -> "tuple[list[AuditEntry], Search | None]":
        """Return the lines of a page, and the question for the page after it (None: there is none)."""
        lines = list(self._lines(website, zone)[: LINES_ON_A_PAGE + 1])
        if len(lines) <= LINES_ON_A_PAGE:
            return lines, None
        lines = lines[:LINES_ON_A_PAGE]
        return lines, self._after(lines[-1])

    def every_line(self, website: Website, zone: tzinfo) -> Iterator[AuditEntry]:
        """All lines, some at a time: however many there are, little is held and nobody waits for the database."""
        search: Search = self
        while lines := list(search._lines(website, zone)[:_READ_AT_ONCE]):
            yield from lines
            search = search._after(lines[-1])

    def _after(self, line: AuditEntry) -> "Search":
        return replace(self, before=(line.at, line.pk))

    def _lines(self, website: Website, zone: tzinfo) -> AuditEntryQuerySet:
        lines: AuditEntryQuerySet = AuditEntry.objects.filter(website=website).order_by("-at", "-pk")
        if self.problems:
            return lines.none()
        if self.person:
            accounts = User.objects.filter(username__iexact=self.person)
            # Of an account that is gone, the name is left. Another one may have it since.
            lines = lines.filter(Q(user__in=accounts) | Q(user=None, user_name__iexact=self.person))
        if self.visitor:
            lines = lines.filter(log.about_visitors(website.pk, [UUID(self.visitor)]))
        if self.source:
            lines = lines.filter(source=self.source)
        if self.first:
            lines = lines.filter(at__gte=_midnight(self.first, zone))
        if self.last:
            lines = lines.filter(at__lt=_midnight(self.last + timedelta(days=1), zone))
        if self.before:
            at, number = self.before
            lines = lines.filter(Q(at__lt=at) | Q(at=at, pk__lt=number), at__lte=at)  # the second: for the index
        return lines


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _day(text: str) -> date | None:
    """A day that has a day after it in any zone; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _cursor(text: str) -> tuple[datetime, int] | None:
    at, _, number = text.partition("-")
    try:
        cursor = datetime.strptime(at, _CURSOR).replace(tzinfo=UTC), int(number)
    except ValueError:
        return None
    return cursor if 0 <= cursor[1] < _NUMBERS else None
