"""Makes a page that nobody sees, so that no reader waits for what a process does once.

Templates are compiled, the names of countries, currencies and time zones loaded, the addresses' patterns built, the
certificates read that the upstream's is checked with: a third of a second in all. And Python itself runs code faster
that has run before, for which it takes some runs: without them a process's first look-up took twice as long as its
thirtieth. Asks neither the database nor the cache nor the upstream.
"""

import json
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.template.loader import render_to_string

from visitors import profiles
from visitors.datafast.client import VisitorAnswer
from visitors.datafast.parsing import parse_visitor
from visitors.journey_page import presenters
from visitors.journey_page.timeline import TimelineQuery
from visitors.models import Website
from visitors.profiles import store, upstream
from visitors.web.addresses import NOBODY, address
from visitors.web.time_zones import time_zone_menu, time_zone_of

RUNS = 30
_VIEWED = ("", "pricing", "docs/getting-started?utm_source=news", "pricing", "__app/ios/Onboarding")
_ANSWER = {
    "status": "success",
    "data": {
        "visitorId": NOBODY,
        "identity": {
            "country": "South Korea",
            "countryCode": "KR",
            "region": "KR-44",
            "city": "Seosan City",
            "params": {"ref": "example.com"},
            "browser": {"name": "Chrome", "version": "133"},
            "device": {"type": "desktop"},
        },
        "activity": {
            "visitCount": 3,
            "pageViewCount": 15,
            "visitedPages": [
                {"url": f"example.com/{path}", "timestamp": f"2026-05-{day:02}T20:{minute:02}:00.000Z"}
                for day in (2, 3, 5)
                for minute, path in enumerate(_VIEWED)
            ],
            "completedGoals": [
                {"name": "signup", "origin": "manual", "timestamp": "2026-05-03T20:03:30.000Z"},
                {
                    "name": "payment",
                    "origin": "payment_provider",
                    "amount": 9,
                    "currency": "USD",
                    "timestamp": "2026-05-05T20:05:00.000Z",
                },
            ],
        },
        "profile": {
            "userId": "1",
            "metadata": {"email": "nobody@example.com"},
            "identifiedAt": "2026-05-03T20:03:00.000Z",
        },
        "prediction": {"score": 50, "conversionRate": 0.01, "expectedValue": 1, "confidence": 0.9},
    },
}


def up() -> None:
    """Get ready for the first reader."""
    upstream.client()
    for _ in range(RUNS):
        make_page()


def make_page() -> None:
    """Make the page, from an answer to its HTML."""
    body = json.dumps(_ANSWER).encode()
    parsed = parse_visitor(body)
    digest = store.digest(VisitorAnswer(parsed.visitor, parsed.notes, body, None, 1))
    website = Website(slug="warm", name="Warm", domain="example.com", time_zone="America/New_York")
    profile = profiles.Profile(0, UUID(NOBODY), digest.version, digest.at, at_hand=digest.contents)
    request = HttpRequest()
    screen = presenters.journey(
        profile,
        now=datetime.now(UTC),
        zone=time_zone_of(request, website),
        query=TimelineQuery(),
        marked_after=None,
        page_url=address("journey", website.slug, NOBODY),
        part_url=address("timeline", website.slug, NOBODY),
    )
    render_to_string("journey_page/_article.html", {"website": website, "screen": screen})
    frame = {
        "website": website,
        "profile": {"visitor_id": NOBODY},
        "zones": time_zone_menu(request, website),
        "user": User(username="warm"),
    }
    render_to_string("journey_page/page.html", frame)
