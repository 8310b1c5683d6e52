"""The timeline: which rows a response has, what they contain, and how the rest is reached."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from msgspec.structs import replace

from tests.journey.examples import START, edition, goal, journey, stamp, view
from tests.page_reader import Page
from visitors.datafast.payload import Activity, CompletedGoal, UserProfile, VisitedPage, Visitor
from visitors.journey import Names, derive
from visitors.journey_page.timeline import TimelineQuery, present_timeline, present_visit_events, visit_address
from visitors.journey_page.timeline.ledger import ROWS, VISIT_EVENTS

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
PROVIDER = {"origin": "payment_provider"}


def shown(derived, query="", *, zone=UTC, now=None, marked_after=None):
    """The timeline at NOW, or at the latest event if that is later."""
    now = now or max(NOW, derived.latest_event_at or NOW)
    asked = TimelineQuery.read(QueryDict(query.partition("#")[0].removeprefix("?")))
    urls = {"page_url": "/page/", "part_url": "/page/timeline/"}
    return present_timeline(derived, asked, zone=zone, now=now, version="1", marked_after=marked_after, **urls)


def visits_of(timeline):
    return [row for row in timeline.rows if hasattr(row, "key")]


def notes_of(timeline):
    return [(row.style, row.text) for row in timeline.rows if not hasattr(row, "key")]


def lines_of(timeline):
    return [event for row in visits_of(timeline) for event in row.events]


def many_visits(count, *, pages=2):
    return journey(*(view(f"/{page}", page, days=day) for day in range(count) for page in range(pages)))


# ---- Visits


def test_a_visit_shows_time_length_path_and_badges():
    derived = journey(
        view("/pricing?plan=pro"),
        view("/thank-you", 6),
        goals=(
            goal("checkout_initiated", 3),
            goal("payment", 5, **PROVIDER, amount=149, currency="USD"),
        ),
    )
    (row,) = visits_of(shown(derived, zone=NEW_YORK))
    assert (row.number, row.when, row.place, row.pages, row.duration) == (
        "1",
        "yesterday, 08:00",
        "only visit",
        "2 pages",
        "6 m",
    )
    assert [(badge.style, badge.label) for badge in row.badges] == [("money", "$149"), ("goal", "checkout_initiated")]
    assert (row.entry.label, row.entry.query, row.exit.label) == ("/pricing", "?plan=pro", "/thank-you")
    assert row.iso == "2026-05-04T12:00:00Z"


def test_the_newest_visit_is_open_and_the_others_are_folded():
    first, second, third = visits_of(shown(many_visits(3)))
    assert [row.is_open for row in (first, second, third)] == [True, False, False]
    assert all(len(row.events) == 2 and not row.rest for row in (first, second, third))
    assert [row.place for row in (first, second, third)] == ["day 3 · latest visit", "day 2", "first visit"]


def test_open_and_shut_in_the_address_override_the_default():
    assert [row.is_open for row in visits_of(shown(many_visits(3), "shut=3&open=1.2"))] == [False, True, True]


def test_gaps_between_visits_are_in_words():
    assert notes_of(shown(journey(view(), view(days=11)))) == [("gap", "11 days later")]


def test_a_visit_without_the_visitor_has_no_number():
    derived = journey(view(), goals=(goal("payment", days=30, **PROVIDER, amount=49, currency="USD"),))
    renewal, _ = visits_of(shown(derived))
    assert (renewal.number, renewal.place, renewal.way, renewal.duration) == (
        "–",
        "",
        "Automatic: no visit (renewal, refund)",
        "",
    )
    assert renewal.key.startswith("t")
    assert renewal.badges[0].label == "$49"


def test_of_many_goals_three_are_named_and_the_others_counted():
    derived = journey(view(), goals=tuple(goal(f"goal_{number}", number) for number in range(5)))
    labels = [badge.label for badge in visits_of(shown(derived))[0].badges]
    assert labels == ["goal_0", "goal_1", "goal_2", "2 other goals"]


# ---- What is missing


def test_missing_events_are_noted_in_place_and_never_a_gap():
    derived = journey(view(), view(days=2), page_view_count=66, first_visit_at=stamp(days=-30))
    rows = shown(derived).rows
    assert [getattr(row, "style", "visit") for row in rows] == ["visit", "gap", "visit", "cut"]
    assert rows[-1].text.startswith("64 earlier page views are not in DataFast’s answer")
    assert visits_of(shown(derived))[-1].place == "earliest listed"


def test_older_goals_are_below_the_cut():
    derived = journey(view(), goals=(goal("signup", days=-20),), page_view_count=66, first_visit_at=stamp(days=-30))
    assert [getattr(row, "style", "visit") for row in shown(derived).rows] == ["visit", "cut", "visit"]


def test_an_unknown_place_of_missing_events_is_reported():
    rows = shown(journey(view(), view(days=2), page_view_count=5)).rows
    assert [getattr(row, "style", "visit") for row in rows] == ["visit", "visit", "cut"]
    assert "it is unknown where that belongs" in rows[-1].text


def test_events_without_a_time_are_a_separate_group():
    derived = journey(view(), VisitedPage(url="example.com/lost", timestamp="never"))
    _, undated = visits_of(shown(derived))
    assert (undated.key, undated.when, undated.pages) == ("undated", "Without a time", "1 event")
    (event,) = undated.events
    assert (event.clock, event.day) == ("no time", "time sent as “never” ·")
    assert event.last == ""


def test_a_journey_without_events_is_explained():
    timeline = shown(derive(Visitor()))
    assert (timeline.rows, timeline.jumps, timeline.kinds) == ((), (), ())
    assert timeline.none.startswith("DataFast sent no events for this visitor.")


# ---- Events


def test_events_are_newest_first_and_the_last_has_no_dwell():
    last, first = lines_of(shown(journey(view("/a"), view("/b", 2.5))))
    assert (first.clock, first.dwell, first.share, first.last) == ("12:00:00", "2 m 30 s", 50, "")
    assert (last.clock, last.dwell, last.share, last.last) == ("12:02:30", "", 0, "left here")


def test_views_of_one_page_in_a_row_are_folded():
    derived = journey(*(view("/pricing", minute) for minute in range(4)), view("/docs", 10))
    docs, pricing = lines_of(shown(derived))
    assert (pricing.times, pricing.dwell, pricing.clock) == ("×4, until 12:03:00", "10 m", "12:00:00")
    assert docs.times == ""


def test_the_host_is_shown_only_if_there_are_several():
    alone = journey(view("/a"))
    both = journey(view("/a"), VisitedPage(url="docs.example.com/b", timestamp=stamp(1)))
    assert [line.page.host for line in lines_of(shown(alone))] == [""]
    assert [line.page.host for line in lines_of(shown(both))] == ["docs.example.com", "example.com"]
    for domain in ("example.com", "www.example.com"):
        own = both.with_names(Names(domain=domain))
        assert [line.page.host for line in lines_of(shown(own))] == ["docs.example.com", ""]


def test_a_screen_of_an_app_is_shown_as_such():
    (line,) = lines_of(shown(journey(view("/__app/ios/Onboarding"))))
    assert (line.page.label, line.page.app) == ("Onboarding", "iOS app")
    assert line.last == "left here"
    assert visits_of(shown(journey(view("/__app/ios/Onboarding"))))[0].pages == "1 screen"


def test_the_query_of_a_page_is_quieter():
    (line,) = lines_of(shown(journey(view("/pricing?plan=pro&x"))))
    assert (line.page.label, line.page.query) == ("/pricing", "?plan=pro&x")


def test_text_of_the_data_is_escaped_in_paths():
    timeline = shown(journey(view("/<script>alert(1)</script>?<b>=<i>#<u>")))
    html = render_to_string("journey_page/_visits.html", {"timeline": timeline})
    assert "&lt;script&gt;" in html
    assert not any(tag in html for tag in ("<script", "<b>=", "<i>", "<u>"))


@pytest.mark.parametrize(
    ("event", "texts"),
    [
        (goal("signup"), ("goal", "Goal", "signup", "", "")),
        (
            goal("signup", description="Made an account", origin="manual"),
            ("goal", "Goal", "signup", "", "Made an account · from the website"),
        ),
        (goal("synced", is_server=True), ("goal", "Goal", "synced", "", "sent by the server")),
        (
            goal("payment", **PROVIDER, amount=149, currency="USD"),
            ("money", "", "$149", "paid", "from the payment provider"),
        ),
        (
            goal("payment_refunded", **PROVIDER, amount=50, currency="EUR"),
            ("refund", "", "−€50", "refund", "from the payment provider"),
        ),
        (
            goal("dispute_lost", **PROVIDER, amount=50, currency="€"),
            ("refund", "", "−50 €", "dispute lost", "from the payment provider"),
        ),
        (
            goal("payment_failed", **PROVIDER, amount=50, currency="EUR", description="No funds"),
            ("setback", "", "Payment of €50 failed", "", "No funds · from the payment provider"),
        ),
        (
            goal("checkout_abandoned", origin="manual"),
            ("setback", "", "Checkout abandoned", "", "from the website"),
        ),
        (
            goal("invoice_paid", **PROVIDER, amount=9, currency="EUR"),
            ("money", "", "€9", "paid", "invoice paid · from the payment provider"),
        ),
        (
            goal("subscription_cancel_scheduled", **PROVIDER),
            ("goal", "", "Subscription set to cancel", "", "from the payment provider"),
        ),
        (goal("payment", **PROVIDER), ("money", "", "Payment", "(amount unknown)", "from the payment provider")),
        (
            goal("subscription_started", **PROVIDER),
            ("goal", "", "Subscription started", "", "from the payment provider"),
        ),
    ],
)
def test_other_events_show_kind_origin_and_amount(event, texts):
    (line,) = lines_of(shown(journey(goals=(event,))))
    assert (line.style, line.lead, line.name, line.tail, line.note) == texts


def render_visits(timeline):
    context = {"timeline": timeline}
    return Page(render_to_string("journey_page/_visits.html", context))


SERIES = "/" + "series-of-texts-about-one-topic-" * 10


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"{SERIES}part-1", f"{SERIES}part-2"),
        (f"{SERIES}part-1{SERIES}end", f"{SERIES}part-2{SERIES}end"),
        (f"/?q={SERIES}1", f"/?q={SERIES}2"),
        (f"/#{SERIES}1", f"/#{SERIES}2"),
        (f"/__app/ios{SERIES}1", f"/__app/ios{SERIES}2"),
    ],
    ids=["end", "middle", "query", "fragment", "screen"],
)
def test_long_addresses_can_be_told_apart(first, second):
    derived = journey(view(first), view(second, 1))
    page = render_visits(shown(derived))
    wholes = [tag["title"] for tag in page.named("span") if tag.get("title")]
    assert len(set(wholes)) == 2
    assert page.text.count("Show full address") == 2
    assert all(page.text.count(whole) == 1 for whole in set(wholes))


def test_an_address_without_end_is_bounded():
    page = render_visits(shown(journey(view("/" + "x" * 100_000))))
    assert len(page.text) < 15_000


def test_a_short_address_has_nothing_to_expand():
    assert "Show full address" not in render_visits(shown(journey(view("/pricing?plan=pro")))).text


def test_an_identification_has_the_name():
    derived = derive(Visitor(profile=UserProfile(metadata={"name": "Jane Doe"}, identified_at=stamp())))
    (line,) = lines_of(shown(derived))
    assert (line.style, line.lead, line.name) == ("id", "Identified as", "Jane Doe")


def test_events_after_midnight_have_their_day():
    derived = journey(view("/late", 11 * 60 + 55), view("/early", 12 * 60 + 5))
    early, late = lines_of(shown(derived, now=datetime(2026, 5, 9, 12, tzinfo=UTC)))
    assert (late.day, early.day) == ("", "Tue, May 5 ·")


def test_events_since_the_last_look_are_marked_as_new():
    derived = journey(view("/a"), view("/b", days=1))
    timeline = shown(derived, marked_after=START + timedelta(hours=1))
    assert [row.is_new for row in visits_of(timeline)] == [True, False]
    assert [line.is_new for line in lines_of(timeline)] == [True, False]
    assert not any(line.is_new for line in lines_of(shown(derived)))


@pytest.mark.parametrize("year", [2025, 2026])
def test_both_editions_are_shown_whole(year):
    derived = derive(edition(year))
    assert len(lines_of(shown(derived))) == derived.counts.all


# ---- Filters

DERIVED = journey(
    view("/"),
    view("/pricing", 5),
    view("/docs", days=3),
    view("/pricing", days=9),
    goals=(goal("signup", 6), goal("payment", 8, **PROVIDER, amount=5, currency="USD")),
)


def test_refunds_and_setbacks_have_badges_of_their_own():
    paid = goal("payment", **PROVIDER, amount=149, currency="USD")
    refunded = goal("payment_refunded", 1, **PROVIDER, amount=50, currency="USD")
    failed = goal("card_declined", 2, **PROVIDER)
    timeline = shown(journey(goals=(paid, refunded, failed)))
    kinds = [(kind.label, kind.count) for kind in timeline.kinds]
    assert kinds == [("Goals and setbacks", "1"), ("Payments and refunds", "2")]
    assert [(badge.style, badge.label) for badge in visits_of(timeline)[0].badges] == [
        ("money", "$149"),
        ("refund", "−$50 refund"),
        ("setback", "card declined"),
    ]
    assert [kind.label for kind in shown(journey(goals=(paid,))).kinds] == ["Payments"]


def test_kinds_are_offered_with_their_counts_when_they_occur():
    assert [(kind.value, kind.count, kind.is_chosen) for kind in shown(DERIVED, "kind=goal").kinds] == [
        ("page", "4", False),
        ("goal", "1", True),
        ("payment", "1", False),
    ]


def test_a_kind_selects_its_events_and_opens_their_visits():
    timeline = shown(DERIVED, "kind=goal&kind=payment")
    assert [line.name for line in lines_of(timeline)] == ["$5", "signup"]
    assert [(row.key, row.is_open) for row in visits_of(timeline)] == [("1", True)]
    assert visits_of(timeline)[0].place == "first visit · 2 of 4 events match"
    assert timeline.found == "2 of 6 events"


def test_a_search_finds_pages_and_goals_in_any_case():
    timeline = shown(DERIVED, "q=PRICING")
    assert [row.key for row in visits_of(timeline)] == ["3", "1"]
    assert notes_of(timeline) == [("gap", "1 visit hidden by this filter")]
    assert [line.name for line in lines_of(shown(DERIVED, "q=sign"))] == ["signup"]


def test_a_range_reaches_back_from_now():
    timeline = shown(DERIVED, "range=7d", now=datetime(2026, 5, 15, 12, tzinfo=UTC))
    assert [row.key for row in visits_of(timeline)] == ["3"]
    assert timeline.found == "1 of 6 events, the last 7 days, since Fri, May 8, 12:00"


def test_a_range_without_events_names_the_latest_one():
    timeline = shown(DERIVED, "range=24h", now=datetime(2026, 5, 20, 12, tzinfo=UTC))
    assert timeline.rows == ()
    assert timeline.none == "No event in the last 24 hours. The latest one was Wed, May 13, 12:00."


CLOCK = (view("/"), view("/pricing", 5), view("/checkout", days=1), view("/late", 20))


def test_events_ahead_of_now_are_marked_and_nothing_else_changes():
    timeline = shown(journey(*CLOCK), now=START + timedelta(minutes=6), marked_after=START)
    ahead, current = visits_of(timeline)
    assert notes_of(timeline) == []  # no gap up to a wrong clock
    assert (ahead.number, current.number) == ("–", "1")
    assert (ahead.when, ahead.place, ahead.is_open, ahead.is_new) == (
        "tomorrow, 12:00",
        "clock ahead",
        False,
        False,
    )
    assert (current.when, current.place, current.is_open) == ("today, 12:00", "only visit", True)
    assert [(line.day, line.page.label, line.is_new) for line in current.events] == [
        ("clock ahead ·", "/late", False),
        ("", "/pricing", True),
        ("", "/", False),
    ]


def test_a_range_leaves_out_what_is_ahead_of_now():
    timeline = shown(journey(*CLOCK), "range=24h", now=START + timedelta(minutes=6))
    assert [line.page.label for line in lines_of(timeline)] == ["/pricing", "/"]


def test_a_range_may_end_before_a_moment_of_the_zone():
    timeline = shown(DERIVED, "range=before&before=2026-05-04T08:06", zone=NEW_YORK)
    assert [line.name or line.clock for line in lines_of(timeline)] == ["08:05:00", "08:00:00"]
    assert timeline.before == "2026-05-04T08:06"
    assert "before=2026-05-04T12:06:00Z" in timeline.query.address()


def test_a_range_before_nothing_asks_for_the_moment():
    timeline = shown(DERIVED, "range=before")
    assert timeline.remarks == ("Enter a time in the field Before.",)
    assert len(lines_of(timeline)) == 6


def test_no_match_is_explained_with_a_way_out():
    timeline = shown(DERIVED, "q=refund&kind=goal")
    assert timeline.none == "Nothing here matches “refund” among 6 events."
    assert timeline.everything == "?"


def test_missing_events_are_not_claimed_to_be_searched():
    derived = journey(view(), page_view_count=9)
    assert "cannot be searched" in shown(derived, "q=refund").none


def test_an_unreadable_address_is_reported_and_ignored():
    timeline = shown(DERIVED, "kind=wish&range=90d&at=tomorrow&from=here&open=x.1.-2")
    assert len(timeline.remarks) == 4
    assert all(sentence.endswith("left out.") for sentence in timeline.remarks)
    assert timeline.query.opened == ("1",)


def test_an_address_reads_back_as_the_same_query():
    text = "kind=page&kind=goal&q=a%26b%20%22c&range=7d&at=2026-05-04T12:00:00Z&from=3.40&open=1.2&shut=3"
    query = TimelineQuery.read(QueryDict(text))
    assert TimelineQuery.read(QueryDict(query.address()[1:])) == query


# ---- Moments


def test_the_ticket_moment_is_marked_in_its_open_visit():
    timeline = shown(DERIVED, "at=2026-05-04T08:07", zone=NEW_YORK)
    assert [row.is_open for row in visits_of(timeline)] == [True, False, True]
    assert [line.style for line in visits_of(timeline)[-1].events] == ["money", "moment", "goal", "page", "page"]
    assert timeline.ticket.text == "Last page /pricing, 2 minutes before. Goal signup, 1 minute before."
    assert timeline.ticket.is_marked
    assert timeline.at == "2026-05-04 08:07"


@pytest.mark.parametrize(
    ("at", "forms"),
    [
        ("2026-05-20T12:00Z", ["moment", "visit", "gap", "visit", "gap", "visit"]),
        ("2026-05-10T12:00Z", ["visit", "gap", "moment", "visit", "gap", "visit"]),
        ("2026-05-01T12:00Z", ["visit", "gap", "visit", "gap", "visit", "moment"]),
    ],
)
def test_a_moment_outside_of_visits_is_between_them(at, forms):
    assert [getattr(row, "style", "visit") for row in shown(DERIVED, f"at={at}").rows] == forms


def test_a_moment_before_the_cut_is_in_the_missing_part():
    derived = journey(view(), page_view_count=66, first_visit_at=stamp(days=-30))
    timeline = shown(derived, "at=2026-04-20T12:00Z")
    assert [getattr(row, "style", "visit") for row in timeline.rows] == ["visit", "cut", "moment"]
    assert "DataFast counts more than it lists" in timeline.ticket.text


def test_a_moment_far_back_begins_the_list_near_its_visit():
    timeline = shown(many_visits(200), f"at={stamp(1, days=3)}")
    keys = [row.key for row in visits_of(timeline)]
    assert "4" in keys
    assert len(keys) < 40
    assert timeline.ticket.is_marked
    assert timeline.newer.note == "192 more"


def test_a_moment_deep_in_a_long_visit_is_in_view():
    derived = journey(*(view(f"/{number}", number) for number in range(600)))
    timeline = shown(derived, f"at={stamp(100.5)}")
    (row,) = visits_of(timeline)
    assert [line.style for line in row.events][10] == "moment"
    assert row.passed == "Show the 489 newer events of this visit"
    assert row.rest == ""


def test_an_ambiguous_time_is_the_first_and_offers_the_second():
    derived = shown(DERIVED, "at=2026-11-01T01:30", zone=NEW_YORK).ticket
    assert derived.iso == "2026-11-01T05:30:00Z"
    assert derived.remark == "The clocks showed 01:30 twice that day; this is the first time."
    assert (derived.other.label, derived.other.address) == ("Take the second time", "?at=2026-11-01T06:30:00Z")


def test_the_second_time_stays_the_second_on_resubmission():
    timeline = shown(DERIVED, "at=2026-11-01T06:30:00Z", zone=NEW_YORK)
    assert timeline.ticket.remark == "The clocks showed 01:30 twice that day; this is the second time."
    assert (timeline.ticket.other.label, timeline.ticket.other.address) == (
        "Take the first time",
        "?at=2026-11-01T05:30:00Z",
    )
    assert (timeline.at, timeline.at_second) == ("2026-11-01 01:30", "2026-11-01 01:30")
    again = shown(DERIVED, f"at={timeline.at}&at_second={timeline.at_second}&kind=goal", zone=NEW_YORK)
    assert again.ticket.iso == "2026-11-01T06:30:00Z"
    other = shown(DERIVED, f"at=2026-11-01T01:20&at_second={timeline.at_second}", zone=NEW_YORK)
    assert (other.ticket.iso, other.at_second) == ("2026-11-01T05:20:00Z", "")
    before = shown(DERIVED, "range=before&before=2026-11-01T06:30:00Z", zone=NEW_YORK)
    assert (before.before, before.before_second) == ("2026-11-01T01:30", "2026-11-01T01:30")


def test_a_visit_while_clocks_go_back_names_the_offset():
    derived = journey(
        *(VisitedPage(url=f"example.com/{at}", timestamp=f"2026-11-01T{at}:00Z") for at in ("05:50", "06:10"))
    )
    timeline = shown(derived, zone=NEW_YORK)
    later, first = lines_of(timeline)
    assert (first.clock, first.day, first.dwell) == ("01:50:00", "", "20 m")
    assert (later.clock, later.day) == ("01:10:00", "EST ·")
    assert visits_of(timeline)[0].title == "Sun, Nov 1, 2026, 01:50:00 EDT (UTC-4)"


def test_a_visit_across_a_clock_change_names_day_and_time():
    moments = ("2026-09-06T03:50:00Z", "2026-09-06T04:10:00Z")
    derived = journey(*(VisitedPage(url="example.com/", timestamp=at) for at in moments))
    (folded,) = lines_of(shown(derived, zone=ZoneInfo("America/Santiago")))
    assert (folded.clock, folded.day, folded.times) == ("23:50:00", "", "×2, until 01:10:00")
    other = journey(*(VisitedPage(url=f"example.com/{at}", timestamp=at) for at in moments))
    later = shown(other, zone=ZoneInfo("America/Santiago"), now=datetime(2026, 9, 20, tzinfo=UTC))
    assert lines_of(later)[0].day == "Sun, Sep 6 · UTC-3 ·"


def test_a_skipped_time_is_read_as_the_one_after():
    derived = shown(DERIVED, "at=2026-03-08T02:30", zone=NEW_YORK).ticket
    assert derived.iso == "2026-03-08T07:30:00Z"
    assert derived.remark == "The clocks went forward and never showed 02:30 that day; this is 03:30."


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04T12:06:00Z",
        "2026-05-04 12:06Z",
        "2026-05-04T12:06:00.000Z",
        "2026-05-04T14:06:00 02:00",  # an unescaped plus
        "2026-05-04T14:06:00%2B02:00",
        "20260504T120600Z",
        " 2026-05-04T08:06 ",
    ],
)
def test_times_of_logs_and_emails_are_read(text):
    assert shown(DERIVED, f"at={text}", zone=NEW_YORK).ticket.iso == "2026-05-04T12:06:00Z"


@pytest.mark.parametrize(
    "text", ["1999-12-31", "9999-12-31T23:59-14:00", "noon", "2026-13-01", "1777967400000", "\x00"]
)
def test_an_unreadable_moment_is_ignored(text):
    timeline = shown(DERIVED, f"at={text}")
    assert timeline.ticket is None
    assert len(timeline.remarks) == 1


# ---- Long journeys


def test_a_long_journey_comes_in_bounded_responses():
    derived = many_visits(400, pages=25)
    timeline = shown(derived)
    assert timeline.size <= ROWS
    assert timeline.older.note == f"{400 - len(visits_of(timeline))} more"
    following = shown(derived, timeline.older.address)
    assert visits_of(following)[0].key == str(400 - len(visits_of(timeline)))
    assert following.rows[0].style == "gap"


def test_a_long_visit_is_cut_too():
    derived = journey(*(view(f"/{number}", number / 10) for number in range(2000)), view(days=-1))
    long, short = visits_of(shown(derived))
    assert len(long.events) == VISIT_EVENTS
    assert long.rest == "Show the 1,900 older events of this visit"
    assert short.key == "1"
    query = TimelineQuery.read(QueryDict(long.rest_part[1:]))
    more = present_visit_events(derived, query, zone=UTC, now=NOW)
    assert len(more.events) == ROWS - 1
    assert more.events[0].page.label == "/1899"
    assert more.rest == "Show the 1,751 older events of this visit"


def test_a_folded_visit_that_does_not_fit_loads_when_opened():
    derived = many_visits(30, pages=20)
    row = visits_of(shown(derived))[-1]
    assert (row.is_open, row.events, row.rest) == (False, (), "Show the 20 events of this visit")
    assert row.rest_address == f"?open={row.key}#visit-{row.key}"
    body = present_visit_events(derived, TimelineQuery.read(QueryDict(row.rest_part[1:])), zone=UTC, now=NOW)
    assert len(body.events) == 20
    assert body.rest == ""


def test_the_jumps_lead_to_the_ends_whatever_is_shown():
    derived = many_visits(300)
    first, latest = shown(derived, "kind=page&from=200").jumps
    assert (first.label, first.anchor, latest.label, latest.anchor) == (
        "Jump to first",
        "visit-1",
        "Jump to latest",
        "visit-300",
    )
    timeline = shown(derived, first.address)
    assert visits_of(timeline)[-1].key == "1"
    assert len(visits_of(timeline)) == 8
    assert timeline.query.kinds
    assert visits_of(shown(derived, latest.address))[0].key == "300"


def test_every_visit_has_an_address_that_opens_it():
    derived = many_visits(300)
    for visit in derived.visits[::37]:
        address = visit_address(visit)
        rows = {row.key: row.is_open for row in visits_of(shown(derived, address))}
        assert rows[address.partition("#visit-")[2]]


def test_positions_beyond_the_end_show_nothing_wrong():
    derived = many_visits(3)
    assert [row.key for row in visits_of(shown(derived, "from=9"))] == ["3", "2", "1"]
    assert visits_of(shown(derived, "from=3.99999"))[0].rest == ""
    assert present_visit_events(derived, TimelineQuery.read(QueryDict("from=9")), zone=UTC, now=NOW) is None


class ReadEvents(Sequence):
    """The events of a visit, which count in `read` those that are read."""

    def __init__(self, events, read):
        self.events, self.read = events, read

    def __len__(self):
        return len(self.events)

    def __getitem__(self, place):
        found = self.events[place]
        self.read += found if isinstance(place, slice) else [found]
        return found


def test_events_beyond_the_first_screen_are_not_read():
    derived, read = many_visits(400, pages=25), []
    visits = tuple(replace(visit, events=ReadEvents(visit.events, read)) for visit in derived.visits)
    shown(replace(derived, visits=visits))
    assert 0 < len(read) <= ROWS


def test_the_same_question_has_the_same_answer():
    assert shown(DERIVED, "q=pricing") == shown(DERIVED, "q=pricing")


def test_a_visit_of_the_earliest_calendar_days_can_be_shown():
    odd = ZoneInfo("Pacific/Kiritimati")
    derived = derive(
        Visitor(
            activity=Activity(
                visited_pages=(VisitedPage(url="a/b", timestamp="2199-12-31T23:59:59Z"),),
                completed_goals=(CompletedGoal(name="x", timestamp="2000-01-01T00:00:00Z"),),
            )
        )
    )
    assert len(lines_of(shown(derived, "at=2199-12-31T23:59:59Z", zone=odd))) == 3  # with the moment
    assert datetime(2199, 12, 31, tzinfo=UTC) < derived.visits[0].started_at


def test_further_payments_and_refunds_are_counted_separately():
    paid = [goal("payment", number, **PROVIDER, amount=10 + number, currency="USD") for number in range(8)]
    back = [goal("payment_refunded", 8 + number, **PROVIDER, amount=1, currency="USD") for number in range(6)]
    labels = [badge.label for badge in visits_of(shown(journey(view("/"), goals=(*paid, *back))))[0].badges]
    named = [label for label in labels if "other" not in label]
    others = [label for label in labels if "other" in label]
    assert len(named) + sum(int(label.split()[0]) for label in others) == 14
    assert [label.partition(" ")[2] for label in others] == ["other payments", "other refunds"]


def test_events_without_the_visitor_are_no_visit_in_between():
    renewal = goal("subscription_renewed", days=2, **PROVIDER)
    derived = journey(view("/one"), view("/one", days=4), goals=(renewal,))
    assert ("gap", "Automatic events hidden by this filter") in notes_of(shown(derived, "q=one"))


def test_one_listed_visit_of_several_is_not_the_only_one():
    (row,) = visits_of(shown(journey(view("/"), visit_count=1)))
    assert row.place == "only visit"
    (row,) = visits_of(shown(journey(view("/"), visit_count=2, page_view_count=1)))
    assert "only" not in row.place


def test_a_visitor_who_is_on_the_site_has_not_left_the_last_page():
    derived = journey(view("/a"), view("/b", 2.5))
    (newest, _) = lines_of(shown(derived, now=START + timedelta(minutes=4)))
    assert newest.last == "here now"
