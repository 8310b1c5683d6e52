"""Amounts of money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitors import formatting


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("149", "USD", "$149"),
        ("149.00", "usd", "$149"),
        ("149", " USD ", "$149"),
        ("1E+3", "USD", "$1,000"),
        ("12.5", "EUR", "€12.50"),
        ("0.125", "USD", "$0.13"),
        ("149.999", "USD", "$150"),
        ("1200", "JPY", "¥1,200"),
        ("1200.5", "JPY", "¥1,201"),
        ("0.1", "JPY", "¥0.1"),
        ("1.25", "KWD", "KWD 1.250"),
        ("149", "CHF", "CHF 149"),
        ("-20", "EUR", "−€20"),
        ("-1234.5", "GBP", "−£1,234.50"),
        ("0", "USD", "$0"),
        ("-0", "USD", "$0"),
        ("0.001", "USD", "$0.00"),
        ("-0.001", "USD", "$0.00"),
        ("149", "XYZ", "149 XYZ"),
        ("-149.50", "XYZ", "−149.5 XYZ"),
        ("-0", "XYZ", "0 XYZ"),
        ("0.00012", "BTC", "0.00012 BTC"),
        ("12", "XXX", "12 XXX"),
        ("149", None, "149 (currency unknown)"),
        ("1149.5", "", "1,149.5 (currency unknown)"),
        ("1E+30", "USD", "1E+30 USD"),
        ("-1E+999999", None, "−1E+999999 (currency unknown)"),
        ("1E-999999", "USD", "$0.00"),
        ("NaN", "USD", "NaN USD"),
        ("sNaN", "USD", "sNaN USD"),
        ("-Infinity", None, "−Infinity (currency unknown)"),
    ],
)
def test_money_is_written_as_people_write_it(amount, currency, text):
    assert formatting.format_money(Decimal(amount), currency) == text


def test_money_rounds_the_noise_of_a_float():
    expected_value = 3.089
    assert formatting.format_money(Decimal(expected_value), "USD") == "$3.09"


@given(st.decimals(allow_nan=True, allow_infinity=True), st.one_of(st.none(), st.text(max_size=5), st.just("USD")))
def test_money_never_raises_and_stays_short(amount, currency):
    assert 0 < len(formatting.format_money(amount, currency)) < 80


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from(["USD", "EUR", "GBP"]))
def test_money_keeps_the_cents(amount, currency):
    text = formatting.format_money(amount, currency)
    assert Decimal(text.replace("−", "-").translate(str.maketrans("", "", "$€£,"))) == amount
