"""The prediction, read."""

import math

import pytest

from visitors.datafast.payload import Prediction
from visitors.journey import Absence
from visitors.journey.prediction import read_prediction


def test_without_a_prediction_a_payment_explains_why():
    assert read_prediction(None, is_customer=True).absence is Absence.CUSTOMER
    assert read_prediction(None, is_customer=False).absence is Absence.UNKNOWN


@pytest.mark.parametrize("score", [-1, 100.5, math.nan, math.inf])
def test_a_value_out_of_range_is_named_as_unreadable(score):
    reading = read_prediction(Prediction(score=score, conversion_rate=1.5, confidence=0.9), is_customer=False)
    assert (reading.score, reading.conversion_rate, reading.confidence) == (None, None, 0.9)
    assert reading.unreadable == ("score", "conversionRate")
    assert reading.score_words == ""


@pytest.mark.parametrize(
    ("confidence", "is_weak", "words"),
    [
        (0.49, True, "low confidence, do not rely on it"),
        (0.5, False, "a fair amount of data behind it"),
        (0.831, False, "plenty of data behind it"),
        (None, True, "DataFast does not say how much data is behind it"),
    ],
)
def test_confidence_under_a_half_is_too_little(confidence, is_weak, words):
    reading = read_prediction(Prediction(score=72, confidence=confidence), is_customer=False)
    assert (reading.is_weak, reading.confidence_words) == (is_weak, words)


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (50, "about as likely to convert as the average visitor"),
        (72, "more likely to convert than the average visitor"),
        (90, "much more likely to convert than the average visitor"),
        (30, "less likely to convert than the average visitor"),
        (0, "much less likely to convert than the average visitor"),
    ],
)
def test_the_score_is_compared_with_the_average(score, words):
    assert read_prediction(Prediction(score=score), is_customer=False).score_words == words
