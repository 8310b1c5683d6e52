"""Milestones are the dated events that are no page views, oldest first."""

from datetime import timedelta

from hypothesis import given
from msgspec.structs import replace

from tests.journey.strategies import START, visitors
from visitors.journey import derive
from visitors.journey.milestones import Milestones


@given(visitors)
def test_milestones_are_the_dated_events_without_views(visitor):
    journey = derive(visitor)
    events = [event for visit in reversed(journey.visits) for event in visit.events]
    expected = [replace(event, dwell=None) for event in events if not event.is_view]
    assert [*journey.milestones] == expected
    assert [event for visit in reversed(journey.visits) for event in visit.milestones] == expected
    for time in (START, START + timedelta(hours=1), *journey.milestones.times):
        assert [*journey.milestones.after(time)] == [event for event in expected if event.at > time]
    assert [*journey.milestones.after(None)] == expected


@given(visitors)
def test_each_distinct_milestone_is_kept_once(visitor):
    twice = [event for visit in derive(visitor).visits for event in visit.milestones] * 2
    milestones = Milestones.of(twice)
    assert len(milestones) == len(twice)
    assert [*milestones] == twice
    assert len(milestones.distinct) == len(set(milestones.distinct)) <= len(twice) / 2
