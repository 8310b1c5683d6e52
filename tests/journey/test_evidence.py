"""Observations for and against."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.journey.examples import START, edition, goal, journey, stamp, view
from visitors.datafast.payload import Visitor
from visitors.journey import Leaning, derive, observe


def observed(derived, now):
    return {(one.leaning, one.text) for one in observe(derived, now=now, zone=UTC)}


def test_a_customer_who_returns_speaks_for_itself():
    now = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
    assert observed(derive(edition(2026)), now) == {
        (Leaning.FOR, "1 payment of $149"),
        (Leaning.FOR, "Latest subscription event: subscription started"),
        (Leaning.FOR, "Viewed checkout once"),
        (Leaning.FOR, "Viewed pricing twice in 2 visits"),
        (Leaning.FOR, "Goals completed: checkout_initiated and newsletter_signup"),
        (Leaning.FOR, "Came back: 3 visits"),
        (Leaning.FOR, "Last seen 12 minutes ago"),
        (Leaning.FOR, "Identified"),
    }


def test_one_visit_long_ago_speaks_against():
    assert observed(journey(view("/")), START + timedelta(days=40)) == {
        (Leaning.NEUTRAL, "No pricing page among the pages that DataFast lists"),
        (Leaning.AGAINST, "No goal completed"),
        (Leaning.AGAINST, "Only 1 visit"),
        (Leaning.AGAINST, "Last seen 40 days ago"),
    }


@pytest.mark.parametrize(
    ("days", "leaning"), [(2, Leaning.FOR), (3, Leaning.NEUTRAL), (13, Leaning.NEUTRAL), (14, Leaning.AGAINST)]
)
def test_a_recent_visit_speaks_for_and_absence_against(days, leaning):
    assert (leaning, f"Last seen {days} days ago") in observed(journey(view("/")), START + timedelta(days=days))


def test_a_lost_subscription_and_refunds_speak_against():
    derived = journey(
        goals=(
            goal("payment_refunded", origin="payment_provider", amount=Decimal(5), currency="USD"),
            goal("subscription_ended", 1, origin="payment_provider"),
        )
    )
    shown = observed(derived, START)
    assert (Leaning.AGAINST, "1 refund of $5") in shown
    assert (Leaning.AGAINST, "Latest subscription event: subscription ended") in shown


def test_nothing_shows_nothing():
    assert observed(derive(Visitor()), START) == set()


def test_possibly_missing_goals_do_not_count_against():
    cut_off = journey(view("/", days=9), page_view_count=50, first_visit_at=stamp())
    shown = observed(cut_off, START + timedelta(days=10))
    assert (Leaning.NEUTRAL, "No goal among the events that DataFast lists") in shown
    assert Leaning.AGAINST not in {leaning for leaning, _ in shown}


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ((0,), "Viewed pricing once"),
        ((0, 5), "Viewed pricing twice in 1 visit"),
        ((0, 60), "Viewed pricing twice in 2 visits"),
    ],
)
def test_one_view_has_no_number_of_visits(minutes, words):
    derived = journey(*(view("/pricing", minute) for minute in minutes))
    assert (Leaning.FOR, words) in observed(derived, START)
