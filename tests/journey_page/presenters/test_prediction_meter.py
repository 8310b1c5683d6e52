"""The prediction as a meter."""

import pytest

from tests.journey.examples import edition
from visitors.datafast.payload import Prediction
from visitors.journey import derive
from visitors.journey.prediction import read_prediction
from visitors.journey_page.presenters.prediction import meter


def shown(is_customer=False, **fields):
    return meter(read_prediction(Prediction(**fields), is_customer=is_customer), ())


def facts(drawn):
    return {fact.term: fact.text for fact in drawn.facts}


def test_the_bar_runs_between_the_baseline_and_the_score():
    above, below = shown(score=72, confidence=0.9), shown(score=31.5, confidence=0.9)
    assert (above.bar_start, above.bar_width, above.needle) == (50, 22, 72)
    assert (below.bar_start, below.bar_width, below.needle) == (31.5, 18.5, 31.5)


def test_the_numbers_are_in_words():
    assert facts(meter(derive(edition(2025)).prediction, ())) == {
        "Chance to convert": "1.38%, about 1 in 72",
        "Expected value": "$3.09",
        "Confidence": "83.1%, plenty of data behind it",
    }


@pytest.mark.parametrize(
    ("rate", "words"), [(0, "0%"), (0.9, "90%"), (5e-324, "under 0.01%"), (1, "100%"), (0.5, "50%, about 1 in 2")]
)
def test_a_chance_that_is_no_one_in_so_many_stays_a_share(rate, words):
    assert facts(shown(conversion_rate=rate))["Chance to convert"] == words


def test_a_low_confidence_mutes_it():
    assert shown(score=79, confidence=0.31).warning == "Too little data to decide on."
    assert facts(shown(confidence=0.31))["Confidence"] == "31%"
    assert shown(score=79).warning == "DataFast does not say how much data is behind it."
    assert shown(score=79, confidence=0.5).warning == ""
    assert meter(read_prediction(None, is_customer=False), ()).warning == ""


def test_an_impossible_number_is_left_out_and_named():
    drawn = shown(score=720, confidence=2)
    assert drawn.score == ""
    assert drawn.refused == "the score and the confidence"


def test_none_says_which_reason_it_has_where_that_can_be_told():
    assert "already a customer:" in meter(read_prediction(None, is_customer=True), ()).absence
    assert "no revenue attribution" in meter(read_prediction(None, is_customer=False), ()).absence
