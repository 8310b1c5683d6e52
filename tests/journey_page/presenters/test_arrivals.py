"""What has arrived since a page was opened, and when it can be added to the rows on the page."""

from datetime import UTC, timedelta

import pytest
from django.http import QueryDict

from tests.journey.examples import START, goal, journey, view
from visitors.journey_page.presenters import present_arrivals
from visitors.journey_page.timeline import TimelineQuery, present_timeline
from visitors.journey_page.timeline.rows import NoteRow, VisitRow

NOW = START + timedelta(days=1)
BEFORE = (view("/a", 0), view("/b", 2), view("/c", 4))


def timeline_of(shown, address=""):
    query = TimelineQuery.read(QueryDict(address))
    return present_timeline(shown, query, zone=UTC, now=NOW, version="b", page_url="/p/", part_url="/t/")


def arrive(before, after, address=""):
    timeline = timeline_of(after, address)
    return present_arrivals(before, after, timeline, zone=UTC, now=NOW, marked_after=None)


def list_lines(rows):
    return [line for row in rows if isinstance(row, VisitRow) for line in row.events]


def add_to_page(before, after):
    """Return the lines on the page once the new rows are added to those of `before`, as the page's script does it."""
    arrived = arrive(before, after)
    newest = next(row for row in timeline_of(before).rows if isinstance(row, VisitRow))
    assert arrived.rows[-1].key == newest.key
    return [*list_lines(arrived.rows), *newest.events[arrived.replaced :]]


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
def test_new_rows_added_to_the_page_give_the_new_timeline(new):
    after = journey(*BEFORE, *new["views"], goals=new.get("goals", ()))
    assert add_to_page(journey(*BEFORE), after) == list_lines(timeline_of(after).rows)


def test_only_lines_with_something_new_arrive():
    arrived = arrive(journey(*BEFORE), journey(*BEFORE, view("/d", 6), goals=(goal("signup", 6),)))
    assert (arrived.arriving, arrived.replaced) == (2, 1)
    assert arrived.rows[0].events[0].name == "signup"
    assert arrived.rows[0].events[2].page.label == "/c"  # the last page so far, which has a dwell now


def test_a_new_visit_is_above_its_gap():
    arrived = arrive(journey(*BEFORE), journey(*BEFORE, view("/d", 120)))
    visit, gap, grown = arrived.rows
    assert isinstance(gap, NoteRow)
    assert (visit.number, gap.text, grown.number) == ("2", "2 hours later", "1")
    assert grown.place == "first visit"


def test_the_announcement_names_three_events_and_counts_the_others():
    assert arrive(journey(*BEFORE), journey(*BEFORE, view("/d", 6))).announcement == "New: page /d."
    many = journey(*BEFORE, *(view(f"/{number}", 5 + number) for number in range(6)))
    assert arrive(journey(*BEFORE), many).announcement == "New: page /5, page /4, page /3 and 3 more."


def test_the_same_events_are_no_arrival():
    assert arrive(journey(*BEFORE), journey(*BEFORE)) is None


@pytest.mark.parametrize(
    "address",
    ["kind=goal", "q=pricing", "range=24h", "from=1", f"at={(START + timedelta(minutes=4)):%Y-%m-%dT%H:%M}"],
    ids=["kind", "search", "range", "elsewhere", "ticket at the end"],
)
def test_a_timeline_that_shows_something_else_gets_a_link(address):
    arrived = arrive(journey(*BEFORE), journey(*BEFORE, view("/d", 6), view("/e", 7)), address)
    assert (arrived.rows, arrived.link) == ((), "2 new events")


def test_a_ticket_before_the_end_does_not_prevent_new_rows():
    address = f"at={(START + timedelta(minutes=1)):%Y-%m-%dT%H:%M}"
    assert arrive(journey(*BEFORE), journey(*BEFORE, view("/d", 6)), address).rows


@pytest.mark.parametrize(
    ("after", "link"),
    [
        (journey(*BEFORE, view("/late", 3), view("/d", 6)), "2 new events"),
        (journey(*BEFORE[1:], view("/d", 6)), "The timeline has changed"),
        (journey(*BEFORE, view("/d", 6), visit_count=7), "1 new event"),
    ],
    ids=["an event that came late", "an event that is no longer listed", "other numbers"],
)
def test_changes_further_down_get_a_link(after, link):
    arrived = arrive(journey(*BEFORE), after)
    assert (arrived.rows, arrived.link) == ((), link)


def test_the_first_event_of_an_empty_timeline_gets_a_link():
    assert arrive(journey(), journey(view("/"))).link == "1 new event"


def test_a_new_kind_of_event_brings_its_filter():
    assert arrive(journey(*BEFORE), journey(*BEFORE, goals=(goal("signup", 5),))).brings_kinds
    assert not arrive(journey(*BEFORE), journey(*BEFORE, view("/d", 5))).brings_kinds


def test_more_lines_than_a_page_shows_get_a_link():
    after = journey(*(view(f"/{number}", number / 10) for number in range(250)))
    arrived = arrive(journey(view("/0")), after)
    assert arrived.link == "249 new events"
    assert arrived.rows == ()
