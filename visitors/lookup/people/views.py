"""Results of a search: beside the box while the user types, and on a page with an address."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from visitors.formatting import join_list
from visitors.lookup import id_parser
from visitors.lookup.people.live import LiveMatch, find_live
from visitors.lookup.people.presenter import PersonRow, present_people
from visitors.lookup.people.recording import record_search
from visitors.lookup.people.search import find_people, is_exactly, to_query
from visitors.lookup.views import LAST_WEBSITE
from visitors.models import KnownPerson, Website
from visitors.web.access import SignedInRequest
from visitors.web.prefetching import is_prefetch

logger = logging.getLogger(__name__)

SUGGESTIONS, RESULTS = 8, 50


@dataclass(frozen=True, slots=True)
class Results:
    """The people to show, and whether more match.

    `live` are those on the site, where no one else was found; `live_domains` the websites that were searched for them,
    and `other_domains` those that were not. `is_unavailable`: they can't be shown, as that can't be recorded.
    """

    people: tuple[KnownPerson, ...] = ()
    rows: tuple[PersonRow, ...] = ()
    live: tuple[LiveMatch, ...] = ()
    live_domains: str = ""
    other_domains: str = ""
    has_more: bool = False
    is_unavailable: bool = False


@require_POST
def suggest(request: SignedInRequest) -> HttpResponse:
    """Return the best results for what is in the box so far; nothing where it contains an id, a token or too much.

    By POST, because addresses are logged by proxies, and this one would contain names.
    """
    text = request.POST.get("pasted", "")
    query = to_query(text) if len(text.strip()) > 1 else ""
    if query:
        parsed = id_parser.parse(text)
        query = "" if parsed.candidates or parsed.has_token else query
    websites = list(Website.objects.visible_to(request.user)) if query else []
    results = search(request, query, websites, SUGGESTIONS)
    return render(request, "lookup/_suggestions.html", {"query": query, "results": results})


@require_GET
def show_results(request: SignedInRequest) -> HttpResponse:
    """Show the people who match `q`. If one person has exactly this email address or user id, open the journey."""
    query = to_query(request.GET.get("q", ""))
    if not query:
        return redirect("look_up")
    if is_prefetch(request):
        return HttpResponse(status=503)  # the user may never look at the results, so they must not be recorded
    websites = list(Website.objects.visible_to(request.user))
    results = search(request, query, websites, RESULTS)
    if not results.people and not results.is_unavailable:
        results = _search_live(request, query, websites)
    if journey := _only_exact_match(results, query):
        return redirect("journey", *journey)
    context = {
        "searched": query,
        "results": results,
        "limit": RESULTS,
        "domains": join_list([website.domain for website in websites]),
    }
    return render(request, "lookup/results.html", context, status=503 if results.is_unavailable else 200)


def _only_exact_match(results: Results, query: str) -> tuple[str, UUID] | None:
    """Return slug and visitor of the only result, if the query is the whole email address or user id."""
    if len(results.people) == 1 and is_exactly(query, results.people[0].email, results.people[0].user_id):
        return results.rows[0].slug, results.rows[0].visitor_id
    if len(results.live) == 1 and is_exactly(query, results.live[0].identity.email, results.live[0].identity.user_id):
        return results.live[0].website.slug, results.live[0].visitor_id
    return None


def search(request: SignedInRequest, query: str, websites: list[Website], limit: int) -> Results:
    """Return the people of these websites who match, once it is recorded that the user sees them."""
    found = find_people(query, [website.pk for website in websites], limit)
    if not _is_recorded(request, {person.website_id for person in found.people}):
        return Results(is_unavailable=True)
    rows = present_people(request, found.people, websites, datetime.now(UTC))
    return Results(found.people, tuple(rows), has_more=found.has_more)


def _search_live(request: SignedInRequest, query: str, websites: list[Website]) -> Results:
    """Return those who match among the people on the site now, the website used last first."""
    last = request.session.get(LAST_WEBSITE)
    found, searched = find_live(query, sorted(websites, key=lambda website: website.slug != last), RESULTS)
    if not _is_recorded(request, {match.website.pk for match in found}):
        return Results(is_unavailable=True)
    return Results(
        live=tuple(found),
        live_domains=join_list([website.domain for website in searched]),
        other_domains=join_list([website.domain for website in websites if website not in searched]),
    )


def _is_recorded(request: SignedInRequest, website_ids: set[int]) -> bool:
    """Record that the user is shown people of these websites. Return False if that fails: then they are not shown."""
    try:
        record_search(request.user, website_ids)
    except DatabaseError as error:
        logger.error("People are not shown, since the audit log cannot be written: %s", error)  # noqa: TRY400
        return False
    return True
