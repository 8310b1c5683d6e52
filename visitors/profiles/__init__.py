"""One door: give me the profile of this visitor on this website.

What it promises:

- Fresh (younger than PROFILE_FRESH_SECONDS): served as it is kept. Older: served at once, marked with its age; the
  page then calls `refresh`. Absent: fetched.
- Kept per website and visitor: the last known good answer in the database, what it says in the cache.
- However many readers, processes and machines want one visitor at once: one upstream call (`flight`).
- Per token never more calls than the upstream allows, people before pages that follow by themselves (`budget`); what a
  token opens before it is a website's, `tokens` asks out of the same budget.
- An upstream that keeps failing is left alone for a moment (`circuit`); with a kept copy the reader sees that and what
  is wrong.

Every error is an `UpstreamError`, whose text is a sentence for the reader.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from django.conf import settings

from visitors import metrics
from visitors.datafast.credentials import CredentialError
from visitors.datafast.errors import Reason, Unavailable, UpstreamError
from visitors.encryption import KeyLost
from visitors.journey import Journey
from visitors.models import FetchLease, MetricsPoint, VisitorContext, Website
from visitors.profiles import budget, fetching, store
from visitors.profiles.circuit import is_failing
from visitors.profiles.problems import VisitorErased
from visitors.profiles.purpose import Purpose
from visitors.profiles.removal import Holdings, Removal, holdings, removing

__all__ = [
    "Holdings",
    "Profile",
    "Purpose",
    "Removal",
    "Superseded",
    "VisitorErased",
    "budgets",
    "get",
    "history",
    "holdings",
    "is_failing",
    "journey_of",
    "kept",
    "load_answer",
    "load_contents",
    "refresh",
    "removing",
    "start_anew",
]

_VERSION = re.compile(r"[0-9a-f]{1,64}", re.ASCII)

EVER = datetime.min.replace(tzinfo=UTC)


class Superseded(Exception):
    """This version of a profile is no longer kept; there is a newer one, which `get` returns now, or none."""


@dataclass(frozen=True)
class Profile:
    """What is known of a visitor of a website.

    `version` changes when what DataFast says changes. `fetched_at` (UTC) is when it said so last. `problem` is why
    there is nothing newer, when that was tried. `at_hand` is what it says, where it has just come; `is_first` says that
    nothing was known before it came.
    """

    website_id: int
    visitor_id: UUID
    version: str
    fetched_at: datetime
    problem: UpstreamError | None = None
    at_hand: store.Contents | None = field(default=None, repr=False, compare=False)
    is_first: bool = field(default=False, repr=False, compare=False)

    @property
    def is_fresh(self) -> bool:
        """Young enough that nobody needs to ask again."""
        return self.age <= timedelta(seconds=settings.PROFILE_FRESH_SECONDS)

    @property
    def age(self) -> timedelta:
        """How long ago it came."""
        return datetime.now(UTC) - self.fetched_at

    @cached_property
    def contents(self) -> store.Contents:
        """The journey and the visitor. Raises Superseded."""
        contents = self.at_hand or store.contents(self.website_id, self.visitor_id, self.version)
        if contents is None:
            raise Superseded
        return contents


def get(website: Website, visitor_id: UUID, *, opened: VisitorContext | None = None) -> Profile:
    """Return what is kept of a visitor, however old; ask the upstream only where nothing is. Raises UpstreamError.

    `opened` is what `load_visitor_context` has just read of this very visitor, where somebody has asked that.
    """
    kept = _latest(website, visitor_id, opened)
    if kept:
        return _profile(website, visitor_id, store.Found(kept))
    try:
        found = fetching.fetch(
            website,
            visitor_id,
            not_before=EVER,
            purpose=Purpose.LOOK_UP,
            is_known=False,
            is_just_read=opened is not None,
        )
    except UpstreamError as error:
        metrics.looked_up(error)
        raise
    metrics.answered_from("upstream")
    return _profile(website, visitor_id, found)


def refresh(
    website: Website,
    visitor_id: UUID,
    *,
    max_age: timedelta | None = None,
    purpose: Purpose = Purpose.LOOK_UP,
    opened: VisitorContext | None = None,
) -> Profile:
    """Return a profile that is at most so old (default: fresh), asking the upstream where it has to. See `get`.

    When the upstream fails and a copy is kept, that copy comes with its `problem`. Raises UpstreamError when none is
    kept, or when the upstream's answer is that there is no such visitor.
    """
    max_age = max_age if max_age is not None else timedelta(seconds=settings.PROFILE_FRESH_SECONDS)
    not_before = datetime.now(UTC) - max_age
    kept = _latest(website, visitor_id, opened)
    if kept and kept.fetched_at >= not_before:
        return _profile(website, visitor_id, store.Found(kept))
    try:
        found = fetching.fetch(website, visitor_id, not_before=not_before, purpose=purpose, is_known=bool(kept))
    except UpstreamError as error:
        if kept is None or isinstance(error, (*fetching.REFUSAL_HOLDS, VisitorErased)):
            metrics.looked_up(error)
            raise
        return _profile(website, visitor_id, store.Found(kept), error)
    metrics.answered_from("upstream")
    return _profile(website, visitor_id, found)


def load_contents(website: Website, profile: Profile) -> Profile:
    """Return the profile with its contents at hand; a newer one where that replaced it meanwhile. Calls nobody. Raises
    VisitorErased where nothing is stored any longer, and Unavailable where the newer one was replaced as well."""
    with suppress(Superseded):
        return _loaded(profile)
    newer = kept(website, profile.visitor_id)
    if newer is None:
        raise VisitorErased
    try:
        return _loaded(newer)
    except Superseded as error:
        raise Unavailable(Reason.SERVER) from error


def load_answer(website: Website, visitor_id: UUID) -> bytes:
    """Return DataFast's newest JSON about a visitor as it was received. Raises VisitorErased where none is stored."""
    answer = store.answer(website.pk, visitor_id)
    if answer is None:
        raise VisitorErased
    return answer


