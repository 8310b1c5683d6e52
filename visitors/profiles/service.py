"""Get and refresh profiles. See the package's docstring for what the service promises."""

import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error

from dashboard.database import is_database_unavailable
from visitors import metrics
from visitors.datafast.credentials import CredentialError
from visitors.datafast.errors import UpstreamError
from visitors.encryption import KeyLost
from visitors.journey import Journey
from visitors.models import FetchLease, Website
from visitors.profiles import budget, fetching, live, store
from visitors.profiles.budget import Purpose
from visitors.profiles.errors import StoreUnavailable, VisitorErased
from visitors.profiles.profile import Profile, is_newer

logger = logging.getLogger(__name__)

_VERSION = re.compile(r"[0-9a-f]{1,64}", re.ASCII)


def get_profile(website: Website, visitor_id: UUID) -> Profile:
    """Return the stored profile, however old; fetch it if none is stored. Raises UpstreamError."""
    stored = store.load_profile(website, visitor_id)
    if stored is None:
        kept_since = datetime.now(UTC) - timedelta(seconds=settings.PROFILE_KEEP_SECONDS)
        return _fetch(website, visitor_id, kept_since, Purpose.LOOKUP, is_first_allowed=True)
    metrics.count_found("database")
    return stored


def refresh_profile(
    website: Website,
    visitor_id: UUID,
    *,
    max_age: timedelta | None = None,
    purpose: Purpose = Purpose.LOOKUP,
    is_automatic: bool = False,
    patience: float | None = None,
) -> Profile:
    """Return a profile that is at most `max_age` old (default: PROFILE_FRESH_SECONDS), fetching it if needed.

    If fetching fails and a copy is stored, return the copy with its `problem`. Raises UpstreamError if none is stored,
    if DataFast answers that there is no such visitor, and if the visitor was erased.

    `is_automatic` says that no person asked for it, which must not bring back an erased visitor. `patience` is how many
    seconds the reader waits at most, for those who wait less than UPSTREAM_DEADLINE_SECONDS.
    """
    if max_age is None:
        max_age = timedelta(seconds=settings.PROFILE_FRESH_SECONDS)
    not_before = datetime.now(UTC) - max_age
    stored = store.load_profile(website, visitor_id)
    if stored and is_newer(stored.fetched_at, not_before):
        metrics.count_found("database")
        return stored
    try:
        is_first_allowed = stored is None and not is_automatic
        return _fetch(website, visitor_id, not_before, purpose, is_first_allowed=is_first_allowed, patience=patience)
    except UpstreamError as error:
        if stored is None or isinstance(error, (*fetching.NO_JOURNEY_VALID_FOR, VisitorErased)):
            raise
        return replace(stored, problem=error)


def _fetch(
    website: Website,
    visitor_id: UUID,
    not_before: datetime,
    purpose: Purpose,
    *,
    is_first_allowed: bool,
    patience: float | None = None,
) -> Profile:
    """Fetch a profile. Raises UpstreamError: StoreUnavailable if our database cannot be written."""
    try:
        fetching.fetch(
            website,
            visitor_id,
            not_before=not_before,
            purpose=purpose,
            is_first_allowed=is_first_allowed,
            patience=patience,
        )
        profile = store.load_profile(website, visitor_id)
        if profile is None:
            raise VisitorErased
    except UpstreamError as error:
        metrics.count_failure(error)
        raise
    except Error as error:
        if not is_database_unavailable(error):
            raise
        logger.error("A profile cannot be fetched, since the database cannot be written: %s", error)  # noqa: TRY400
        failure = StoreUnavailable()
        metrics.count_failure(failure)
        raise failure from error
    metrics.count_found("upstream")
    return profile


def load_answer(website: Website, visitor_id: UUID) -> bytes:
    """Return DataFast's newest JSON about a visitor, as it was received. Raises VisitorErased if none is stored."""
    answer = store.load_answer(website.pk, visitor_id)
    if answer is None:
        raise VisitorErased
    return answer


def get_stored_profile(website: Website, visitor_id: UUID) -> Profile | None:
    """Return the stored profile, however old, or None. Makes no call."""
    return store.load_profile(website, visitor_id)


def find_stored(websites: Iterable[Website], visitor_ids: Iterable[UUID]) -> set[tuple[int, UUID]]:
    """Return which of these visitors have a stored profile, as pairs of the website's and the visitor's id. One query,
    and no call."""
    return store.find_stored([website.pk for website in websites], visitor_ids)


def get_journey(website: Website, visitor_id: UUID, version: str) -> Journey | None:
    """Return the journey of one version of a profile; None if it is not stored or `version` is not a version."""
    return store.load_journey(website, visitor_id, version) if _VERSION.fullmatch(version) else None


def get_recent_journeys(website: Website, limit: int) -> list[Journey]:
    """Return the journeys of the visitors that were fetched last, newest first. Makes no call."""
    recent = store.list_recent(website.pk, limit)
    stored = (get_journey(website, visitor_id, version) for visitor_id, version in recent)
    return [journey for journey in stored if journey]


def reset_after_key_change(website: Website) -> None:
    """Drop the errors that DataFast returned to a website's old key, and the results of calls still made with it."""
    Website.objects.filter(pk=website.pk).update(consecutive_failures=0, circuit_open_until=None)
    leases = FetchLease.objects.filter(website=website)
    leases.filter(finished_at__isnull=False).exclude(error=b"").update(error=b"")
    leases.filter(finished_at=None).update(token=uuid4(), expires_at=datetime.now(UTC))
    live.forget_live_visitors(website.pk)


def get_budget_usage(websites: Iterable[Website]) -> dict[int, tuple[int, int]]:
    """Return per website id the calls that its token made in the last minute, and its limit. One query.

    Websites whose token can't be read are left out.
    """
    credentials = {}
    for website in websites:
        with suppress(KeyLost, CredentialError):
            credentials[website.pk] = website.credential()
    return dict(zip(credentials, budget.get_usage(list(credentials.values())), strict=True))


def get_token_use(websites: Iterable[Website]) -> list[tuple[list[Website], list[budget.Use]]]:
    """Return for each token its websites and what it was used for. One query.

    Websites whose token can't be read are left out.
    """
    by_token: dict[str, list[Website]] = {}
    credentials = {}
    for website in websites:
        with suppress(KeyLost, CredentialError):
            credential = website.credential()
            credentials[credential.token] = credential
            by_token.setdefault(credential.token, []).append(website)
    return list(zip(by_token.values(), budget.get_use(list(credentials.values())), strict=True))


def get_calls_left(website: Website, purpose: Purpose) -> int:
    """Return how many calls for a purpose the website's token has left in this minute. One query."""
    usage = get_budget_usage([website]).get(website.pk)
    return max(0, budget.allowed_calls(usage[1], purpose) - usage[0]) if usage else 0
