"""What every view of a visitor needs: the website with the user's role, and what the database knows of the visitor.

This SQL is written out, since it runs before every journey page, and takes 0.1 ms where the ORM takes 1.8 ms for the
same (a whole signed-in request takes about 2 ms). A test compares it with the ORM.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, models

from dashboard.clock import latest_possible_time
from visitors.models.accounts import Membership
from visitors.models.audit import AuditEntry, AuditResult, LastSeen
from visitors.models.known_people import KnownPerson
from visitors.models.profiles import Snapshot
from visitors.models.team import Alert, Note, Ownership, Pin, VisitorTag
from visitors.models.websites import Website
from visitors.roles import Role

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User

# Of a person's company, and other ids of a person; more are not counted.
MAX_COLLEAGUES = 100
# One look into an index of the log per member of the website, so the length of the log does not matter.
_WEBSITE, _MEMBERSHIP, _ENTRY, _SNAPSHOT, _LAST_SEEN, _NOTE, _TAG, _OWNERSHIP, _PIN, _ALERT, _PERSON = (
    model._meta.db_table  # noqa: SLF001 the public name of a table's name
    for model in (
        Website,
        Membership,
        AuditEntry,
        Snapshot,
        LastSeen,
        Note,
        VisitorTag,
        Ownership,
        Pin,
        Alert,
        KnownPerson,
    )
)
_HAS_MEMORY = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} WHERE website_id = website.id AND visitor_id = %(visitor)s{own})"  # noqa: S608 names of our own tables
    for table, own in ((_NOTE, ""), (_TAG, ""), (_OWNERSHIP, ""), (_PIN, " AND user_id = member.user_id"))
)
# Two looks into an index: for one with OR, SQLite reads all people of the website.
_SAME_PERSON = " UNION ".join(
    f"""
        SELECT id FROM (
            SELECT id FROM {_PERSON} AS other
            WHERE other.website_id = website.id AND other.{column} = NULLIF(person.{column}, '')
                AND other.visitor_id <> %(visitor)s
            LIMIT {MAX_COLLEAGUES}
        ) AS by_{column}
    """  # noqa: S608 names of our own tables
    for column in ("email", "user_id")
)
_QUERY = f"""
    WITH colleague AS (
        SELECT entry.user_name, entry.at, COUNT(*) OVER () AS number FROM {_MEMBERSHIP} AS other
        JOIN {_ENTRY} AS entry ON entry.id = (
            SELECT id FROM {_ENTRY}
            WHERE website_id = other.website_id AND visitor_id = %(visitor)s AND user_id = other.user_id
                AND result = %(shown)s AND at <= %(latest)s
            ORDER BY at DESC LIMIT 1
        )
        WHERE other.website_id = (SELECT id FROM {_WEBSITE} WHERE slug = %(slug)s) AND other.user_id <> %(user)s
        ORDER BY entry.at DESC LIMIT 1
    )
    SELECT website.*, member.role AS role, snapshot.version, snapshot.fetched_at, last_seen.seen,
        colleague.number AS colleagues, colleague.user_name AS colleague, colleague.at AS colleague_at,
        (
            SELECT at FROM {_ENTRY}
            WHERE website_id = website.id AND visitor_id = %(visitor)s AND user_id = member.user_id
                AND result = %(shown)s AND at <= %(latest)s
            ORDER BY at DESC LIMIT 1
        ) AS shown_at,
        ({_HAS_MEMORY}) AS has_memory,
        (
            SELECT COUNT(*) FROM ({_SAME_PERSON} LIMIT {MAX_COLLEAGUES}) AS ids_of_person
        ) AS other_ids,
        (
            SELECT COUNT(*) FROM (
                SELECT 1 FROM {_PERSON} AS other
                WHERE other.website_id = website.id AND other.company_key = NULLIF(person.company_key, '')
                    AND other.visitor_id <> %(visitor)s
                LIMIT {MAX_COLLEAGUES}
            ) AS colleagues_of_person
        ) AS company_people,
        COALESCE(NULLIF(person.company, ''), person.email_domain) AS company_name,
        (
            SELECT COUNT(*) FROM {_ALERT} WHERE user_id = %(user)s AND NOT is_read
                AND website_id IN (SELECT website_id FROM {_MEMBERSHIP} WHERE user_id = %(user)s)
        ) AS unread_alerts,
        EXISTS (SELECT 1 FROM {_MEMBERSHIP} WHERE user_id = %(user)s AND role = %(admin)s) AS manages_websites
    FROM {_WEBSITE} AS website
    JOIN {_MEMBERSHIP} AS member ON member.website_id = website.id AND member.user_id = %(user)s
    LEFT JOIN {_SNAPSHOT} AS snapshot ON snapshot.website_id = website.id AND snapshot.visitor_id = %(visitor)s
    LEFT JOIN {_PERSON} AS person ON person.website_id = website.id AND person.visitor_id = %(visitor)s
    LEFT JOIN {_LAST_SEEN} AS last_seen ON last_seen.website_id = website.id AND last_seen.user_id = member.user_id
        AND last_seen.visitor_id = %(visitor)s
    LEFT JOIN colleague ON TRUE
    WHERE website.slug = %(slug)s
