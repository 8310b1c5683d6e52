"""Journeys of both editions and of short answers made by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.journey.examples import START, edition, goal, journey, stamp, view
from visitors.datafast.payload import Activity, Identity, UserProfile, VisitedPage, Visitor
from visitors.journey import Kind, Place, derive


def test_the_2026_edition_has_three_visits():
    derived = derive(edition(2026))
    assert [visit.number for visit in derived.visits] == [3, 2, 1]
    assert [event.kind.value for event in derived.visits[1].events] == [
        "page",
        "page",
        "goal",
        "identified",
        "payment",
        "subscription",
        "page",
    ]
    assert derived.visits[0].events[0].page.label == "Onboarding (iOS app)"
    assert derived.visits[1].entry.query == (("plan", "pro"),)
    assert derived.visits[1].duration == timedelta(minutes=6, seconds=2)
    assert (derived.missing, derived.undated, derived.hosts) == (None, (), ("codefa.st",))
    assert (derived.pricing.views, derived.pricing.visits) == (2, 2)
    assert derived.person.label == "Jane Doe"
    assert derived.person.company == "Example & Co <Ltd>"
    [paid] = derived.totals.paid
    assert (paid.net, paid.currency, paid.payments) == (Decimal(149), "USD", 1)
    assert derived.first_touch.sources == (
        "youtube.com",
        "newsletter / email (campaign launch)",
        "Google Ads (gclid)",
    )
    assert derived.to_first_payment.days == 2


def test_the_2025_edition_has_missing_events_at_unknown_places():
    derived = derive(edition(2025))
    assert (derived.visit_count, derived.page_view_count, derived.visits[0].number) == (3, 8, 3)
    assert derived.missing.place is Place.UNKNOWN
    assert (derived.missing.page_views, derived.missing.visits) == (7, 2)
    assert derived.missing.words == "7 page views and 2 visits are not in DataFast’s answer"
    assert derived.visits[0].events[1].is_server is False
    assert derived.person is None


def test_an_empty_answer_has_an_empty_journey():
    derived = derive(Visitor())
    assert (derived.visits, derived.undated, derived.visit_count, derived.missing, derived.started_at) == (
        (),
        (),
        0,
        None,
        None,
    )


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


def labels(derived):
    return [event.page.label if event.page else event.name for visit in derived.visits[::-1] for event in visit.events]


def test_pages_at_the_same_time_in_a_newest_first_list_are_reversed():
    derived = journey(view("/en/pricing", 5), view("/en/"), view("/?utm_source=newsletter"))
    assert labels(derived) == ["/", "/en/", "/en/pricing"]
    assert derived.visits[0].entry.query == (("utm_source", "newsletter"),)
    assert derived.last_touch.sources == ("newsletter",)


@pytest.mark.parametrize(
    ("views", "order"),
    [
        ((view("/a"), view("/b"), view("/c", 5)), ["/a", "/b", "/c"]),  # oldest first
        ((view("/a"), view("/b")), ["/a", "/b"]),  # nothing tells
        ((view("/c", 5), VisitedPage(url="x/y", timestamp="soon"), view("/b"), view("/a")), ["/a", "/b", "/c"]),
        (
            (view("/f", 9), view("/d", 5), view("/c", 5), view("/e", 6), view("/b"), view("/a")),
            [f"/{name}" for name in "abcdef"],
        ),
        ((view("/c", 5), view("/a"), view("/b"), view("/d", 9)), ["/a", "/b", "/c", "/d"]),  # neither
    ],
)
def test_ties_are_reversed_only_if_the_whole_list_runs_newest_first(views, order):
    assert labels(journey(*views)) == order


def test_goals_at_the_same_time_follow_the_order_of_their_own_list():
    derived = journey(view("/"), view("/a", 1), goals=(goal("c", 9), goal("b", 3), goal("a", 3)))
    assert labels(derived) == ["/", "/a", "a", "b", "c"]


def test_undated_events_stay_in_the_order_received():
    undated = [VisitedPage(url=f"example.com/{name}", timestamp="soon") for name in "xy"]
    derived = journey(view("/b", 5), *undated, view("/a"))
    assert [event.page.label for event in derived.undated] == ["/x", "/y"]


def test_the_last_event_of_a_visit_has_no_dwell():
    [visit] = journey(view("/b", 5), view("/a", 0)).visits
    assert [(event.page.path, event.dwell) for event in visit.events] == [("/a", timedelta(minutes=5)), ("/b", None)]


def test_missing_earlier_events_hide_only_earlier_gaps():
    derived = journey(
        view("/", days=3),
        view("/", days=4),
        goals=(goal("signup", days=1),),
        page_view_count=66,
        visit_count=9,
        first_visit_at=stamp(),
    )
    assert derived.missing.place is Place.EARLIER
    assert derived.missing.words == "64 earlier page views and 7 earlier visits are not in DataFast’s answer"
    assert [visit.gap_known for visit in derived.visits] == [True, False, False]
    assert derived.visits[0].gap_before == timedelta(days=1)
    assert derived.visits[1].gap_before is None


def test_an_earlier_first_visit_shows_that_events_are_missing():
    derived = journey(view("/", days=3), first_visit_at=stamp())
    assert derived.missing.place is Place.EARLIER
    assert derived.missing.words == "What happened earlier is not in DataFast’s answer"


def test_a_first_visit_just_before_the_first_page_misses_none():
    assert journey(view("/", 0.5), first_visit_at=stamp(), page_view_count=1, visit_count=1).missing is None


def test_a_goal_that_joins_two_visits_makes_none_missing():
    derived = journey(view("/", 0), view("/", 40), goals=(goal("signup", 20),), visit_count=2, page_view_count=2)
    assert [visit.number for visit in derived.visits] == [2]
    assert derived.missing is None


@pytest.mark.parametrize("count", [-4, 10**30])
def test_impossible_counts_are_ignored(count):
    derived = journey(view("/"), page_view_count=count, visit_count=count)
    assert (derived.visit_count, derived.page_view_count, derived.missing) == (1, 1, None)


def test_a_renewal_is_neither_a_numbered_visit_nor_last_seen():
    derived = journey(view("/"), goals=(goal("payment", days=30, origin="payment_provider"),), visit_count=1)
    assert [visit.number for visit in derived.visits] == [None, 1]
    assert (derived.visit_count, derived.last_seen_at) == (1, START)
    assert derived.missing is None
    assert not derived.is_live(derived.latest_event_at)


def test_events_ahead_of_now_are_kept_and_decide_nothing():
    goals = (goal("payment", 1, amount=5, currency="USD"), goal("payment", days=3, amount=5, currency="USD"))
    derived = journey(view("/?ref=a"), view("/?ref=b", days=2), goals=goals)
    now = START + timedelta(minutes=2)
    shown = derived.as_of(now)
    assert (shown.visits, shown.counts, shown.totals) == (derived.visits, derived.counts, derived.totals)
    assert (derived.visit_count, shown.visit_count) == (2, 1)
    assert shown.latest_event_at == shown.latest_payment.at == START + timedelta(minutes=1)
    assert shown.last_seen_at == START
    assert shown.last_touch.sources == ("a",)
    assert derived.is_live(now)
    assert not derived.is_live(now + timedelta(minutes=5))
    assert derived.is_live(START + timedelta(days=2))  # ahead no longer


def test_a_journey_whose_events_are_all_ahead_was_never_seen():
    shown = journey(view("/?ref=a", days=2), goals=(goal("signup", 5, days=2),)).as_of(START)
    assert (shown.last_seen_at, shown.latest_event_at, shown.last_touch) == (None, None, None)
    assert shown.to_first_goal is None
    assert not shown.is_live(START)


def test_up_to_a_minute_ahead_is_now():
    derived = journey(view("/"), view("/a", 0.9))
    assert derived.as_of(START) is derived


@pytest.mark.parametrize(
    ("minutes", "is_live"), [(-1.1, False), (-1, True), (0, True), (4.99, True), (5, False), (600, False)]
)
def test_live_is_under_five_minutes_with_a_minute_of_skew(minutes, is_live):
    assert journey(view("/")).is_live(START + timedelta(minutes=minutes)) is is_live


def test_events_without_a_readable_time_keep_their_text():
    derived = journey(view("/"), VisitedPage(url="example.com/a", timestamp="soon"), VisitedPage(url="example.com/b"))
    assert [(event.page.path, event.raw_at) for event in derived.undated] == [("/a", "soon"), ("/b", None)]
    assert (derived.counts.views, len(derived.visits), derived.missing) == (3, 1, None)


def test_totals_are_per_currency_with_refunds_subtracted():
    derived = journey(
        goals=(
            goal("payment", 0, amount=Decimal(100), currency="USD"),
            goal("payment", 1, amount=Decimal(50), currency="EUR"),
            goal("payment_refunded", 2, amount=Decimal(30), currency="USD"),
            goal("payment", 3, amount=Decimal(1)),
            goal("payment", 4),
        )
    )
    assert {paid.currency: (paid.gross, paid.refunded, paid.net) for paid in derived.totals.paid} == {
        "USD": (100, 30, 70),
        "EUR": (50, 0, 50),
        None: (1, 0, 1),
    }
    assert derived.totals.payments_without_amount == 1


def test_the_last_touch_is_the_newest_visits_tagged_entry_page():
    derived = journey(view("/?ref=old"), view("/a?utm_source=mail&gclid=7&x=1", days=1), view("/?ref=later", 5, days=1))
    assert derived.last_touch.sources == ("mail", "Google Ads (gclid)")
    assert derived.last_touch.at == START + timedelta(days=1)
    assert derived.first_touch is None


def test_an_untagged_newest_visit_has_no_last_touch():
    assert journey(view("/?ref=old"), view("/", days=1)).last_touch is None


@pytest.mark.parametrize("value", ["undefined", "null", "(not set)", "{{placement}}", "%%keyword%%", "[object Object]"])
def test_placeholders_are_no_source(value):
    assert derive(Visitor(identity=Identity(params={"utm_source": value, "ref": value}))).first_touch is None
    assert journey(view(f"/?utm_source={value}&gclid={value}")).last_touch is None
    mixed = derive(Visitor(identity=Identity(params={"utm_source": "google", "utm_medium": value}))).first_touch
    assert mixed.sources == ("google",)
    assert mixed.params == (("utm_source", "google"), ("utm_medium", value))  # as they came


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
    derived = journey(
        view("/", days=100),
        view("/pricing", days=101),
        goals=(goal("signup"),),
        visit_count=40,
        page_view_count=90,
        first_visit_at=stamp(),
    )
    assert [(visit.number, visit.is_attended) for visit in derived.visits] == [(40, True), (39, True), (None, True)]


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
    derived = derive(visitor)
    assert (derived.missing.page_views, derived.missing.visits) == (118, 59)
    assert [visit.number for visit in derived.visits] == [61, 60, None]


def test_a_goal_alone_is_a_visit_if_all_page_views_are_listed():
    derived = journey(
        view("/", days=3), goals=(goal("signup"),), visit_count=2, page_view_count=1, first_visit_at=stamp()
    )
    assert derived.missing is None
    assert [visit.number for visit in derived.visits] == [2, 1]


def test_time_to_first_goal_is_unknown_if_events_are_missing():
    goals = (goal("signup", days=100), goal("payment", 5, days=100, origin="payment_provider"))
    cut_off = journey(view("/", days=100), goals=goals, page_view_count=50, first_visit_at=stamp())
    assert (cut_off.to_first_goal, cut_off.to_first_payment) == (None, None)
    whole = journey(view("/"), goals=goals, page_view_count=1, first_visit_at=stamp())
    assert (whole.to_first_goal.days, whole.to_first_payment.days) == (100, 100)


def test_an_event_that_begins_the_journey_has_no_delay():
    derived = journey(goals=(goal("payment", origin="payment_provider", amount=Decimal(9), currency="USD"),))
    assert derived.to_first_payment is None
