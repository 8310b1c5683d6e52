"""The latest known place and device of the visitor: short for the header, in full for the side."""

import math
from dataclasses import dataclass

from visitors.datafast.payload import Device, Identity, Software, Viewport
from visitors.formatting.placeholders import is_placeholder
from visitors.formatting.places import country_name, region_name
from visitors.formatting.text import clean_or_none, isolate_direction
from visitors.journey_page.presenters.facts import Fact, list_facts

_DEVICE_TYPES = {"desktop": "desktop", "mobile": "phone", "tablet": "tablet"}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The latest known place and device; every text is "" where nothing is known.

    `place` is "Berlin, Germany", `device` "Chrome 133 on Android, phone,
    412 × 915". `facts` give each of them in full.
    """

    place: str
    device: str
    facts: tuple[Fact, ...]


def present_whereabouts(identity: Identity | None) -> Whereabouts:
    """Return the place and the device that an answer names."""
    known = identity or Identity()
    code = _country_code(known)
    country = country_name(_clean(known.country) or code)
    region = region_name(_clean(known.region), code or None)
    city = _clean(known.city)
    device = known.device or Device()
    device_type = _clean(device.type)
    device_type = _DEVICE_TYPES.get(device_type.lower(), device_type)
    window = _window(known.viewport)
    browser = known.browser or Software()
    short_browser = _join(" ", browser.name, _clean(browser.version).partition(".")[0])
    system = known.os or Software()
    return Whereabouts(
        # A city and its region often share a name: "Berlin, Germany", not "Berlin, Berlin, Germany".
        place=", ".join(dict.fromkeys(isolate_direction(part) for part in (city, region, country) if part)),
        device=_join(", ", _join(" on ", short_browser, system.name), device_type, window),
        facts=list_facts(
            (
                ("Country", f"{country} ({code})" if code and code != country else country),
                ("Region", region),
                ("City", city),
                ("Browser", _join(" ", browser.name, browser.version)),
                ("System", _join(" ", system.name, system.version)),
                ("Device", _join(", ", _join(" ", device.vendor, device.model), device_type)),
                ("Window", f"{window} pixels" if window else ""),
            )
        ),
    )


def _clean(value: str | None) -> str:
    """Return the text of a value; "" for none and for a placeholder."""
    text = clean_or_none(value) or ""
    return "" if is_placeholder(text) else text


def _join(separator: str, *parts: str | None) -> str:
    return separator.join(part for part in map(_clean, parts) if part)


def _country_code(identity: Identity) -> str:
    """Return the country's code, which the edition of 2025 also sends instead of the name."""
    for value in (_clean(identity.country_code), _clean(identity.country)):
        if len(value) == 2 and value.isascii() and value.isalpha():
            return value.upper()
    return ""


def _window(viewport: Viewport | None) -> str:
    """Return "1728 × 998", "" for a size that no window can have."""
    sides = (viewport.width, viewport.height) if viewport else ()
    known = [f"{side:.0f}" for side in sides if side is not None and math.isfinite(side) and 0 < side < 100_000]
    return " × ".join(known) if len(known) == 2 else ""
