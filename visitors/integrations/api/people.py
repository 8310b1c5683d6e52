"""People whose profiles are stored, as data."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import DatabaseError

from visitors.audit.log import LogUnavailable
from visitors.formatting import format_utc
from visitors.integrations.api.schemas import FoundPerson
from visitors.lookup.people.recording import record_search
from visitors.lookup.people.search import find_people
from visitors.models import AuditSource, KnownPerson, Website


def search_people(
    user: User, websites: Iterable[Website], query: str, limit: int, source: AuditSource
) -> tuple[list[FoundPerson], bool]:
    """Return the people who match, best first, and whether more do; write the search to the audit log.

    Raises LogUnavailable.
    """
    slugs = {website.pk: website.slug for website in websites}
    found = find_people(query, list(slugs), limit)
    try:
        record_search(user, {person.website_id for person in found.people}, source=source)
    except DatabaseError as error:
        raise LogUnavailable from error
    people = [
        FoundPerson.model_validate(
            {"visitor_id": str(person.visitor_id), "website": slugs[person.website_id], **present_known(person)}
        )
        for person in found.people
    ]
    return people, found.has_more


def present_known(person: KnownPerson) -> dict[str, object]:
    """Return the fields of `schemas.KnownPerson`."""
    return {
        "name": person.name or None,
        "email": person.email or None,
        "company": person.company or None,
        "user_id": person.user_id or None,
        "score": person.score,
        "confidence": person.confidence,
        "net_paid": None if person.net_paid is None else f"{person.net_paid.normalize():f}",
        "currency": person.currency or None,
        "is_customer": person.is_customer,
        "visits": person.visits,
        "last_seen_at": format_utc(person.last_seen_at) if person.last_seen_at else None,
    }
