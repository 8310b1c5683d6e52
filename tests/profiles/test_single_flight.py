"""However many readers want one visitor at once, in threads and in processes: one call, and all get what it brings."""

import logging
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import transaction

from dashboard import server
from visitors import profiles
from visitors.datafast.errors import Reason, Unavailable, UpstreamError, VisitorNotFound
from visitors.models import FetchLease, Snapshot
from visitors.profiles import fetching, lease, service, store
from visitors.profiles.budget import Purpose
from visitors.profiles.errors import Busy, OwnFault, Reserved
from visitors.profiles.seats import CALLS_AT_ONCE, QUICK_SECONDS
from visitors.sandbox import documented, tokens

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)

pytestmark = pytest.mark.django_db(transaction=True)


def until(condition, seconds=5.0):
    """Wait for something that another thread or process is about to do."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def in_the_air(website, token=None, **lease):
    """A flight that somebody else leads."""
    return FetchLease.objects.create(
        website=website,
        visitor_id=LEAD,
        token=token or UUID(int=7),
        lease_until=datetime.now(UTC) + timedelta(**lease or {"seconds": 3}),
    )


# Threads


def test_readers_of_a_cold_visitor_share_one_call(sandbox, lumenkit, together):
    sandbox.set_latency(0.2)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 12)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert len({profile.version for profile in got}) == 1


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_readers_share_the_error_of_the_one_call(sandbox, lumenkit, together, status):
    sandbox.set_latency(0.2)
    sandbox.answer_with(str(LEAD), status=status)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 12)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert all(isinstance(error, UpstreamError) for error in got)
    assert len({(type(error), str(error)) for error in got}) == 1


def test_a_reader_who_came_before_a_quick_failure_gets_it_too(sandbox, lumenkit):
    asked_at = datetime.now(UTC)
    sandbox.answer_with(str(LEAD), status=500)
    with pytest.raises(Unavailable):
        profiles.get_profile(lumenkit, LEAD)
    late = fetching.FetchRequest(lumenkit, LEAD, service._ANY_AGE, Purpose.LOOKUP, asked_at, 10, time.monotonic() + 10)
    assert isinstance(late.failed(lease.latest(lumenkit.pk, LEAD), None), Unavailable)


def test_nobody_asks_twice_when_a_popular_entry_grows_old(sandbox, lumenkit, together, clock):
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    sandbox.set_latency(0.1)
    got = together(*[partial(profiles.refresh_profile, lumenkit, LEAD)] * 12)
    assert sandbox.calls.count(str(LEAD)) == 2
    assert all(profile.is_fresh for profile in got)


def test_readers_of_different_visitors_do_not_wait_for_each_other(sandbox, lumenkit, together):
    sandbox.set_latency(0.6)
    ids = [UUID(entry.visitor_id) for entry in (documented.RETURNING_LEAD, documented.CUSTOMER, documented.ONE_PAGE)]
    started = time.monotonic()
    together(*[partial(profiles.get_profile, lumenkit, visitor_id) for visitor_id in ids])
    assert time.monotonic() - started < 1.5
    assert len(sandbox.calls) == 3


def test_a_fault_of_our_own_is_shared_and_logged_and_does_not_make_everybody_ask(
    sandbox, lumenkit, together, monkeypatch, caplog
):
    def broken(answer):
        raise ZeroDivisionError

    sandbox.set_latency(0.2)
    monkeypatch.setattr(store, "prepare", broken)
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 6)
    assert {type(error) for error in got} == {OwnFault}
    assert sandbox.calls.count(str(LEAD)) == 1
    assert "ZeroDivisionError" in caplog.text


# Who leads, who follows, and for how long


def test_a_reader_waits_no_longer_than_the_deadline_for_somebody_elses_call(sandbox, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 1
    in_the_air(lumenkit, seconds=60)
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        profiles.get_profile(lumenkit, LEAD)
    assert caught.value.reason is Reason.TIMEOUT
    assert 0.9 < time.monotonic() - started < 1.4
    assert len(sandbox.calls) == 0


def test_a_reader_who_takes_over_still_waits_no_longer_than_the_deadline(sandbox, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 1
    sandbox.answer_with(str(LEAD), mode="hang")
    in_the_air(lumenkit, seconds=0.5)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        profiles.get_profile(lumenkit, LEAD)
    assert 0.9 < time.monotonic() - started < 1.5
    assert sandbox.calls.count(str(LEAD)) == 1


@pytest.mark.parametrize("state", ["landed", "abandoned", "none"])
def test_of_those_who_saw_the_same_state_one_leads(lumenkit, state):
    seen = None if state == "none" else in_the_air(lumenkit, seconds=-1)
    if state == "landed":
        seen.finished_at = datetime.now(UTC)
        seen.save()
    roles = [lease.join(lumenkit.pk, LEAD, seen) for _ in range(3)]
    assert [type(role) for role in roles] == [lease.Leader, lease.Follower, lease.Follower]
    assert len({role.token for role in roles}) == 1


def test_an_abandoned_flight_is_taken_over(sandbox, lumenkit):
    in_the_air(lumenkit, seconds=0.3)
    assert profiles.get_profile(lumenkit, LEAD).is_fresh
    assert sandbox.calls.count(str(LEAD)) == 1


def test_a_leader_keeps_its_lead_while_the_upstream_is_slow(sandbox, lumenkit, together, monkeypatch):
    monkeypatch.setattr(lease, "LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(lease, "RENEW_EVERY_SECONDS", 0.1)
    sandbox.set_latency(1.2)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 4)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert len({profile.version for profile in got}) == 1


def test_a_leader_that_was_taken_over_leaves_nothing_behind_and_gets_what_the_other_brings(
    sandbox, lumenkit, monkeypatch
):
    ask = fetching._ask
    overtaken = []

    def asleep(role, errand):
        answer = ask(role, errand)
        if not overtaken:
            overtaken.append(role)
            FetchLease.objects.update(token=UUID(int=7), lease_until=datetime.now(UTC) - timedelta(seconds=1))
            assert not Snapshot.objects.exists()
        return answer

    monkeypatch.setattr(fetching, "_ask", asleep)
    assert profiles.get_profile(lumenkit, LEAD).contents.journey.visits
    assert sandbox.calls.count(str(LEAD)) == 2
    assert overtaken[0].land() is False


def test_a_leader_that_was_taken_over_removes_nothing_of_what_the_other_brings(sandbox, lumenkit, monkeypatch):
    ask = fetching._ask
    sandbox.fail_next(status=404, visitor_id=str(LEAD))

    def asleep(role, errand):
        try:
            return ask(role, errand)
        except VisitorNotFound:
            FetchLease.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
            assert profiles.get_profile(lumenkit, LEAD).is_fresh  # who takes over
            raise

    monkeypatch.setattr(fetching, "_ask", asleep)
    assert profiles.get_profile(lumenkit, LEAD).contents.journey.visits
    assert Snapshot.objects.count() == 1
    assert sandbox.calls.count(str(LEAD)) == 2


def test_a_call_that_has_landed_meanwhile_is_not_made_again(sandbox, lumenkit):
    begun = datetime.now(UTC)
    profile = profiles.get_profile(lumenkit, LEAD)
    got = fetching.fetch(lumenkit, LEAD, not_before=begun, purpose=Purpose.LOOKUP, is_known=True)
    assert got.latest.version == profile.version
    assert sandbox.calls.count(str(LEAD)) == 1


def test_a_person_may_ask_where_a_page_that_follows_by_itself_may_not(sandbox, lumenkit, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 4
    for entry in (documented.CUSTOMER, documented.ONE_PAGE, documented.RETURNING_LEAD):
        profiles.get_profile(lumenkit, UUID(entry.visitor_id))
    now = timedelta(0)
    assert isinstance(profiles.refresh_profile(lumenkit, LEAD, max_age=now, purpose=Purpose.LIVE).problem, Reserved)
    followed = lease.latest(lumenkit.pk, LEAD)
    person = fetching.FetchRequest(
        lumenkit, LEAD, service._ANY_AGE, Purpose.LOOKUP, datetime.now(UTC), 10, time.monotonic() + 10
    )
    assert person.failed(followed, followed.token) is None
    assert profiles.refresh_profile(lumenkit, LEAD, max_age=now).problem is None


def test_a_time_out_counts_only_for_those_who_have_waited_as_long(lumenkit):
    row = FetchLease(token=UUID(int=7), finished_at=datetime.now(UTC))
    row.failure = fetching.errors.encode(Unavailable(Reason.TIMEOUT))

    def errand(left):
        asked_at = datetime.now(UTC) - timedelta(seconds=10 - left)
        return fetching.FetchRequest(
            lumenkit, LEAD, service._ANY_AGE, Purpose.LOOKUP, asked_at, 10, time.monotonic() + left
        )

    assert errand(left=9).failed(row, row.token) is None
    assert isinstance(errand(left=1).failed(row, row.token), Unavailable)


@pytest.mark.parametrize("refusal", [401, 404, 500])
def test_what_is_said_to_a_key_that_was_replaced_meanwhile_counts_for_nobody(sandbox, lumenkit, together, refusal):
    sandbox.set_latency(0.5)
    sandbox.fail_next(status=refusal, visitor_id=str(LEAD))
    with_old_key = type(lumenkit).objects.get(pk=lumenkit.pk)

    def replace():
        until(lambda: sandbox.calls.count(str(LEAD)) == 1)
        lumenkit.set_token(tokens.ACCOUNT_TOKEN)
        lumenkit.save()
        profiles.reset_after_key_change(lumenkit)
        return profiles.get_profile(lumenkit, LEAD)

    first, second = together(partial(profiles.get_profile, with_old_key, LEAD), replace)
    assert first.version == second.version
    assert sandbox.calls.count(str(LEAD)) == 2
    lumenkit.refresh_from_db()
    assert lumenkit.key_rejected_since is None


def test_who_looks_after_the_next_flight_has_begun_still_gets_the_failure_they_waited_for(sandbox, lumenkit, together):
    followed = in_the_air(lumenkit)

    def fail_and_begin_anew():
        time.sleep(0.3)  # the reader waits by now
        with transaction.atomic():  # no look falls between the two
            lease.Leader(lumenkit.pk, LEAD, followed.token, is_first=False).land(Unavailable(Reason.SERVER))
            return lease.join(lumenkit.pk, LEAD, lease.latest(lumenkit.pk, LEAD))

    failure, next_one = together(partial(profiles.get_profile, lumenkit, LEAD), fail_and_begin_anew)
    assert isinstance(next_one, lease.Leader)
    assert isinstance(failure, Unavailable)
    assert failure.reason is Reason.SERVER
    assert len(sandbox.calls) == 0


def test_a_hanging_upstream_holds_some_threads_and_not_all(sandbox, lumenkit, pocketgarden, together, settings):
    """Who reads what is kept finds a thread; who can't be served is told so soon, and when to come back."""
    assert server.THREADS >= 2 * CALLS_AT_ONCE
    settings.UPSTREAM_DEADLINE_SECONDS = 3
    sandbox.set_latency(10)
    started = time.monotonic()

    def look(number):
        try:
            return profiles.get_profile(lumenkit, UUID(int=number, version=4))
        except Busy as busy:
            return busy, time.monotonic() - started

    got = together(*[partial(look, number) for number in range(CALLS_AT_ONCE + 3)])
    refused = [one for one in got if isinstance(one, tuple)]
    assert len(refused) == 3
    assert max(seconds for _, seconds in refused) < QUICK_SECONDS + 1
    assert all(busy.retry_at > datetime.now(UTC) - timedelta(seconds=3) for busy, _ in refused)
    assert sum(isinstance(one, Unavailable) for one in got) == CALLS_AT_ONCE
    sandbox.set_latency(0)
    assert profiles.get_profile(pocketgarden, UUID(documented.APP_USER.visitor_id)).is_fresh  # the seats are free again