"""  # noqa: S608 names of our own tables


_WEBSITES_QUERY = f"""
    SELECT website.*, member.role AS role, snapshot.version, snapshot.fetched_at
    FROM {_WEBSITE} AS website
    JOIN {_MEMBERSHIP} AS member ON member.website_id = website.id AND member.user_id = %(user)s
    LEFT JOIN {_SNAPSHOT} AS snapshot ON snapshot.website_id = website.id AND snapshot.visitor_id = %(visitor)s
    ORDER BY website.name, website.id
"""  # noqa: S608 names of our own tables


class Related(NamedTuple):
    """How many other ids of a website have the visitor's email address or user id, and how many people are of the same
    company (both at most MAX_COLLEAGUES), with its name."""

    other_ids: int
    company_people: int
    company: str


class ColleagueViews(NamedTuple):
    """How many colleagues have viewed a visitor, and the name and time of the latest."""

    number: int
    latest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitorContext:
    """A website with the user's `role` there, and what the database knows of one of its visitors.

    `snapshot` is the version of the stored snapshot and the time of its answer, or None. `seen` is the user's
    `LastSeen.seen`, None if they have never looked. `shown_at` is when the user was last shown the visitor.
    `has_memory` is whether the team has notes, tags or an owner for the visitor, or the user a pin. `unread_alerts`
    is the number of the user's alerts, and `manages_websites` whether they are an admin of any website; the menu of
    each page needs both.
    """

    website: Website
    visitor_id: UUID
    snapshot: tuple[str, datetime] | None
    seen: bytes | None
    colleagues: ColleagueViews | None
    shown_at: datetime | None
    has_memory: bool
    related: Related
    unread_alerts: int
    manages_websites: bool


def load_visitor_context(user: User, slug: str, visitor_id: UUID) -> VisitorContext | None:
    """Return a visitor's context on the website with this slug, or None if the user has no role there. One query."""
    values = {
        "user": user.pk,
        "slug": slug,
        "visitor": models.UUIDField().get_db_prep_value(visitor_id, connection),
        "shown": AuditResult.SHOWN.value,
        "latest": models.DateTimeField().get_db_prep_value(latest_possible_time(), connection),
        "admin": Role.ADMIN.value,
    }
    # The columns of other tables become attributes of the website, as the database returns them.
    website = next(iter(Website.objects.raw(_QUERY, values)), None)
    if website is None:
        return None
    extra = vars(website)
    fetched_at, colleague_at = _time(extra["fetched_at"]), _time(extra["colleague_at"])
    return VisitorContext(
        website,
        visitor_id,
        (extra["version"], fetched_at) if fetched_at else None,
        extra["seen"],
        ColleagueViews(extra["colleagues"], extra["colleague"], colleague_at) if colleague_at else None,
        _time(extra["shown_at"]),
        bool(extra["has_memory"]),
        Related(extra["other_ids"], extra["company_people"], extra["company_name"] or ""),
        extra["unread_alerts"],
        bool(extra["manages_websites"]),
    )


def load_websites_of_visitor(user: User, visitor_id: UUID) -> list[tuple[Website, tuple[str, datetime] | None]]:
    """Return the websites on which the user has a role, with it, and what each has stored of a visitor: the version of
    the snapshot and the time of its answer. One query."""
    values = {"user": user.pk, "visitor": models.UUIDField().get_db_prep_value(visitor_id, connection)}
    found: list[tuple[Website, tuple[str, datetime] | None]] = []
    for website in Website.objects.raw(_WEBSITES_QUERY, values):
        fetched_at = _time(vars(website)["fetched_at"])
        found.append((website, (vars(website)["version"], fetched_at) if fetched_at else None))
    return found


def _time(stored: datetime | str | None) -> datetime | None:
    """Return a column's time. SQLite stores it as text, in UTC without saying so."""
    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
