"""Renders a visitor's journey page for one request."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from visitors import profiles
from visitors.journey import Seen, compare_seen
from visitors.journey_page import article_cache, presenters
from visitors.journey_page.article_cache import Article
from visitors.journey_page.timeline import TimelineQuery
from visitors.lookup import last_seen
from visitors.models import VisitorContext, Website
from visitors.web.access import SignedInRequest
from visitors.web.time_zones import time_zone_menu, time_zone_of


def render_page(
    request: SignedInRequest,
    context: VisitorContext,
    profile: profiles.Profile,
    query: TimelineQuery,
    seen: Seen | None,
) -> HttpResponse:
    """Render the journey page of a profile. `seen` is what this user saw last. Raises UpstreamError."""
    website = context.website
    article, profile = _load_article(request, website, profile, query, seen)
    return render(
        request,
        "journey_page/page.html",
        {
            "website": website,
            "profile": profile,
            "journey": article,
            "since": article.since,
            "query_string": article.query_string,
            "ticket_query": TimelineQuery(at=query.at)
            .in_zone(time_zone_of(request, website))
            .address()
            .removesuffix("?"),
            "body": article.body,
            "seen": seen and last_seen.encode_seen(seen),
            "age": present_age(request, website, profile),
            "colleagues": _present_colleagues(request, context),
            "zones": time_zone_menu(request, website),
        },
    )


def present(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    seen: Seen | None,
) -> presenters.JourneyPage:
    """Return the journey page of a profile whose contents are loaded, as records of text."""
    return presenters.present_journey(
        profile,
        now=datetime.now(UTC),
        zone=time_zone_of(request, website),
        query=query,
        marked_after=last_seen.marked_after(seen),
        page_url=reverse("journey", args=[website.slug, profile.visitor_id]),
        part_url=reverse("timeline", args=[website.slug, profile.visitor_id]),
        history=profile.history,
        links=website.links,
    )


def present_age(request: SignedInRequest, website: Website, profile: profiles.Profile) -> presenters.Age:
    """Return how old the profile is."""
    zone = time_zone_of(request, website)
    return presenters.present_age(profile.fetched_at, is_fresh=profile.is_fresh, now=datetime.now(UTC), zone=zone)


def describe_news(seen: Seen | None, profile: profiles.Profile) -> str:
    """Return what is new: "2 visits and 1 payment since you looked 3 days ago"; "" for nothing."""
    return compare_seen(seen, profile.contents.journey).words(datetime.now(UTC)) if seen else ""


def _load_article(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    seen: Seen | None,
) -> tuple[Article, profiles.Profile]:
    """Return the article, and the profile that it shows: the newer one if this one was replaced since."""
    key = (
        (website.pk, website.slug, website.domain, website.name, website.time_zone, website.role),
        repr((website.names, website.links)),
        (profile.visitor_id, profile.version, seen),
        # As text: two moments of a clock that is set back compare as equal.
        repr(query),
        time_zone_of(request, website).key,
        datetime.now(UTC).replace(second=0, microsecond=0),
    )
    article = article_cache.find(key)
    if article is None:
        profile = profiles.load_contents(website, profile)
        presented = present(request, website, profile, query, seen)
        body = render_to_string("journey_page/_article_body.html", {"website": website, "journey": presented})
        article = Article(
            version=presented.version,
            head=presented.head,
            since=describe_news(seen, profile),
            query_string=presented.timeline.query.address(),
            body=body,
        )
        article_cache.store(key, article)
    return article, profile


def _present_colleagues(request: SignedInRequest, context: VisitorContext) -> presenters.Colleagues | None:
    """Return which colleagues have looked at this visitor; None for none."""
    if context.colleagues is None:
        return None
    number, latest, at = context.colleagues
    zone = time_zone_of(request, context.website)
    return presenters.present_colleagues(number, latest, at, now=datetime.now(UTC), zone=zone)
