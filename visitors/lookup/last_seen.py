"""What each user saw of each visitor and when: the base for "new since you looked" and for the recently viewed list."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from dashboard.clock import latest_possible_time
from visitors import profiles
from visitors.formatting.text import truncate
from visitors.journey import Journey, Seen, make_seen
from visitors.models import LastSeen, Pin, Website

# A page that is reloaded again and again, or that follows a visitor, writes no more often than this.
WRITE_INTERVAL = timedelta(minutes=1)
RECENT_LIMIT = 12
PINNED_LIMIT = 24
_LABEL_LIMIT = 120
_BEFORE_ALL_EVENTS = datetime(2000, 1, 1, tzinfo=UTC)  # DataFast did not exist yet

# The version of the stored form. Increase it when the fields of `Seen` change: older rows then count as unseen.
_Form = Literal[1]
_FORM: _Form = 1
_UNSEEN = b""
_decoder = msgspec.msgpack.Decoder(tuple[_Form, Seen])


def load_seen(stored: bytes | memoryview | None) -> Seen | None:
    """Return what a user saw, from `LastSeen.seen`; None when there is no row, or none that this release can read."""
    if stored is None:
        return None
    try:
        _, seen = _decoder.decode(bytes(stored))
    except (msgspec.DecodeError, ValueError):
        return None
    return seen


def encode_seen(seen: Seen) -> str:
    """Return the text that a page sends with its requests, so that "new" keeps its meaning while the page is open."""
    return urlsafe_b64encode(_dump(seen)).decode()


def decode_seen(text: str) -> Seen | None:
    """Return what `encode_seen` encoded; None for anything else, since the text comes from a browser."""
    try:
        seen = load_seen(urlsafe_b64decode(text))
    except ValueError:
        return None
    times = [seen.looked_at, seen.latest_event_at] if seen else []
    return None if any(time and time.tzinfo is None for time in times) else seen


def marked_after(seen: Seen | None) -> datetime | None:
    """Return the time after which events are new to the user; None when nothing counts as new (first look)."""
    return (seen.latest_event_at or _BEFORE_ALL_EVENTS) if seen else None


def create_unseen(user: User, website: Website, visitor_id: UUID, label: str) -> None:
    """List the visitor among those the user opened. What they saw is recorded once the page reports that it was read.

    `label` is the visitor's name or email. Does nothing when there is a row already, or when the visitor was erased
    meanwhile.
    """
    row = _row(user, website, visitor_id, label, looked_at=datetime.now(UTC), seen=_UNSEEN)
    with transaction.atomic():
        if profiles.lock_stored(website.pk, visitor_id):
            LastSeen.objects.bulk_create([row], ignore_conflicts=True)


def mark_seen(user: User, website: Website, visitor_id: UUID, journey: Journey) -> None:
    """Record that the user has seen this journey, at most once per WRITE_INTERVAL.

    Does nothing when the visitor was erased meanwhile.
    """
    now = datetime.now(UTC)
    rows = LastSeen.objects.filter(user=user, website=website, visitor_id=visitor_id)
    if rows.filter(looked_at__range=(now - WRITE_INTERVAL, latest_possible_time())).exclude(seen=_UNSEEN).exists():
        return
    label = journey.person.label if journey.person else ""
    row = _row(user, website, visitor_id, label, looked_at=now, seen=_dump(make_seen(journey, now)))
    with transaction.atomic():
        if profiles.lock_stored(website.pk, visitor_id):
            LastSeen.objects.bulk_create(
                [row],
                update_conflicts=True,
                unique_fields=["user", "website", "visitor_id"],
                update_fields=["looked_at", "label", "seen"],
            )


def opened_by(user: User, websites: Iterable[Website]) -> QuerySet[LastSeen]:
    """Return the visitors that the user opened on these websites. What only colleagues opened is left out.

    A name is shown to users whose look at the visitor is in the audit log.
    """
    return LastSeen.objects.filter(user=user, website__in=websites).select_related("website").defer("seen")


def find_names(user: User, websites: Iterable[Website], visitor_ids: Iterable[UUID]) -> dict[tuple[int, UUID], str]:
    """Return the names under which colleagues last opened these visitors, by website and id. One query.

    A name may be shown only with an entry in the audit log.
    """
    rows = LastSeen.objects.filter(website__in=websites, visitor_id__in=visitor_ids).exclude(user=user)
    named = rows.exclude(label="").order_by("looked_at").values_list("website_id", "visitor_id", "label")
    return {(website_id, visitor_id): label for website_id, visitor_id, label in named}


def recently_opened_by(user: User, websites: Iterable[Website]) -> QuerySet[LastSeen]:
    """Return the visitors that the user opened last on these websites, newest first."""
    opened = opened_by(user, websites).filter(looked_at__lte=latest_possible_time())
    return opened.order_by("-looked_at")[:RECENT_LIMIT]


def pinned_by(user: User, websites: Iterable[Website]) -> QuerySet[LastSeen]:
    """Return the visitors that the user pinned on these websites, opened last first."""
    pins = Pin.objects.filter(user=user, website=OuterRef("website"), visitor_id=OuterRef("visitor_id"))
    return opened_by(user, websites).filter(Exists(pins)).order_by("-looked_at")[:PINNED_LIMIT]


def _dump(seen: Seen) -> bytes:
    return msgspec.msgpack.encode((_FORM, seen))


def _row(user: User, website: Website, visitor_id: UUID, label: str, *, looked_at: datetime, seen: bytes) -> LastSeen:
    label = truncate(label, _LABEL_LIMIT)
    return LastSeen(user=user, website=website, visitor_id=visitor_id, looked_at=looked_at, label=label, seen=seen)
