"""The latest known place and device of the visitor: short for the header, in full for the side."""

import math
from dataclasses import dataclass

from visitors.datafast.payload import Device, Identity, Software, Viewport
from visitors.formatting.text import isolate_direction
from visitors.journey import read_device_type, read_location, read_value
from visitors.journey_page.presenters.facts import Fact, list_facts


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
    known, place = identity or Identity(), read_location(identity)
    city, region, country, code = place.city, place.region, place.country, place.code
    device = known.device or Device()
    device_type = read_device_type(known)
    window = _window(known.viewport)
    browser = known.browser or Software()
    short_browser = _join(" ", browser.name, read_value(browser.version).partition(".")[0])
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


def _join(separator: str, *parts: str | None) -> str:
    return separator.join(part for part in map(read_value, parts) if part)


def _window(viewport: Viewport | None) -> str:
    """Return "1728 × 998", "" for a size that no window can have."""
    sides = (viewport.width, viewport.height) if viewport else ()
    known = [f"{side:.0f}" for side in sides if side is not None and math.isfinite(side) and 0 < side < 100_000]
    return " × ".join(known) if len(known) == 2 else ""
