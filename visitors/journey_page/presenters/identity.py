"""Where the visitor was last, and with what: for the head in a line, for the side in full."""

import math
from dataclasses import dataclass

from visitors.datafast.payload import Device, Identity, Software, Viewport
from visitors.formatting.places import country_name, region_name
from visitors.formatting.text import clean_or_none, isolate_direction
from visitors.journey_page.presenters.facts import Fact

_DEVICE_TYPES = {"desktop": "desktop", "mobile": "phone", "tablet": "tablet"}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The latest known place and device, in words; every text is "" where nothing is known.

    `country_code` is two capital letters. `place` runs from the city to the country, `device` from the browser to the
    size of its window. `facts` say each of them in full.
    """

    country_code: str
    country: str
    place: str
    device: str
    facts: tuple[Fact, ...]


def whereabouts(identity: Identity | None) -> Whereabouts:
    """The place and the device that an answer names."""
    known = identity or Identity()
    code = _code(known)
    country = country_name(_text(known.country) or code)
    region = region_name(_text(known.region), code or None)
    city = _text(known.city)
    window = _window(known.viewport)
    kind = _kind(known.device)
    software = " on ".join(part for part in (_short(known.browser), _text(known.os.name if known.os else None)) if part)
    facts = (
        ("Country", f"{country} ({code})" if code and code != country else country),
        ("Region", region),
        ("City", city),
        ("Browser", _full(known.browser)),
        ("System", _full(known.os)),
        ("Device", _device(known.device, kind)),
        ("Window", f"{window} pixels" if window else ""),
    )
    return Whereabouts(
        country_code=code,
        country=country,
        # A city and its region are often one name: "Berlin, Berlin, Germany" says it once too often.
        place=", ".join(dict.fromkeys(isolate_direction(part) for part in (city, region, country) if part)),
        device=", ".join(part for part in (software, kind, window) if part),
        facts=tuple(Fact(term, text) for term, text in facts if text),
    )


def _text(value: str | None) -> str:
    return clean_or_none(value) or ""


def _code(identity: Identity) -> str:
    """The country's code, which the edition of 2025 also sends in the place of the name."""
    for value in (_text(identity.country_code), _text(identity.country)):
        if len(value) == 2 and value.isascii() and value.isalpha():
            return value.upper()
    return ""


def _short(software: Software | None) -> str:
    """A browser with the first part of its version: "Chrome 133"."""
    if software is None:
        return ""
    return " ".join(part for part in (_text(software.name), _text(software.version).partition(".")[0]) if part)


def _full(software: Software | None) -> str:
    return (
        "" if software is None else " ".join(part for part in (_text(software.name), _text(software.version)) if part)
    )


def _kind(device: Device | None) -> str:
    kind = _text(device.type if device else None)
    return _DEVICE_TYPES.get(kind.lower(), kind)


def _device(device: Device | None, kind: str) -> str:
    if device is None:
        return ""
    model = " ".join(part for part in (_text(device.vendor), _text(device.model)) if part)
    return ", ".join(part for part in (model, kind) if part)


def _window(viewport: Viewport | None) -> str:
    """ "1728 × 998", for a size that a window can have."""
    sides = (viewport.width, viewport.height) if viewport else ()
    known = [f"{side:.0f}" for side in sides if side is not None and math.isfinite(side) and 0 < side < 100_000]
    return " × ".join(known) if len(known) == 2 else ""
