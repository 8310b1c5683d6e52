"""One door: give me the profile of this visitor on this website.

What it promises:

- Fresh (younger than PROFILE_FRESH_SECONDS): served from the cache. Older: served at once, marked with its age; the
  page then calls `refresh`. Absent: fetched.
- Cached per website and visitor; the last known good answer stands in the database and outlives the cache.
- However many readers, processes and machines want one visitor at once: one upstream call (`flight`).
- Per token never more calls than the upstream allows, people before pages that follow by themselves (`budget`).
- An upstream that keeps failing is left alone for a moment (`circuit`); with a kept copy the reader sees that and what
  is wrong.

Every error is an `UpstreamError`, whose text is a sentence for the reader.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings

from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.models import Website
from visitors.profiles import fetching, store
from visitors.profiles.purpose import Purpose

__all__ = ["Profile", "Purpose", "Superseded", "get", "refresh"]


class Superseded(Exception):
    """This version of a profile is no longer kept; there is a newer one, or none."""


@dataclass(frozen=True)
class Profile:
    """What is known of a visitor of a website.

    `version` changes when what DataFast says changes. `fetched_at` (UTC) is when it said so last. `problem` is why
    there is nothing newer, when that was tried.
    """

    website_id: int
    visitor_id: UUID
    version: str
    fetched_at: datetime
    problem: UpstreamError | None = None

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
        contents = store.contents(self.website_id, self.visitor_id, self.version)
        if contents is None:
            raise Superseded
        return contents

    @cached_property
    def answer(self) -> bytes:
        """DataFast's JSON as it was received. Raises Superseded."""
        answer = store.answer(self.website_id, self.visitor_id, self.version)
        if answer is None:
            raise Superseded
        return answer


def get(website: Website, visitor_id: UUID) -> Profile:
    """Return what is kept of a visitor, however old; ask the upstream only where nothing is. Raises UpstreamError."""
    kept = _kept(website, visitor_id)
    if kept:
        return kept
    refusal = store.refusal(website.pk, visitor_id)
    if refusal:
        raise refusal
    return refresh(website, visitor_id)


def refresh(
    website: Website, visitor_id: UUID, *, max_age: timedelta | None = None, purpose: Purpose = Purpose.LOOK_UP
) -> Profile:
    """Return a profile that is at most so old (default: fresh), asking the upstream where it has to.

    When the upstream fails and a copy is kept, that copy comes with its `problem`. Raises UpstreamError when none is
    kept, or when the upstream's answer is that there is no such visitor.
    """
    max_age = max_age if max_age is not None else timedelta(seconds=settings.PROFILE_FRESH_SECONDS)
    not_before = datetime.now(UTC) - max_age
    kept = _kept(website, visitor_id)
    if kept and kept.fetched_at >= not_before:
        return kept
    try:
        newest = fetching.fetch(website, visitor_id, not_before=not_before, purpose=purpose)
    except UpstreamError as error:
        if kept is None or isinstance(error, NoJourney):
            raise
        return _profile(website, visitor_id, store.Latest(kept.version, kept.fetched_at), error)
    return _profile(website, visitor_id, newest)


def _kept(website: Website, visitor_id: UUID) -> Profile | None:
    latest = store.latest(website.pk, visitor_id)
    return _profile(website, visitor_id, latest) if latest else None


def _profile(website: Website, visitor_id: UUID, latest: store.Latest, problem: UpstreamError | None = None) -> Profile:
    return Profile(website.pk, visitor_id, latest.version, latest.fetched_at, problem)
