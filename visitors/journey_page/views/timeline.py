"""The timeline's fragments, for htmx: all of it for another query, the next visits, more events of one visit."""

import re
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, push_url, replace_url, retarget
from msgspec.structs import replace

from visitors import profiles
from visitors.audit import log
from visitors.audit.decorators import audited
from visitors.datafast.errors import UpstreamError
from visitors.journey import Journey
from visitors.journey_page import rendering
from visitors.journey_page.timeline import TimelineQuery, events_of_visit, timeline
from visitors.lookup import last_seen
from visitors.models import VisitorContext
from visitors.web.access import SignedInRequest, visitor_context_or_404, visitor_id_or_404
from visitors.web.time_zones import time_zone_of

SEARCH_FIELD = "timeline-q"  # its id in the page
_ANCHOR = re.compile(r"[a-z]+(-[a-z0-9]{1,20})?", re.ASCII)


@require_safe
@audited
def show(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """The part of a timeline that `part` names ("visits", "events"; else the whole), of the snapshot `version`.

    When that snapshot is no longer kept, the whole timeline of the newest one comes instead and says so, so that a page
    never mixes two. A whole timeline goes into the browser's history under the journey page's own address.
    """
    visitor = visitor_id_or_404(visitor_id)
    opened = visitor_context_or_404(request, website, visitor)
    site = opened.website
    page_url = reverse("journey", args=[site.slug, visitor])
    if not request.htmx:
        return redirect(f"{page_url}?{request.GET.urlencode()}")
    try:
        version, journey = _snapshot(opened, visitor, request.GET.get("version", ""))
    except UpstreamError:
        return HttpResponseClientRedirect(page_url)  # the page itself says what is wrong
    log.record_fragment(request.user, opened, visitor)
    is_superseded = version != request.GET.get("version", version)
    query = TimelineQuery.read(request.GET)
    part = "" if is_superseded else request.GET.get("part", "")
    if is_superseded:
        query = replace(query, start=None)

    zone, seen = time_zone_of(request, site), last_seen.marked_after(rendering.seen_before(request.GET))
    today = datetime.now(zone).date()
    part_url = reverse("timeline", args=[site.slug, visitor])
    if part == "events":
        row = events_of_visit(journey, query, zone=zone, today=today, seen=seen)
        if row is None:
            raise Http404("No such visit.")
        row = replace(row, passed="")  # the newer ones stand above, where these are put in
        return render(request, "journey_page/_events.html", {"row": row, "timeline": {"part_url": part_url}})
    shown = timeline(
        journey, query, zone=zone, today=today, version=version, page_url=page_url, part_url=part_url, seen=seen
    )
    if part == "visits":
        return render(request, "journey_page/_visits.html", {"timeline": shown})
    response = render(request, "journey_page/_timeline.html", {"timeline": shown, "is_superseded": is_superseded})
    address = f"{page_url}{shown.query.address().removesuffix('?')}{_anchor(request.GET.get('to', ''))}"
    if request.GET.get("part"):
        # Out of its place at the end of the list, into that of the whole; the reader goes with it.
        response["HX-Reswap"] = "outerHTML show:#timeline:top"
        return replace_url(retarget(response, "#timeline"), address)
    return (replace_url if _is_same_search(request, address) else push_url)(response, address)


def _snapshot(opened: VisitorContext, visitor_id: UUID, version: str) -> tuple[str, Journey]:
    """The snapshot of this version, or the newest one when it is no longer kept. Raises UpstreamError."""
    kept = profiles.journey_of(opened.website, visitor_id, version)
    if kept is not None:
        return version, kept
    profile = profiles.get(opened.website, visitor_id, opened=opened)
    return profiles.newest(opened.website, profile, lambda profile: (profile.version, profile.contents.journey))


def _is_same_search(request: SignedInRequest, address: str) -> bool:
    """Whether this goes on with what the browser's history has its newest entry for.

    Looking for something makes one entry, whatever the number of letters; so does what was asked for already.
    """
    here = urlsplit(request.htmx.current_url or "")
    if urlunsplit(("", "", here.path, here.query, here.fragment)) == address:
        return True
    return request.htmx.trigger == SEARCH_FIELD and bool(TimelineQuery.read(QueryDict(here.query)).text)


def _anchor(name: str) -> str:
    return f"#{name}" if _ANCHOR.fullmatch(name) else ""
