"""The ribbon's geometry, by example."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tests.journey.examples import START, goal, journey, stamp, view
from visitors.journey_page.ribbon import make_ribbon
from visitors.journey_page.ribbon.columns import MAX_COLUMNS, Unit, columns
from visitors.journey_page.ribbon.lanes import Lanes, Spot
from visitors.journey_page.ribbon.layout import MAX_BLOCKS
from visitors.journey_page.ribbon.scale import visit_widths
from visitors.journey_page.ribbon.shapes import Word, shapes_svg


def drawn(derived, *, after=timedelta(minutes=1), zone=UTC, **asked):
    now = derived.latest_event_at + after
    return make_ribbon(derived, now=now, zone=zone, address=lambda visit: f"#{visit.number}", **asked)


def words(shapes):
    return {word.text for word in shapes.words}


def test_a_journey_without_a_time_has_no_ribbon():
    derived = journey(view("/"), visit_count=1)
    assert drawn(derived) is not None
    assert make_ribbon(journey(visit_count=3), now=START, zone=UTC, address=str) is None


def test_one_page_view_is_one_small_block_and_a_tail_to_now():
    shapes = drawn(journey(view("/")), after=timedelta(days=3))
    (block,) = shapes.blocks
    assert (block.x, block.address, block.is_newest) == (0, "#1", True)
    assert block.width < 2
    assert block.label == "Visit 1, Mon, May 4, 12:00: 1 page view"
    (tail,) = shapes.gaps
    assert (tail.end, tail.break_from) == (100, "r-narrow")
    assert {"now", "3 days ago"} <= words(shapes)
    assert shapes.height < 100  # nothing is above the block


def test_the_tail_is_in_days_and_for_yesterday_in_hours():
    derived = journey(view("/"))
    assert "2 days ago" in words(drawn(derived, after=timedelta(hours=45)))  # the calendar's: 1 day and 21 hours
    assert "16 hours ago" in words(drawn(derived, after=timedelta(hours=16)))
    assert "1 day ago" in words(drawn(derived, after=timedelta(hours=30)))


def test_the_date_of_a_block_at_the_left_end_starts_with_it():
    (date,) = (word for word in drawn(journey(view("/")), after=timedelta(days=3)).words if word.text == "Mon, May 4")
    assert (date.x, date.anchor) == (0, "start")


def test_a_visitor_on_the_site_has_no_tail():
    shapes = drawn(journey(view("/"), view("/pricing", 4)), after=timedelta(minutes=2))
    assert shapes.gaps == ()
    assert "now" not in words(shapes)


def test_wider_is_longer_and_taller_is_more():
    derived = journey(view("/", 0), view("/a", 5), view("/", days=2), *(view(f"/{n}", n, days=2) for n in range(1, 20)))
    first, second = drawn(derived).blocks
    assert second.width > first.width
    assert second.height > first.height
    assert second.y + second.height == first.y + first.height


def test_a_longer_gap_is_wider_and_breaks_after_a_day():
    derived = journey(view("/"), view("/", 120), view("/", days=900))
    short, long = drawn(derived).gaps
    assert long.end - long.x > short.end - short.x
    assert (short.break_from, long.break_from) == ("", "r-narrow")
    assert "2 years later" in words(drawn(derived))


def test_visits_on_the_same_day_show_their_time():
    derived = journey(view("/"), view("/", 400), view("/", days=3))
    assert {"Mon, May 4 12:00", "Mon, May 4 18:40"} & words(drawn(derived, after=timedelta(days=9)))


def test_days_are_those_of_the_zone():
    shapes = drawn(journey(view("/", 11 * 60)), after=timedelta(days=3), zone=ZoneInfo("Asia/Seoul"))
    assert shapes.blocks[0].label.startswith("Visit 1, Tue, May 5, 08:00")


def test_goals_payments_and_refunds_have_marks_with_words():
    derived = journey(
        view("/"),
        view("/", 20),
        goals=(
            goal("newsletter_signup", 1),
            goal("payment", 19, origin="payment_provider", amount=149, currency="USD"),
            goal("payment_refunded", days=9, origin="payment_provider", amount=20, currency="USD"),
        ),
    )
    shapes = drawn(derived)
    assert [mark.label for mark in shapes.marks] == ["Payment of $149", "Refund of $20", "Goal newsletter_signup"]
    assert {"$149", "−$20", "newsletter_signup"} <= words(shapes)
    assert "1 payment" in shapes.blocks[0].label
    assert len(shapes.blocks) == 1  # a refund is no visit


def test_marks_too_close_become_one_with_a_count():
    goals = tuple(goal(f"goal_{n}", 1 + n / 60) for n in range(8))
    shapes = drawn(journey(view("/"), view("/", 2), goals=goals), after=timedelta(days=30))
    (mark,) = shapes.marks
    assert "8 goals" in words(shapes)
    assert mark.label.endswith("and 3 more")


def test_missing_events_are_hatched_and_never_idle_time():
    cut = journey(view("/", days=50), page_view_count=40, visit_count=9, first_visit_at="2026-05-04T12:00:00Z")
    shapes = drawn(cut)
    assert shapes.missing > 0
    assert shapes.blocks[0].x == shapes.missing
    assert shapes.note == "Hatched: what happened there is not in DataFast’s answer."
    unknown = journey(view("/"), view("/", days=5), page_view_count=40)
    (gap, *_) = drawn(unknown).gaps
    assert (gap.is_known, gap.break_from) == (False, "")
    assert "5 days later" not in words(drawn(unknown))
    assert "some of that may belong there" in drawn(unknown).note


def test_many_visits_become_columns_that_lead_to_their_newest():
    derived = journey(*(view(f"/{n}", days=n) for n in range(400)))
    shapes = drawn(derived)
    assert 20 < len(shapes.blocks) <= MAX_COLUMNS
    assert shapes.blocks[-1].address == "#400"
    assert "7 visits, 7 page views in the week of" in shapes.blocks[3].label
    assert any(text.startswith("May") for text in words(shapes))


def test_a_long_silence_among_many_visits_is_broken():
    derived = journey(*(view("/", 60 * n) for n in range(70)), view("/", days=40))
    assert [gap.break_from for gap in drawn(derived).gaps if gap.break_from] == ["r-medium"]


def test_the_ticket_moment_is_drawn_at_its_time():
    derived = journey(view("/"), view("/", 10), view("/", days=1))
    shapes = drawn(derived, ticket_at=START + timedelta(minutes=5))
    block = shapes.blocks[0]
    assert shapes.ticket_at == round(block.x + block.width / 2, 2)
    late = drawn(derived, ticket_at=START + timedelta(days=1))
    assert (late.ticket_anchor, shapes.ticket_anchor) == ("end", "start")


def test_together_visits_never_take_more_than_their_share():
    widths = visit_widths([timedelta(hours=hours) for hours in range(50)], 58)
    assert 57 < sum(widths) <= 58.01
    assert widths == sorted(widths)


def test_zoomed_in_the_latest_visits_are_drawn_one_by_one():
    visits = [view("/", days=day) for day in range(100)]
    goals = (goal("signup", days=3), goal("demo", days=97))
    derived = journey(*visits, goals=goals, visit_count=120)
    shapes = drawn(derived, is_zoomed=True, ticket_at=START + timedelta(days=2))
    assert (len(shapes.blocks), shapes.left_out, shapes.is_grouped) == (MAX_BLOCKS, 40, False)
    assert shapes.blocks[0].label.startswith("Visit 61, ")
    assert shapes.label.startswith("the latest 60 of 120 visits from ")
    assert shapes.note == "40 earlier visits not shown."
    assert [mark.label for mark in shapes.marks] == ["Goal demo"]  # no mark of a visit that is left out
    assert shapes.ticket_at is None


def test_zooming_into_few_visits_changes_nothing():
    derived = journey(view("/"), view("/", days=2))
    assert drawn(derived, is_zoomed=True) == drawn(derived)


def test_columns_are_of_the_smallest_unit_that_is_few_enough():
    for days, unit in ((50, Unit.DAY), (300, Unit.WEEK), (900, Unit.MONTH), (4000, Unit.QUARTER), (9000, Unit.YEAR)):
        visits = journey(view("/"), view("/", days=days)).visits[::-1]
        assert columns(visits, visits[-1].ended_at, UTC)[0] is unit


def test_a_clock_change_loses_no_day():
    zone = ZoneInfo("America/New_York")
    visits = journey(*(view("/", days=175 + n) for n in range(14))).visits[::-1]
    _, found = columns(visits, visits[-1].ended_at, zone)
    assert [len(column.visits) for column in found] == [1] * 14


def test_a_label_that_never_fits_takes_no_space():
    lanes = Lanes()
    assert lanes.place("date", 50, "x" * 400) is None
    assert lanes.place("date", 50, "today").shows_from == "r-narrow"
    assert lanes.place("date", 55, "yesterday").shows_from != "r-narrow"
    assert lanes.place("date", 100, "now").anchor == "end"


def test_a_label_is_centered_at_widths_at_which_it_fits():
    lanes = Lanes()
    assert lanes.place("date", 5, "Mon, May 4", recenters=True) == Spot("r-narrow", "start", "r-medium")
    assert lanes.place("date", 50, "today", recenters=True) == Spot("r-narrow", "middle", "r-narrow")
    assert lanes.place("goal", 5, "signup_done") == Spot("r-narrow", "start", "")
    word = Word(5, 106, "Mon, May 4", "start", "", "r-narrow", "r-medium")
    svg = shapes_svg(replace(drawn(journey(view("/"))), words=(word,)), is_live=False)
    assert '<text class="r-narrow r-medium-centered" x="5%"' in svg


def test_events_of_visits_are_counted_by_kind():
    provider = {"origin": "payment_provider"}
    derived = journey(
        view("/"),
        goals=(
            goal("signup", 1),
            goal("trial_started", 1.01, **provider),
            goal("payment", 3, **provider),
            goal("refund", 3.01, **provider),
            goal("checkout_abandoned", 4),
        ),
    )
    shapes = drawn(derived)
    assert shapes.label == "1 visit, today, 1 goal, 1 setback, 1 subscription event, 1 payment, 1 refund"
    assert {mark.form: mark.label for mark in shapes.marks} == {
        "money": "Payment (amount unknown)",
        "refund": "Refund (amount unknown)",
        "setback": "Checkout abandoned",
        "goal": "Goal signup and trial started",
    }
    assert "2 events" in words(shapes)


def test_an_event_ahead_of_now_moves_neither_days_nor_the_newest_visit():
    derived = journey(view("/"), view("/pricing", 60), view("/checkout", days=1))
    shapes = make_ribbon(derived, now=START + timedelta(minutes=61), zone=UTC, address=str)
    labels = [one.label for one in shapes.blocks]
    assert labels[1].startswith("Visit 2, today, 13:00: ")
    assert labels[2].startswith("Visit, tomorrow, 12:00 (clock ahead): ")
    assert [one.is_newest for one in shapes.blocks] == [False, True, False]
    assert not {word for word in words(shapes) if "day later" in word}
    [now] = [word for word in shapes.words if word.text == "now"]
    assert shapes.blocks[1].x < now.x < shapes.blocks[2].x


def test_columns_name_days_from_now_although_an_event_is_ahead():
    derived = journey(*(view("/", days=day) for day in range(-90, 1)), view("/", days=5))
    shapes = make_ribbon(derived, now=START + timedelta(hours=1), zone=UTC, address=str)
    assert shapes.label.endswith(" to today")
    assert "now" in {word.text for word in shapes.words}


def test_unlisted_events_are_not_reported_as_none():
    derived = journey(
        view("/", days=100), goals=(goal("signup"),), visit_count=61, page_view_count=90, first_visit_at=stamp()
    )
    shapes = drawn(derived)
    assert shapes.label == "61 visits (1 listed) from Mon, May 4 to today, 1 goal"
    assert shapes.blocks[0].label == "Visit, Mon, May 4, 12:00: no page view listed, 1 goal"
