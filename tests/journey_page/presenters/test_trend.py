"""The way of the score: a stepped line, and the same in words."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from visitors.journey_page.presenters.trend import trend

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)


@dataclass
class Scored:
    at: datetime
    score: float | None


def history(*scores):
    """Scores by how many days before NOW they came."""
    return [Scored(NOW - timedelta(days=days), score) for days, score in scores]


@pytest.mark.parametrize("scores", [(), ((3, 60),), ((3, 60), (1, 60)), ((3, None), (1, 60)), ((3, 60), (1, 101))])
def test_without_two_different_scores_there_is_no_line(scores):
    assert trend(history(*scores), now=NOW, zone=UTC) is None


def test_a_score_holds_until_the_next_one_comes_and_the_last_until_now():
    drawn = trend(history((10, 50), (5, 50), (5, 100)), now=NOW, zone=UTC)
    assert drawn.line == "M0 12.0H50.0V0.0H100"
    assert drawn.words == "50 on Fri, May 1, 100 since Wed, May 6"


def test_a_day_that_has_a_name_is_called_by_it():
    assert trend(history((1, 40.25), (0.1, 62)), now=NOW, zone=UTC).words == "40.25 yesterday, 62 since today"


def test_answers_without_a_prediction_are_passed_over():
    drawn = trend(history((8, 20), (4, None), (2, 80)), now=NOW, zone=UTC)
    assert drawn.line == "M0 19.2H75.0V4.8H100"


def test_a_clock_that_is_behind_draws_nothing_outside_the_line():
    drawn = trend(history((-1, 20), (-2, 80)), now=NOW, zone=UTC)
    assert drawn.line == "M0 19.2H100V4.8H100"
