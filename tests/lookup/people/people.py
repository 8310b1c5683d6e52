"""Known people for tests: snapshots without an answer, and the row of each."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from visitors.datafast.payload import UserProfile, Visitor
from visitors.journey import derive
from visitors.models import KnownPerson, Snapshot, Website
from visitors.profiles import known_people
from visitors.profiles.stored_form import Contents


def add_person(
    website: Website, *, seen_days_ago: float = 0, user_id: str | None = None, **metadata: str
) -> KnownPerson:
    """Store a person whom the website identified with this metadata."""
    snapshot = Snapshot.objects.create(
        website=website,
        visitor_id=uuid4(),
        fetched_at=datetime.now(UTC),
        version="1",
        answer_compressed=b"",
    )
    profile = UserProfile(user_id=user_id, metadata=metadata)
    person = known_people.make(snapshot, Contents(None, derive(Visitor(profile=profile)), ()))
    person.last_seen_at = datetime.now(UTC) - timedelta(days=seen_days_ago)
    person.save()
    return person
