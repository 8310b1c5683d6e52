"""What is stored of a visitor: the newest answer, the journeys of its newest versions, a history of numbers, and what
the visitor is found by.

The snapshot says which version is the newest. Everything else about a visitor is read for one version, so a page never
mixes two. Erasing a visitor deletes the snapshot, and the journeys and the `KnownPerson` go with it.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet
from msgspec.structs import replace

from dashboard.clock import latest_possible_time
from visitors import journey
from visitors.datafast.client import VisitorAnswer
from visitors.datafast.errors import MalformedAnswer
from visitors.datafast.lenient import Note
from visitors.datafast.parsing import parse_visitor
from visitors.datafast.payload import Visitor
from visitors.journey import Journey
from visitors.models import FetchLease, MetricsPoint, Snapshot, StoredJourney, Website
from visitors.profiles import known_people, live
from visitors.profiles.profile import Profile
from visitors.profiles.stored_form import (
    Contents,
    ScorePoint,
    code_fingerprint,
    decode_version,
    encode_contents,
    encode_version,
)

# Per visitor: points of the history, and versions whose journeys are kept for pages that are open.
MAX_METRICS_POINTS = 200
MAX_VERSIONS = 3
INDEX_BATCH_SIZE = 100


@dataclass(frozen=True, slots=True)
class PreparedAnswer:
    """An answer that came at `at` (UTC), ready to be saved. `stored_form` is its journey's."""

    body: bytes
    at: datetime
    contents: Contents
    stored_form: bytes
    version: str


@dataclass(frozen=True, slots=True)
class StoredData:
    """What is stored of a visitor: when DataFast last answered (None without an answer), and how many points of history
    there are."""

    answered_at: datetime | None
    metrics_points: int


def load_profile(website: Website, visitor_id: UUID) -> Profile | None:
    """Return the newest profile, or None if none is stored that is younger than PROFILE_KEEP_SECONDS. One query.

    It is derived from the answer again if its journey was stored by another release, or not at all.
    """
    oldest = datetime.now(UTC) - timedelta(seconds=settings.PROFILE_KEEP_SECONDS)
    newest = StoredJourney.objects.filter(
        snapshot__website=website,
        snapshot__visitor_id=visitor_id,
        snapshot__fetched_at__gte=oldest,
        version=F("snapshot__version"),
        code_fingerprint=code_fingerprint(),
    )
    found = newest.values_list("version", "snapshot__fetched_at", "content").first()
    if found is None:
        snapshot = _snapshots(website.pk, visitor_id).filter(fetched_at__gte=oldest).first()
        if snapshot is None:
            return None
        found = (snapshot.version, snapshot.fetched_at, _derive_again(snapshot))
    version, fetched_at, content = found
    contents, history = decode_version(bytes(content), latest_possible_time())
    return Profile(visitor_id, version, fetched_at, _with_names(contents, website), history)


def load_journey(website: Website, visitor_id: UUID, version: str) -> Journey | None:
    """Return the journey of one version, or None if it is no longer stored."""
    stored = StoredJourney.objects.filter(
        snapshot__website=website,
        snapshot__visitor_id=visitor_id,
        version=version,
        code_fingerprint=code_fingerprint(),
    )
    content = stored.values_list("content", flat=True).first()
    if content is None:  # also where the newest one was stored by another release
        newest = load_profile(website, visitor_id)
        return newest.contents.journey if newest and newest.version == version else None
    contents, _ = decode_version(bytes(content), latest_possible_time())
    return _with_names(contents, website).journey


def find_stored(website_ids: Iterable[int], visitor_ids: Iterable[UUID]) -> set[tuple[int, UUID]]:
    """Return on which of these websites which visitors have a profile that `load_profile` returns. One query."""
    oldest = datetime.now(UTC) - timedelta(seconds=settings.PROFILE_KEEP_SECONDS)
    found = Snapshot.objects.filter(
        website__in=list(website_ids), visitor_id__in=list(visitor_ids), fetched_at__gte=oldest
    )
    return set(found.values_list("website_id", "visitor_id"))


def list_recent(website_id: int, limit: int) -> list[tuple[UUID, str]]:
    """Return visitor and version of the snapshots of a website that were fetched last, newest first."""
    newest = Snapshot.objects.filter(website=website_id).order_by("-fetched_at")
    return list(newest.values_list("visitor_id", "version")[:limit])


