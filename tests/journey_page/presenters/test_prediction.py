"""The prediction as a meter, and the trend of its score."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.journey.examples import edition
from visitors.datafast.payload import Prediction
from visitors.journey import derive
from visitors.journey.prediction import read_prediction
from visitors.journey_page.presenters.prediction import present_prediction, present_trend

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)


@dataclass
class Scored:
    at: datetime
    score: float | None


def present(prediction, *, is_customer=False):
    return present_prediction(read_prediction(prediction, is_customer=is_customer), (), now=NOW, zone=UTC)


def present_fields(**fields):
    return present(Prediction(**fields))


def facts(meter):
    return {fact.term: fact.text for fact in meter.facts}


def trend(*scores):
    """Present scores that came so many days before NOW."""
    history = [Scored(NOW - timedelta(days=days), score) for days, score in scores]
    return present_trend(history, now=NOW, zone=UTC)


def test_the_bar_runs_between_the_baseline_and_the_score():
    above, below = present_fields(score=72, confidence=0.9), present_fields(score=31.5, confidence=0.9)
    assert (above.bar_start, above.bar_width, above.needle) == (50, 22, 72)
    assert (below.bar_start, below.bar_width, below.needle) == (31.5, 18.5, 31.5)


def test_numbers_are_explained():
    reading = derive(edition(2025)).prediction
    assert facts(present_prediction(reading, (), now=NOW, zone=UTC)) == {
        "Chance to convert": "1.38%, about 1 in 72",
        "Expected value": "$3.09",
        "Confidence": "83.1%, plenty of data behind it",
    }


@pytest.mark.parametrize(
    ("rate", "text"), [(0, "0%"), (0.9, "90%"), (5e-324, "under 0.01%"), (1, "100%"), (0.5, "50%, about 1 in 2")]
)
def test_large_and_tiny_chances_are_percentages_only(rate, text):
    assert facts(present_fields(conversion_rate=rate))["Chance to convert"] == text


def test_a_low_confidence_is_a_warning():
    assert present_fields(score=79, confidence=0.31).warning == "Low confidence, do not rely on it."
    assert facts(present_fields(confidence=0.31))["Confidence"] == "31%"
    assert present_fields(score=79).warning == "DataFast does not say how much data is behind it."
    assert present_fields(score=79, confidence=0.5).warning == ""
    assert present(None).warning == ""


def test_impossible_numbers_are_left_out_and_named():
    meter = present_fields(score=720, confidence=2)
    assert meter.score == ""
    assert meter.impossible == "the score and the confidence"


def test_a_missing_prediction_has_a_reason():
    assert "already a customer" in present(None, is_customer=True).absence
    assert "no revenue attribution" in present(None).absence


@pytest.mark.parametrize("scores", [(), ((3, 60),), ((3, 60), (1, 60)), ((3, None), (1, 60)), ((3, 60), (1, 101))])
def test_without_two_different_scores_there_is_no_trend(scores):
    assert trend(*scores) is None


def test_a_score_is_drawn_until_the_next_one_and_the_last_until_now():
    drawn = trend((10, 50), (5, 50), (5, 100))
    assert drawn.line == "M0 12.0H50.0V0.0H100"
    assert drawn.words == "50 on Fri, May 1, 100 since Wed, May 6"


def test_today_and_yesterday_are_named():
    assert trend((1, 40.25), (0.1, 62)).words == "40.25 yesterday, 62 since today"


def test_answers_without_a_prediction_are_skipped():
    assert trend((8, 20), (4, None), (2, 80)).line == "M0 19.2H75.0V4.8H100"


def test_scores_from_the_future_stay_inside_the_drawing():
    assert trend((-1, 20), (-2, 80)).line == "M0 19.2H100V4.8H100"
