"""The timeline's fragments, for htmx: all of it for another query, the next visits, more events of one visit."""

import re
from datetime import UTC, datetime, tzinfo
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect, push_url, replace_url, retarget
from msgspec.structs import replace

from visitors import profiles
from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.datafast.errors import UpstreamError
from visitors.journey import Journey
from visitors.journey_page import rendering
from visitors.journey_page.ribbon import make_ribbon, shapes_svg
from visitors.journey_page.timeline import (
    TimelineQuery,
    present_timeline,
    present_visit_events,
    visit_address,
    zoom_address,
)
from visitors.lookup import last_seen
from visitors.models import VisitorContext
from visitors.web.access import SignedInRequest, with_visitor
from visitors.web.time_zones import local_now, time_zone_of

SEARCH_FIELD = "timeline-q"  # its id in the page
_ANCHOR = re.compile(r"[a-z]+(-[a-z0-9]{1,20})?", re.ASCII)


@require_GET
@refuse_if_not_audited
@with_visitor
def show(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """Render the part of a timeline that `part` names ("visits", "events"; else the whole), of the version `version`.

    When that version is gone, the whole timeline of the newest one replaces the page's one, with a note, so that a
    page never mixes two. A whole timeline goes into the browser's history under the journey page's own address.
    """
    website, visitor = context.website, context.visitor_id
    page_url = reverse("journey", args=[website.slug, visitor])
    if not request.htmx:
        return redirect(f"{page_url}?{request.GET.urlencode()}")
    wanted = request.GET.get("version", "")
    try:
        version, journey = _load_journey(context, wanted)
    except UpstreamError:
        return HttpResponseClientRedirect(page_url)  # the page itself explains the error
    log.record_fragment(request.user, context)

    query = TimelineQuery.read(request.GET, local_now(request, website))
    part = request.GET.get("part", "")
    is_superseded = "version" in request.GET and version != wanted
    if is_superseded:
        query, part = replace(query, start=None), ""
    zone = time_zone_of(request, website)
    now = datetime.now(UTC)
    marked_after = last_seen.marked_after(last_seen.decode_seen(request.GET.get("seen", "")))
    part_url = reverse("timeline", args=[website.slug, visitor])
    if part == "events":
        row = present_visit_events(journey, query, zone=zone, now=now, marked_after=marked_after)
        if row is None:
            raise Http404("No such visit.")
        row = replace(row, passed="")  # the link to newer events is on the page already, above these
        return render(request, "journey_page/_events.html", {"row": row, "timeline": {"part_url": part_url}})
    shown = present_timeline(
        journey,
        query,
        zone=zone,
        now=now,
        version=version,
        page_url=page_url,
        part_url=part_url,
        marked_after=marked_after,
        team_notes=rendering.load_team_notes(context),
    )
    if part == "visits":
        return render(request, "journey_page/_visits.html", {"timeline": shown})
    response = render(request, "journey_page/_timeline.html", {"timeline": shown, "is_superseded": is_superseded})
    if shown.query.at != _query_of_page(request).in_zone(zone).at:
        response.write(_render_ribbon(journey, shown.query, now=now, zone=zone))
    address = f"{page_url}{shown.query.address().removesuffix('?')}{_anchor(request.GET.get('to', ''))}"
    if request.GET.get("part"):
        # Asked for at the end of the list, it replaces the whole list, and the reader goes to its top.
        response["HX-Reswap"] = "outerHTML show:#timeline:top"
        return replace_url(retarget(response, "#timeline"), address)
    return (replace_url if _is_same_search(request, address) else push_url)(response, address)


def _load_journey(context: VisitorContext, version: str) -> tuple[str, Journey]:
    """Return this version of the journey; the newest one where this one is gone. Raises UpstreamError."""
    stored = profiles.get_journey(context.website, context.visitor_id, version)
    if stored is not None:
        return version, stored
    profile = profiles.get_profile(context.website, context.visitor_id)
    return profile.version, profile.contents.journey


def _is_same_search(request: SignedInRequest, address: str) -> bool:
    """Whether this request continues the search that the newest entry of the browser's history shows.

    A search makes one entry, however many letters are typed; so does asking for the same address again.
    """
    if (request.htmx.current_url or "").endswith(address):
        return True
    return request.htmx.trigger == SEARCH_FIELD and bool(_query_of_page(request).text)


def _query_of_page(request: SignedInRequest) -> TimelineQuery:
    """Return the query of the page that sends this request."""
    return TimelineQuery.read_address(request.htmx.current_url)


def _render_ribbon(journey: Journey, query: TimelineQuery, *, now: datetime, zone: tzinfo) -> str:
    """Render the ribbon with the ticket's time, to replace the one of the page."""
    ribbon = make_ribbon(
        journey,
        now=now,
        zone=zone,
        address=partial(visit_address, is_zoomed=query.is_zoomed),
        ticket_at=query.at,
        is_zoomed=query.is_zoomed,
    )
    shapes = shapes_svg(ribbon, is_live=journey.is_live(now)) if ribbon else ""
    drawn = {"ribbon": ribbon, "ribbon_shapes": shapes, "zoom_address": zoom_address(query)}
    context = {"journey": drawn, "swap": True}
    return render_to_string("journey_page/_ribbon.html", context)


def _anchor(name: str) -> str:
    return f"#{name}" if _ANCHOR.fullmatch(name) else ""
