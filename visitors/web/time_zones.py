"""The time zone of a page: the user's choice, else the website's, else UTC."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from visitors.formatting import format_zone
from visitors.models import Website, known_time_zones

COOKIE = "journeydesk_zone"
UTC_NAME = "UTC"


@dataclass(frozen=True, slots=True)
class TimeZoneMenu:
    """What the menu shows.

    `chosen` is "website", "utc" or "own", `words` name the zone in use ("New York time"), `website` names the website's
    own zone.
    """

    chosen: str
    words: str
    website: str


def time_zone_of(request: HttpRequest, website: Website | None = None) -> ZoneInfo:
    """Return the zone that the user chose, else the website's, else UTC. An unknown name in the cookie is ignored."""
    return ZoneInfo(_chosen_name(request) or (website.time_zone if website else UTC_NAME))


def local_now(request: HttpRequest, website: Website) -> datetime:
    """Return the present time on the clock that a page about this website shows."""
    return datetime.now(time_zone_of(request, website))


def time_zone_menu(request: HttpRequest, website: Website) -> TimeZoneMenu:
    """Return the menu that a page about this website offers."""
    chosen_name, zone = _chosen_name(request), time_zone_of(request, website)
    chosen = "website" if not chosen_name else "utc" if chosen_name == UTC_NAME else "own"
    place = format_zone(zone).rpartition("/")[2]
    return TimeZoneMenu(chosen, place if place.isupper() else f"{place} time", website.zone_name)


def _chosen_name(request: HttpRequest) -> str:
    name = request.COOKIES.get(COOKIE, "")
    return name if name in known_time_zones() else ""
