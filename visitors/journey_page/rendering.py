"""Renders a visitor's journey page for one request.

The article is what all readers of one state share, and is kept in memory. The page around it is rendered for each.
"""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from visitors import metrics, profiles
from visitors.journey import Seen, compare_seen
from visitors.journey_page import article_cache, presenters
from visitors.journey_page.article_cache import Article
from visitors.journey_page.timeline import TeamNote, TimelineQuery
from visitors.lookup import last_seen
from visitors.models import VisitorContext, Website
from visitors.team import memory
from visitors.team.presenter import present_team
from visitors.web.access import SignedInRequest
from visitors.web.preferences import get_preferences
from visitors.web.time_zones import time_zone_menu, time_zone_of


def load_article(request: SignedInRequest, context: VisitorContext, query: TimelineQuery) -> Article:
    """Return the article of the stored profile, from memory or made; of a fetched profile where none is stored.

    Raises UpstreamError.
    """
    website, team_notes = context.website, load_team_notes(context)
    # Everything but the stored answer on which an article depends.
    view = (
        (website.pk, website.slug, website.domain, website.name, website.time_zone, website.role),
        repr((website.names, website.links)),
        (context.visitor_id, last_seen.load_seen(context.seen), team_notes),
        # As text: two moments of a clock that is set back compare as equal.
        repr(query),
        (time_zone_of(request, website).key, get_preferences(request)["clock"]),
        datetime.now(UTC).replace(second=0, microsecond=0),
    )
    article = article_cache.find((context.snapshot, view))
    if article is not None:
        metrics.count_found("database")
        return article
    profile = profiles.get_profile(website, context.visitor_id)
    article = make_article(request, context, profile, query, team_notes)
    article_cache.store(((profile.version, profile.fetched_at), view), article)
    return article


def make_article(
    request: SignedInRequest,
    context: VisitorContext,
    profile: profiles.Profile,
    query: TimelineQuery,
    team_notes: tuple[TeamNote, ...] = (),
) -> Article:
    """Render the article of a profile."""
    website, seen = context.website, last_seen.load_seen(context.seen)
    presented = present(request, website, profile, query, seen, team_notes=team_notes)
    person = profile.contents.journey.person
    return Article(
        version=profile.version,
        fetched_at=profile.fetched_at,
        label=person.label if person else "",
        head=presented.head,
        seen=last_seen.encode_seen(seen) if seen else "",
        since=describe_news(seen, profile),
        query_string=presented.timeline.query.address(),
        body=render_to_string("journey_page/_article_body.html", {"website": website, "journey": presented}),
    )


def render_page(
    request: SignedInRequest, context: VisitorContext, article: Article, query: TimelineQuery
) -> HttpResponse:
    """Render the page around an article."""
    website = context.website
    ticket_query = TimelineQuery(at=query.at).in_zone(time_zone_of(request, website))
    return render(
        request,
        "journey_page/page.html",
        {
            "website": website,
            "visitor_id": context.visitor_id,
            "journey": article,
            "since": article.since,
            "query_string": article.query_string,
            "ticket_query": ticket_query.address().removesuffix("?"),
            "body": article.body,
            "seen": article.seen,
            "age": present_age(request, website, article.fetched_at),
            "colleagues": _present_colleagues(request, context),
            "related": context.related,
            "team": present_team(request, website, context.visitor_id, has_memory=context.has_memory),
            "zones": time_zone_menu(request, website),
        },
    )


def present(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    seen: Seen | None,
    *,
    team_notes: tuple[TeamNote, ...] = (),
) -> presenters.JourneyPage:
    """Return the journey page of a profile as records of text. `seen` is what this user saw last."""
    return presenters.present_journey(
        profile,
        now=datetime.now(UTC),
        zone=time_zone_of(request, website),
        query=query,
        marked_after=last_seen.marked_after(seen),
        page_url=reverse("journey", args=[website.slug, profile.visitor_id]),
        part_url=reverse("timeline", args=[website.slug, profile.visitor_id]),
        links=website.links,
        team_notes=team_notes,
    )


def load_team_notes(context: VisitorContext) -> tuple[TeamNote, ...]:
    """Return the team's notes on a visitor. At most one query."""
    notes = memory.load_notes(context.website, context.visitor_id) if context.has_memory else ()
    return tuple(TeamNote(note.written_at, note.author_name, note.text) for note in notes)


def present_age(request: SignedInRequest, website: Website, fetched_at: datetime) -> presenters.Age:
    """Return how old a profile is that was fetched then."""
    zone, is_fresh = time_zone_of(request, website), profiles.is_fresh(fetched_at)
    return presenters.present_age(fetched_at, is_fresh=is_fresh, now=datetime.now(UTC), zone=zone)


def describe_news(seen: Seen | None, profile: profiles.Profile) -> str:
    """Return what is new: "2 visits and 1 payment since you looked 3 days ago"; "" for nothing."""
    return compare_seen(seen, profile.contents.journey).words(datetime.now(UTC)) if seen else ""


def _present_colleagues(request: SignedInRequest, context: VisitorContext) -> presenters.Colleagues | None:
    """Return which colleagues have looked at this visitor; None for none."""
    if context.colleagues is None:
        return None
    number, latest, at = context.colleagues
    zone = time_zone_of(request, context.website)
    return presenters.present_colleagues(number, latest, at, now=datetime.now(UTC), zone=zone)
