"""Who is on a website: one call per interval for all who watch, and what is shown when it fails."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from tests.concurrency import beside
from tests.faulty_upstream import answer, error
from visitors import profiles
from visitors.audit import erasure, retention
from visitors.datafast.credentials import Credential
from visitors.datafast.errors import KeyRejected, RequestRefused, Unavailable
from visitors.models import LiveList, Website
from visitors.profiles import Purpose
from visitors.profiles.errors import Reserved, WebsitePaused
from visitors.sandbox import documented, tokens
from visitors.websites import actions

MAP = "/api/v1/analytics/realtime/map"
LIVE = documented.LIVE.visitor_id


def calls(sandbox):
    return sum(call.path == MAP for call in sandbox.calls)


def ids(found):
    return {visitor.visitor_id for visitor in found.realtime_map.visitors}


def test_the_live_visitor_is_found(sandbox, lumenkit):
    found = profiles.get_live_visitors(lumenkit)
    assert LIVE in ids(found)
    assert found.problem is None
    assert datetime.now(UTC) - found.answered_at < timedelta(seconds=20)


def test_a_minute_of_watching_takes_three_calls(sandbox, lumenkit, clock):
    for _ in range(30):
        for _ in range(2):
            assert profiles.get_live_visitors(lumenkit).realtime_map
        clock.shift(timedelta(seconds=2))
    assert calls(sandbox) <= 4


@pytest.mark.django_db(transaction=True)
def test_all_who_come_at_once_share_one_call(sandbox, lumenkit, together):
    sandbox.set_latency(0.3)
    found = together(*[partial(profiles.get_live_visitors, lumenkit)] * 8)
    assert calls(sandbox) == 1
    assert all(LIVE in ids(one) for one in found)


def test_a_row_that_a_process_with_a_faster_clock_added_is_due(sandbox, lumenkit, monkeypatch):
    bulk_create = LiveList.objects.bulk_create

    def add_second(rows, **options):
        (row,) = rows
        bulk_create([LiveList(website=lumenkit, called_at=row.called_at + timedelta(seconds=1))])
        return bulk_create(rows, **options)

    monkeypatch.setattr(LiveList.objects, "bulk_create", add_second)
    assert LIVE in ids(profiles.get_live_visitors(lumenkit))
    assert calls(sandbox) == 1


def test_a_failure_shows_the_list_from_before_and_is_not_repeated(other_upstream, lumenkit, clock):
    body = {"status": "success", "data": {"visitors": [{"visitorId": LIVE}]}}
    other_upstream.behaviors = [answer(200, body), error(403, "Needs another plan")]
    assert ids(profiles.get_live_visitors(lumenkit)) == {LIVE}
    clock.shift(timedelta(seconds=21))
    for _ in range(3):
        found = profiles.get_live_visitors(lumenkit)
        assert ids(found) == {LIVE}
        assert isinstance(found.problem, RequestRefused)
        assert found.problem.upstream_message == "Needs another plan"
    assert len(other_upstream.requests) == 2
    # The key itself is fine, since it may still look visitors up.
    lumenkit.refresh_from_db()
    assert lumenkit.key_rejected_since is None
    clock.shift(timedelta(minutes=11))
    assert profiles.get_live_visitors(lumenkit).realtime_map is None


def test_a_call_whose_process_died_is_made_again(sandbox, lumenkit, clock):
    LiveList.objects.create(website=lumenkit, called_at=datetime.now(UTC), is_calling=True)
    clock.shift(timedelta(seconds=21))
    assert LIVE in ids(profiles.get_live_visitors(lumenkit))


@pytest.mark.django_db(transaction=True)
def test_a_website_that_was_removed_meanwhile_has_no_list(sandbox, lumenkit):
    Website.objects.all().delete()
    found = profiles.get_live_visitors(lumenkit)
    assert (found.realtime_map, found.problem) == (None, None)
    assert calls(sandbox) == 0


def test_a_paused_website_is_not_called(sandbox, lumenkit):
    Website.objects.update(paused_at=datetime.now(UTC))
    assert isinstance(profiles.get_live_visitors(lumenkit).problem, WebsitePaused)
    assert calls(sandbox) == 0


def test_a_resumed_website_is_called_at_once(sandbox, lumenkit, admin):
    actions.pause(admin, lumenkit)
    assert isinstance(profiles.get_live_visitors(lumenkit).problem, WebsitePaused)
    actions.resume(admin, lumenkit)
    found = profiles.get_live_visitors(lumenkit)
    assert LIVE in ids(found)
    assert found.problem is None


def test_a_new_key_is_used_at_once(sandbox, lumenkit, admin):
    lumenkit.set_token(tokens.REVOKED_TOKEN)
    lumenkit.save()
    assert isinstance(profiles.get_live_visitors(lumenkit).problem, KeyRejected)
    actions.replace_key(admin, lumenkit, Credential(tokens.LUMENKIT_KEY))
    found = profiles.get_live_visitors(lumenkit)
    assert LIVE in ids(found)
    assert found.problem is None


def test_the_list_leaves_calls_for_people(sandbox, lumenkit, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 4
    for visitor in (documented.CUSTOMER, documented.RETURNING_LEAD, documented.ONE_PAGE):
        profiles.get_profile(lumenkit, visitor.visitor_id)
    assert isinstance(profiles.get_live_visitors(lumenkit).problem, Reserved)


def test_a_background_call_that_is_refused_refuses_no_page(sandbox, lumenkit, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 4
    for visitor in (documented.CUSTOMER, documented.RETURNING_LEAD):
        profiles.get_profile(lumenkit, visitor.visitor_id)
    assert profiles.get_live_visitors(lumenkit, Purpose.BACKGROUND).realtime_map is None
    found = profiles.get_live_visitors(lumenkit)
    assert LIVE in ids(found)
    assert found.problem is None


def test_no_answer_at_all_is_a_problem(faulty, lumenkit):
    faulty.behaviors = [error(503)]
    found = profiles.get_live_visitors(lumenkit)
    assert found.realtime_map is None
    assert isinstance(found.problem, Unavailable)


def test_erasing_a_visitor_forgets_the_list(sandbox, lumenkit):
    profiles.get_live_visitors(lumenkit)
    erasure.erase(lumenkit, LIVE, by=None)
    assert bytes(LiveList.objects.get().answer_compressed) == b""
    # Those who watch have a list again, not after the interval only.
    assert profiles.get_live_visitors(lumenkit).realtime_map
    assert calls(sandbox) == 2


@pytest.mark.django_db(transaction=True)
def test_a_list_that_was_called_for_before_an_erasure_is_not_stored(sandbox, lumenkit):
    erase = partial(erasure.erase, lumenkit, uuid4(), by=None)
    with beside('UPDATE "visitors_livelist" SET "is_calling"', erase) as outcomes:
        found = profiles.get_live_visitors(lumenkit)
    assert outcomes == [None]
    assert found.realtime_map is None
    assert profiles.get_live_visitors(lumenkit).realtime_map


def test_a_list_that_nobody_watches_is_deleted(sandbox, lumenkit, clock):
    profiles.get_live_visitors(lumenkit)
    retention.purge()
    assert LiveList.objects.exists()
    clock.shift(timedelta(minutes=61))
    retention.purge()
    assert not LiveList.objects.exists()
