"""Loose amounts and currencies, read."""

from decimal import Decimal

import pytest

from visitors.journey.amounts import parse_amount, parse_currency


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (149, "149"),
        (Decimal("1E+2"), "100"),
        (12.5, "12.5"),
        (" 149.00 ", "149"),
        ("-20", "-20"),
        (0, "0"),
        (Decimal("0.1234567"), "0.123457"),
        (Decimal("1E-400"), "0"),
    ],
)
def test_numbers_and_numeric_text_are_amounts(value, text):
    assert f"{parse_amount(value):f}" == text


@pytest.mark.parametrize(
    "value",
    [None, True, "", "free", "$149", "1,499", "1e9", "٣", 10**12, 10**4000, float("nan"), float("inf"), 1e300, [1], {}],
)
def test_everything_else_is_not(value):
    assert parse_amount(value) is None


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("USD", "USD"),
        (" eur ", "EUR"),
        ("usdt", "USDT"),
        ("$", "$"),
        ("Kč", "Kč"),
        ("US dollars", "US dollars"),
        ("x" * 50, f"{'x' * 19}…"),
        ("undefined", None),
        (" ", None),
        (None, None),
        (7, None),
    ],
)
def test_a_currency_is_a_code_or_the_text_as_it_came(value, currency):
    assert parse_currency(value) == currency
