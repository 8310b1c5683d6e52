"""Countries and regions as a person says them, whichever of its shapes the upstream sent.

Get visitor answers with names ("South Korea", "South Chungcheong") or with codes ("KR", "KR-44"), by edition; List
visitors with bare codes ("US" with "CA"). Country names come from CLDR, which has the English that people use ("South
Korea", where ISO 3166 has "Korea, Republic of"). Babel has no regions, so those come from pycountry with the names of
ISO 3166-2: in the local language, written in Latin letters ("Chungcheongnam-do").
"""

import re

import pycountry
from babel import Locale

# CLDR keeps more two-letter codes than there are places: "unknown", pseudo-languages for testers, groups of countries.
_NO_COUNTRY = {"ZZ", "XA", "XB", "EZ", "QO"}
_COUNTRIES: dict[str, str] = {
    code: name for code, name in Locale("en", "US").territories.items() if code.isalpha() and code not in _NO_COUNTRY
}

_FULL_CODE = re.compile(r"[A-Za-z]{2}-[A-Za-z0-9]{1,3}", re.ASCII)
_BARE_CODE = re.compile(r"[A-Za-z0-9]{1,3}", re.ASCII)


def country_name(country: str) -> str:
    """A country by its English name, from its ISO 3166-1 alpha-2 code in any case; anything else as it came."""
    return _COUNTRIES.get(country.upper(), country)


def region_name(region: str, country_code: str | None = None) -> str:
    """A region by its name, from "KR-44", or from "CA" beside the country's code "US"; anything else as it came."""
    if _FULL_CODE.fullmatch(region):
        code = region
    elif country_code and _BARE_CODE.fullmatch(region):
        code = f"{country_code}-{region}"
    else:
        return region
    # The first call reads pycountry's list, some 60 milliseconds; later ones are look-ups in a dict.
    subdivision = pycountry.subdivisions.get(code=code)  # type: ignore[no-untyped-call]  # pycountry's own
    return _spoken(subdivision.name) if subdivision else region


def _spoken(name: str) -> str:
    """A listed name as it is spoken: "City of Bristol" (there "Bristol, City of"), "Galicia" ("Galicia [Galicia]")."""
    name = name.partition(" [")[0]
    head, comma, tail = name.partition(", ")
    # Some commas only list: "Newry, Mourne and Down", "San Andrés, Providencia y Santa Catalina".
    return f"{tail} {head}" if comma and not re.search(r" (and|y) ", tail) else name
