"""Observations for and against."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.journey.examples import START, edition, goal, journey, view
from visitors.datafast.payload import Visitor
from visitors.journey import Leaning, derive, observe


def observed(told, now):
    return {(one.leaning, one.text) for one in observe(told, now=now, zone=UTC)}


def test_a_customer_who_returns_speaks_for_itself():
    now = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
    assert observed(derive(edition(2026)), now) == {
        (Leaning.FOR, "1 payment, $149 in all"),
        (Leaning.FOR, "Latest subscription event: subscription started"),
        (Leaning.FOR, "Viewed checkout once in 1 visit"),
        (Leaning.FOR, "Viewed pricing twice in 2 visits"),
        (Leaning.FOR, "Goals: checkout_initiated and newsletter_signup"),
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
def test_being_seen_lately_speaks_for_and_a_long_absence_against(days, leaning):
    assert (leaning, f"Last seen {days} days ago") in observed(journey(view("/")), START + timedelta(days=days))


def test_a_lost_subscription_and_refunds_speak_against():
    told = journey(
        goals=(
            goal("payment_refunded", origin="payment_provider", amount=Decimal(5), currency="USD"),
            goal("subscription_ended", 1, origin="payment_provider"),
        )
    )
    shown = observed(told, START)
    assert (Leaning.AGAINST, "1 refund, $5 in all") in shown
    assert (Leaning.AGAINST, "Latest subscription event: subscription ended") in shown


def test_nothing_shows_nothing():
    assert observed(derive(Visitor()), START) == set()
