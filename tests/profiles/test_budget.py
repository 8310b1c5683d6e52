"""The rate budget of a token: never more requests in any minute than DataFast allows."""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import time_machine as travel
from hypothesis import given
from hypothesis import strategies as st

from tests.faulty_upstream import answer, error
from visitors import profiles
from visitors.datafast.credentials import Credential
from visitors.datafast.errors import RateLimited, Unavailable, VisitorNotFound
from visitors.datafast.payload import RateLimit
from visitors.models import RateBudget
from visitors.profiles import budget, calls
from visitors.profiles.budget import Budget, Purpose
from visitors.profiles.errors import Reserved
from visitors.sandbox import documented, tokens
from visitors.sandbox.limits import Limit

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
KEY = Credential(tokens.LUMENKIT_KEY)
NOW = datetime(2026, 5, 4, 12, 0, 0, 500_000, tzinfo=UTC)
START = NOW.timestamp()

pytestmark = pytest.mark.django_db


def used(credential):
    """Return the calls counted in the last minute, and the limit."""
    (usage,) = budget.get_usage([credential])
    return usage


def send(purpose=Purpose.LOOKUP, credential=KEY):
    """Charge the first request of a call."""
    call = Budget(credential, purpose)
    call.charge()
    return call


def send_all(purpose=Purpose.LOOKUP):
    """Send calls until one is refused; return them and the refusal."""
    calls = []
    while True:
        try:
            calls.append(send(purpose))
        except RateLimited as refusal:
            return calls, refusal


def receive(call, rate=None):
    """Let the answer of a call come in."""
    call.spend(lambda: SimpleNamespace(rate=rate))


def charge_retry(call):
    """Whether the call may send one more request."""
    try:
        call.charge()
    except RateLimited:
        return False
    return True


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


# The window


