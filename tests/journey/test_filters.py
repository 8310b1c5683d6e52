"""Filters by kind, text and time."""

from datetime import timedelta

import pytest

from tests.journey.examples import START, goal, journey, view
from visitors.datafast.payload import VisitedPage
from visitors.journey import Filter, Kind, select

DERIVED = journey(
    view("/pricing?plan=pro", 0),
    view("/%ED%95%9C%EA%B8%80", 5),
    view("/docs", days=1),
    VisitedPage(url="example.com/pricing", timestamp="?"),
    goals=(goal("newsletter_signup", 6, description="The Weekly"), goal("payment", days=1)),
)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("PRICING", 2),
        ("plan=pro", 1),
        ("한글", 1),
        ("%ED%95", 1),
        ("newsletter", 1),
        ("weekly", 1),
        ("  ", 6),
        ("nowhere", 0),
    ],
)
def test_text_is_found_in_paths_names_and_descriptions(text, events):
    assert select(DERIVED, Filter(text=text)).events == events


def test_kinds_narrow_the_events_and_leave_the_counts():
    selection = select(DERIVED, Filter(kinds=frozenset({Kind.PAYMENT})))
    assert [[event.kind for event in visit.events] for visit in selection.visits] == [[Kind.PAYMENT]]
    assert selection.counts == DERIVED.counts
    assert selection.visits[0].counts.views == 1


def test_a_range_begins_with_since_and_ends_before_before():
    day = START + timedelta(days=1)
    assert select(DERIVED, Filter(since=day)).events == 2
    assert select(DERIVED, Filter(before=day)).events == 3
    assert select(DERIVED, Filter(since=START + timedelta(minutes=5), before=START + timedelta(minutes=6))).events == 1


def test_events_without_a_time_are_in_no_range():
    assert select(DERIVED, Filter()).undated == DERIVED.undated
    assert select(DERIVED, Filter(since=START - timedelta(days=999))).undated == ()