def has_answer_since(website_id: int, visitor_id: UUID, not_before: datetime) -> bool:
    """Whether an answer is stored that DataFast confirmed at `not_before` or later."""
    return _snapshots(website_id, visitor_id).filter(fetched_at__range=(not_before, latest_possible_time())).exists()


def prepare(answer: VisitorAnswer) -> PreparedAnswer:
    """Derive the journey of an answer that has just come, and encode it."""
    contents = _derive(answer.visitor, answer.notes)
    stored_form, version = encode_contents(contents)
    return PreparedAnswer(answer.body, datetime.now(UTC), contents, stored_form, version)


def check_activity(website: Website, visitor_id: UUID, answer: PreparedAnswer) -> None:
    """Raise MalformedAnswer if the answer has no activity, and the stored one has: nothing can undo a visit."""
    if answer.contents.journey.has_activity:
        return
    stored = load_profile(website, visitor_id)
    if stored and stored.contents.journey.has_activity:
        raise MalformedAnswer("it has no activity, and the one before had")


def save_answer(website_id: int, visitor_id: UUID, answer: PreparedAnswer, *, is_first: bool) -> None:
    """Store an answer, inside the caller's transaction. `is_first` says that nothing is stored of this visitor.

    An answer with the same content as the stored one changes only the time.
    """
    same = _snapshots(website_id, visitor_id).filter(version=answer.version)
    if not is_first and same.update(fetched_at=answer.at):
        return
    [snapshot] = Snapshot.objects.bulk_create(
        [
            Snapshot(
                website_id=website_id,
                visitor_id=visitor_id,
                fetched_at=answer.at,
                version=answer.version,
                answer_compressed=Snapshot.compress(answer.body),
            )
        ],
        update_conflicts=True,
        unique_fields=["website", "visitor_id"],
        update_fields=["fetched_at", "version", "answer_compressed"],
    )
    scores = _save_metrics(website_id, visitor_id, answer, is_first=is_first)
    _save_journey(snapshot.pk, answer.version, encode_version(answer.stored_form, scores))
    known_people.save([known_people.make(snapshot, answer.contents)])
    if not is_first:
        others = StoredJourney.objects.filter(snapshot=snapshot).exclude(version=answer.version)
        surplus = list(others.order_by("-created_at", "-pk").values_list("pk", flat=True)[MAX_VERSIONS - 1 :])
        if surplus:
            StoredJourney.objects.filter(pk__in=surplus).delete()


def delete_answers(website_id: int, visitor_id: UUID) -> bool:
    """Delete all answers about a visitor, inside the caller's transaction. Return whether there was one."""
    # Locked first, so that no process adds a journey before the deletion. Only the keys are read, not the answers.
    found = list(_snapshots(website_id, visitor_id).select_for_update().values_list("pk", flat=True))
    Snapshot.objects.filter(pk__in=found).only("pk").delete()
    _metrics(website_id, visitor_id).delete()
    return bool(found)


def erase_profile(website_id: int, visitor_id: UUID) -> StoredData:
    """Delete everything about a visitor, inside the caller's transaction. Return what there was.

    A call that is under way loses its lease, so its answer is not stored.
    """
    stored = get_stored_data(website_id, visitor_id)
    # The lease first: a process that is about to store an answer has locked it, and is waited for.
    FetchLease.objects.filter(website_id=website_id, visitor_id=visitor_id).delete()
    delete_answers(website_id, visitor_id)
    live.forget_live_visitors(website_id)
    return stored


def lock_stored(website_id: int, visitor_id: UUID) -> bool:
    """Return whether a visitor is stored, inside the caller's transaction. An erasure waits until that ends."""
    return bool(_snapshots(website_id, visitor_id).select_for_update().values_list("pk"))


def get_stored_data(website_id: int, visitor_id: UUID) -> StoredData:
    """Return what is stored of a visitor."""
    answered_at = _snapshots(website_id, visitor_id).values_list("fetched_at", flat=True).first()
    return StoredData(answered_at, _metrics(website_id, visitor_id).count())


