"""A clock that was set back leaves times in the future. They count as stale, so nothing waits for them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from visitors import profiles
from visitors.datafast.credentials import Credential
from visitors.datafast.errors import RateLimited
from visitors.models import Claim, FetchLease, MetricsPoint, RateBudget, Snapshot, StoredJourney, Website
from visitors.profiles import budget, store
from visitors.profiles.circuit import MAX_CONSECUTIVE_FAILURES
from visitors.sandbox import documented, tokens

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)

pytestmark = pytest.mark.django_db


def in_an_hour():
    return datetime.now(UTC) + timedelta(hours=1)


def test_an_answer_from_the_future_is_refreshed(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    FetchLease.objects.update(finished_at=in_an_hour(), expires_at=in_an_hour())
    Snapshot.objects.update(fetched_at=in_an_hour())
    assert not profiles.get_profile(lumenkit, LEAD).is_fresh
    assert profiles.refresh_profile(lumenkit, LEAD).fetched_at < datetime.now(UTC)


def test_a_lease_from_the_future_is_taken_over(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    Snapshot.objects.all().delete()
    FetchLease.objects.update(finished_at=None, expires_at=in_an_hour())
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_a_circuit_that_opened_in_the_future_is_probed(sandbox, lumenkit):
    Website.objects.update(consecutive_failures=MAX_CONSECUTIVE_FAILURES, circuit_open_until=in_an_hour())
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_a_claim_from_the_future_is_free():
    Claim.objects.create(name="retention", expires_at=in_an_hour())
    assert not Claim.acquire("retention", 3600)
    Claim.objects.update(expires_at=in_an_hour() + timedelta(hours=1))
    assert Claim.acquire("retention", 3600)


def test_a_block_from_the_future_is_over(sandbox, lumenkit):
    key = budget.key_of(Credential(tokens.LUMENKIT_KEY))
    RateBudget.objects.create(key=key, blocked_until=in_an_hour())
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_a_429_blocks_for_a_few_minutes_at_most(sandbox, lumenkit, clock):
    sandbox.answer_with(str(LEAD), status=429)
    with pytest.raises(RateLimited):
        profiles.get_profile(lumenkit, LEAD)
    sandbox.answer_with(str(LEAD))
    clock.shift(-timedelta(hours=3))
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_a_limit_heard_in_the_future_is_forgotten(settings):
    key = budget.key_of(Credential(tokens.LUMENKIT_KEY))
    RateBudget.objects.create(key=key, limit=7, limit_heard_at=in_an_hour())
    assert budget.get_usage([Credential(tokens.LUMENKIT_KEY)]) == [(0, settings.DATAFAST_REQUESTS_PER_MINUTE)]


def test_journeys_from_the_future_do_not_replace_the_newest(sandbox, lumenkit):
    profile = profiles.get_profile(lumenkit, LEAD)
    snapshot, stored = Snapshot.objects.get(), StoredJourney.objects.get()
    for version in range(store.MAX_VERSIONS):
        stored.pk, stored.version, stored.created_at = None, str(version), in_an_hour()
        stored.save()
    StoredJourney.objects.filter(version=profile.version).delete()
    Snapshot.objects.update(fetched_at=in_an_hour(), version="0")
    renewed = profiles.refresh_profile(lumenkit, LEAD)
    assert StoredJourney.objects.filter(snapshot=snapshot, version=renewed.version).exists()
    assert StoredJourney.objects.count() == store.MAX_VERSIONS


def test_a_point_of_the_history_from_the_future_adds_no_point_per_refresh(sandbox_of_yesterday, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    MetricsPoint.objects.update(at=in_an_hour(), score=1.0)
    for _ in range(3):
        Snapshot.objects.update(version="0")
        profile = profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    assert MetricsPoint.objects.count() == 2
    history = profiles.get_stored_profile(lumenkit, LEAD).history
    assert [point.at <= profile.fetched_at for point in history] == [True]
