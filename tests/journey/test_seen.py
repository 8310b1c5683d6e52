"""What is new since a user looked."""

from datetime import timedelta

import msgspec

from tests.journey.examples import START, edition, goal, journey, view
from visitors.datafast.payload import Visitor
from visitors.journey import Seen, compare_seen, derive, make_seen

LATER = START + timedelta(days=3)


def test_new_visits_and_payments_are_counted():
    before = journey(view("/"))
    now = journey(view("/"), view("/", days=1), view("/a", days=2), goals=(goal("payment", 1, days=2),))
    news = compare_seen(make_seen(before, START), now)
    assert news.words(LATER) == "2 visits and 1 payment since you looked 3 days ago"


def test_new_pages_of_the_same_visit_are_counted_as_pages():
    news = compare_seen(make_seen(journey(view("/")), START), journey(view("/"), view("/a", 1), view("/b", 2)))
    assert news.words(LATER) == "2 page views since you looked 3 days ago"


def test_a_look_in_this_minute_reads_a_moment_ago():
    news = compare_seen(make_seen(journey(view("/")), START), journey(view("/"), view("/a", 1)))
    assert news.words(START + timedelta(seconds=20)) == "1 page view since you looked a moment ago"


def test_goals_are_news_and_a_count_that_fell_is_not():
    before = journey(view("/"), view("/", 1))
    news = compare_seen(make_seen(before, START), journey(view("/"), goals=(goal("a", 1), goal("b", 2))))
    assert (news.goals, news.page_views) == (2, 0)
    assert news.words(LATER) == "2 goals since you looked 3 days ago"


def test_an_identification_is_news():
    news = compare_seen(make_seen(derive(Visitor()), START), derive(edition(2026)))
    assert news.words(LATER).endswith("1 payment and an identification since you looked 3 days ago")


def test_a_setback_is_named_as_such():
    goals = (goal("signup", 1), goal("payment_failed", 2, origin="payment_provider"))
    news = compare_seen(make_seen(journey(view("/")), START), journey(view("/"), goals=goals))
    assert news.words(LATER) == "1 goal and 1 setback since you looked 3 days ago"


def test_an_event_ahead_of_now_does_not_hide_what_comes():
    assert make_seen(journey(view("/"), view("/a", days=1)), START).latest_event_at == START


def test_nothing_new_is_an_empty_text():
    derived = journey(view("/"))
    news = compare_seen(make_seen(derived, START), derived)
    assert not news
    assert news.words(LATER) == ""


def test_seen_is_stored_and_read_back_equal():
    seen = make_seen(derive(edition(2026)), START)
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Seen) == seen


def test_refunds_and_subscription_events_are_named_as_such():
    before = journey(view("/"))
    now = journey(
        view("/"),
        goals=(
            goal("signup", days=1),
            goal("subscription_renewed", 1, days=1, origin="payment_provider"),
            goal("refund", 2, days=1, origin="payment_provider"),
        ),
    )
    news = compare_seen(make_seen(before, START), now)
    assert news.words(LATER) == "1 visit, 1 goal, 1 subscription event and 1 refund since you looked 3 days ago"


def test_a_look_ahead_of_now_has_no_time():
    news = compare_seen(make_seen(journey(view("/")), START), journey(view("/"), view("/a", 1)))
    assert news.words(START - timedelta(hours=1)) == "1 page view since you last looked"
