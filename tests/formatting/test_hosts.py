"""Comparing the names of hosts."""

import pytest

from visitors.formatting.hosts import normalize_host


@pytest.mark.parametrize(
    ("host", "normalized"),
    [
        ("Shop.Example", "shop.example"),
        ("www.shop.example.", "shop.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("WWW.MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"),
        ("straße.example", "xn--strae-oqa.example"),  # as browsers do, and not strasse.example
        ("mu\N{COMBINING DIAERESIS}nchen.example", "xn--mnchen-3ya.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("www.example", "www.example"),
        ("www2.shop.example", "www2.shop.example"),
        ("a_b.shop.example", "a_b.shop.example"),
        ("ü_b.shop.example", "ü_b.shop.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("", ""),
    ],
)
def test_names_of_one_host_are_normalized_to_one_form(host, normalized):
    assert normalize_host(host) == normalized
