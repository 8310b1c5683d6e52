"""What changes on a page that is open: for its refresh, and for following a visitor.

The reader's folds, filters, focus and input stay as they are: new rows are added to the top of the timeline, or a link
to them appears. Unchanged parts are not sent.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from msgspec.structs import replace

from visitors import profiles
from visitors.datafast.errors import UpstreamError
from visitors.journey import Journey
from visitors.journey_page import presenters, rendering
from visitors.journey_page.timeline import TimelineQuery
from visitors.lookup import last_seen
from visitors.models import Website
from visitors.web.access import SignedInRequest
from visitors.web.time_zones import time_zone_of


class PageState(NamedTuple):
    """The versions that an open page shows: of its timeline, and of everything else.

    `announced_version` is the one for which the page shows a link to newer rows.
    """

    version: str
    timeline_version: str
    announced_version: str

    @classmethod
    def read(cls, request: SignedInRequest) -> "PageState":
        """Return the state that the page sends along."""
        version = request.POST.get("version", "")
        return cls(version, request.POST.get("timeline") or version, request.POST.get("announced", ""))

    def is_timeline_behind(self, version: str) -> bool:
        """Whether the timeline neither shows nor announces this version."""
        return version not in (self.timeline_version, self.announced_version)

    def is_current(self, version: str) -> bool:
        """Whether no part of the page needs an update to this version."""
        return version == self.version and not self.is_timeline_behind(version)


def present_changes(
    request: SignedInRequest, website: Website, profile: profiles.Profile, page: PageState, *, is_over: bool = False
) -> dict[str, Any]:
    """Return the context of `_news_parts.html`: what differs between the page and a profile.

    `is_over` says that a visit which the page followed has ended.
    """
    query, seen = read_query_of_page(request), last_seen.decode_seen(request.POST.get("seen", ""))
    presented, journey = rendering.present(request, website, profile, query, seen), profile.contents.journey
    is_behind = page.is_timeline_behind(profile.version)
    shown = profiles.get_journey(website, profile.visitor_id, page.version)
    rows_shown = (
        shown
        if page.timeline_version == page.version
        else profiles.get_journey(website, profile.visitor_id, page.timeline_version)
    )
    arrived = None
    if is_behind and rows_shown:
        zone = time_zone_of(request, website)
        now, marked_after = datetime.now(UTC), last_seen.marked_after(seen)
        arrived = presenters.present_arrivals(
            rows_shown, journey, presented.timeline, zone=zone, now=now, marked_after=marked_after
        )
    link = ""
    if is_behind and rows_shown is None:
        link = "New activity"  # the version that the timeline shows is gone, so its new rows are unknown
    elif arrived and not arrived.rows:
        link = arrived.link
    return {
        "website": website,
        "journey": presented,
        "age": rendering.present_age(request, website, profile.fetched_at),
        "is_changed": page.version != profile.version or is_over,
        "is_journey_changed": is_over or shown is None or _is_changed(shown, journey),
        "since": rendering.describe_news(seen, profile),
        "is_behind": is_behind,
        "page": page,
        "arrived": arrived,
        "announcement": arrived.announcement if arrived else "",
        "rows": arrived and replace(presented.timeline, rows=arrived.rows, older=None),
        "link": link,
    }


def read_query_of_page(request: SignedInRequest) -> TimelineQuery:
    """Return the timeline query of the page that sends this request, from that page's address."""
    address = request.htmx.current_url if request.htmx else request.POST.get("shown", "")
    return TimelineQuery.read_address(address)


def redirect_away(request: SignedInRequest, website: Website, visitor_id: UUID, error: UpstreamError) -> HttpResponse:
    """Redirect from an open page that has nothing to show any more.

    Loading the page again explains the error. For an erased visitor it would fetch them again, so that leads home.
    """
    address = reverse("journey", args=[website.slug, visitor_id])
    if isinstance(error, profiles.VisitorErased):
        messages.info(request, str(error))
        address = reverse("look_up")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _is_changed(shown: Journey, journey: Journey) -> bool:
    """Whether anything but the prediction differs."""
    return replace(shown, prediction=journey.prediction) != journey
