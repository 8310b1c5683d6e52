"""The journey of one visitor: the page and its refresh."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from visitors import profiles
from visitors.accounts.people import called
from visitors.accounts.sign_in import sessions
from visitors.audit import log
from visitors.audit.decorators import audited
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.formatting import format_count, join_list, limit_list
from visitors.journey_page import presenters, rendering, updates
from visitors.journey_page.timeline import TimelineQuery
from visitors.lookup import last_seen
from visitors.models import AuditAction, Website
from visitors.roles import Role
from visitors.web.access import SignedInRequest, visitor_context_or_404, visitor_id_or_404, websites_of

# A person who presses Refresh wants what is there now; twice within this time is the same wish.
PRESSED_AGAIN = timedelta(seconds=3)
_MENDERS_NAMED = 3


@require_safe
@audited
def show(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """The journey, from what is kept; fetched where nothing is."""
    visitor = visitor_id_or_404(visitor_id)
    opened = visitor_context_or_404(request, website, visitor)
    site = opened.website
    if visitor_id != str(visitor):
        asked = request.GET.urlencode()
        return redirect(f"{reverse('journey', args=[site.slug, visitor])}{asked and f'?{asked}'}")
    query, seen = TimelineQuery.read(request.GET), last_seen.load_seen(opened.seen)
    try:
        profile = profiles.get(site, visitor, opened=opened)
        page = rendering.page(request, opened, profile, query, seen=seen)
    except UpstreamError as error:
        log.record_lookup(request.user, site, visitor, AuditAction.PAGE, error)
        return _no_journey(request, site, visitor, error)
    log.record_lookup(request.user, site, visitor, AuditAction.PAGE)
    if opened.seen is None:
        with suppress(profiles.Superseded):  # then its own word that it was read says it two seconds later
            last_seen.create_unseen(request.user, site, visitor, profile.contents.journey)
    return HttpResponse(page)


@require_POST
@audited
def refresh(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """Ask for what is new. With htmx: the parts of the page that changed, and a notice where that failed."""
    visitor = visitor_id_or_404(visitor_id)
    opened = visitor_context_or_404(request, website, visitor)
    site = opened.website
    # The page's own request on opening an older copy; a person's press wants it newer.
    by_page = "automatic" in request.POST
    if by_page:
        sessions.made_by_page(request)
    max_age = None if by_page else PRESSED_AGAIN
    try:
        profile = profiles.refresh(site, visitor, max_age=max_age, opened=opened)
    except UpstreamError as error:
        return rendering.led_away(request, site, visitor, error)
    log.record_fragment(request.user, opened, visitor)
    problem = profile.problem
    notice = problem and presenters.notice(problem, fetched_at=profile.fetched_at, now=datetime.now(UTC))
    if not request.htmx:
        if notice:
            messages.warning(request, str(notice))
        shown = rendering.query_of_page(request).address().removesuffix("?")
        return redirect(f"{reverse('journey', args=[site.slug, visitor])}{shown}")
    known = updates.Known.read(request)
    if known.version == profile.version and not known.is_behind(profile.version):
        is_in_vain = not (by_page or notice)
        context: dict[str, Any] = {
            "notice": notice,
            "age": rendering.age(request, site, profile),
            "nothing_new": is_in_vain,
            "told": "Nothing new." if is_in_vain else "",
        }
        return render(request, "journey_page/_refreshed.html", context)
    try:
        context, profile = updates.parts(request, site, visitor, profile, known)
    except UpstreamError as error:
        return rendering.led_away(request, site, visitor, error)
    context |= {"notice": notice, "told": f"{capfirst(context['since'])}." if context["since"] else context["told"]}
    if not by_page:  # who asks reads what comes; of what the page asks for by itself, it says when it was read
        last_seen.mark_seen(request.user, site, visitor, profile.contents.journey)
        context["told"] = context["told"] or "Refreshed."
    return render(request, "journey_page/_refreshed.html", context)


def _no_journey(request: SignedInRequest, website: Website, visitor_id: UUID, error: UpstreamError) -> HttpResponse:
    problem = presenters.problem(error, domain=website.domain, now=datetime.now(UTC))
    context: dict[str, object] = {"website": website, "visitor_id": visitor_id, "problem": problem}
    if problem.is_elsewhere:
        context["other_websites"] = websites_of(request).exclude(pk=website.pk)
    if problem.mend:
        if request.user.is_superuser or website.role == Role.ADMIN:
            context["mend_at"] = reverse("website_key" if problem.mend == "key" else "website", args=[website.slug])
        else:
            context["menders"] = _menders(website)
    # 503 for whatever is wrong with the upstream: proxies like to put pages of their own in the place of a 502 or 504.
    response = render(
        request, "journey_page/no_journey.html", context, status=404 if isinstance(error, NoJourney) else 503
    )
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _menders(website: Website) -> str:
    """Who sees to a website, its own admins first, by name: "Mina Park, Joe and 2 others"."""
    sees_to_it = Q(is_superuser=True) | Q(membership__website=website, membership__role=Role.ADMIN)
    people = list(User.objects.filter(sees_to_it, is_active=True).distinct().order_by("is_superuser", "username"))
    told, more = limit_list(people, _MENDERS_NAMED)
    names = [called(person) for person in told]
    return join_list([*names, format_count(more, "other")] if more else names)
