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


@pytest.mark.parametrize(
    ("name", "origin", "leaning", "words"),
    [
        ("payment_failed", "payment_provider", Leaning.NEUTRAL, "Payment of $149 failed"),
        ("checkout_abandoned", "manual", Leaning.NEUTRAL, "Checkout of $149 abandoned"),
        ("dispute_created", "payment_provider", Leaning.AGAINST, "Dispute of $149 created"),
        ("dispute_won", "payment_provider", Leaning.NEUTRAL, "Dispute of $149 won"),
        ("account_deleted", "manual", Leaning.AGAINST, "Account deleted ($149)"),
        ("subscription_cancelled", "manual", Leaning.AGAINST, "Subscription cancelled ($149)"),
    ],
)
def test_a_setback_never_speaks_for_a_purchase(name, origin, leaning, words):
    derived = journey(view(), goals=(goal(name, 1, origin=origin, amount=Decimal(149), currency="USD"),))
    shown = observed(derived, START)
    assert (leaning, words) in shown
    assert not [text for side, text in shown if side is Leaning.FOR and text != "On the site now"]


@pytest.mark.parametrize(
    ("name", "leaning"),
    [
        ("trial_converted", Leaning.FOR),
        ("subscription_upgraded", Leaning.FOR),
        ("subscription_reactivated", Leaning.FOR),
        ("subscription_downgraded", Leaning.NEUTRAL),
        ("subscription_cancel_scheduled", Leaning.AGAINST),
        ("subscription_payment_failed", Leaning.AGAINST),
    ],
)
def test_a_subscription_leans_by_its_latest_change(name, leaning):
    shown = observed(journey(view(), goals=(goal(name, 1, origin="payment_provider"),)), START)
    assert [side for side, text in shown if text.startswith("Latest subscription event")] == [leaning]


def test_money_is_one_net_figure():
    fields = {"origin": "payment_provider", "currency": "USD"}
    goals = (goal("payment", amount=149, **fields), goal("payment", 1, amount=149, **fields))
    part = observed(journey(view(), goals=(*goals, goal("refund", 2, amount=50, **fields))), START)
    assert {(Leaning.FOR, "2 payments, $248 after refunds"), (Leaning.AGAINST, "1 refund of $50")} <= part
    whole = observed(journey(view(), goals=(goals[0], goal("refund", 2, amount=149, **fields))), START)
    assert (Leaning.NEUTRAL, "1 payment, $0 after refunds") in whole


def test_an_event_ahead_of_now_is_not_last_seen():
    shown = observed(journey(view(), view("/", days=2)), START + timedelta(hours=2))
    assert (Leaning.FOR, "Last seen 2 hours ago") in shown


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


def test_what_is_true_of_almost_every_visitor_is_common():
    seen = observe(derive(edition(2026)), now=START + timedelta(days=1), zone=UTC)
    assert [one.text for one in seen if one.is_common][-1] == "Identified"
    assert not any(one.is_common for one in seen if "pricing" in one.text)
