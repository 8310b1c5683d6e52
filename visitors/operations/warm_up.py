"""Prepares a server process before its first request.

Compiling the templates, loading the names of countries, currencies and time zones, and loading the CA certificates
takes a third of a second. Does not read the database, and makes no call.
"""

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
from visitors.profiles import store
from visitors.profiles.client import datafast_client
from visitors.web.time_zones import time_zone_menu, time_zone_of

VISITOR = UUID("00000000-0000-4000-8000-000000000000")
ANSWER = b"""{"status": "success", "data": {
    "identity": {"country": "South Korea", "countryCode": "KR", "region": "KR-44", "params": {"ref": "example.com"}},
    "activity": {
        "visitedPages": [{"url": "example.com/", "timestamp": "2026-05-02T20:00:00Z"}],
        "completedGoals": [{"name": "payment", "amount": 9, "currency": "USD", "timestamp": "2026-05-05T20:05:00Z"}]
    },
    "prediction": {"score": 50, "conversionRate": 0.01, "expectedValue": 1, "confidence": 0.9}
}}"""


def warm_up() -> None:
    """Create the client of DataFast, and render one journey page of a visitor who does not exist."""
    datafast_client()
    render_page()


def render_page() -> None:
    """Render a page from an answer to its HTML."""
    parsed = parse_visitor(ANSWER)
    digest = store.prepare(VisitorAnswer(parsed.visitor, parsed.notes, ANSWER, None, 1))
    website = Website(slug="warm-up", name="Warm-up", domain="example.com", time_zone="America/New_York")
    profile = profiles.Profile(0, VISITOR, digest.version, digest.at, at_hand=digest.contents)
    request, now = HttpRequest(), datetime.now(UTC)
    zone = time_zone_of(request, website)
    context = {
        "website": website,
        "profile": profile,
        "journey": presenters.present_journey(
            profile, now=now, zone=zone, query=TimelineQuery(), marked_after=None, page_url="", part_url=""
        ),
        "age": presenters.present_age(now, is_fresh=True, now=now, zone=zone),
        "ticket_query": "",
        "manages_websites": False,
        "zones": time_zone_menu(request, website),
        "user": User(username="warm-up"),
        "since": "",
        "query_string": "",
        "seen": None,
        "colleagues": "",
        "csrf_input": "",
    }
    body = render_to_string("journey_page/_article_body.html", context)
    render_to_string("journey_page/page.html", context | {"body": body})
