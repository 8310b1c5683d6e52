"""Who is on a website now: a page that keeps itself up to date, and a strip on the home page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from visitors import profiles
from visitors.accounts import sessions
from visitors.audit.log import LogUnavailable, refuse_if_not_audited
from visitors.formatting import DisplayTime, display_time, format_ago
from visitors.leads.live import LivePage, present_live
from visitors.lookup.people.recording import record_search
from visitors.lookup.views import LAST_WEBSITE
from visitors.models import Website
from visitors.web.access import SignedInRequest, website_or_404
from visitors.web.time_zones import time_zone_of

# The strip asks for so many websites, the one that the user used last first, and shows the best of each.
STRIP_WEBSITES, STRIP_ROWS = 3, 4


@dataclass(frozen=True, slots=True)
class LiveWebsite:
    """Who is on a website: `page` is None where that is not known, for the reason in `problem`."""

    website: Website
    page: LivePage | None
    as_of: DisplayTime | None
    problem: str
    reason: str


@require_GET
@refuse_if_not_audited
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show who is on a website, and what they achieved in the last ten minutes. With htmx only that part."""
    website = website_or_404(request, slug)
    if request.htmx:
        sessions.mark_automatic(request)
    context = {"website": website, "live": _load(request, website)}
    return render(request, "leads/_live.html" if request.htmx else "leads/live.html", context)


@require_GET
@refuse_if_not_audited
def show_strip(request: SignedInRequest) -> HttpResponse:
    """Return the strip of the home page: the best of those who are on the user's websites."""
    sessions.mark_automatic(request)
    last = request.session.get(LAST_WEBSITE)
    websites = sorted(Website.objects.visible_to(request.user), key=lambda website: website.slug != last)
    lists = [_load(request, website, STRIP_ROWS) for website in websites[:STRIP_WEBSITES]]
    context: dict[str, Any] = {"lists": lists, "others": websites[STRIP_WEBSITES:]}
    return render(request, "leads/_live_strip.html", context)


def _load(request: SignedInRequest, website: Website, limit: int | None = None) -> LiveWebsite:
    """Return who is on a website, once it is recorded that the user sees their names. Raises LogUnavailable."""
    found, now, zone = profiles.get_live_visitors(website), datetime.now(UTC), time_zone_of(request, website)
    problem, reason = (str(found.problem), found.problem.upstream_message or "") if found.problem else ("", "")
    if found.realtime_map is None or found.answered_at is None:
        return LiveWebsite(website, None, None, problem, reason)
    page = present_live(website, found.realtime_map, now=now, zone=zone)
    if any(row.who.name for row in page.rows[:limit]) or page.events:
        try:
            record_search(request.user, [website.pk])
        except DatabaseError as error:
            raise LogUnavailable from error
    as_of = display_time(found.answered_at, zone, format_ago(found.answered_at, now))
    return LiveWebsite(website, page, as_of, problem, reason)
