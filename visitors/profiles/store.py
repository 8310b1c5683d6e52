"""What is kept of the answers: the newest one in the database for good, and in the cache everything that a page reads.

The cache may vanish at any moment. Then the newest answer is read from the database, and its parts are derived again.
"""

import hashlib
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.conf import settings
from msgspec import Struct

from visitors import journey
from visitors.datafast.client import VisitorAnswer
from visitors.datafast.errors import BotVisitor, NoJourney, UpstreamError, VisitorNotFound
from visitors.datafast.lenient import Note
from visitors.datafast.parsing import parse_visitor
from visitors.datafast.payload import Visitor
from visitors.models import Snapshot
from visitors.profiles import cached, failures, keys

Value = TypeVar("Value")

# A new visitor may appear any second; a bot stays one.
REFUSAL_SECONDS = {VisitorNotFound: 30, BotVisitor: 600}

_encode = msgspec.msgpack.Encoder().encode


class Latest(Struct, frozen=True, array_like=True):
    """Which answer about a visitor is the newest one, and when it came."""

    version: str
    fetched_at: datetime


class Contents(Struct, frozen=True, array_like=True):
    """What an answer says: the journey, the visitor without the lists that the journey was derived from, and what could
    not be read."""

    visitor: Visitor
    journey: journey.Journey
    notes: tuple[Note, ...]


def latest(website_id: int, visitor_id: UUID, *, since: datetime | None = None) -> Latest | None:
    """Return the newest answer that is kept, None where there is none (or none that is recent enough to be kept).

    With `since`, an older one from the cache is not believed: the database is asked.
    """
    found = _decoded(cached.read(keys.latest(website_id, visitor_id)), Latest)
    if found and (since is None or found.fetched_at >= since):
        return found
    oldest = datetime.now(UTC) - timedelta(seconds=settings.PROFILE_KEEP_SECONDS)
    row = (
        Snapshot.objects.filter(website_id=website_id, visitor_id=visitor_id, fetched_at__gte=oldest)
        .values_list("version", "fetched_at")
        .first()
    )
    if row is None:
        return None
    found = Latest(*row)
    _remember(website_id, visitor_id, found)
    return found


def keep(website_id: int, visitor_id: UUID, answer: VisitorAnswer, at: datetime) -> Latest:
    """Keep an answer that came at this moment, and return it as the newest one."""
    contents = _contents(answer.visitor, answer.notes)
    version = _version(contents)
    row = {"fetched_at": at, "version": version, "answer_compressed": Snapshot.compress(answer.body)}
    Snapshot.objects.update_or_create(website_id=website_id, visitor_id=visitor_id, defaults=row)
    _write_part(website_id, visitor_id, version, "contents", _encode(contents))
    newest = Latest(version, at)
    _remember(website_id, visitor_id, newest)
    return newest


def keep_refusal(website_id: int, visitor_id: UUID, refusal: NoJourney) -> None:
    """Keep, for a short while, that the upstream has no journey for this id; what it said before no longer holds."""
    forget(website_id, visitor_id)
    for kind, seconds in REFUSAL_SECONDS.items():
        if isinstance(refusal, kind):
            cached.write(keys.refusal(website_id, visitor_id), failures.encode(refusal), seconds)


def refusal(website_id: int, visitor_id: UUID) -> UpstreamError | None:
    """Return the upstream's recent answer that it has no journey for this id; None where there is none."""
    stored = cached.read(keys.refusal(website_id, visitor_id))
    return failures.decode(stored) if stored else None


def forget(website_id: int, visitor_id: UUID) -> None:
    """Keep nothing of a visitor any longer."""
    Snapshot.objects.filter(website_id=website_id, visitor_id=visitor_id).delete()
    cached.delete(keys.latest(website_id, visitor_id))


def contents(website_id: int, visitor_id: UUID, version: str) -> Contents | None:
    """Return what one answer says; None when this version is no longer kept."""
    found = _decoded(_read_part(website_id, visitor_id, version, "contents"), Contents)
    if found:
        return found
    body = answer(website_id, visitor_id, version)
    if body is None:
        return None
    parsed = parse_visitor(body)
    derived = _contents(parsed.visitor, parsed.notes)
    _write_part(website_id, visitor_id, version, "contents", _encode(derived))
    return derived


def answer(website_id: int, visitor_id: UUID, version: str) -> bytes | None:
    """Return an answer's JSON as it was received; None when this version is no longer the newest."""
    row = Snapshot.objects.filter(website_id=website_id, visitor_id=visitor_id, version=version).first()
    return row.answer if row else None


def _contents(visitor: Visitor, notes: tuple[Note, ...]) -> Contents:
    lists = {"visited_pages": None, "completed_goals": None, "completed_custom_goals": None}
    activity = visitor.activity and msgspec.structs.replace(visitor.activity, **lists)
    return Contents(msgspec.structs.replace(visitor, activity=activity), journey.derive(visitor), notes)


def _version(contents: Contents) -> str:
    """A fingerprint of what an answer says. The two counters that run with the clock do not count as news."""
    activity = contents.visitor.activity
    if activity:
        activity = msgspec.structs.replace(activity, time_since_first_visit=None, time_since_current_visit=None)
    said: Any = (msgspec.structs.replace(contents.visitor, activity=activity), contents.journey, contents.notes)
    return hashlib.blake2b(_encode(said), digest_size=12).hexdigest()


def _remember(website_id: int, visitor_id: UUID, newest: Latest) -> None:
    cached.write(keys.latest(website_id, visitor_id), _encode(newest), settings.PROFILE_KEEP_SECONDS)


def _read_part(website_id: int, visitor_id: UUID, version: str, name: str) -> bytes | None:
    packed = cached.read(keys.part(website_id, visitor_id, version, name))
    try:
        return zlib.decompress(packed) if packed else None
    except zlib.error:
        return None


def _write_part(website_id: int, visitor_id: UUID, version: str, name: str, value: bytes) -> None:
    packed = zlib.compress(value, 1)
    cached.write(keys.part(website_id, visitor_id, version, name), packed, settings.PROFILE_KEEP_SECONDS)


def _decoded(stored: bytes | None, kind: type[Value]) -> Value | None:
    """Read back what was stored; bytes of something else count as none."""
    if stored is None:
        return None
    try:
        return msgspec.msgpack.decode(stored, type=kind)
    except (msgspec.DecodeError, ValueError):
        return None
