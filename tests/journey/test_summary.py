"""The sentence about a visitor."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.journey.examples import START, edition, goal, journey, view
from visitors.datafast.payload import Activity, Identity, Visitor
from visitors.journey import derive, summarize
from visitors.journey.summary import format_when

NEW_YORK = ZoneInfo("America/New_York")
PROVIDER = "payment_provider"


def summary(derived, *, now=START + timedelta(days=3), zone=UTC):
    return summarize(derived, now=now, zone=zone)


def test_the_summary_of_the_2026_edition():
    assert summary(derive(edition(2026)), now=datetime(2026, 5, 5, 8, 51, 30, tzinfo=UTC)) == (
        "Came from youtube.com 3 days ago, 3 visits, viewed pricing twice, "
        "completed newsletter_signup and checkout_initiated, paid $149 yesterday, on the site now."
    )


def test_the_2025_edition_names_what_is_missing():
    assert summary(derive(edition(2025)), now=datetime(2025, 4, 14, tzinfo=UTC)) == (
        "Came from youtube.com 3 days ago, 3 visits, 8 page views, completed newsletter_signup, "
        "last seen 3 days ago. 7 page views and 2 visits are not in DataFast’s answer."
    )


def test_an_empty_journey_has_no_observations():
    assert summary(derive(Visitor())) == "DataFast sent no events for this visitor."


def test_one_page_view_is_a_short_sentence():
    assert summary(journey(view("/blog"))) == "First seen 3 days ago, 1 visit, viewed /blog."


def test_the_most_viewed_page_is_named_with_its_count():
    derived = journey(view("/docs", 0), view("/docs", 1), view("/docs", 2), view("/", 3))
    assert "3 views of /docs" in summary(derived)


def test_with_missing_page_views_a_number_is_a_minimum():
    assert "viewed pricing at least once" in summary(journey(view("/pricing"), page_view_count=9))


def test_payments_refunds_and_a_lost_subscription_are_named():
    derived = journey(
        view("/"),
        goals=(
            goal("payment", 1, origin=PROVIDER, amount=Decimal(20), currency="USD"),
            goal("payment", days=1, origin=PROVIDER, amount=Decimal(20), currency="USD"),
            goal("payment_refunded", 5, days=1, origin=PROVIDER, amount=Decimal(20), currency="USD"),
            goal("subscription_ended", 6, days=2, origin=PROVIDER),
        ),
    )
    assert summary(derived) == (
        "First seen 3 days ago, 1 visit, viewed /, paid $20 in 2 payments (after $20 refunded), the last 2 days ago, "
        "subscription ended yesterday."
    )


def test_a_payment_without_an_amount_is_named_as_such():
    assert "viewed /, 1 payment (amount unknown) 3 days ago" in summary(
        journey(view("/"), goals=(goal("payment", origin=PROVIDER),))
    )


@pytest.mark.parametrize(
    ("zone", "word"), [(UTC, "6 hours ago"), (NEW_YORK, "6 hours ago"), (ZoneInfo("Asia/Seoul"), "yesterday")]
)
def test_yesterday_is_a_word_of_the_zone(zone, word):
    assert format_when(START, START + timedelta(hours=6), zone) == word


def test_days_are_those_of_the_calendar():
    assert format_when(START, START + timedelta(hours=46), UTC) == "2 days ago"


def test_daylight_saving_does_not_move_yesterday():
    zone = NEW_YORK  # the clocks went forward on March 8, 2026
    late = datetime(2026, 3, 7, 23, 30, tzinfo=zone)
    assert format_when(late, datetime(2026, 3, 8, 8, 30, tzinfo=zone), zone) == "yesterday"


def test_shortly_before_midnight_is_not_yesterday_yet():
    late = datetime(2026, 5, 4, 23, 59, tzinfo=NEW_YORK)
    assert format_when(late, late + timedelta(minutes=14), NEW_YORK) == "14 minutes ago"
    assert format_when(late, late + timedelta(hours=5, minutes=59), NEW_YORK) == "5 hours ago"
    assert format_when(late, late + timedelta(hours=6), NEW_YORK) == "yesterday"


def test_a_source_without_end_is_cut_short():
    identity = edition(2026).identity
    long = type(identity)(params={"ref": "x" * 5000})
    assert len(summary(derive(Visitor(identity=long)))) < 200


def test_right_to_left_text_does_not_reorder_the_sentence():
    assert "viewed \u2066/\u2068مدونة\u2069\u2069." in summary(journey(view("/مدونة")))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"utm_source": "חדשות", "utm_campaign": "מבצע 50%"}, "\u2068חדשות\u2069 (campaign \u2068מבצע 50%\u2069)"),
        ({"utm_source": "news", "utm_medium": "מייל"}, "news / \u2068מייל\u2069"),
        ({"utm_campaign": "عرض"}, "campaign \u2068عرض\u2069"),
        ({"utm_term": "حذاء"}, "search term \u2068حذاء\u2069"),
        ({"ref": "أخبار"}, "\u2068أخبار\u2069"),
        ({"utm_source": "חדשות" * 40, "utm_campaign": "ב"}, "…"),
    ],
)
def test_our_words_keep_their_place_in_a_right_to_left_source(params, words):
    sentence = summary(derive(Visitor(identity=Identity(params=params), activity=Activity(visited_pages=(view(),)))))
    assert words in sentence
    assert sentence.count("\u2068") == sentence.count("\u2069")


def test_a_long_page_is_cut_in_the_middle():
    assert "-part-2." in summary(journey(view("/" + "series-of-texts-" * 20 + "part-2")))


def test_two_numbers_never_meet():
    derived = journey(
        *(view("/dashboards/32", minute) for minute in range(3)),
        goals=(goal("payment", 4, origin=PROVIDER, amount=Decimal(149), currency="USD"),),
    )
    assert summary(derived) == ("First seen 3 days ago, 1 visit, 3 views of /dashboards/32, paid $149 (3 days ago).")
    campaign = derive(
        Visitor(identity=Identity(params={"utm_campaign": "spring 2026"}), activity=Activity(visited_pages=(view(),)))
    )
    assert summary(campaign).startswith("Came from campaign spring 2026 (3 days ago), 1 visit")


def test_a_single_goal_more_is_named_instead_of_counted():
    three = journey(view("/"), goals=(goal("a", 1), goal("b", 2), goal("c", 3)))
    assert "completed a, b and c" in summary(three)
    four = journey(view("/"), goals=(goal("a", 1), goal("b", 2), goal("c", 3), goal("d", 4)))
    assert "completed c, d and 2 other goals" in summary(four)


@pytest.mark.parametrize(
    ("goals", "words"),
    [
        ((goal("payment", 1, amount=Decimal(149), currency="USD"),), "paid $149 (3 days ago)"),
        (
            (
                goal("payment", 1, amount=Decimal(149), currency="USD"),
                goal("refund", 2, amount=Decimal(49), currency="USD"),
            ),
            "paid $100 (after $49 refunded) 3 days ago",
        ),
        (
            (
                goal("payment", 1, amount=Decimal(149), currency="USD"),
                goal("dispute_lost", 2, origin=PROVIDER, amount=Decimal(149), currency="USD"),
            ),
            "paid $0 (after $149 refunded) 3 days ago",
        ),
        (
            tuple(goal("payment", number, amount=10, currency=sign) for number, sign in enumerate(("€", "$", "Kč"))),
            "paid 10 $, 10 Kč and 10 € in 3 payments",
        ),
    ],
)
def test_the_sum_is_net_and_per_currency(goals, words):
    assert words in summary(journey(view("/"), goals=goals))


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("payment_failed", {"origin": PROVIDER, "amount": 149, "currency": "USD"}, "a payment of $149 failed 3 days"),
        ("invoice_payment_failed", {"origin": PROVIDER}, "invoice payment failed 3 days ago"),
        ("charge_declined", {"origin": PROVIDER, "amount": 5}, "a charge of 5 (currency unknown) declined"),
        ("dispute_created", {"origin": PROVIDER, "amount": 9, "currency": "EUR"}, "a dispute of €9 created"),
        ("subscription_cancelled", {"origin": "manual"}, "subscription cancelled 3 days ago"),
        ("checkout_abandoned", {"origin": "manual"}, "checkout abandoned 3 days ago"),
        ("account-deleted", {"origin": "manual"}, "account deleted 3 days ago"),
        ("invoice.payment:failed", {"origin": PROVIDER}, "invoice payment failed 3 days ago"),
        ("payment_pending", {"origin": PROVIDER, "amount": 9, "currency": "EUR"}, "a payment of €9 pending"),
    ],
)
def test_a_setback_is_named_as_what_it_is(name, fields, words):
    sentence = summary(journey(view("/"), goals=(goal(name, 2, **fields),)))
    assert words in sentence
    assert "completed" not in sentence
    assert "paid" not in sentence


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("free_trial", "free trial started 3 days ago"),
        ("trial_started", "trial started 3 days ago"),
        ("trial_converted", "trial converted to paid 3 days ago"),
        ("subscription_upgraded", "subscription upgraded 3 days ago"),
        ("subscription_downgraded", "subscription downgraded 3 days ago"),
        ("subscription_cancel_scheduled", "subscription set to cancel 3 days ago"),
        ("subscription_reactivated", "subscription reactivated 3 days ago"),
        ("subscription_ended", "subscription ended 3 days ago"),
    ],
)
def test_reserved_provider_goals_have_words(name, words):
    assert words in summary(journey(view("/"), goals=(goal(name, 2, origin=PROVIDER),)))


def test_a_reactivation_that_is_paid_replaces_the_cancellation():
    goals = (
        goal("subscription_cancel_scheduled", 1, origin=PROVIDER),
        goal("subscription_reactivated", 90, origin=PROVIDER, amount=Decimal(29), currency="USD"),
    )
    sentence = summary(journey(view("/"), goals=goals))
    assert "paid $29 (3 days ago), subscription reactivated 3 days ago" in sentence
    assert "cancel" not in sentence


def test_what_is_ahead_of_now_has_no_time_in_the_sentence():
    goals = (goal("payment", days=26, amount=20, currency="USD"), goal("signup_failed", days=27))
    derived = journey(view("/"), view("/later", days=25), goals=goals)
    sentence = summary(derived, now=START + timedelta(minutes=1))
    assert "paid $20, signup failed, on the site now" in sentence
    assert " in " not in sentence
    assert summary(journey(view("/a", days=9), view("/b", days=9))) == (
        "2 page views. All times are ahead of now: a clock is wrong."
    )


KNOWN, UNKNOWN = {"origin": PROVIDER, "amount": Decimal(5), "currency": "USD"}, {"origin": PROVIDER}


@pytest.mark.parametrize(
    ("goals", "words"),
    [
        (
            (goal("payment", **UNKNOWN), goal("payment", 1, **UNKNOWN)),
            "2 payments (amounts unknown), the last 3 days ago",
        ),
        (
            (goal("payment", **UNKNOWN), goal("payment", 1, **KNOWN)),
            "paid $5 in 1 payment, the last 3 days ago, 1 other payment (amount unknown)",
        ),
        ((goal("refund", **UNKNOWN),), "1 refund (amount unknown)"),
        ((goal("refund", **UNKNOWN), goal("refund", 1, **KNOWN)), "$5 refunded, 1 other refund (amount unknown)"),
    ],
)
def test_unknown_amounts_are_counted_separately(goals, words):
    assert words in summary(journey(view("/"), goals=goals))
