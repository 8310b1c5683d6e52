"""Counts and percentages."""

import pytest

from visitors import formatting


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 visits"), (1, "1 visit"), (2, "2 visits"), (1204, "1,204 visits"), (-3, "-3 visits")]
)
def test_a_noun_agrees_with_its_count(n, text):
    assert formatting.format_count(n, "visit") == text


def test_an_irregular_plural_is_given_by_the_caller():
    assert formatting.format_count(2, "country", "countries") == "2 countries"
    assert formatting.format_count(1, "country", "countries") == "1 country"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0, "0%"),
        (0.00005, "under 0.01%"),
        (0.0138, "1.38%"),
        (0.5, "50%"),
        (0.831, "83.1%"),
        (0.99995, "over 99.99%"),
        (1, "100%"),
        (1.2, "120%"),
        (-0.1, "−10%"),
        (-1e-9, "0%"),
        (12.345, "1,234.5%"),
        (1e300, "1E+302%"),
        (float("inf"), "INF%"),
    ],
)
def test_a_fraction_becomes_a_percentage(fraction, text):
    assert formatting.format_percent(fraction) == text
