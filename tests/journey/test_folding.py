"""Repeated views of one page as one line."""

from datetime import timedelta

from tests.journey.examples import START, goal, journey, view
from visitors.journey import NO_NAMES, fold


def test_repeated_views_fold_until_something_else_happens():
    derived = journey(
        view("/pricing", 0),
        view("/pricing", 1),
        view("/pricing", 2),
        view("/pricing?plan=pro", 4),
        view("/pricing", 5),
        goals=(goal("a", 6), goal("a", 7)),
    )
    lines = fold(derived.visits[0].events)
    assert [(line.event.describe(NO_NAMES), line.times) for line in lines] == [
        ("page /pricing", 3),
        ("page /pricing", 1),
        ("page /pricing", 1),
        ("goal a", 1),
        ("goal a", 1),
    ]
    assert (lines[0].dwell, lines[0].until) == (timedelta(minutes=4), START + timedelta(minutes=2))
    assert lines[-1].dwell is None
