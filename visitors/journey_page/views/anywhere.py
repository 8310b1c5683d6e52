"""A visitor id without a website: ask one website after the other, until one knows the visitor."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from visitors import profiles
from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.datafast.errors import BotVisitor, UpstreamError, VisitorNotFound
from visitors.formatting import join_list
from visitors.journey_page import presenters
from visitors.lookup.views import LAST_WEBSITE, remember_website
from visitors.models import AuditAction, Website
from visitors.web.access import SignedInRequest, visitor_id_or_404

NO_TIME_LEFT = "It was not asked, as the others took long to answer."


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of asking a website: `problem` says why it could not be asked, "" if it does not know the visitor."""

    website: Website
    problem: str = ""


@require_GET
@refuse_if_not_audited
def find(request: SignedInRequest, visitor_id: str) -> HttpResponse:
    """Open the journey on the website that knows the visitor. If none does, say which ones were asked.

    A website that stored the visitor is not asked. The others are, with one call each: first the one with the slug
    `first`, then the one that the user used last, and no more once UPSTREAM_DEADLINE_SECONDS are over.
    """
    visitor = visitor_id_or_404(visitor_id)
    websites = list(Website.objects.visible_to(request.user))
    likely = [request.GET.get("first"), request.session.get(LAST_WEBSITE)]
    websites.sort(key=lambda website: likely.index(website.slug) if website.slug in likely else len(likely))
    pairs = profiles.find_stored(websites, [visitor])
    stored = next((website for website in websites if (website.pk, visitor) in pairs), None)
    if stored:
        return redirect("journey", stored.slug, visitor)
    attempts: list[Attempt] = []
    ends_at = time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS
    for website in websites:
        if time.monotonic() >= ends_at:
            attempts.append(Attempt(website, NO_TIME_LEFT))
            continue
        attempt = _ask(request, website, visitor)
        if attempt is None:
            remember_website(request, website)
            return redirect("journey", website.slug, visitor)
        attempts.append(attempt)
    context = {
        "visitor_id": visitor,
        "asked": join_list([attempt.website.domain for attempt in attempts if not attempt.problem]),
        "not_asked": [attempt for attempt in attempts if attempt.problem],
    }
    return render(request, "journey_page/not_found_anywhere.html", context, status=404)


def _ask(request: SignedInRequest, website: Website, visitor_id: UUID) -> Attempt | None:
    """Ask DataFast for the visitor on a website. Return None if it knows them; also as a bot, which their page says."""
    try:
        profiles.get_profile(website, visitor_id)
    except BotVisitor:
        return None
    except UpstreamError as error:
        log.record_lookup(request.user, website, visitor_id, AuditAction.PAGE, error)
        if isinstance(error, VisitorNotFound):
            return Attempt(website)
        return Attempt(
            website, presenters.present_problem(error, domain=website.domain, now=datetime.now(UTC)).sentence
        )
    return None
