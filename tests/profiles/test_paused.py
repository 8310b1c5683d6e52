"""A website that its administrators have paused makes no calls."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from visitors import profiles
from visitors.models import FetchLease
from visitors.profiles import Purpose, errors
from visitors.profiles.errors import WebsitePaused
from visitors.sandbox import documented

LEAD, OTHER = UUID(documented.RETURNING_LEAD.visitor_id), UUID(documented.CUSTOMER.visitor_id)

pytestmark = pytest.mark.django_db


@pytest.fixture
def visited_once(lumenkit, sandbox, clock):
    """Lumenkit, paused an hour after one visitor was looked up."""
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    lumenkit.paused_at = datetime.now(UTC)
    lumenkit.save()
    return lumenkit


@pytest.mark.parametrize("purpose", Purpose)
def test_a_stored_profile_comes_with_the_reason(visited_once, sandbox, purpose):
    assert profiles.get_profile(visited_once, LEAD).problem is None
    assert isinstance(profiles.refresh_profile(visited_once, LEAD, purpose=purpose).problem, WebsitePaused)
    assert len(sandbox.calls) == 1


def test_without_a_stored_profile_the_reason_is_raised(visited_once, sandbox):
    for get in (profiles.get_profile, profiles.refresh_profile):
        with pytest.raises(WebsitePaused):
            get(visited_once, OTHER)
    assert len(sandbox.calls) == 1
    assert not FetchLease.objects.filter(visitor_id=OTHER).exists()


def test_a_resumed_website_is_called_again(visited_once, sandbox):
    visited_once.paused_at = None
    visited_once.save()
    assert profiles.refresh_profile(visited_once, LEAD).problem is None
    assert len(sandbox.calls) == 2


def test_the_error_reaches_other_processes():
    assert isinstance(errors.decode(errors.encode(WebsitePaused())), WebsitePaused)
