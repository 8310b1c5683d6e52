"""The form that chooses the time zone of a journey page."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from visitors.journey_page.timeline import TimelineQuery
from visitors.web.access import SignedInRequest, visitor_id_or_404, website_or_404
from visitors.web.time_zones import COOKIE, known_time_zones, time_zone_of

COOKIE_SECONDS = 365 * 86_400


@require_POST
def choose(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """Store the name of a zone ("" for the website's) in a cookie, and show the same page in that zone."""
    website, visitor = website_or_404(request, slug), visitor_id_or_404(visitor_id)
    name = request.POST.get("zone", "")
    if name and name not in known_time_zones():
        return HttpResponseBadRequest("Journeydesk does not know this time zone.", content_type="text/plain")
    # A time without an offset in the address is one of the zone that the page was in so far.
    query = TimelineQuery.read(QueryDict(urlsplit(request.headers.get("Referer", "")).query))
    query_string = query.in_zone(time_zone_of(request, website)).address().removesuffix("?")
    response = redirect(f"{reverse('journey', args=[website.slug, visitor])}{query_string}")
    if name:
        response.set_cookie(
            COOKIE,
            name,
            max_age=COOKIE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
