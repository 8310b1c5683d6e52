"""Single flight: all readers who want a visitor, in threads and processes, share one call and its result."""

import logging
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Event
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from dashboard import server
from tests.access_tokens import new_token
from tests.faulty_upstream import after, error
from visitors import profiles
from visitors.datafast.errors import Reason, Unavailable, UpstreamError, VisitorNotFound
from visitors.models import AccessToken, AuditEntry, AuditSource, FetchLease, Snapshot
from visitors.profiles import calls, fetching, lease, store
from visitors.profiles.budget import Purpose
from visitors.profiles.calls import MAX_CALLS
from visitors.profiles.errors import Busy, OwnFault, Reserved
from visitors.profiles.fetching import FetchRequest
from visitors.sandbox import documented, tokens

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
# How late a busy machine may be.
MARGIN = 2.0

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def until(condition, seconds=5.0):
    """Wait for something that another thread or process is about to do."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def running_call(website, token=None, **expires_in):
    """A call that another process makes."""
    return FetchLease.objects.create(
        website=website,
        visitor_id=LEAD,
        token=token or UUID(int=7),
        expires_at=datetime.now(UTC) + timedelta(**expires_in or {"seconds": 3}),
    )


def request(website, left=10):
    """A person's request for any stored or new profile, with this many seconds left."""
    now = datetime.now(UTC)
    any_age = datetime.min.replace(tzinfo=UTC)
    return FetchRequest(website, LEAD, any_age, Purpose.LOOKUP, now, time.monotonic() + left)


# Threads


@pytest.fixture
def twelve_come(monkeypatch):
    """Twelve readers come before the first of them calls."""
    acquire_first, all_have_come = lease.acquire_first, Barrier(12, timeout=30)

    def acquire_first_then(*args):
        all_have_come.wait()
        return acquire_first(*args)

    monkeypatch.setattr(lease, "acquire_first", acquire_first_then)


def test_readers_of_a_cold_visitor_share_one_call(sandbox, lumenkit, together):
    sandbox.set_latency(0.2)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 12)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert len({profile.version for profile in got}) == 1


@pytest.mark.usefixtures("twelve_come")
@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_readers_share_the_error_of_the_one_call(sandbox, lumenkit, together, status):
    sandbox.set_latency(0.2)
    sandbox.answer_with(str(LEAD), status=status)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 12)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert all(isinstance(error, UpstreamError) for error in got)
    assert len({(type(error), str(error)) for error in got}) == 1


def test_a_reader_who_came_before_a_quick_failure_gets_it(sandbox, lumenkit):
    early = request(lumenkit)
    sandbox.answer_with(str(LEAD), status=500)
    with pytest.raises(Unavailable):
        profiles.get_profile(lumenkit, LEAD)
    assert isinstance(early.error_of(lease.find(lumenkit.pk, LEAD), None), Unavailable)


def test_an_old_profile_is_refreshed_once(sandbox, lumenkit, together, clock):
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    sandbox.set_latency(0.1)
    got = together(*[partial(profiles.refresh_profile, lumenkit, LEAD)] * 12)
    assert sandbox.calls.count(str(LEAD)) == 2
    assert all(profile.is_fresh for profile in got)


def test_readers_of_different_visitors_do_not_wait_for_each_other(other_upstream, lumenkit, together, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 60
    all_have_called = Barrier(3, timeout=30)

    def wait_for_the_others(exchange):
        all_have_called.wait()
        error(404)(exchange)

    other_upstream.behaviors = [wait_for_the_others]
    got = together(*[partial(profiles.get_profile, lumenkit, uuid4()) for _ in range(3)])
    assert [type(one) for one in got] == [VisitorNotFound] * 3


@pytest.mark.usefixtures("twelve_come")
def test_a_fault_of_our_own_is_logged_and_shared(sandbox, lumenkit, together, monkeypatch, caplog):
    def broken(answer):
        raise ZeroDivisionError

    sandbox.set_latency(0.2)
    monkeypatch.setattr(store, "prepare", broken)
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 12)
    assert {type(error) for error in got} == {OwnFault}
    assert sandbox.calls.count(str(LEAD)) == 1
    assert "ZeroDivisionError" in caplog.text


# Who calls, who waits, and for how long


