"""What has come while somebody watched, and when it can be laid over the rows that stand on the page."""

from datetime import UTC, timedelta

import pytest
from django.http import QueryDict

from tests.journey.examples import START, goal, journey, view
from visitors.journey_page.presenters import arrivals
from visitors.journey_page.timeline import TimelineQuery, timeline
from visitors.journey_page.timeline.rows import NoteRow, VisitRow

TODAY = START.date()
BEFORE = (view("/a", 0), view("/b", 2), view("/c", 4))


def come(before, after, address=""):
    query = TimelineQuery.read(QueryDict(address))
    page = timeline(after, query, zone=UTC, today=TODAY, version="b", page_url="/p/", part_url="/t/")
    return arrivals(before, after, page, zone=UTC, today=TODAY, seen=None)


def laid_over(before, after):
    """The lines that stand on the page once the rows are laid over those of `before`, as a page does it."""
    arrived = come(before, after)
    old = timeline(before, TimelineQuery(), zone=UTC, today=TODAY, version="a", page_url="/p/", part_url="/t/")
    known = [row for row in old.rows if isinstance(row, VisitRow)]
    *above, grown = arrived.rows
    assert grown.key == known[0].key
    lines = [*grown.events, *known[0].events[arrived.replaced :]]
    return [line for row in above if isinstance(row, VisitRow) for line in row.events] + lines


def all_lines(told):
    page = timeline(told, TimelineQuery(), zone=UTC, today=TODAY, version="b", page_url="/p/", part_url="/t/")
    newest = [row for row in page.rows if isinstance(row, VisitRow)]
    return [line for row in newest for line in row.events]


@pytest.mark.parametrize(
    "new",
    [
        {"views": (view("/d", 6),)},
        {"views": (view("/c", 5),)},
        {"views": (view("/c", 5), view("/c", 6), view("/d", 7))},
        {"views": (), "goals": (goal("signup", 5),)},
        {"views": (view("/d", 4.5),), "goals": (goal("signup", 4.5),)},
        {"views": (view("/d", 90),)},
        {"views": (view("/d", 6), view("/e", 90), view("/f", 91))},
    ],
    ids=["page", "same page", "same pages and another", "goal", "page and goal at once", "new visit", "both"],
)
def test_laid_over_the_page_the_new_rows_give_the_new_timeline(new):
    after = journey(*BEFORE, *new["views"], goals=new.get("goals", ()))
    assert laid_over(journey(*BEFORE), after) == all_lines(after)


def test_only_lines_with_something_new_arrive():
    arrived = come(journey(*BEFORE), journey(*BEFORE, view("/d", 6), goals=(goal("signup", 6),)))
    assert (arrived.arriving, arrived.replaced) == (2, 1)
    assert arrived.rows[0].events[0].name == "signup"
    assert "/c" in str(arrived.rows[0].events[2].path)  # the last page so far, which has a dwell now


def test_a_new_visit_stands_above_its_gap():
    arrived = come(journey(*BEFORE), journey(*BEFORE, view("/d", 120)))
    visit, gap, grown = arrived.rows
    assert isinstance(gap, NoteRow)
    assert (visit.number, gap.text, grown.number) == ("2", "2 hours later", "1")
    assert grown.place == "first visit"


def test_news_are_told_in_words_and_not_without_end():
    assert come(journey(*BEFORE), journey(*BEFORE, view("/d", 6))).told == "New: page /d."
    many = journey(*BEFORE, *(view(f"/{number}", 5 + number) for number in range(6)))
    assert come(journey(*BEFORE), many).told == "New: page /5, page /4, page /3 and 3 more."


def test_the_same_events_are_no_arrival():
    assert come(journey(*BEFORE), journey(*BEFORE)) is None


@pytest.mark.parametrize(
    "address",
    ["kind=goal", "q=pricing", "range=24h", "from=1", f"at={(START + timedelta(minutes=4)):%Y-%m-%dT%H:%M}"],
    ids=["kind", "search", "range", "elsewhere", "moment at the end"],
)
def test_a_timeline_that_shows_something_else_is_left_alone_and_gets_a_word(address):
    arrived = come(journey(*BEFORE), journey(*BEFORE, view("/d", 6), view("/e", 7)), address)
    assert (arrived.rows, arrived.link) == ((), "2 new events")


def test_a_moment_before_the_end_is_no_hindrance():
    address = f"at={(START + timedelta(minutes=1)):%Y-%m-%dT%H:%M}"
    assert come(journey(*BEFORE), journey(*BEFORE, view("/d", 6)), address).rows


@pytest.mark.parametrize(
    ("after", "link"),
    [
        (journey(*BEFORE, view("/late", 3), view("/d", 6)), "2 new events"),
        (journey(*BEFORE[1:], view("/d", 6)), "The timeline has changed"),
        (journey(*BEFORE, view("/d", 6), visit_count=7), "1 new event"),
    ],
    ids=["an event that came late", "an event that is no longer listed", "other numbers"],
)
def test_what_changed_further_down_is_not_patched(after, link):
    arrived = come(journey(*BEFORE), after)
    assert (arrived.rows, arrived.link) == ((), link)


def test_a_first_event_is_news_for_an_empty_timeline():
    assert come(journey(), journey(view("/"))).link == "1 new event"


def test_a_kind_that_occurs_for_the_first_time_is_said():
    assert come(journey(*BEFORE), journey(*BEFORE, goals=(goal("signup", 5),))).brings_kinds
    assert not come(journey(*BEFORE), journey(*BEFORE, view("/d", 5))).brings_kinds


def test_more_lines_than_a_page_holds_are_a_link():
    before = journey(view("/0"))
    after = journey(*(view(f"/{number}", number / 10) for number in range(250)))
    found = come(before, after)
    assert found.link == "249 new events"
    assert found.rows == ()
