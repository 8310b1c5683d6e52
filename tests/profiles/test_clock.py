"""A clock that was set back leaves times in the future. They count as stale, so nothing waits for them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from visitors import profiles
from visitors.models import Claim, FetchLease, Snapshot, Website
from visitors.profiles.circuit import MAX_CONSECUTIVE_FAILURES
from visitors.sandbox import documented

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
