"""Fresh, old and missing profiles, and what happens if DataFast fails."""

from datetime import timedelta
from uuid import UUID

import pytest

from visitors import profiles
from visitors.datafast.errors import BotVisitor, Unauthorized, Unavailable, VisitorNotFound
from visitors.models import Snapshot
from visitors.sandbox import documented, tokens

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
NOT_FOUND = UUID("00000000-0000-4000-8000-000000000404")


@pytest.fixture(autouse=True)
def _upstream(sandbox):
    return sandbox


def test_a_missing_profile_is_fetched_and_stored(sandbox, lumenkit):
    profile = profiles.get_profile(lumenkit, LEAD)
    assert profile.is_fresh
    assert profile.contents.journey.visits
    assert profiles.get_profile(lumenkit, LEAD) == profile
    assert sandbox.calls.count(str(LEAD)) == 1


@pytest.mark.parametrize(
    "visitor",
    [documented.CUSTOMER, documented.CUT_OFF_LIST, documented.COOKIELESS, documented.HOSTILE],
    ids=lambda visitor: visitor.name,
)
def test_a_fetched_profile_equals_the_stored_one(sandbox, lumenkit, visitor):
    fetched, kept = (profiles.get_profile(lumenkit, UUID(visitor.visitor_id)) for _ in range(2))
    assert fetched == kept
    assert fetched.contents == kept.contents


def test_two_websites_never_share_a_profile(sandbox, lumenkit, pocketgarden):
    profiles.get_profile(lumenkit, LEAD)
    with pytest.raises(VisitorNotFound):
        profiles.get_profile(pocketgarden, LEAD)
    assert sandbox.calls.count(str(LEAD)) == 2


def test_an_old_profile_is_returned_and_refreshed_on_demand(sandbox, lumenkit, clock):
    first = profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    kept = profiles.get_profile(lumenkit, LEAD)
    assert (kept.version, kept.fetched_at, kept.is_fresh) == (first.version, first.fetched_at, False)
    assert sandbox.calls.count(str(LEAD)) == 1
    newer = profiles.refresh_profile(lumenkit, LEAD)
    assert newer.is_fresh
    assert newer.fetched_at > first.fetched_at
    assert sandbox.calls.count(str(LEAD)) == 2


def test_an_unchanged_answer_keeps_its_version(lumenkit):
    first = profiles.get_profile(lumenkit, LEAD)
    again = profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    assert again.version == first.version
    assert again.fetched_at > first.fetched_at


def test_a_failed_refresh_returns_the_stored_copy_and_why(sandbox, lumenkit, clock):
    first = profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    sandbox.answer_with(str(LEAD), status=500)
    kept = profiles.refresh_profile(lumenkit, LEAD)
    assert kept.version == first.version
    assert isinstance(kept.problem, Unavailable)


def test_a_failure_without_a_copy_is_raised_and_not_stored(sandbox, lumenkit):
    sandbox.answer_with(str(LEAD), status=500)
    with pytest.raises(Unavailable):
        profiles.get_profile(lumenkit, LEAD)
    sandbox.answer_with(str(LEAD))
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_not_found_is_valid_for_half_a_minute(sandbox, lumenkit, clock):
    for _ in range(2):
        with pytest.raises(VisitorNotFound):
            profiles.get_profile(lumenkit, NOT_FOUND)
    assert sandbox.calls.count(str(NOT_FOUND)) == 1
    clock.shift(31)
    with pytest.raises(VisitorNotFound):
        profiles.get_profile(lumenkit, NOT_FOUND)
    assert sandbox.calls.count(str(NOT_FOUND)) == 2


def test_a_bot_is_valid_for_ten_minutes(sandbox, lumenkit, clock):
    bot = UUID(documented.BOT.visitor_id)
    for shift in (0, 590):
        clock.shift(shift)
        with pytest.raises(BotVisitor):
            profiles.get_profile(lumenkit, bot)
    assert sandbox.calls.count(str(bot)) == 1


def test_a_visitor_that_datafast_deleted_is_deleted(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    sandbox.answer_with(str(LEAD), status=404)
    with pytest.raises(VisitorNotFound):
        profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    assert not Snapshot.objects.exists()
    with pytest.raises(VisitorNotFound):
        profiles.get_profile(lumenkit, LEAD)


def test_a_copy_older_than_the_keep_time_is_fetched_again(sandbox, lumenkit, clock, settings):
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(settings.PROFILE_KEEP_SECONDS + 1)
    assert profiles.get_profile(lumenkit, LEAD).is_fresh
    assert sandbox.calls.count(str(LEAD)) == 2


def test_a_rejected_key_is_marked_until_it_works_again(sandbox, lumenkit):
    sandbox.revoke(tokens.LUMENKIT_KEY)
    with pytest.raises(Unauthorized):
        profiles.get_profile(lumenkit, LEAD)
    lumenkit.refresh_from_db()
    assert lumenkit.key_rejected_since
    sandbox.restore(tokens.LUMENKIT_KEY)
    profiles.get_profile(lumenkit, LEAD)
    lumenkit.refresh_from_db()
    assert lumenkit.key_rejected_since is None
