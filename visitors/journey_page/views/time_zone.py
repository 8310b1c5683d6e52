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

KEPT_SECONDS = 365 * 86_400


@require_POST
def choose(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """Take a zone's name ("" for the website's), and show the page again as it stood, in that zone."""
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    name = request.POST.get("zone", "")
    if name and name not in known_time_zones():
        return HttpResponseBadRequest("Journeydesk does not know this time zone.", content_type="text/plain")
    # A moment in the address without an offset is one of the clock that the person has read so far.
    query = TimelineQuery.read(QueryDict(urlsplit(request.headers.get("Referer", "")).query))
    address = query.in_zone(time_zone_of(request, site)).address().removesuffix("?")
    response = redirect(f"{reverse('journey', args=[site.slug, visitor])}{address}")
    if name:
        response.set_cookie(
            COOKIE,
            name,
            max_age=KEPT_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
