"""Get and refresh profiles. See the package's docstring for what the service promises."""

import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error

from dashboard.database import is_database_unavailable
from visitors import metrics
from visitors.datafast.credentials import CredentialError
from visitors.datafast.errors import Reason, Unavailable, UpstreamError
from visitors.encryption import KeyLost
from visitors.journey import Journey
from visitors.models import FetchLease, VisitorContext, Website
from visitors.profiles import budget, fetching, store
from visitors.profiles.budget import Purpose
from visitors.profiles.errors import StoreUnavailable, VisitorErased
from visitors.profiles.profile import Profile, Superseded

logger = logging.getLogger(__name__)

_VERSION = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
_ANY_AGE = datetime.min.replace(tzinfo=UTC)


def get_profile(website: Website, visitor_id: UUID, *, context: VisitorContext | None = None) -> Profile:
    """Return the stored profile, however old; fetch it if none is stored. Raises UpstreamError.

    `context` is what `load_visitor_context` has just read for this visitor; it saves a query.
    """
    return _get(website, visitor_id, _ANY_AGE, Purpose.LOOKUP, context)


def refresh_profile(
    website: Website,
    visitor_id: UUID,
    *,
    max_age: timedelta | None = None,
    purpose: Purpose = Purpose.LOOKUP,
    context: VisitorContext | None = None,
) -> Profile:
    """Return a profile that is at most `max_age` old (default: PROFILE_FRESH_SECONDS), fetching it if needed.

    If fetching fails and a copy is stored, return the copy with its `problem`. Raises UpstreamError if none is stored,
    if DataFast answers that there is no such visitor, and if the visitor was erased.
    """
    if max_age is None:
        max_age = timedelta(seconds=settings.PROFILE_FRESH_SECONDS)
    return _get(website, visitor_id, datetime.now(UTC) - max_age, purpose, context)


def _get(
    website: Website, visitor_id: UUID, not_before: datetime, purpose: Purpose, context: VisitorContext | None
) -> Profile:
    stored = store.latest_if_kept(context.snapshot) if context else store.find_latest(website.pk, visitor_id)
    if stored:
        metrics.count_answer("database")
        if not_before == _ANY_AGE or store.is_newer(stored.fetched_at, not_before):
            return _profile(website, visitor_id, stored)
    try:
        fetched = _fetch(website, visitor_id, not_before, purpose, is_known=bool(stored))
    except UpstreamError as error:
        if stored is None or isinstance(error, (*fetching.NO_JOURNEY_VALID_FOR, VisitorErased)):
            metrics.count_lookup(error)
            raise
        return _profile(website, visitor_id, stored, error)
    metrics.count_answer("upstream")
    return _profile(website, visitor_id, fetched)


def _fetch(
    website: Website, visitor_id: UUID, not_before: datetime, purpose: Purpose, *, is_known: bool
) -> store.Latest:
    """Fetch a profile. Raises UpstreamError: StoreUnavailable if our database cannot be written."""
    try:
        return fetching.fetch(website, visitor_id, not_before=not_before, purpose=purpose, is_known=is_known)
    except Error as error:
        if not is_database_unavailable(error):
            raise
        logger.error("A profile cannot be fetched, since the database cannot be written: %s", error)  # noqa: TRY400
        raise StoreUnavailable from error


def load_contents(website: Website, profile: Profile) -> Profile:
    """Return the profile with its contents loaded, or the newer profile that has replaced it. Makes no call.

    Raises VisitorErased if none is stored any longer, and Unavailable if the newer one was replaced as well.
    """
    try:
        _ = profile.contents
    except Superseded as error:
        newer = get_stored_profile(website, profile.visitor_id)
        if newer is None:
            raise VisitorErased from error
        try:
            _ = newer.contents
        except Superseded:
            raise Unavailable(Reason.SERVER) from error
        return newer
    return profile


def load_answer(website: Website, visitor_id: UUID) -> bytes:
    """Return DataFast's newest JSON about a visitor, as it was received. Raises VisitorErased if none is stored."""
    answer = store.load_answer(website.pk, visitor_id)
    if answer is None:
        raise VisitorErased
    return answer


def get_stored_profile(website: Website, visitor_id: UUID) -> Profile | None:
    """Return the stored profile, however old, or None. Makes no call."""
    stored = store.find_latest(website.pk, visitor_id)
    return _profile(website, visitor_id, stored) if stored else None


def get_journey(website: Website, visitor_id: UUID, version: str) -> Journey | None:
    """Return the journey of one version of a profile; None if it is not stored or `version` is not a version."""
    stored = store.load_contents(website.pk, visitor_id, version) if _VERSION.fullmatch(version) else None
    return stored.contents.journey.with_names(website.readable_names) if stored else None


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


def get_budget_usage(websites: Iterable[Website]) -> dict[int, tuple[int, int]]:
    """Return per website id the calls that its token made in the last minute, and its limit. One query.

    Websites whose token can't be read are left out.
    """
    credentials = {}
    for website in websites:
        with suppress(KeyLost, CredentialError):
            credentials[website.pk] = website.credential()
    return dict(zip(credentials, budget.get_usage(list(credentials.values())), strict=True))


def _profile(website: Website, visitor_id: UUID, latest: store.Latest, problem: UpstreamError | None = None) -> Profile:
    metrics.count_lookup(problem)
    return Profile(
        website.pk,
        visitor_id,
        latest.version,
        latest.fetched_at,
        problem,
        latest.fetched_contents,
        website.readable_names,
    )
