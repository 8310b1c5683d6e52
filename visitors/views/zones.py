"""In whose time a page tells: the website's, the person's own, or UTC. Decided here for every page and part of one."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from visitors.models import Website
from visitors.screens.timeline import TimelineQuery
from visitors.views.access import SignedInRequest, visitor_id_or_404, website_or_404
from visitors.words import zone_name

COOKIE = "journeydesk_zone"
KEPT_SECONDS = 365 * 86_400
UTC_NAME = "UTC"


@dataclass(frozen=True, slots=True)
class ZoneMenu:
    """The choice as its menu shows it: `chosen` is "website", "utc" or "own", `words` say the zone: "New York time".

    `website` is the name of the website's own zone.
    """

    chosen: str
    words: str
    website: str


def of(request: HttpRequest, website: Website) -> ZoneInfo:
    """The zone of this request: the one that the person chose, else the website's."""
    chosen = request.COOKIES.get(COOKIE, "")
    return ZoneInfo(chosen if chosen in _known() else website.time_zone)


def own(request: HttpRequest) -> ZoneInfo:
    """The zone of a page that is about no website: the one that the person chose, else UTC."""
    chosen = request.COOKIES.get(COOKIE, "")
    return ZoneInfo(chosen if chosen in _known() else UTC_NAME)


def menu(request: HttpRequest, website: Website) -> ZoneMenu:
    """The menu to choose a zone from."""
    zone = of(request, website)
    is_chosen = request.COOKIES.get(COOKIE, "") in _known()
    chosen = ("utc" if zone.key == UTC_NAME else "own") if is_chosen else "website"
    return ZoneMenu(chosen, _words(zone), website.zone_name)


@require_POST
def choose(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """Take a zone's name ("" for the website's), and show the page again as it stood, in that zone."""
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    name = request.POST.get("zone", "")
    if name and name not in _known():
        return HttpResponseBadRequest("Journeydesk does not know this time zone.", content_type="text/plain")
    # A moment in the address without an offset is one of the clock that the person has read so far.
    query = TimelineQuery.read(QueryDict(urlsplit(request.headers.get("Referer", "")).query))
    address = query.in_zone(of(request, site)).address().removesuffix("?")
    response = redirect(f"{reverse('journey', args=[site.slug, visitor])}{address}")
    if name:
        response.set_cookie(
            COOKIE, name, max_age=KEPT_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


@cache  # reads hundreds of files
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def _words(zone: ZoneInfo) -> str:
    """ "New York time" of America/New_York, "UTC" of UTC."""
    place = zone_name(zone).rpartition("/")[2]
    return place if place.isupper() else f"{place} time"
