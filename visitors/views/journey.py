"""The journey of one visitor: the page and its refresh."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from visitors import profiles, screens
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.models import Website
from visitors.screens.timeline import TimelineQuery
from visitors.views.access import SignedInRequest, personal, visitor_id_or_404, website_or_404, websites_of
from visitors.words import listing

# A person who presses Refresh wants what is there now; twice within this time is the same wish.
PRESSED_AGAIN = timedelta(seconds=3)
_MENDERS_NAMED = 3


@require_safe
@personal
def show(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """The journey, from what is kept; fetched where nothing is."""
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    if visitor_id != str(visitor):
        return redirect("journey", site.slug, visitor)
    try:
        screen, _ = _screen(site, lambda: profiles.get(site, visitor), TimelineQuery.read(request.GET))
    except UpstreamError as error:
        return _no_journey(request, site, visitor, error)
    return render(request, "journey.html", {"website": site, "screen": screen})


@require_POST
@personal
def refresh(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """Ask for what is new. With htmx: the parts of the page that changed, and a notice where that failed."""
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    # The page's own request on opening an older copy; a person's press wants it newer.
    by_page = "automatic" in request.POST
    max_age = None if by_page else PRESSED_AGAIN
    try:
        screen, problem = _screen(site, lambda: profiles.refresh(site, visitor, max_age=max_age), _shown(request))
    except UpstreamError:
        # Nothing is kept, or DataFast no longer knows the visitor: the whole page says that better than a part of it.
        return _to_page(request, site, visitor)
    notice = problem and screens.notice(problem, fetched_at=screen.fetched_at, now=datetime.now(UTC))
    if not request.htmx:
        if notice:
            messages.warning(request, str(notice))
        return redirect(f"{reverse('journey', args=[site.slug, visitor])}{_shown(request).address()}")
    is_changed = request.POST.get("version") != screen.version
    context = {
        "website": site,
        "screen": screen,
        "notice": notice,
        "is_changed": is_changed,
        "nothing_new": not (is_changed or by_page or notice),
    }
    return render(request, "journey/_refreshed.html", context)


def _screen(
    website: Website, get: Callable[[], profiles.Profile], query: TimelineQuery
) -> tuple[screens.JourneyScreen, UpstreamError | None]:
    """The page of the profile that `get` brings, and why there is nothing newer.

    Between learning which version is the newest and reading it, a newer one may come: then that one is shown.
    """
    profile = get()
    try:
        return _of(website, profile, query), profile.problem
    except profiles.Superseded:
        newer = get()
        return _of(website, newer, query), newer.problem


def _of(website: Website, profile: profiles.Profile, query: TimelineQuery) -> screens.JourneyScreen:
    place = [website.slug, profile.visitor_id]
    return screens.journey(
        website,
        profile,
        now=datetime.now(UTC),
        query=query,
        page_url=reverse("journey", args=place),
        part_url=reverse("timeline", args=place),
    )


def _shown(request: SignedInRequest) -> TimelineQuery:
    """What of the timeline the page that sends the request shows, by that page's address."""
    address = request.htmx.current_url if request.htmx else request.POST.get("shown", "")
    return TimelineQuery.read(QueryDict(urlsplit(address or "").query))


def _no_journey(request: SignedInRequest, website: Website, visitor_id: UUID, error: UpstreamError) -> HttpResponse:
    problem = screens.problem(error, domain=website.domain, now=datetime.now(UTC))
    context: dict[str, object] = {"website": website, "visitor_id": visitor_id, "problem": problem}
    if problem.is_elsewhere:
        context["other_websites"] = websites_of(request).exclude(pk=website.pk)
    if problem.is_key:
        context["menders"] = _menders()
        if request.user.is_staff and request.user.has_perm("visitors.change_website"):
            context["mend_at"] = reverse("admin:visitors_website_change", args=[website.pk])
    # 503 for whatever is wrong with the upstream: proxies like to put pages of their own in the place of a 502 or 504.
    response = render(request, "no_journey.html", context, status=404 if isinstance(error, NoJourney) else 503)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _menders() -> str:
    """Who may replace a website's key, by name: "Mina Park, Joe and 2 others"."""
    may = User.objects.with_perm("visitors.change_website", backend="django.contrib.auth.backends.ModelBackend")
    people = list(may.filter(is_staff=True).order_by("username"))
    names = [person.get_full_name() or person.get_username() for person in people[:_MENDERS_NAMED]]
    more = len(people) - len(names)
    return listing([*names, f"{more} more"] if more else names)


def _to_page(request: SignedInRequest, website: Website, visitor_id: UUID) -> HttpResponse:
    address = reverse("journey", args=[website.slug, visitor_id])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
