"""In whose time a page tells: the website's, the person's own, or UTC. Decided here for every page and part of one."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

from visitors.formatting import zone_name
from visitors.models import Website

COOKIE = "journeydesk_zone"
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
    return ZoneInfo(chosen if chosen in known_zones() else website.time_zone)


def own(request: HttpRequest) -> ZoneInfo:
    """The zone of a page that is about no website: the one that the person chose, else UTC."""
    chosen = request.COOKIES.get(COOKIE, "")
    return ZoneInfo(chosen if chosen in known_zones() else UTC_NAME)


def menu(request: HttpRequest, website: Website) -> ZoneMenu:
    """The menu to choose a zone from."""
    zone = of(request, website)
    is_chosen = request.COOKIES.get(COOKIE, "") in known_zones()
    chosen = ("utc" if zone.key == UTC_NAME else "own") if is_chosen else "website"
    return ZoneMenu(chosen, _words(zone), website.zone_name)


@cache  # reads hundreds of files
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _words(zone: ZoneInfo) -> str:
    """ "New York time" of America/New_York, "UTC" of UTC."""
    place = zone_name(zone).rpartition("/")[2]
    return place if place.isupper() else f"{place} time"
