"""The list of leads."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.formatting import DisplayTime, display_ago
from visitors.leads import refreshing
from visitors.leads.leads import TREND_OVER, Lead, LeadQuery, Show, Sort, group_of, load_leads
from visitors.leads.saved_views import load_views
from visitors.lookup.hot_leads import format_value
from visitors.lookup.people.presenter import PersonRow, present_people
from visitors.models import AuditAction, SavedView, Website
from visitors.web.access import SignedInRequest, website_or_404
from visitors.web.time_zones import time_zone_of

# A smaller change of the score is none.
_LEAST_CHANGE = 1


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead as the page shows it. `trend` is "+12", "−3" or "". `company` is what the list can be narrowed to."""

    who: PersonRow
    company: str
    trend: str
    is_rising: bool
    value: str
    visits: str
    pricing: str
    source: str
    owner: str
    fetched: DisplayTime


@require_GET
@refuse_if_not_audited
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the known people of a website who have not bought yet, in the order of the address."""
    website = website_or_404(request, slug)
    query = LeadQuery.read(request.GET)
    leads, has_more = load_leads(request.user, website, query)
    named = [(website.pk, lead.person.visitor_id) for lead in leads if lead.person.identity]
    log.record_listed(request.user, named, AuditAction.LIST)
    refreshing.mark_in_use(website)
    context = {
        "website": website,
        "query": query,
        "rows": _present(request, website, leads),
        "sorts": [(sort.label, query.address(sort=sort.value), sort is query.sort) for sort in Sort],
        "shown": [(show.label, query.address(show=show.value), show is query.show) for show in Show],
        "everyone": query.address(company=""),
        "newer": query.address(page=query.page - 1) if query.page > 1 else "",
        "older": query.address(page=query.page + 1) if has_more else "",
        "days": TREND_OVER.days,
        "views": load_views(request.user, website, SavedView.Kind.LEADS, query.address(page=1).removeprefix("?")),
    }
    return render(request, "leads/leads.html", context)


def _present(request: SignedInRequest, website: Website, leads: list[Lead]) -> list[LeadRow]:
    now, zone = datetime.now(UTC), time_zone_of(request, website)
    people = present_people(request, [lead.person for lead in leads], [website], now)
    return [
        LeadRow(
            who=who,
            company=group_of(lead.person),
            trend=_describe_trend(lead),
            is_rising=_change(lead) > 0,
            value=format_value(lead.person),
            visits=f"{lead.person.visits:,}",
            pricing=f"{lead.person.pricing_views:,}" if lead.person.pricing_views else "",
            source=lead.person.source,
            owner=lead.owner,
            fetched=display_ago(lead.fetched_at, now, zone),
        )
        for lead, who in zip(leads, people, strict=True)
    ]


def _change(lead: Lead) -> float:
    score = lead.person.score
    return 0 if score is None or lead.score_before is None else score - lead.score_before


def _describe_trend(lead: Lead) -> str:
    change = _change(lead)
    if abs(change) < _LEAST_CHANGE:
        return ""
    return f"+{change:.0f}" if change > 0 else f"−{-change:.0f}"
