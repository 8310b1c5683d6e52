"""What is kept of the answers: the newest one in the database for good, and in the cache what it says, derived.

Which answer is the newest is the database's to say: every page asks it who may see the visitor, and learns that by the
same statement. The cache may vanish at any moment. Then what the newest answer says is derived again.
"""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from msgspec import Struct
from msgspec.structs import replace

from visitors import cached, journey, sql
from visitors.datafast.client import VisitorAnswer
from visitors.datafast.lenient import Note
from visitors.datafast.parsing import parse_visitor
from visitors.datafast.payload import Visitor
from visitors.models import MetricsPoint, Snapshot
from visitors.profiles import entries, keys

# How many sightings are kept of a visitor.
MAX_METRICS_POINTS = 200

# In one order, so that the same answer has the same bytes, whatever the order in which it lists parameters.
_encode = msgspec.msgpack.Encoder(order="deterministic").encode

_OF_VISITOR = "website_id = %(website)s AND visitor_id = %(visitor)s"
_KEEP = """
    INSERT INTO {table} (website_id, visitor_id, fetched_at, version, answer_compressed)
    VALUES (%(website)s, %(visitor)s, %(at)s, %(version)s, %(answer)s)
    ON CONFLICT (website_id, visitor_id) DO UPDATE SET
        fetched_at = excluded.fetched_at, version = excluded.version, answer_compressed = excluded.answer_compressed
"""
_SEEN_AGAIN = f"UPDATE {{table}} SET fetched_at = %(at)s WHERE {_OF_VISITOR} AND version = %(version)s"  # noqa: S608 our own words
_SIGHT = """
    INSERT INTO {table} (website_id, visitor_id, at, score, visits, page_views, goals, payments)
    VALUES (%(website)s, %(visitor)s, %(at)s, %(score)s, %(visits)s, %(page_views)s, %(goals)s, %(payments)s)
"""
_SIGHTED = ("id", "at", "score", "visits", "page_views", "goals", "payments")


class Latest(NamedTuple):
    """Which answer about a visitor is the newest one, and when it came."""

    version: str
    fetched_at: datetime


class Contents(Struct, frozen=True, array_like=True):
    """What an answer says: the journey, the visitor, and what could not be read.

    The visitor is without the lists that the journey was derived from, and without the two counters that run with the
    clock: an answer that differs in nothing else says the same.
    """

    visitor: Visitor
    journey: journey.Journey
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody asked for: which answer it is; what it says, where that is at hand; and whether it `is_first`: then
    nothing was known of this visitor before."""

    latest: Latest
    contents: Contents | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """An answer that came at `at` (UTC), made ready to be kept. `encoded` are its contents."""

    body: bytes
    at: datetime
    contents: Contents
    encoded: bytes
    version: str


def latest(website_id: int, visitor_id: UUID) -> Latest | None:
    """Return the newest answer that is kept, None where there is none (or none that is recent enough to be kept)."""
    snapshot = sql.one(Snapshot, ("version", "fetched_at"), _OF_VISITOR, website=website_id, visitor=visitor_id)
    return if_kept((snapshot.version, snapshot.fetched_at) if snapshot else None)


def if_kept(newest: tuple[str, datetime] | None) -> Latest | None:
    """What `latest` says, from the version of the snapshot and when it came."""
    if newest is None:
        return None
    oldest = datetime.now(UTC) - timedelta(seconds=settings.PROFILE_KEEP_SECONDS)
    return Latest(*newest) if newest[1] >= oldest else None


def digest(answer: VisitorAnswer) -> Digest:
    """Make an answer that has just come ready to be kept."""
    at = datetime.now(UTC)
    contents = _contents(answer.visitor, answer.notes)
    encoded = _encode(contents)
    return Digest(answer.body, at, contents, encoded, hashlib.blake2b(encoded, digest_size=12).hexdigest())


def keep(website_id: int, visitor_id: UUID, answer: Digest, *, is_first: bool) -> bool:
    """Keep an answer in the database; False when it says what was kept already. To be called in a transaction; for one
    that is new, `announce` follows when that is over. `is_first` says that nothing was known of this visitor."""
    which = {"website": website_id, "visitor": visitor_id}
    values = {"at": answer.at, "version": answer.version}
    if not is_first and sql.change(Snapshot, _SEEN_AGAIN, **which, **values):
        return False
    sql.change(Snapshot, _KEEP, **which, **values, answer=Snapshot.compress(answer.body))
    _sight(website_id, visitor_id, answer, is_first=is_first)
    return True


def announce(website_id: int, visitor_id: UUID, answer: Digest) -> None:
    """Put what a kept answer says into the cache, where the next readers find it derived."""
    _remember(website_id, visitor_id, answer.version, answer.encoded)


def forget(website_id: int, visitor_id: UUID) -> list[str]:
    """Keep no answer about a visitor any longer: DataFast has none. To be called in a transaction; with the versions
    that it returns, `retract` follows when that is over. See `removal` for all that is kept."""
    versions = list(_snapshots(website_id, visitor_id).values_list("version", flat=True))
    _snapshots(website_id, visitor_id).delete()
    _sightings(website_id, visitor_id).delete()
    return versions


def retract(website_id: int, visitor_id: UUID, versions: Iterable[str]) -> None:
    """Take what forgotten answers said out of the cache: nobody can read it from the database into the cache again."""
    for version in versions:
        cached.delete(keys.contents(website_id, visitor_id, version))


def retract_website(website_id: int) -> None:
    """The same for all visitors of a website that is gone. What is kept ready of their pages ends within minutes."""
    cached.delete_matching(keys.of_website(website_id))


def contents(website_id: int, visitor_id: UUID, version: str) -> Contents | None:
    """Return what one answer says; None when this version is no longer kept."""
    found = _cached_contents(website_id, visitor_id, version)
    if found:
        return found
    body = answer(website_id, visitor_id, version)
    if body is None:
        return None
    parsed = parse_visitor(body)
    derived = _contents(parsed.visitor, parsed.notes)
    _remember(website_id, visitor_id, version, _encode(derived))
    return derived


def answer(website_id: int, visitor_id: UUID, version: str | None = None) -> bytes | None:
    """Return the newest answer's JSON as it was received; None where it is not of this version, or there is none."""
    found = _snapshots(website_id, visitor_id)
    row = (found.filter(version=version) if version is not None else found).first()
    return row.answer if row else None


