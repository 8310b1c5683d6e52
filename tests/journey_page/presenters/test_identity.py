"""Place and device, from every shape that DataFast sends."""

import pytest

from visitors.datafast.payload import Device, Identity, Software, Viewport
from visitors.journey_page.presenters.identity import present_whereabouts


def facts(identity):
    return {fact.term: fact.text for fact in present_whereabouts(identity).facts}


@pytest.mark.parametrize(
    "identity",
    [
        Identity(country="KR", country_code="KR", region="KR-11", city="Seoul"),
        Identity(country="South Korea", country_code="kr", region="11", city="Seoul"),
        Identity(country="KR", region="KR-11", city="Seoul"),
    ],
)
def test_codes_become_names(identity):
    where = present_whereabouts(identity)
    assert facts(identity)["Country"] == "South Korea (KR)"
    assert "KR-11" not in where.place


def test_a_place_has_no_name_twice():
    assert present_whereabouts(Identity(country="DE", region="Berlin", city="Berlin")).place == "Berlin, Germany"


def test_nothing_known_is_empty():
    for identity in (None, Identity(), Identity(device=Device(), browser=Software(), viewport=Viewport())):
        where = present_whereabouts(identity)
        assert (where.place, where.device, where.facts) == ("", "", ())


def test_a_device_is_short_in_the_header_and_full_in_the_side():
    identity = Identity(
        browser=Software(name="Chrome", version="133.0.6943.54"),
        os=Software(name="Android", version="14"),
        device=Device(type="MOBILE", vendor="Google", model="Pixel 8"),
        viewport=Viewport(width=412, height=915.0),
    )
    assert present_whereabouts(identity).device == "Chrome 133 on Android, phone, 412 × 915"
    assert facts(identity) == {
        "Browser": "Chrome 133.0.6943.54",
        "System": "Android 14",
        "Device": "Google Pixel 8, phone",
        "Window": "412 × 915 pixels",
    }


@pytest.mark.parametrize("width", [None, 0, -5, float("nan"), float("inf"), 1e9])
def test_an_impossible_window_is_left_out(width):
    assert "Window" not in facts(Identity(viewport=Viewport(width=width, height=900)))