def test_waiting_for_another_call_ends_at_the_deadline(sandbox, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 1
    running_call(lumenkit, seconds=60)
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        profiles.get_profile(lumenkit, LEAD)
    assert caught.value.reason is Reason.TIMEOUT
    assert 0.9 < time.monotonic() - started < 1 + MARGIN
    assert len(sandbox.calls) == 0


def test_a_reader_who_takes_over_keeps_to_the_deadline(sandbox, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 4
    sandbox.answer_with(str(LEAD), mode="hang")
    running_call(lumenkit, seconds=2)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        profiles.get_profile(lumenkit, LEAD)
    assert 3.9 < time.monotonic() - started < 4 + MARGIN
    assert sandbox.calls.count(str(LEAD)) == 1


def test_the_first_lease_is_acquired_once(lumenkit):
    leases = [lease.acquire_first(lumenkit.pk, LEAD) for _ in range(3)]
    assert leases[0].is_first
    assert leases[1:] == [None, None]


@pytest.mark.parametrize("state", ["finished", "abandoned"])
def test_of_several_readers_one_takes_over(lumenkit, state):
    last = running_call(lumenkit, seconds=-1)
    if state == "finished":
        last.finished_at = datetime.now(UTC)
        last.save()
    leases = [lease.take_over(last) for _ in range(3)]
    assert leases[0]
    assert leases[1:] == [None, None]


def test_a_running_call_is_not_taken_over(lumenkit):
    assert lease.take_over(running_call(lumenkit)) is None


def test_an_abandoned_call_is_taken_over(sandbox, lumenkit):
    running_call(lumenkit, seconds=0.3)
    assert profiles.get_profile(lumenkit, LEAD).is_fresh
    assert sandbox.calls.count(str(LEAD)) == 1


def test_a_slow_call_keeps_its_lease(sandbox, lumenkit, together, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 6
    sandbox.set_latency(2)
    got = together(*[partial(profiles.get_profile, lumenkit, LEAD)] * 4)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert len({profile.version for profile in got}) == 1


def test_a_call_that_takes_too_long_leaves_time_to_take_over(sandbox, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 4
    sandbox.set_latency(3)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        profiles.get_profile(lumenkit, LEAD)
    assert time.monotonic() - started < settings.UPSTREAM_DEADLINE_SECONDS * lease.LEASE_SHARE


def test_a_call_that_lost_its_lease_stores_nothing(sandbox, answers_wait, lumenkit, together, is_waiting):
    def take_the_lease():
        until(lambda: sandbox.calls.count(str(LEAD)) == 1)
        FetchLease.objects.update(token=UUID(int=7), expires_at=datetime.now(UTC) + timedelta(seconds=60))
        answers_wait.set()
        assert is_waiting.wait(10)
        is_stored = Snapshot.objects.exists()
        FetchLease.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        return is_stored

    profile, was_stored = together(partial(profiles.get_profile, lumenkit, LEAD), take_the_lease)
    assert not was_stored
    assert profile.contents.journey.visits  # from a second call, after the other lease had expired
    assert sandbox.calls.count(str(LEAD)) == 2


def test_a_call_that_lost_its_lease_deletes_nothing(sandbox, answers_wait, lumenkit, together):
    sandbox.fail_next(status=404, visitor_id=str(LEAD))

    def take_over():
        until(lambda: sandbox.calls.count(str(LEAD)) == 1)
        sandbox.set_latency(0)
        FetchLease.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        profile = profiles.get_profile(lumenkit, LEAD)
        answers_wait.set()
        return profile

    first, second = together(partial(profiles.get_profile, lumenkit, LEAD), take_over)
    assert first.version == second.version
    assert Snapshot.objects.count() == 1
    assert sandbox.calls.count(str(LEAD)) == 2


def test_a_call_that_has_finished_meanwhile_is_not_made_again(sandbox, lumenkit):
    started_at = datetime.now(UTC)
    profile = profiles.get_profile(lumenkit, LEAD)
    fetching.fetch(lumenkit, LEAD, not_before=started_at, purpose=Purpose.LOOKUP, is_first_allowed=False)
    assert profiles.get_profile(lumenkit, LEAD) == profile
    assert sandbox.calls.count(str(LEAD)) == 1


def test_a_person_may_call_where_a_live_page_may_not(sandbox, lumenkit, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 4
    for entry in (documented.CUSTOMER, documented.ONE_PAGE, documented.RETURNING_LEAD):
        profiles.get_profile(lumenkit, UUID(entry.visitor_id))
    now = timedelta(0)
    assert isinstance(profiles.refresh_profile(lumenkit, LEAD, max_age=now, purpose=Purpose.LIVE).problem, Reserved)
    refused = lease.find(lumenkit.pk, LEAD)
    assert request(lumenkit).error_of(refused, refused.token) is None
    assert profiles.refresh_profile(lumenkit, LEAD, max_age=now).problem is None


@pytest.mark.parametrize("status", [401, 404, 500])
def test_errors_of_a_replaced_key_are_ignored(sandbox, answers_wait, lumenkit, together, status):
    sandbox.fail_next(status=status, visitor_id=str(LEAD))
    with_old_key = type(lumenkit).objects.get(pk=lumenkit.pk)

    def replace():
        until(lambda: sandbox.calls.count(str(LEAD)) == 1)
        lumenkit.set_token(tokens.ACCOUNT_TOKEN)
        lumenkit.save()
        profiles.reset_after_key_change(lumenkit)
        return profiles.get_profile(lumenkit, LEAD)

    def answer_both():
        until(lambda: sandbox.calls.count(str(LEAD)) == 2)
        answers_wait.set()

    first, second, _ = together(partial(profiles.get_profile, with_old_key, LEAD), replace, answer_both)
    assert first.version == second.version
    assert sandbox.calls.count(str(LEAD)) == 2
    lumenkit.refresh_from_db()
    assert lumenkit.key_rejected_since is None


def test_a_waiting_reader_gets_the_error_after_the_next_call_began(sandbox, lumenkit, together, is_waiting):
    running = running_call(lumenkit, seconds=60)

    def fail_and_call_again():
        assert is_waiting.wait(10)
        with transaction.atomic():  # the reader never sees the state between the two
            held = lease.Lease(lumenkit.pk, LEAD, running.token, is_first=False)
            held.finish(Unavailable(Reason.SERVER))
            return lease.take_over(lease.find(lumenkit.pk, LEAD))

    error, next_call = together(partial(profiles.get_profile, lumenkit, LEAD), fail_and_call_again)
    assert next_call
    assert isinstance(error, Unavailable)
    assert error.reason is Reason.SERVER
    assert len(sandbox.calls) == 0


# Call slots


def test_a_hanging_datafast_leaves_threads_free(other_upstream, lumenkit, pocketgarden, together, settings):
    """Half of the threads stay free for stored profiles. Readers without a slot soon learn when to come back."""
    assert server.THREADS >= 2 * MAX_CALLS
    settings.UPSTREAM_DEADLINE_SECONDS = 60
    started, refused, all_are_refused = datetime.now(UTC), [], Event()
    other_upstream.behaviors = [after(all_are_refused, error(404))]

    def look_up(website):
        try:
            profiles.get_profile(website, uuid4())
        except Busy as busy:
            refused.append(busy)
            if len(refused) == 3:
                all_are_refused.set()

    got = together(*[partial(look_up, lumenkit)] * (MAX_CALLS + 3))
    assert len(refused) == 3
    assert all(busy.retry_at > started for busy in refused)
    assert sum(isinstance(one, VisitorNotFound) for one in got) == MAX_CALLS
    with pytest.raises(VisitorNotFound):
        profiles.get_profile(pocketgarden, uuid4())  # the slots are free again


def test_many_readers_take_turns_while_datafast_is_quick(sandbox, lumenkit, together, monkeypatch):
    monkeypatch.setattr(calls, "MAX_SLOT_WAIT_SECONDS", 10)  # so that a busy machine is quick as well
    sandbox.set_latency(0.1)
    unknown = [UUID(int=number, version=4) for number in range(3 * MAX_CALLS)]
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


def test_a_hundred_callers_of_the_api_cause_one_call(sandbox, lumenkit, member, workers):
    sandbox.set_latency(0.5)
    secret = new_token(member)["Authorization"].split()[1]
    four = workers(4)
    for worker in four:
        worker.begin(lumenkit, [LEAD] * 25, secret)
    got = [result for worker in four for result in worker.results()]
    assert {error for _, error, _ in got} == {None}
    assert (len(got), len({etag for etag, _, _ in got})) == (100, 1)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert AuditEntry.objects.filter(visitor_id=LEAD, source=AuditSource.API).count() == 100
    assert AccessToken.objects.get().calls <= 100  # fewer where a minute has begun meanwhile


def test_processes_share_an_error(sandbox, lumenkit, workers):
    sandbox.set_latency(0.5)
    missing = UUID("00000000-0000-4000-8000-000000000404")
    two = workers(2)
    for worker in two:
        worker.begin(lumenkit, [missing] * 5)
    got = [result for worker in two for result in worker.results()]
    assert {error for _, error, _ in got} == {VisitorNotFound.__name__}
    assert sandbox.calls.count(str(missing)) == 1


def test_a_killed_process_is_replaced_before_the_deadline(sandbox, lumenkit, workers, settings):
    caller, waiting = workers(2)
    sandbox.fail_next(mode="hang", visitor_id=str(LEAD))
    caller.begin(lumenkit, [LEAD])
    until(lambda: sandbox.calls.count(str(LEAD)) == 1)
    waiting.begin(lumenkit, [LEAD] * 3)
    caller.kill()
    got = waiting.results()
    assert {error for _, error, _ in got} == {None}
    assert max(seconds for _, _, seconds in got) < settings.UPSTREAM_DEADLINE_SECONDS - 2
    assert sandbox.calls.count(str(LEAD)) == 2
