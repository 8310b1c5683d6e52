"""The journey of one visitor: the page, its refresh, and the answer behind it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from visitors import profiles, screens
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.models import Website
from visitors.views.access import SignedInRequest, visitor_id_or_404, website_or_404

# A person who presses Refresh wants what is there now; twice within this time is the same wish.
PRESSED_AGAIN = timedelta(seconds=3)


@require_safe
def show(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """The journey, from what is kept; fetched where nothing is."""
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    if visitor_id != str(visitor):
        return redirect("journey", site.slug, visitor)
    try:
        profile = profiles.get(site, visitor)
    except UpstreamError as error:
        return _no_journey(request, site, visitor, error)
    return render(request, "journey.html", _context(site, profile))


@require_POST
def refresh(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """Ask for what is new. With htmx: the journey's parts, or, when that failed, a notice beside what stands there."""
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    # The page's own request on opening an older copy; a person's press wants it newer.
    by_page = "automatic" in request.POST
    max_age = None if by_page else PRESSED_AGAIN
    try:
        profile = profiles.refresh(site, visitor, max_age=max_age)
    except UpstreamError:
        # Nothing is kept, or DataFast no longer knows the visitor: the whole page says that better than a part of it.
        return _to_page(request, site, visitor)
    if not request.htmx:
        if profile.problem:
            messages.error(request, str(profile.problem))
        return redirect("journey", site.slug, visitor)
    return render(request, "journey/_refreshed.html", _context(site, profile))


@require_safe
def answer(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """DataFast's answer as it was received."""
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    try:
        body = profiles.get(site, visitor).answer
    except (UpstreamError, profiles.Superseded) as error:
        raise Http404("No answer is kept of this visitor.") from error
    return HttpResponse(body, content_type="application/json")


def _context(website: Website, profile: profiles.Profile) -> dict[str, object]:
    return {"website": website, "page": screens.journey(website, profile, now=datetime.now(UTC))}


def _no_journey(request: SignedInRequest, website: Website, visitor_id: UUID, error: UpstreamError) -> HttpResponse:
    context = {
        "website": website,
        "visitor_id": visitor_id,
        "problem": screens.problem(error, now=datetime.now(UTC)),
        "other_websites": [],
    }
    return render(request, "no_journey.html", context, status=404 if isinstance(error, NoJourney) else 503)


def _to_page(request: SignedInRequest, website: Website, visitor_id: UUID) -> HttpResponse:
    address = reverse("journey", args=[website.slug, visitor_id])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
