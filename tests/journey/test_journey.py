"""Journeys of both editions and of short answers made by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.journey.examples import START, edition, goal, journey, stamp, view
from visitors.datafast.payload import Activity, Identity, UserProfile, VisitedPage, Visitor
from visitors.journey import Kind, Place, derive


def test_the_2026_edition_has_three_visits():
    told = derive(edition(2026))
    assert [visit.number for visit in told.visits] == [3, 2, 1]
    assert [event.kind.value for event in told.visits[1].events] == [
        "page",
        "page",
        "goal",
        "identified",
        "payment",
        "subscription",
        "page",
    ]
    assert told.visits[0].events[0].page.label == "Onboarding (iOS app)"
    assert told.visits[1].entry.query == (("plan", "pro"),)
    assert told.visits[1].duration == timedelta(minutes=6, seconds=2)
    assert (told.missing, told.undated, told.hosts) == (None, (), ("codefa.st",))
    assert (told.pricing.views, told.pricing.visits) == (2, 2)
    assert told.person.label == "Jane Doe"
    assert told.person.company == "Example & Co <Ltd>"
    [paid] = told.totals.paid
    assert (paid.net, paid.currency, paid.payments) == (Decimal(149), "USD", 1)
    assert told.first_touch.sources == (
        "youtube.com",
        "newsletter / email (campaign launch)",
        "Google Ads (gclid)",
    )
    assert told.to_first_payment.days == 2


def test_the_2025_edition_has_missing_events_at_unknown_places():
    told = derive(edition(2025))
    assert (told.visit_count, told.page_view_count, told.visits[0].number) == (3, 8, 3)
    assert told.missing.place is Place.UNKNOWN
    assert (told.missing.page_views, told.missing.visits) == (7, 2)
    assert told.missing.words == "7 page views and 2 visits are not in DataFast’s answer"
    assert told.visits[0].events[1].is_server is False
    assert told.person is None


def test_an_empty_answer_has_an_empty_journey():
    told = derive(Visitor())
    assert (told.visits, told.undated, told.visit_count, told.missing, told.begin) == ((), (), 0, None, None)


@pytest.mark.parametrize(("gap", "visits"), [(30, 1), (30.001, 2)])
def test_only_a_gap_over_30_minutes_starts_a_new_visit(gap, visits):
    assert len(journey(view("/", 0), view("/a", gap)).visits) == visits


def test_events_at_the_same_time_are_ordered_by_kind():
    visitor = Visitor(
        activity=Activity(
            completed_goals=(goal("free_trial"), goal("payment"), goal("signup")), visited_pages=(view("/"),)
        ),
        profile=UserProfile(user_id="u", identified_at=stamp()),
    )
    [visit] = derive(visitor).visits
    assert [event.kind for event in visit.events] == [
        Kind.PAGE,
        Kind.IDENTIFIED,
        Kind.GOAL,
        Kind.PAYMENT,
        Kind.SUBSCRIPTION,
    ]


def test_the_last_event_of_a_visit_has_no_dwell():
    [visit] = journey(view("/b", 5), view("/a", 0)).visits
    assert [(event.page.path, event.dwell) for event in visit.events] == [("/a", timedelta(minutes=5)), ("/b", None)]


def test_missing_earlier_events_hide_only_earlier_gaps():
    told = journey(
        view("/", days=3),
        view("/", days=4),
        goals=(goal("signup", days=1),),
        page_view_count=66,
        visit_count=9,
        first_visit_at=stamp(),
    )
    assert told.missing.place is Place.EARLIER
    assert told.missing.words == "64 earlier page views and 7 earlier visits are not in DataFast’s answer"
    assert [visit.gap_known for visit in told.visits] == [True, False, False]
    assert told.visits[0].gap_before == timedelta(days=1)
    assert told.visits[1].gap_before is None


def test_an_earlier_first_visit_shows_that_events_are_missing():
    told = journey(view("/", days=3), first_visit_at=stamp())
    assert told.missing.place is Place.EARLIER
    assert told.missing.words == "What happened earlier is not in DataFast’s answer"


def test_a_first_visit_just_before_the_first_page_misses_none():
    assert journey(view("/", 0.5), first_visit_at=stamp(), page_view_count=1, visit_count=1).missing is None


def test_a_goal_that_joins_two_visits_makes_none_missing():
    told = journey(view("/", 0), view("/", 40), goals=(goal("signup", 20),), visit_count=2, page_view_count=2)
    assert [visit.number for visit in told.visits] == [2]
    assert told.missing is None


@pytest.mark.parametrize("count", [-4, 10**30])
def test_impossible_counts_are_ignored(count):
    told = journey(view("/"), page_view_count=count, visit_count=count)
    assert (told.visit_count, told.page_view_count, told.missing) == (1, 1, None)


def test_a_renewal_is_neither_a_numbered_visit_nor_last_seen():
    told = journey(view("/"), goals=(goal("payment", days=30, origin="payment_provider"),), visit_count=1)
    assert [visit.number for visit in told.visits] == [None, 1]
    assert (told.visit_count, told.last_seen_at) == (1, START)
    assert told.missing is None
    assert not told.is_live(told.latest_event_at)


@pytest.mark.parametrize(
    ("minutes", "is_live"), [(-1.1, False), (-1, True), (0, True), (4.99, True), (5, False), (600, False)]
)
def test_live_is_under_five_minutes_with_a_minute_of_skew(minutes, is_live):
    assert journey(view("/")).is_live(START + timedelta(minutes=minutes)) is is_live


def test_events_without_a_readable_time_keep_their_text():
    told = journey(view("/"), VisitedPage(url="example.com/a", timestamp="soon"), VisitedPage(url="example.com/b"))
    assert [(event.page.path, event.raw_at) for event in told.undated] == [("/a", "soon"), ("/b", None)]
    assert (told.counts.views, len(told.visits), told.missing) == (3, 1, None)


def test_totals_are_per_currency_with_refunds_subtracted():
    told = journey(
        goals=(
            goal("payment", 0, amount=Decimal(100), currency="USD"),
            goal("payment", 1, amount=Decimal(50), currency="EUR"),
            goal("payment_refunded", 2, amount=Decimal(30), currency="USD"),
            goal("payment", 3, amount=Decimal(1)),
            goal("payment", 4),
        )
    )
    assert {paid.currency: (paid.gross, paid.refunded, paid.net) for paid in told.totals.paid} == {
        "USD": (100, 30, 70),
        "EUR": (50, 0, 50),
        None: (1, 0, 1),
    }
    assert told.totals.payments_without_amount == 1


def test_the_last_touch_is_the_newest_visits_tagged_entry_page():
    told = journey(view("/?ref=old"), view("/a?utm_source=mail&gclid=7&x=1", days=1), view("/?ref=later", 5, days=1))
    assert told.last_touch.sources == ("mail", "Google Ads (gclid)")
    assert told.last_touch.at == START + timedelta(days=1)
    assert told.first_touch is None


def test_an_untagged_newest_visit_has_no_last_touch():
    assert journey(view("/?ref=old"), view("/", days=1)).last_touch is None


def test_null_tags_are_no_first_touch():
    assert derive(Visitor(identity=Identity(params={"ref": None, "via": " "}, ad_click_ids={}))).first_touch is None


@pytest.mark.parametrize(
    ("path", "is_pricing"),
    [
        ("/pricing", True),
        ("/Pricing/", True),
        ("/en/pricing?x=1", True),
        ("/pricing-guide", False),
        ("/my-pricing", False),
        ("/docs?next=/pricing", False),
        ("/#/pricing", True),
    ],
)
def test_a_pricing_page_is_recognized_by_its_path(path, is_pricing):
    assert (journey(view(path)).pricing.views == 1) is is_pricing


def test_a_visit_below_missing_ones_has_no_number():
    told = journey(
        view("/", days=100),
        view("/pricing", days=101),
        goals=(goal("signup"),),
        visit_count=40,
        page_view_count=90,
        first_visit_at=stamp(),
    )
    assert [(visit.number, visit.is_attended) for visit in told.visits] == [(40, True), (39, True), (None, True)]


def test_events_before_the_cut_are_no_listed_visit():
    visitor = Visitor(
        activity=Activity(
            visited_pages=(view("/", days=100), view("/", days=101)),
            visit_count=61,
            page_view_count=120,
            first_visit_at=stamp(-60),
        ),
        profile=UserProfile(user_id="u", identified_at=stamp()),
    )
    told = derive(visitor)
    assert (told.missing.page_views, told.missing.visits) == (118, 59)
    assert [visit.number for visit in told.visits] == [61, 60, None]


def test_a_goal_alone_is_a_visit_if_all_page_views_are_listed():
    told = journey(view("/", days=3), goals=(goal("signup"),), visit_count=2, page_view_count=1, first_visit_at=stamp())
    assert told.missing is None
    assert [visit.number for visit in told.visits] == [2, 1]


def test_time_to_first_goal_is_unknown_if_events_are_missing():
    goals = (goal("signup", days=100), goal("payment", 5, days=100, origin="payment_provider"))
    cut_off = journey(view("/", days=100), goals=goals, page_view_count=50, first_visit_at=stamp())
    assert (cut_off.to_first_goal, cut_off.to_first_payment) == (None, None)
    whole = journey(view("/"), goals=goals, page_view_count=1, first_visit_at=stamp())
    assert (whole.to_first_goal.days, whole.to_first_payment.days) == (100, 100)


def test_an_event_that_begins_the_journey_has_no_delay():
    told = journey(goals=(goal("payment", origin="payment_provider", amount=Decimal(9), currency="USD"),))
    assert told.to_first_payment is None
