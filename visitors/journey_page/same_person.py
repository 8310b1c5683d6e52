"""One person with several visitor ids: the ids of a website with the same email address or user id.

Nothing is merged in the database. The combined timeline says for each event with which id it happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from heapq import nlargest
from itertools import islice
from uuid import UUID

from django.db.models import F, Q

from visitors import profiles
from visitors.formatting import ANONYMOUS, DisplayTime, display_ago, format_day
from visitors.journey import Journey, fold
from visitors.journey_page.timeline.row_presenter import RowPresenter
from visitors.journey_page.timeline.rows import EventRow, NoteRow
from visitors.models import KnownPerson, Website

MAX_IDS = 10
MAX_ROWS = 150


@dataclass(frozen=True, slots=True)
class Device:
    """One of the person's ids. `number` names it in the combined timeline."""

    number: int
    visitor_id: UUID
    name: str
    device: str
    place: str
    visits: str
    last_seen: DisplayTime | None


@dataclass(frozen=True, slots=True)
class CombinedRow:
    """An event of the combined timeline, with the day above it where that changes."""

    day: str
    device: Device
    event: EventRow | NoteRow


def find_same_person(website: Website, visitor_id: UUID) -> list[KnownPerson]:
    """Return the stored people with this visitor's email address or user id, and the visitor, seen last first."""
    people = KnownPerson.objects.filter(website=website)
    person = people.filter(visitor_id=visitor_id).first()
    if person is None:
        return []
    same = Q(visitor_id=visitor_id)
    if person.email:
        same |= Q(email=person.email)
    if person.user_id:
        same |= Q(user_id=person.user_id)
    return list(people.filter(same).order_by(F("last_seen_at").desc(nulls_last=True), "-pk")[:MAX_IDS])


def present_devices(people: Iterable[KnownPerson], *, now: datetime, zone: tzinfo) -> list[Device]:
    """Return the person's ids, numbered."""
    return [
        Device(
            number,
            person.visitor_id,
            person.label or ANONYMOUS,
            " · ".join(part for part in (person.system, person.device) if part) or "Unknown device",
            person.place,
            f"{person.visits:,}",
            display_ago(person.last_seen_at, now, zone) if person.last_seen_at else None,
        )
        for number, person in enumerate(people, start=1)
    ]


def present_combined(website: Website, devices: Iterable[Device], *, now: datetime, zone: tzinfo) -> list[CombinedRow]:
    """Return the newest dated events of all ids, newest first."""
    found: list[tuple[str, int, Device, EventRow | NoteRow]] = []
    for device in devices:
        profile = profiles.get_stored_profile(website, device.visitor_id)
        if profile:
            journey = profile.contents.journey.as_of(now)
            rows = islice(_newest_events(journey, now=now, zone=zone), MAX_ROWS)
            found += ((row.iso, -place, device, row) for place, row in enumerate(rows))
    newest = nlargest(MAX_ROWS, found, key=lambda one: (one[0], one[1]))
    combined, day = [], ""
    for iso, _, device, event in newest:
        this = format_day(datetime.fromisoformat(iso), now, zone)
        combined.append(CombinedRow("" if this == day else this, device, event))
        day = this
    return combined


def _newest_events(journey: Journey, *, now: datetime, zone: tzinfo) -> Iterable[EventRow | NoteRow]:
    """Yield the rows of the dated events, newest first."""
    presenter = RowPresenter(journey, zone=zone, now=now, marked_after=None)
    for visit in journey.visits:
        yield from reversed(presenter.present_events(fold(visit.events), visit.started_at))
