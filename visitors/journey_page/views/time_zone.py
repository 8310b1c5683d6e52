"""The time zone of a journey page: which ones can be chosen, and the form that chooses one."""

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from visitors.journey_page.timeline import TimelineQuery
from visitors.models import known_time_zones
from visitors.web.access import SignedInRequest, visitor_id_or_404, website_or_404
from visitors.web.kept_forms import accepts_old_token
from visitors.web.preferences import save_preferences
from visitors.web.time_zones import time_zone_of


@accepts_old_token
@require_http_methods(["GET", "POST"])
def choose(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """Make a zone the user's preference ("" for each website's own), and show the same page in that zone.

    GET answers with 204 for a zone that can be chosen and 404 for others: browsers know zones that the server does not.
    """
    website, visitor = website_or_404(request, slug), visitor_id_or_404(visitor_id)
    if request.method == "GET":
        return HttpResponse(status=204 if request.GET.get("zone") in known_time_zones() else 404)
    name = request.POST.get("zone")
    if name is None or (name and name not in known_time_zones()):
        raise BadRequest
    # A time without an offset in the address is one of the zone that the page was in so far.
    query = TimelineQuery.read_address(request.headers.get("Referer"))
    query_string = query.in_zone(time_zone_of(request, website)).address().removesuffix("?")
    save_preferences(request, request.user, {"time_zone": name})
    return redirect(f"{reverse('journey', args=[website.slug, visitor])}{query_string}")
