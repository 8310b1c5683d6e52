"""The moment of a ticket."""

from datetime import datetime, timedelta, timezone

import pytest

from tests.journey.examples import START, goal, journey, stamp, view
from visitors.datafast.payload import Visitor
from visitors.journey import Where, derive, find_ticket_moment

EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))
DERIVED = journey(
    view("/checkout", 0), view("/done", 10), view("/back", days=2), goals=(goal("checkout_initiated", 1),)
)
# Later than all events, so that none is ahead of it.
LATER = START + timedelta(days=1000)


def at(minutes=0, *, days=0):
    return find_ticket_moment(DERIVED, START + timedelta(days=days, minutes=minutes), now=LATER)


@pytest.mark.parametrize(
    ("minutes", "where", "visit"),
    [
        (-1, Where.BEFORE, 0),
        (0, Where.DURING, 0),
        (40, Where.DURING, 0),
        (41, Where.BETWEEN, 0),
        (47 * 60, Where.BETWEEN, 1),
        (48 * 60 + 30, Where.DURING, 1),
        (48 * 60 + 31, Where.AFTER, 1),
    ],
)
def test_a_moment_lies_in_a_visit_or_near_one(minutes, where, visit):
    moment = at(minutes)
    assert (moment.where, moment.visit) == (where, tuple(reversed(DERIVED.visits))[visit])


def test_events_before_the_moment_have_their_distance():
    assert at(3).words == "Last page /checkout, 3 minutes before. Goal checkout_initiated, 2 minutes before."


def test_between_visits_the_next_event_is_named_too():
    assert at(0, days=1).words == (
        "Between two visits. Last page /done, 23 hours 50 minutes before. "
        "Goal checkout_initiated, 23 hours 59 minutes before. Next came page /back, 1 day after."
    )


def test_the_last_page_is_found_before_a_renewal():
    derived = journey(
        view("/settings/billing"),
        view("/back", days=9),
        goals=(goal("subscription_renewed", days=3, origin="payment_provider"),),
    )
    words = find_ticket_moment(derived, START + timedelta(days=3, hours=2), now=LATER).words
    assert "Last page /settings/billing, 3 days 2 hours before." in words
    assert "ubscription renewed, 2 hours before." in words
    assert find_ticket_moment(derived, START + timedelta(days=3, minutes=20), now=LATER).words.startswith(
        "Last page /settings/billing, 3 days"
    )


def test_a_moment_outside_of_the_list_is_reported():
    assert at(-60).words == "Before the earliest event that DataFast sent. Next came page /checkout, 1 hour after."
    assert at(60, days=2).words == "After the latest event that DataFast sent. Last page /back, 1 hour before."


def test_a_journey_without_dated_events_is_reported():
    assert find_ticket_moment(derive(Visitor()), START, now=LATER).words == (
        "DataFast sent no event with a plausible time."
    )


@pytest.mark.parametrize("extreme", [datetime.min.replace(tzinfo=EAST), datetime.max.replace(tzinfo=WEST)])
def test_the_ends_of_the_calendar_are_valid_moments(extreme):
    assert find_ticket_moment(DERIVED, extreme, now=LATER).visit is not None


def test_possibly_missing_events_around_the_moment_are_reported():
    cut_off = journey(view("/", days=3), page_view_count=9, first_visit_at=stamp())
    assert find_ticket_moment(cut_off, START + timedelta(days=1), now=LATER).is_missing
    assert not find_ticket_moment(cut_off, START + timedelta(days=3, minutes=1), now=LATER).is_missing


def test_between_visits_of_a_cut_off_list_may_be_others():
    derived = journey(
        view("/", days=100), goals=(goal("signup"),), visit_count=61, page_view_count=90, first_visit_at=stamp()
    )
    assert find_ticket_moment(derived, START + timedelta(days=50), now=LATER).words.startswith(
        "Between two visits that DataFast lists. Goal"
    )


def test_events_ahead_of_now_are_neither_before_nor_after_a_moment():
    derived = journey(view("/"), view("/clock-ahead", days=2), view("/skewed", 0.5))
    moment = find_ticket_moment(derived, START, now=START)
    assert (moment.where, moment.words) == (Where.DURING, "Last page /, at that very moment.")
    assert moment.after.event.page.label == "/skewed"
    tomorrow = find_ticket_moment(derived, START + timedelta(days=3), now=START)
    assert tomorrow.words == "After the latest event that DataFast sent. Last page /skewed, 3 days before."


def test_an_event_ahead_of_now_in_the_same_visit_is_left_out():
    derived = journey(view("/"), view("/clock-ahead", 20), goals=(goal("signup", 25),))
    moment = find_ticket_moment(derived, START + timedelta(minutes=29), now=START + timedelta(minutes=10))
    assert moment.words == "Last page /, 29 minutes before."


def test_a_journey_that_is_all_ahead_of_now_has_no_visit_to_open():
    moment = find_ticket_moment(journey(view("/", days=2)), START, now=START)
    assert (moment.where, moment.visit) == (Where.NOWHERE, None)
    assert moment.words == "DataFast sent no event with a plausible time."
