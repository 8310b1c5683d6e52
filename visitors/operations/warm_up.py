"""Prepare a server process before its first request.

Compiling the templates, loading the names of countries, currencies and time zones, and loading the CA certificates
takes a third of a second. Does not read the database, and makes no call.
"""

from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpResponse

from visitors import profiles
from visitors.datafast.client import VisitorAnswer
from visitors.datafast.parsing import parse_visitor
from visitors.journey_page import rendering
from visitors.journey_page.timeline import TimelineQuery
from visitors.models import VisitorContext, Website
from visitors.models.visitor_context import Related
from visitors.profiles import store
from visitors.profiles.client import datafast_client
from visitors.roles import Role
from visitors.web.access import SignedInRequest

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


def render_page() -> HttpResponse:
    """Render the page of an answer, as for a signed-in user."""
    parsed = parse_visitor(ANSWER)
    prepared = store.prepare(VisitorAnswer(parsed.visitor, parsed.notes, ANSWER, None))
    profile = profiles.Profile(VISITOR, prepared.version, prepared.at, prepared.contents)
    website = Website(slug="warm-up", name="Warm-up", domain="example.com", time_zone="America/New_York")
    website.role = Role.MEMBER
    request = SignedInRequest()
    request.user, request.manages_websites, request.unread_alerts = User(username="warm-up"), False, 0
    context = VisitorContext(
        website,
        VISITOR,
        snapshot=None,
        seen=None,
        colleagues=None,
        shown_at=None,
        has_memory=False,
        related=Related(0, 0, ""),
        unread_alerts=0,
        manages_websites=False,
    )
    query = TimelineQuery()
    return rendering.render_page(request, context, rendering.make_article(request, context, profile, query), query)