def test_many_who_come_at_once_take_turns_while_the_upstream_is_quick(sandbox, lumenkit, together):
    sandbox.set_latency(0.1)
    unknown = [UUID(int=number, version=4) for number in range(3 * CALLS_AT_ONCE)]
    got = together(*[partial(profiles.get_profile, lumenkit, visitor_id) for visitor_id in unknown])
    assert {type(one) for one in got} == {VisitorNotFound}


# Processes


def test_a_hundred_readers_in_four_processes_cause_one_call(sandbox, lumenkit, workers):
    sandbox.set_latency(0.5)
    four = workers(4)
    for worker in four:
        worker.begin(lumenkit, [LEAD] * 25)
    got = [result for worker in four for result in worker.results()]
    assert len(got) == 100
    assert {error for _, error, _ in got} == {None}
    assert len({version for version, _, _ in got}) == 1
    assert sandbox.calls.count(str(LEAD)) == 1


def test_processes_share_an_error(sandbox, lumenkit, workers):
    sandbox.set_latency(0.5)
    missing = UUID("00000000-0000-4000-8000-000000000404")
    two = workers(2)
    for worker in two:
        worker.begin(lumenkit, [missing] * 5)
    got = [result for worker in two for result in worker.results()]
    assert {error for _, error, _ in got} == {VisitorNotFound.__name__}
    assert sandbox.calls.count(str(missing)) == 1


def test_a_leader_killed_in_the_middle_of_its_call_is_replaced_within_seconds(sandbox, lumenkit, workers):
    leader, follower = workers(2)
    sandbox.fail_next(mode="hang", visitor_id=str(LEAD))
    leader.begin(lumenkit, [LEAD])
    until(lambda: sandbox.calls.count(str(LEAD)) == 1)
    follower.begin(lumenkit, [LEAD] * 3)
    leader.kill()
    got = follower.results()
    assert {error for _, error, _ in got} == {None}
    assert max(seconds for _, _, seconds in got) < lease.LEASE.total_seconds() + 2
    assert sandbox.calls.count(str(LEAD)) == 2
