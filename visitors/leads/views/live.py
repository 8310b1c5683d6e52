"""Who is on a website now: a page that keeps itself up to date, and a strip on the home page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, IntegrityError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from visitors import profiles
from visitors.accounts import sessions
from visitors.audit.log import LogUnavailable, refuse_if_not_audited
from visitors.formatting import DisplayTime, display_ago
from visitors.leads.live import LivePage, present_live
from visitors.lookup.hot_leads import find_hot_leads
from visitors.lookup.people.recording import record_search
from visitors.lookup.views import LAST_WEBSITE
from visitors.models import Website
from visitors.profiles import LiveVisitors
from visitors.profiles.live import MAX_WEBSITES
from visitors.web.access import SignedInRequest, website_or_404
from visitors.web.time_zones import time_zone_of

# The strip shows the best visitors of each website.
STRIP_ROWS = 4
# With more websites than that, those without visitors share a line.
MAX_EMPTY_CARDS = 3


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
    context = {"website": website, "live": _present(request, website, profiles.get_live_visitors(website))}
    return render(request, "leads/_live.html" if request.htmx else "leads/live.html", context)


@require_GET
@refuse_if_not_audited
def show_strip(request: SignedInRequest) -> HttpResponse:
    """Return the strip of the home page: the best of those who are on the user's websites, the one used last first.

    It also marks which of the page's hot leads are on a website.
    """
    sessions.mark_automatic(request)
    last = request.session.get(LAST_WEBSITE)
    websites = sorted(Website.objects.visible_to(request.user), key=lambda website: website.slug != last)
    found = profiles.get_live_lists(websites)
    lists = [_present(request, website, found[website.pk], STRIP_ROWS) for website in websites if website.pk in found]
    empty = [live.website for live in lists if live.page and not live.page.rows]
    present = {(live.website.pk, row.who.visitor_id) for live in lists for row in (live.page.rows if live.page else ())}
    leads = find_hot_leads(websites) if present else []
    context: dict[str, Any] = {
        "lists": lists if len(lists) <= MAX_EMPTY_CARDS else [live for live in lists if live.website not in empty],
        "empty": [] if len(lists) <= MAX_EMPTY_CARDS else empty,
        "others": [website for website in websites if website.pk not in found],
        "limit": MAX_WEBSITES,
        "present": [lead.visitor_id for lead in leads if (lead.website_id, lead.visitor_id) in present],
    }
    return render(request, "leads/_live_strip.html", context)


def _present(request: SignedInRequest, website: Website, found: LiveVisitors, limit: int | None = None) -> LiveWebsite:
    """Return who is on a website, once it is recorded that the user sees their names. Raises LogUnavailable."""
    now, zone = datetime.now(UTC), time_zone_of(request, website)
    problem, reason = (str(found.problem), found.problem.upstream_message or "") if found.problem else ("", "")
    if found.realtime_map is None or found.answered_at is None:
        return LiveWebsite(website, None, None, problem, reason)
    page = present_live(website, found.realtime_map, now=now, zone=zone)
    if any(row.who.name for row in page.rows[:limit]) or page.events:
        try:
            record_search(request.user, [website.pk])
        except IntegrityError:  # the website was removed meanwhile
            return LiveWebsite(website, None, None, problem, reason)
        except DatabaseError as error:
            raise LogUnavailable from error
    as_of = display_ago(found.answered_at, now, zone)
    return LiveWebsite(website, page, as_of, problem, reason)
