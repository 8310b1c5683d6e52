"""Countries and regions in every shape that DataFast sends."""

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitors.formatting.places import country_name, region_name


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("KR", "South Korea"),
        ("kr", "South Korea"),
        ("South Korea", "South Korea"),
        ("US", "United States"),
        ("XK", "Kosovo"),
        ("ZZ", "ZZ"),
        ("XA", "XA"),
        ("QO", "QO"),
        ("T1", "T1"),
        ("KOR", "KOR"),
        ("419", "419"),
        ("", ""),
        ("<b>KR</b>", "<b>KR</b>"),
    ],
)
def test_a_country_has_its_english_name(sent, name):
    assert country_name(sent) == name


def test_every_country_of_iso_3166_has_a_name():
    for country in pycountry.countries:
        assert country_name(country.alpha_2) != country.alpha_2


@pytest.mark.parametrize(
    ("sent", "country_code", "name"),
    [
        ("KR-44", "KR", "Chungcheongnam-do"),
        ("KR-44", None, "Chungcheongnam-do"),
        ("kr-44", "KR", "Chungcheongnam-do"),
        ("44", "KR", "Chungcheongnam-do"),
        ("CA", "US", "California"),
        ("ca", "us", "California"),
        ("IDF", "FR", "Île-de-France"),
        ("US-CA", "FR", "California"),
        ("CA", None, "CA"),
        ("CA", "", "CA"),
        ("CA", "KR", "CA"),
        ("KR-00", "KR", "KR-00"),
        ("South Chungcheong", "KR", "South Chungcheong"),
        ("Goa", "IN", "Goa"),
        ("Ain", "FR", "Ain"),
        ("٤٤", "KR", "٤٤"),
        ("", "US", ""),
    ],
)
def test_a_region_has_its_name(sent, country_code, name):
    assert region_name(sent, country_code) == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("GB-BST", "City of Bristol"),
        ("US-VI", "U.S. Virgin Islands"),
        ("RU-TA", "Respublika Tatarstan"),
        ("ES-CT", "Catalunya"),
        ("SE-M", "Skåne län"),
        ("GB-VGL", "The Vale of Glamorgan"),
        ("GB-NMD", "Newry, Mourne and Down"),
        ("CO-SAP", "San Andrés, Providencia y Santa Catalina"),
    ],
)
def test_an_inverted_name_gets_its_natural_order(code, name):
    assert region_name(code) == name


@given(st.text(), st.one_of(st.none(), st.text(), st.just("US")))
def test_no_text_raises(text, country_code):
    assert isinstance(country_name(text), str)
    assert isinstance(region_name(text, country_code), str)
