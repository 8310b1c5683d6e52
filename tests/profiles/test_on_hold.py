"""A website that its administrators have paused asks nothing of the upstream, whoever wants to know."""

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
def asked_once(lumenkit, sandbox, clock):
    """Lumenkit, paused an hour after one visitor was looked up."""
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    lumenkit.paused_at = datetime.now(UTC)
    lumenkit.save()
    return lumenkit


@pytest.mark.parametrize("purpose", Purpose)
def test_what_is_kept_comes_with_the_reason(asked_once, sandbox, purpose):
    assert profiles.get_profile(asked_once, LEAD).problem is None
    assert isinstance(profiles.refresh_profile(asked_once, LEAD, purpose=purpose).problem, WebsitePaused)
    assert len(sandbox.calls) == 1


def test_where_nothing_is_kept_the_reason_comes_alone(asked_once, sandbox):
    for ask in (profiles.get_profile, profiles.refresh_profile):
        with pytest.raises(WebsitePaused):
            ask(asked_once, OTHER)
    assert len(sandbox.calls) == 1
    assert not FetchLease.objects.filter(visitor_id=OTHER).exists()


def test_resumed_it_is_asked_again(asked_once, sandbox):
    asked_once.paused_at = None
    asked_once.save()
    assert profiles.refresh_profile(asked_once, LEAD).problem is None
    assert len(sandbox.calls) == 2


def test_the_reason_survives_its_way_between_processes():
    assert isinstance(errors.decode(errors.encode(WebsitePaused())), WebsitePaused)