def test_a_minute_allows_as_many_calls_as_configured(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 7
    calls, refusal = send_all()
    assert len(calls) == 7
    assert (refusal.limit, refusal.remaining) == (7, 0)
    assert used(KEY) == (7, 7)


def test_a_refusal_names_the_time_of_the_next_call(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 3
    for _ in range(3):
        send()
        noon.shift(5)
    _, refusal = send_all()
    noon.move_to(refusal.reset_at - timedelta(seconds=1), tick=False)
    assert send_all()[0] == []
    noon.move_to(refusal.reset_at, tick=False)
    assert len(send_all()[0]) == 1
    assert timedelta(seconds=60) <= refusal.reset_at - NOW <= timedelta(seconds=62)


def test_a_share_is_reserved_for_people(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 8
    live, refusal = send_all(Purpose.LIVE)
    looked_up, _ = send_all()
    assert (len(live), len(looked_up)) == (6, 2)
    assert isinstance(refusal, Reserved)
    noon.move_to(refusal.reset_at, tick=False)
    assert send(Purpose.LIVE)


def test_lists_come_last(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 8
    background, refusal = send_all(Purpose.BACKGROUND)
    live, _ = send_all(Purpose.LIVE)
    looked_up, _ = send_all()
    assert (len(background), len(live), len(looked_up)) == (4, 2, 2)
    assert "kept for people" in str(refusal)
    assert f"{refusal.reset_at:%H:%M:%S} UTC" in str(refusal)


def test_the_row_stays_small_with_a_large_limit(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 100_000
    for _ in range(130):
        for _ in range(3):
            send()
        noon.shift(0.7)
    assert len(RateBudget.objects.get().calls) <= budget.COUNTED_SECONDS


def test_a_clock_that_was_wrong_does_not_block_for_long(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 1
    noon.shift(86_400)
    send()
    noon.move_to(NOW, tick=False)
    assert send()


def test_the_table_does_not_contain_the_token(noon):
    send()
    row = RateBudget.objects.values().get()
    assert KEY.token not in str(row)
    assert "sandboxlumenkit" not in str(row)


# One budget for each token


def test_two_websites_with_one_account_token_share_its_budget(sandbox, lumenkit, pocketgarden, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 2
    lumenkit.set_token(tokens.ACCOUNT_TOKEN)
    lumenkit.save()
    profiles.get_profile(lumenkit, LEAD)
    profiles.get_profile(pocketgarden, UUID(documented.APP_USER.visitor_id))
    with pytest.raises(RateLimited):
        profiles.get_profile(lumenkit, UUID(documented.CUSTOMER.visitor_id))
    assert len(sandbox.calls) == 2


def test_two_websites_with_their_own_keys_share_nothing(sandbox, lumenkit, pocketgarden, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 1
    profiles.get_profile(lumenkit, LEAD)
    assert profiles.get_profile(pocketgarden, UUID(documented.APP_USER.visitor_id)).is_fresh


def test_over_budget_the_stored_copy_comes_with_its_problem(sandbox, lumenkit, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 1
    kept = profiles.get_profile(lumenkit, LEAD)
    again = profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    assert again.version == kept.version
    assert isinstance(again.problem, RateLimited)
    assert timedelta(seconds=55) < again.problem.reset_at - datetime.now(UTC) <= timedelta(seconds=62)
    assert len(sandbox.calls) == 1


# What DataFast reports


@pytest.mark.parametrize("reset_in", ["seconds", "milliseconds"])
@pytest.mark.parametrize("where", ["headers", "in_body"])
def test_a_429_stops_calls_until_its_reset(sandbox, lumenkit, clock, reset_in, where):
    placed = {"headers": False, "in_body": False} | {where: True}
    sandbox.set_limit(Limit(requests_per_minute=None, reset_in=reset_in, **placed))
    sandbox.answer_with(str(LEAD), status=429)
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            profiles.get_profile(lumenkit, LEAD)
        assert timedelta(seconds=30) < caught.value.reset_at - datetime.now(UTC) < timedelta(seconds=36)
    assert sandbox.calls.count(str(LEAD)) == 1
    sandbox.answer_with(str(LEAD))
    clock.move_to(caught.value.reset_at)
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_a_429_without_a_reset_stops_calls_for_a_minute(sandbox, lumenkit):
    sandbox.set_limit(Limit(requests_per_minute=None, headers=False, in_body=False))
    sandbox.answer_with(str(LEAD), status=429)
    with pytest.raises(RateLimited) as caught:
        profiles.get_profile(lumenkit, LEAD)
    assert timedelta(seconds=58) < caught.value.reset_at - datetime.now(UTC) < timedelta(seconds=62)


def test_a_429_with_a_lower_limit_promises_what_it_allows(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 60
    calls = [send() for _ in range(25)]

    def refuse():
        raise RateLimited(NOW + timedelta(seconds=10), 20, 0)

    with pytest.raises(RateLimited) as caught:
        calls[-1].spend(refuse)
    refusal = caught.value
    assert refusal.limit == 20
    noon.move_to(refusal.reset_at, tick=False)
    assert send()


def test_fewer_calls_left_than_we_count_are_believed(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 60
    receive(send(), RateLimit(60, 4, NOW + timedelta(seconds=20)))
    calls, refusal = send_all()
    assert len(calls) == 4
    assert refusal.reset_at == (NOW + timedelta(seconds=20)).replace(microsecond=0) + timedelta(seconds=1)
    noon.move_to(refusal.reset_at, tick=False)
    assert len(send_all()[0]) == 55


def test_more_calls_left_than_we_count_are_not_believed(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 5
    calls = [send() for _ in range(3)]
    receive(calls[0], RateLimit(5, 5, None))
    assert len(send_all()[0]) == 2


def test_a_lower_limit_counts_for_an_hour_a_higher_one_never(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 10
    receive(send(), RateLimit(6, None, None))
    assert used(KEY)[1] == 6
    noon.shift(3700)
    assert used(KEY)[1] == 10
    receive(send(), RateLimit(600, None, None))
    assert used(KEY)[1] == 10


def test_the_headers_of_an_error_count_too(faulty, lumenkit):
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}
    faulty.behaviors = [error(404, headers=headers)]
    with pytest.raises(VisitorNotFound):
        profiles.get_profile(lumenkit, LEAD)
    with pytest.raises(RateLimited) as caught:
        profiles.get_profile(lumenkit, uuid4())
    assert timedelta(seconds=28) < caught.value.reset_at - datetime.now(UTC) < timedelta(seconds=32)
    assert len(faulty.requests) == 1


# Retries


def test_retries_are_counted(faulty, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 30  # the pauses between retries must fit on a busy machine
    faulty.behaviors = [
        error(503),
        error(503),
        answer(200, {"status": "success", "data": {"activity": {"visitCount": 1}}}),
    ]
    profiles.get_profile(lumenkit, LEAD)
    assert used(KEY)[0] == len(faulty.requests) == 3


def test_a_failed_call_is_counted_with_its_retries(faulty, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 30  # the pauses between retries must fit on a busy machine
    faulty.behaviors = [error(502)]
    with pytest.raises(Unavailable):
        profiles.get_profile(lumenkit, LEAD)
    assert used(KEY)[0] == len(faulty.requests) == 3


def test_the_last_call_of_a_minute_is_not_retried(faulty, lumenkit, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 4
    settings.UPSTREAM_DEADLINE_SECONDS = 30  # the pauses between retries must fit on a busy machine
    faulty.behaviors = [error(503)]
    for _ in range(2):
        with pytest.raises(Unavailable):
            profiles.get_profile(lumenkit, uuid4())
    with pytest.raises(RateLimited):
        profiles.get_profile(lumenkit, uuid4())
    assert len(faulty.requests) == 4


@pytest.mark.django_db(transaction=True)
def test_simultaneous_retries_stay_within_the_limit(faulty, lumenkit, settings, together):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 7
    settings.UPSTREAM_DEADLINE_SECONDS = 30  # the pauses between retries must fit on a busy machine
    faulty.behaviors = [error(503)]
    got = together(*[partial(profiles.get_profile, lumenkit, uuid4()) for _ in range(5)])
    assert {type(failure) for failure in got} <= {Unavailable, RateLimited}
    assert len(faulty.requests) == 7
    assert used(KEY) == (7, 7)


# Any schedule


def busiest_minute(arrivals):
    """The most arrivals in any 60 seconds, as DataFast may count them."""
    return max((sum(begin <= other < begin + 60 for other in arrivals) for begin in arrivals), default=0)


@given(
    limit=st.integers(1, 5),
    steps=st.lists(
        st.tuples(st.floats(0, 30), st.floats(0, 10), st.floats(0, 1), st.sampled_from(Purpose)),
        min_size=5,
        max_size=30,
    ),
)
def test_no_schedule_exceeds_the_limit(limit, steps):
    """Calls overlap: each takes up to ten seconds, and arrives at any time in them."""
    credential = Credential(f"df_{uuid4().hex}")
    at, arrivals, running = START, [], []
    budget_limit = pytest.MonkeyPatch()
    budget_limit.setattr("django.conf.settings.DATAFAST_REQUESTS_PER_MINUTE", limit)
    try:
        for wait, duration, share, purpose in steps:
            at += wait
            for ends_at, call in sorted((one for one in running if one[0] <= at), key=lambda one: one[0]):
                with travel.travel(ends_at, tick=False):
                    receive(call)
                running.remove((ends_at, call))
            with travel.travel(at, tick=False):
                try:
                    call = send(purpose, credential)
                except RateLimited:
                    continue
            arrivals.append(at + duration * share)
            running.append((at + duration, call))
    finally:
        budget_limit.undo()
    assert busiest_minute(arrivals) <= limit


@given(
    limit=st.integers(1, 6),
    steps=st.lists(st.tuples(st.floats(0, 20), st.integers(0, 2), st.floats(0, 10)), min_size=5, max_size=25),
)
def test_no_schedule_with_retries_exceeds_the_limit(limit, steps):
    """Calls overlap, and each may want up to two retries in the up to ten seconds that it takes."""
    credential = Credential(f"df_{uuid4().hex}")
    at, arrivals, steps_in_time = START, [], []
    for number, (wait, retries, duration) in enumerate(steps):
        at += wait
        moments = [at + duration * turn / (retries + 1) for turn in range(retries + 2)]
        steps_in_time += [(moment, number, turn == retries + 1) for turn, moment in enumerate(moments)]
    calls = {}
    budget_limit = pytest.MonkeyPatch()
    budget_limit.setattr("django.conf.settings.DATAFAST_REQUESTS_PER_MINUTE", limit)
    try:
        for moment, number, is_over in sorted(steps_in_time):
            with travel.travel(moment, tick=False):
                call = calls.setdefault(number, Budget(credential, Purpose.LOOKUP))
                if is_over:
                    receive(call)
                elif charge_retry(call):
                    arrivals.append(moment)
    finally:
        budget_limit.undo()
    assert busiest_minute(arrivals) <= limit


# Threads and processes


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_budget(sandbox, lumenkit, settings, together, monkeypatch):
    monkeypatch.setattr(calls, "MAX_SLOT_WAIT_SECONDS", 10)
    settings.DATAFAST_REQUESTS_PER_MINUTE = 7
    got = together(*[partial(profiles.get_profile, lumenkit, uuid4()) for _ in range(16)])
    assert sorted(type(error).__name__ for error in got) == ["RateLimited"] * 9 + ["VisitorNotFound"] * 7
    assert len(sandbox.calls) == 7


@pytest.mark.django_db(transaction=True)
def test_processes_share_a_budget(sandbox, lumenkit, settings, workers):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 20
    two = workers(2)
    for worker in two:
        worker.begin(lumenkit, [uuid4() for _ in range(30)])
    errors = [error for worker in two for _, error, _ in worker.results()]
    assert errors.count("VisitorNotFound") == 20
    assert errors.count("RateLimited") == 40
    assert len(sandbox.calls) == 20


# What the calls were for


def uses(credential=KEY):
    """Return the calls of the last minute and hour by purpose."""
    (found,) = budget.get_use([credential])
    return {use.purpose: (use.minute, use.hour) for use in found}


def test_calls_are_counted_by_purpose_for_an_hour(noon):
    for purpose in (Purpose.LOOKUP, Purpose.LOOKUP, Purpose.LIVE, Purpose.BACKGROUND):
        send(purpose)
    assert uses() == {Purpose.LOOKUP: (2, 2), Purpose.LIVE: (1, 1), Purpose.BACKGROUND: (1, 1)}
    noon.move_to(NOW + timedelta(minutes=2), tick=False)
    send(Purpose.LIVE)
    assert uses() == {Purpose.LOOKUP: (0, 2), Purpose.LIVE: (1, 2), Purpose.BACKGROUND: (0, 1)}
    noon.move_to(NOW + timedelta(minutes=61), tick=False)
    send(Purpose.BACKGROUND)
    assert uses() == {Purpose.LOOKUP: (0, 0), Purpose.LIVE: (0, 1), Purpose.BACKGROUND: (1, 1)}


def test_what_calls_were_for_stays_small(noon):
    for minute in range(65):
        noon.move_to(NOW + timedelta(minutes=minute), tick=False)
        send(Purpose.LIVE)
        noon.move_to(NOW + timedelta(minutes=minute, seconds=20), tick=False)
        send(Purpose.LIVE)
    assert len(RateBudget.objects.get().used) <= 62


def test_full_load_of_pages_and_background_leaves_look_ups_their_share(noon, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 80
    while_free = [send_all(Purpose.BACKGROUND)[0], send_all(Purpose.LIVE)[0]]
    assert sum(map(len, while_free)) == 60
    look_ups = 0
    for _ in range(20):
        for purpose in (Purpose.BACKGROUND, Purpose.LIVE):
            with pytest.raises(Reserved):
                send(purpose)
        send(Purpose.LOOKUP)
        look_ups += 1
    assert look_ups == 20
    assert uses() == {Purpose.LOOKUP: (20, 20), Purpose.LIVE: (20, 20), Purpose.BACKGROUND: (40, 40)}