def history(website_id: int, visitor_id: UUID, limit: int) -> list[MetricsPoint]:
    """Return the newest sightings, oldest first."""
    which = f"{_OF_VISITOR} ORDER BY at DESC, id DESC LIMIT %(limit)s"
    return sql.rows(MetricsPoint, _SIGHTED, which, website=website_id, visitor=visitor_id, limit=limit)[::-1]


def _contents(visitor: Visitor, notes: tuple[Note, ...]) -> Contents:
    activity = visitor.activity and replace(
        visitor.activity,
        visited_pages=None,
        completed_goals=None,
        completed_custom_goals=None,
        time_since_first_visit=None,
        time_since_current_visit=None,
    )
    return Contents(replace(visitor, activity=activity), journey.derive(visitor), notes)


def _sight(website_id: int, visitor_id: UUID, answer: Digest, *, is_first: bool) -> None:
    """Add to the history, where the numbers are others than before."""
    told, prediction = answer.contents.journey, answer.contents.visitor.prediction
    numbers = {
        "score": prediction.score if prediction else None,
        "visits": told.visit_count,
        "page_views": told.page_view_count,
        "goals": told.counts.goals,
        "payments": told.counts.payments,
    }
    # Few rows as a rule, and never more: one query for what was last and for what is one too many.
    known = [] if is_first else list(_sightings(website_id, visitor_id).values_list("pk", *numbers))
    if known and known[0][1:] == tuple(numbers.values()):
        return
    sql.change(MetricsPoint, _SIGHT, website=website_id, visitor=visitor_id, at=answer.at, **numbers)
    surplus = [row[0] for row in known[MAX_METRICS_POINTS - 1 :]]
    if surplus:
        MetricsPoint.objects.filter(pk__in=surplus).delete()


def _snapshots(website_id: int, visitor_id: UUID) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(website_id=website_id, visitor_id=visitor_id)


def _sightings(website_id: int, visitor_id: UUID) -> QuerySet[MetricsPoint]:
    return MetricsPoint.objects.filter(website_id=website_id, visitor_id=visitor_id).order_by("-at", "-pk")


def _cached_contents(website_id: int, visitor_id: UUID, version: str) -> Contents | None:
    """What the cache has of it; bytes of something else count as none."""
    packed = cached.read(keys.contents(website_id, visitor_id, version))
    if packed is None:
        return None
    try:
        return msgspec.msgpack.decode(zlib.decompress(packed), type=Contents)
    except (zlib.error, msgspec.DecodeError, ValueError):
        return None


def _remember(website_id: int, visitor_id: UUID, version: str, encoded: bytes) -> None:
    key = keys.contents(website_id, visitor_id, version)
    entries.write(website_id, visitor_id, key, zlib.compress(encoded, 1), settings.PROFILE_KEEP_SECONDS)
