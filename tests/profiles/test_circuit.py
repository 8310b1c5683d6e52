"""The circuit breaker: a failing DataFast is not called for a moment, and one call finds out whether it is back."""

from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest

from tests.faulty_upstream import after, answer, error
from visitors import profiles
from visitors.datafast.errors import (
    MalformedAnswer,
    RateLimited,
    RequestRefused,
    TrackingSuspended,
    Unauthorized,
    Unavailable,
    VisitorNotFound,
)
from visitors.profiles import circuit
from visitors.profiles.circuit import MAX_CONSECUTIVE_FAILURES, OPEN_FOR
from visitors.profiles.errors import CircuitOpen
from visitors.sandbox import documented

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
FINE = answer(200, {"status": "success", "data": {"activity": {"visitCount": 1}}})

pytestmark = pytest.mark.django_db


def fail(website, times=MAX_CONSECUTIVE_FAILURES, kind=Unavailable):
    for _ in range(times):
        with pytest.raises(kind):
            profiles.get_profile(website, uuid4())


def test_repeated_failures_open_the_circuit(faulty, lumenkit, clock):
    faulty.behaviors = [error(500)]
    fail(lumenkit)
    with pytest.raises(CircuitOpen) as caught:
        profiles.get_profile(lumenkit, LEAD)
    assert len(faulty.requests) == MAX_CONSECUTIVE_FAILURES
    assert "failed several times in a row" in str(caught.value)
    assert timedelta(0) < caught.value.retry_at - datetime.now(UTC) <= OPEN_FOR


@pytest.mark.parametrize(
    ("behavior", "kind"),
    [
        (error(404), VisitorNotFound),
        (error(401), Unauthorized),
        (error(429), RateLimited),
        (error(410, "Removed"), RequestRefused),
        (error(403, "Tracking is suspended"), TrackingSuspended),
        # One visitor's broken answer must not stop the calls for all others.
        (answer(200, b"<html>what is this", content_type="text/html"), MalformedAnswer),
    ],
)
def test_any_answer_closes_the_circuit(faulty, lumenkit, clock, behavior, kind):
    faulty.behaviors = [error(500)]
    fail(lumenkit, times=MAX_CONSECUTIVE_FAILURES - 1)
    faulty.behaviors = [behavior]
    fail(lumenkit, times=1, kind=kind)
    clock.shift(120)
    faulty.behaviors = [error(500)]
    fail(lumenkit, times=MAX_CONSECUTIVE_FAILURES - 1)
    faulty.behaviors = [FINE]
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_a_successful_probe_closes_the_circuit(faulty, lumenkit, clock):
    faulty.behaviors = [error(500)]
    fail(lumenkit)
    clock.shift(OPEN_FOR.total_seconds() + 1)
    faulty.behaviors = [FINE]
    for _ in range(3):
        assert profiles.get_profile(lumenkit, uuid4()).is_fresh
    lumenkit.refresh_from_db()
    assert (lumenkit.consecutive_failures, lumenkit.circuit_open_until) == (0, None)


def test_a_failed_probe_opens_it_again(faulty, lumenkit, clock):
    faulty.behaviors = [error(500)]
    fail(lumenkit)
    clock.shift(OPEN_FOR.total_seconds() + 1)
    fail(lumenkit, times=1)
    fail(lumenkit, times=1, kind=CircuitOpen)
    assert len(faulty.requests) == MAX_CONSECUTIVE_FAILURES + 1


def test_a_lost_probe_is_followed_by_another(faulty, lumenkit, clock):
    faulty.behaviors = [error(500)]
    fail(lumenkit)
    clock.shift(OPEN_FOR.total_seconds() + 1)
    lumenkit.refresh_from_db()
    circuit.check(lumenkit)
    fail(lumenkit, times=1, kind=CircuitOpen)
    clock.shift(OPEN_FOR.total_seconds() + 1)
    faulty.behaviors = [FINE]
    assert profiles.get_profile(lumenkit, LEAD).is_fresh


def test_another_website_is_not_affected(faulty, lumenkit, pocketgarden):
    faulty.behaviors = [error(500)]
    fail(lumenkit)
    faulty.behaviors = [FINE]
    assert profiles.get_profile(pocketgarden, LEAD).is_fresh


def test_a_stored_copy_is_served_while_it_is_open(sandbox, lumenkit):
    kept = profiles.get_profile(lumenkit, LEAD)
    sandbox.fail_next(status=500, times=MAX_CONSECUTIVE_FAILURES)
    fail(lumenkit)
    again = profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    assert again.version == kept.version
    assert isinstance(again.problem, CircuitOpen)


@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_many_callers_is_the_probe(faulty, lumenkit, settings, together, clock):
    faulty.behaviors = [error(500)]
    fail(lumenkit)
    clock.shift(OPEN_FOR.total_seconds() + 1)
    faulty.requests.clear()
    settings.UPSTREAM_DEADLINE_SECONDS = 60
    refused, all_others_are_refused = [], Event()
    faulty.behaviors = [after(all_others_are_refused, error(404))]

    def look_up():
        try:
            profiles.get_profile(lumenkit, uuid4())
        except CircuitOpen:
            refused.append(1)
            if len(refused) == 9:
                all_others_are_refused.set()

    got = together(*[look_up] * 10)
    assert (len(faulty.requests), len(refused)) == (1, 9)
    assert [type(error) for error in got if error] == [VisitorNotFound]