def index_people() -> Iterator[int]:
    """Store the `KnownPerson` of each profile that has none, since it was stored by an earlier release.

    Yield how many were made so far, after each batch.
    """
    made = last_pk = 0
    unlisted = Snapshot.objects.filter(knownperson=None).order_by("pk").values_list("pk", flat=True)
    while pks := list(unlisted.filter(pk__gt=last_pk)[:INDEX_BATCH_SIZE]):
        # Derived before the transaction: on SQLite it keeps out the server's writers.
        people = {
            (snapshot.pk, snapshot.version): known_people.make(snapshot, _derive_from(snapshot))
            for snapshot in Snapshot.objects.filter(pk__in=pks)
        }
        with transaction.atomic():
            # A profile that was stored meanwhile has its row.
            unchanged = Snapshot.objects.select_for_update().filter(pk__in=pks).values_list("pk", "version")
            current = [people[key] for key in unchanged if key in people]
            known_people.save(current)
        made += len(current)
        last_pk = pks[-1]
        yield made


def load_answer(website_id: int, visitor_id: UUID) -> bytes | None:
    """Return the newest answer's JSON as it was received, or None if nothing is stored."""
    snapshot = _snapshots(website_id, visitor_id).first()
    return snapshot.answer if snapshot else None


def _derive(visitor: Visitor, notes: tuple[Note, ...]) -> Contents:
    return Contents(visitor.identity, journey.derive(visitor), notes)


def _derive_from(snapshot: Snapshot) -> Contents:
    parsed = parse_visitor(snapshot.answer)
    return _derive(parsed.visitor, parsed.notes)


def _derive_again(snapshot: Snapshot) -> bytes:
    """Derive the journey of an answer, store it, and return its stored form with the scores."""
    scores = [ScorePoint(*row) for row in _metrics(snapshot.website_id, snapshot.visitor_id).values_list("at", "score")]
    contents = _derive_from(snapshot)
    content = encode_version(encode_contents(contents)[0], scores)
    # Readers must not fail if the database can't be written. The lock prevents storing the journey of a visitor who is
    # being erased.
    with suppress(DatabaseError), transaction.atomic():
        if Snapshot.objects.select_for_update().filter(pk=snapshot.pk, version=snapshot.version).exists():
            _save_journey(snapshot.pk, snapshot.version, content)
            known_people.save([known_people.make(snapshot, contents)])
    return content


def _save_journey(snapshot_id: int, version: str, content: bytes) -> None:
    stored = StoredJourney(
        snapshot_id=snapshot_id,
        version=version,
        code_fingerprint=code_fingerprint(),
        created_at=datetime.now(UTC),
        content=content,
    )
    StoredJourney.objects.bulk_create(
        [stored],
        update_conflicts=True,
        unique_fields=["snapshot", "version"],
        update_fields=["code_fingerprint", "created_at", "content"],
    )


def _save_metrics(website_id: int, visitor_id: UUID, answer: PreparedAnswer, *, is_first: bool) -> list[ScorePoint]:
    """Add a point to the history if a number has changed. Return the scores of the history."""
    derived = answer.contents.journey
    numbers = {
        "score": derived.prediction.score,
        "visits": derived.visit_count,
        "page_views": derived.page_view_count,
        "goals": derived.counts.goals,
        "payments": derived.counts.payments,
    }
    # Bounded, and mostly few: one query for the last point and for those that are too many.
    points = _metrics(website_id, visitor_id).order_by("-pk")
    known = [] if is_first else list(points.values_list("pk", "at", *numbers))
    scores = [ScorePoint(at, score) for _, at, score, *_ in known]
    if known and known[0][2:] == tuple(numbers.values()):
        return scores
    MetricsPoint.objects.create(website_id=website_id, visitor_id=visitor_id, at=answer.at, **numbers)
    surplus = [row[0] for row in known[MAX_METRICS_POINTS - 1 :]]
    if surplus:
        MetricsPoint.objects.filter(pk__in=surplus).delete()
    return [ScorePoint(answer.at, derived.prediction.score), *scores[: MAX_METRICS_POINTS - 1]]


def _snapshots(website_id: int, visitor_id: UUID) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(website_id=website_id, visitor_id=visitor_id)


def _with_names(contents: Contents, website: Website) -> Contents:
    """Return the contents with the readable names of the website."""
    return replace(contents, journey=contents.journey.with_names(website.readable_names))


def _metrics(website_id: int, visitor_id: UUID) -> QuerySet[MetricsPoint]:
    return MetricsPoint.objects.filter(website_id=website_id, visitor_id=visitor_id).order_by("-at", "-pk")