def journey_of(website: Website, visitor_id: UUID, version: str) -> Journey | None:
    """Return the journey of one version of a profile, which a page has said; None where it is no longer kept, and where
    there never was one of this name."""
    contents = store.contents(website.pk, visitor_id, version) if _VERSION.fullmatch(version) else None
    return contents.journey if contents else None


def kept(website: Website, visitor_id: UUID) -> Profile | None:
    """Return what is kept of a visitor, however old, without asking the upstream; None where nothing is."""
    newest = store.latest(website.pk, visitor_id)
    return _profile(website, visitor_id, store.Found(newest)) if newest else None


def history(website: Website, visitor_id: UUID, *, limit: int = store.MAX_METRICS_POINTS) -> list[MetricsPoint]:
    """Return how a visitor's score and counts went, as far as it was seen here: the newest so many, oldest first."""
    return store.history(website.pk, visitor_id, limit)


def start_anew(website: Website) -> None:
    """Forget what the upstream refused or failed to say under a key that was replaced, and what it will still say to
    those who are asking with it: the new one is asked."""
    Website.objects.filter(pk=website.pk).update(consecutive_failures=0, circuit_open_until=None)
    flights = FetchLease.objects.filter(website=website)
    flights.filter(finished_at__isnull=False).exclude(failure=b"").update(failure=b"")
    flights.filter(finished_at=None).update(token=uuid4(), lease_until=datetime.now(UTC))


def budgets(websites: Iterable[Website]) -> dict[int, tuple[int, int]]:
    """Return by website's number how many calls its token has made in the last minute and how many it may make. One
    query; a website whose token can't be read is left out."""
    credentials = {}
    for website in websites:
        with suppress(KeyLost, CredentialError):
            credentials[website.pk] = website.credential()
    return dict(zip(credentials, budget.used_by(list(credentials.values())), strict=True))


def _loaded(profile: Profile) -> Profile:
    _ = profile.contents
    return profile


def _latest(website: Website, visitor_id: UUID, opened: VisitorContext | None) -> store.Latest | None:
    kept = store.if_kept(opened.kept) if opened else store.latest(website.pk, visitor_id)
    if kept:
        metrics.answered_from("database")
    return kept


def _profile(website: Website, visitor_id: UUID, found: store.Found, problem: UpstreamError | None = None) -> Profile:
    metrics.looked_up(problem)
    latest = found.latest
    return Profile(website.pk, visitor_id, latest.version, latest.fetched_at, problem, found.contents, found.is_first)
