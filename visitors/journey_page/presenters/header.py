"""The header of the page: who the visitor is, how old the profile is, and which colleagues have looked."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import quote
from uuid import UUID

from visitors.formatting import (
    ANONYMOUS,
    DisplayTime,
    display_ago,
    display_time,
    format_age,
    format_count,
    format_day,
    format_local_clock,
)
from visitors.formatting.avatars import avatar_color, initials
from visitors.formatting.text import truncate
from visitors.journey import Journey
from visitors.journey_page.presenters.identity import Whereabouts

_NAME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Head:
    """Who the visitor is. `visitor_id` is the canonical id, 36 characters in lower case.

    `initials` are one or two letters, "" for an anonymous visitor; `color` is the number of the avatar's color. `facts`
    are the company, plan and user id, where they are known and are not the name.
    """

    name: str
    initials: str
    color: int
    email: str
    mail_link: str
    facts: tuple[str, ...]
    is_live: bool
    visitor_id: str
    whereabouts: Whereabouts


@dataclass(frozen=True, slots=True)
class Age:
    """When the profile was fetched, and how long ago that was. `is_old` means that it should be fetched again."""

    as_of: DisplayTime
    words: str
    seconds: int
    is_old: bool


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The colleagues who have looked: `count` ("3 colleagues", "" for one), the latest one's name, and when."""

    count: str
    latest: str
    time: DisplayTime


def present_head(journey: Journey, whereabouts: Whereabouts, *, visitor_id: UUID, now: datetime) -> Head:
    """Return the header of a journey."""
    person = journey.person
    label, email = (person.label, person.email or "") if person else ("", "")
    facts = (person.company, person.plan, person.user_id) if person else ()
    return Head(
        name=truncate(label, _NAME_LIMIT) or ANONYMOUS,
        initials=initials(label),
        color=avatar_color(visitor_id),
        email=email,
        # Everything that could start another part of the link, such as its subject, is escaped.
        mail_link=f"mailto:{quote(email, safe='@')}" if email else "",
        facts=tuple(truncate(fact, _NAME_LIMIT) for fact in facts if fact and fact != label),
        is_live=journey.is_live(now),
        visitor_id=str(visitor_id),
        whereabouts=whereabouts,
    )


def present_age(fetched_at: datetime, *, is_fresh: bool, now: datetime, zone: tzinfo) -> Age:
    """Return the age of a profile: "As of 18:13:20 KST, 20 seconds ago"."""
    local = fetched_at.astimezone(zone)
    day, clock = format_day(fetched_at, now, zone), f"{format_local_clock(local, zone, 'seconds')} {local:%Z}".rstrip()
    return Age(
        as_of=display_time(fetched_at, zone, clock if day == "today" else f"{day}, {clock}"),
        words=format_age(fetched_at, now),
        seconds=max(0, int((now - fetched_at).total_seconds())),
        is_old=not is_fresh,
    )


def present_colleagues(number: int, latest: str, at: datetime, *, now: datetime, zone: tzinfo) -> Colleagues:
    """Return how many colleagues have looked, who of them was the latest, and when."""
    count = format_count(number, "colleague") if number > 1 else ""
    return Colleagues(count, latest, display_ago(at, now, zone))
