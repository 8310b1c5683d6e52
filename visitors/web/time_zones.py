"""The time zone of a page: the user's preference, else the website's, else UTC; and zones by their names."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.http import HttpRequest

from visitors.formatting import TwelveHourZone, format_zone
from visitors.models import Website, known_time_zones
from visitors.web.preferences import get_preferences, load_preferences

UTC_NAME = "UTC"


@dataclass(frozen=True, slots=True)
class TimeZoneMenu:
    """What the menu shows.

    `chosen` is "website", "utc" or "own", `words` name the zone in use ("New York time"), `own` is the name of the
    user's zone, "" for none, and `website` names the website's own zone.
    """

    chosen: str
    words: str
    own: str
    website: str


def time_zone_of(request: HttpRequest, website: Website | None = None) -> ZoneInfo:
    """Return the zone that the user chose, else the website's, else UTC; with the user's clock."""
    return _make_zone(get_preferences(request), website)


def time_zone_of_user(user: User, website: Website) -> ZoneInfo:
    """Return the zone of a user without a session, as `time_zone_of` does. One query."""
    return _make_zone(load_preferences(user), website)


def local_now(request: HttpRequest, website: Website) -> datetime:
    """Return the present time on the clock that a page about this website shows."""
    return datetime.now(time_zone_of(request, website))


def time_zone_menu(request: HttpRequest, website: Website) -> TimeZoneMenu:
    """Return the menu that a page about this website offers."""
    chosen_name, zone = _chosen_name(get_preferences(request)), time_zone_of(request, website)
    chosen = "website" if not chosen_name else "utc" if chosen_name == UTC_NAME else "own"
    place = format_zone(zone).rpartition("/")[2]
    words = place if place.isupper() else f"{place} time"
    return TimeZoneMenu(chosen, words, chosen_name if chosen == "own" else "", website.zone_name)


@cache
def listed_time_zones() -> tuple[str, ...]:
    """Return UTC and the zones to choose from, sorted: one name for each zone of a country, without its older names."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text()
    names = {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")}
    return (UTC_NAME, *sorted(names & known_time_zones()))


def find_time_zone(text: str) -> str:
    """Return the name of the zone that a text means: "Europe/Berlin" for "berlin"; the text where it is not clear."""
    wanted = text.strip().replace(" ", "_").casefold()
    exact = [name for name in known_time_zones() if name.casefold() == wanted]
    found = exact or [name for name in listed_time_zones() if name.casefold().rpartition("/")[2] == wanted]
    return found[0] if len(found) == 1 else text.strip()


def _make_zone(preferences: dict[str, str], website: Website | None) -> ZoneInfo:
    name = _chosen_name(preferences) or (website.time_zone if website else UTC_NAME)
    return (TwelveHourZone if preferences["clock"] == "12" else ZoneInfo)(name)


def _chosen_name(preferences: dict[str, str]) -> str:
    name = preferences["time_zone"]
    return name if name in known_time_zones() else ""
