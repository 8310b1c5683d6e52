"""Who has looked at whom, and what stood there then: what is new since, and where a person was lately."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from visitors import sql
from visitors.formatting.text import short
from visitors.journey import Journey, Seen, mark
from visitors.models import LastSeen, Membership, Snapshot, Website

# A page that is opened again and again, or that follows a visitor, writes no more often.
WRITTEN_EVERY = timedelta(minutes=1)
LISTED = 12
_LONGEST_LABEL = 120
_EVER = datetime(2000, 1, 1, tzinfo=UTC)  # before DataFast

# The stored form of a mark: whoever changes the fields of `Seen` counts this up, and older marks are forgotten.
_Form = Literal[1]
_FORM: _Form = 1
_NOTHING = b""
_MEET = """
    INSERT INTO {table} (user_id, website_id, visitor_id, looked_at, label, seen)
    VALUES (%(user)s, %(website)s, %(visitor)s, %(at)s, %(label)s, %(seen)s)
    ON CONFLICT (user_id, website_id, visitor_id) DO NOTHING
"""
_LISTED = ("id", "user", "website", "visitor_id", "looked_at", "label")
_RECENT = f"""
    user_id = %(user)s AND website_id IN (SELECT website_id FROM {Membership._meta.db_table} WHERE user_id = %(user)s)
    ORDER BY looked_at DESC LIMIT %(most)s
"""  # noqa: S608, SLF001 a name of our own
_decoder = msgspec.msgpack.Decoder(tuple[_Form, Seen])


def decoded(stored: bytes | memoryview | None) -> Seen | None:
    """What a person saw, from what is stored of it; None where that is not known."""
    if stored is None:
        return None
    try:
        _, mark_then = _decoder.decode(bytes(stored))
    except (msgspec.DecodeError, ValueError):
        return None
    return mark_then


def carried(seen: Seen) -> str:
    """A mark as a page carries it, to say in each of its requests what its reader had seen when it was opened."""
    return urlsafe_b64encode(_stored(seen)).decode()


def brought(carried: str) -> Seen | None:
    """The mark that a page brings back; None for nothing, and for what is none."""
    try:
        seen = decoded(urlsafe_b64decode(carried))
    except ValueError:
        return None
    moments = [seen.looked_at, seen.latest_event_at] if seen else []
    return None if any(moment and moment.tzinfo is None for moment in moments) else seen


def marked_after(seen: Seen | None) -> datetime | None:
    """The moment after which an event is new to whoever has this mark; None where nothing is new, without a mark."""
    return (seen.latest_event_at or _EVER) if seen else None


def meet(user: User, website: Website, visitor_id: UUID, journey: Journey) -> None:
    """Keep that this person was shown this visitor for the first time; what they have seen of it is not known yet."""
    values = {"user": user.pk, "website": website.pk, "visitor": visitor_id, "label": _label(journey)}
    with transaction.atomic():
        if _is_kept(website, visitor_id):
            sql.change(LastSeen, _MEET, **values, at=datetime.now(UTC), seen=_NOTHING)


def note(user: User, website: Website, visitor_id: UUID, journey: Journey) -> None:
    """Keep that this person has this journey before their eyes, unless that was written within the last minute."""
    now = datetime.now(UTC)
    lately = _looks(user, website, visitor_id).filter(looked_at__gt=now - WRITTEN_EVERY)
    if lately.exclude(seen=_NOTHING).exists():
        return
    look = _look(user, website, visitor_id, journey, at=now, seen=_stored(mark(journey, now)))
    with transaction.atomic():
        if _is_kept(website, visitor_id):
            LastSeen.objects.bulk_create(
                [look],
                update_conflicts=True,
                unique_fields=["user", "website", "visitor_id"],
                update_fields=["looked_at", "label", "seen"],
            )


def recent(user: User, websites: Iterable[Website]) -> list[LastSeen]:
    """The visitors at whom this person looked last, newest first, on `websites`, which are those that they may see. One
    query."""
    seen_by_them = {website.pk: website for website in websites}
    found = sql.rows(LastSeen, _LISTED, _RECENT, user=user.pk, most=LISTED)
    # A role may have come or gone between the two questions.
    looks = [look for look in found if look.website_id in seen_by_them]
    for look in looks:
        look.website = seen_by_them[look.website_id]
    return looks


def _is_kept(website: Website, visitor_id: UUID) -> bool:
    """Whether the visitor was not forgotten meanwhile, and is not until this transaction ends."""
    which = "website_id = %(website)s AND visitor_id = %(visitor)s"
    return sql.one(Snapshot, ("id",), which, lock=True, website=website.pk, visitor=visitor_id) is not None


def _stored(seen: Seen) -> bytes:
    return msgspec.msgpack.encode((_FORM, seen))


def _look(user: User, website: Website, visitor_id: UUID, journey: Journey, *, at: datetime, seen: bytes) -> LastSeen:
    return LastSeen(user=user, website=website, visitor_id=visitor_id, looked_at=at, label=_label(journey), seen=seen)


def _label(journey: Journey) -> str:
    return short(journey.person.label or "", _LONGEST_LABEL) if journey.person else ""


def _looks(user: User, website: Website, visitor_id: UUID) -> QuerySet[LastSeen]:
    return LastSeen.objects.filter(user=user, website=website, visitor_id=visitor_id)
