"""A journey's screen for one request: which part of the timeline, in whose time, and what is marked as new."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse

from visitors import profiles, screens
from visitors.journey.instants import instant
from visitors.models import Website
from visitors.screens.timeline import TimelineQuery
from visitors.views import zones
from visitors.views.access import SignedInRequest


def screen(
    request: SignedInRequest,
    website: Website,
    get: Callable[[], profiles.Profile],
    query: TimelineQuery,
    *,
    marked_after: datetime | None,
) -> tuple[screens.JourneyScreen, profiles.Profile]:
    """The screen of the profile that `get` brings, and that profile. Raises UpstreamError.

    Between learning which version is the newest and reading it, a newer one may come: then that one is shown.
    """

    def shown(profile: profiles.Profile) -> tuple[screens.JourneyScreen, profiles.Profile]:
        place = [website.slug, profile.visitor_id]
        made = screens.journey(
            profile,
            now=datetime.now(UTC),
            zone=zones.of(request, website),
            query=query,
            marked_after=marked_after,
            page_url=reverse("journey", args=place),
            part_url=reverse("timeline", args=place),
        )
        return made, profile

    try:
        return shown(get())
    except profiles.Superseded:
        return shown(get())


def query_of_page(request: SignedInRequest) -> TimelineQuery:
    """What of the timeline the page that sends this request shows, by that page's address."""
    address = request.htmx.current_url if request.htmx else request.POST.get("shown", "")
    return TimelineQuery.read(QueryDict(urlsplit(address or "").query))


def marked_after(values: QueryDict) -> datetime | None:
    """After which moment the page marks events as new: it says so in every request, so that the marks stay until the
    page is left, whatever is loaded into it meanwhile. None for no marks."""
    return instant(values.get("seen"))
