"""Names of countries and regions, from names or codes.

Get visitor sends names ("South Korea", "South Chungcheong") or codes ("KR", "KR-44"), depending on its edition; List
visitors sends bare codes ("US" with "CA"). Country names come from CLDR, which has common English ("South Korea", where
ISO 3166 has "Korea, Republic of"). CLDR in Babel has no regions, so those come from pycountry, with the names of
ISO 3166-2: in the local language, in Latin letters ("Chungcheongnam-do").
"""

import re

import pycountry
from babel import Locale

# Two-letter codes of CLDR that are no places: "unknown", pseudo-locales for testers, groups of countries.
_NO_COUNTRY = {"ZZ", "XA", "XB", "EZ", "QO"}
_COUNTRIES: dict[str, str] = {
    code: name for code, name in Locale("en", "US").territories.items() if code.isalpha() and code not in _NO_COUNTRY
}

_FULL_CODE = re.compile(r"[A-Za-z]{2}-[A-Za-z0-9]{1,3}", re.ASCII)
_BARE_CODE = re.compile(r"[A-Za-z0-9]{1,3}", re.ASCII)


def country_name(country: str) -> str:
    """Return the English name of an ISO 3166-1 alpha-2 code in any case; other text as it came."""
    return _COUNTRIES.get(country.upper(), country)


def region_name(region: str, country_code: str | None = None) -> str:
    """Return the name of a region, from "KR-44", or from "CA" with the country code "US"; other text as it came."""
    if _FULL_CODE.fullmatch(region):
        code = region
    elif country_code and _BARE_CODE.fullmatch(region):
        code = f"{country_code}-{region}"
    else:
        return region
    # The first call loads pycountry's list, which takes some 60 milliseconds.
    subdivision = pycountry.subdivisions.get(code=code)  # type: ignore[no-untyped-call]  # pycountry's own
    return _natural_order(subdivision.name) if subdivision else region


def _natural_order(name: str) -> str:
    """Return a listed name as it is spoken: "Bristol, City of" → "City of Bristol", "Galicia [Galicia]" → "Galicia"."""
    name = name.partition(" [")[0]
    head, comma, tail = name.partition(", ")
    # In others the comma is part of a list: "Newry, Mourne and Down", "San Andrés, Providencia y Santa Catalina".
    return f"{tail} {head}" if comma and not re.search(r" (and|y) ", tail) else name
