"""Find the visitor whom a program asks about, in what is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from visitors.lookup.people.live import find_stored_live
from visitors.lookup.people.search import find_people, is_exactly
from visitors.models import Website

# Of people with one email address; more are not counted.
_MAX_MATCHES = 50


@dataclass(frozen=True, slots=True)
class Found:
    """The visitor who was seen last among those who match, how many others match as well, and what they match by."""

    visitor_id: UUID
    others: int = 0
    matched_by: str = ""


def find_person(website: Website, *, emails: Iterable[str], user_id: str) -> Found | None:
    """Return the visitor with exactly one of these email addresses, else with this user id.

    People with a stored profile come first, then those in the stored list of who is on the site. Makes no call.
    """
    for email in emails:
        if found := _find_exactly(website, email=email):
            return found
    return _find_exactly(website, user_id=user_id) if user_id else None


def _find_exactly(website: Website, *, email: str = "", user_id: str = "") -> Found | None:
    wanted = email or user_id
    known = [
        person
        for person in find_people(wanted, [website.pk], _MAX_MATCHES).people
        if is_exactly(wanted, person.email if email else person.user_id)
    ]
    if known:
        earliest = datetime.min.replace(tzinfo=UTC)
        latest = max(known, key=lambda person: (person.last_seen_at or earliest, person.pk))
        return Found(latest.visitor_id, len(known) - 1, wanted)
    live = find_stored_live(website, email=email, user_id=user_id)
    return Found(live[0].visitor_id, len(live) - 1, wanted) if live else None
