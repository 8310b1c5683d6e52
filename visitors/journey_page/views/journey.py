"""The journey of one visitor: the page and its refresh."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_POST

from visitors import profiles
from visitors.accounts import sessions
from visitors.accounts.users import display_name
from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.formatting import format_count, join_list, limit_list
from visitors.journey_page import presenters, rendering, updates
from visitors.journey_page.timeline import TimelineQuery
from visitors.lookup import last_seen
from visitors.models import AuditAction, VisitorContext, Website
from visitors.roles import Role
from visitors.web.access import SignedInRequest, with_visitor
from visitors.web.kept_forms import accepts_old_token
from visitors.web.time_zones import local_now

# A user who presses Refresh wants the present state; pressing again within this time changes nothing.
PRESSED_AGAIN = timedelta(seconds=3)
_MAX_MANAGERS_NAMED = 3


@require_GET
@refuse_if_not_audited
@with_visitor
def show(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """Show the journey page, from the stored profile; from DataFast where none is stored."""
    page_url = reverse("journey", args=[context.website.slug, context.visitor_id])
    if request.path != page_url:  # the id is in capitals
        query_string = request.GET.urlencode()
        return redirect(f"{page_url}{query_string and f'?{query_string}'}")
    query = TimelineQuery.read(request.GET, local_now(request, context.website))
    try:
        article = rendering.load_article(request, context, query)
    except UpstreamError as error:
        log.record_lookup(request.user, context.website, context.visitor_id, AuditAction.PAGE, error)
        return _render_no_journey(request, context, error)
    log.record_lookup(request.user, context.website, context.visitor_id, AuditAction.PAGE)
    if context.seen is None:
        last_seen.create_unseen(request.user, context.website, context.visitor_id, article.label)
    return rendering.render_page(request, context, article, query)


@accepts_old_token
@require_POST
@refuse_if_not_audited
@with_visitor
def refresh(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """Fetch what is new. With htmx: the parts of the page that changed, and a notice where that failed."""
    website, visitor = context.website, context.visitor_id
    # Sent by the page itself when it opens with an older profile, not by a user's press.
    is_automatic = "automatic" in request.POST
    if is_automatic:
        sessions.mark_automatic(request)
    max_age = None if is_automatic else PRESSED_AGAIN
    try:
        profile = profiles.refresh_profile(website, visitor, max_age=max_age, is_automatic=is_automatic)
    except UpstreamError as error:
        return updates.redirect_away(request, website, visitor, error)
    log.record_fragment(request.user, context)

    notice = _notice(profile)
    if not request.htmx:
        if notice:
            messages.warning(request, str(notice))
        query_string = updates.read_query_of_page(request).address().removesuffix("?")
        return redirect(f"{reverse('journey', args=[website.slug, visitor])}{query_string}")
    page = updates.PageState.read(request)
    if page.is_current(profile.version):
        is_pressed_in_vain = not (is_automatic or notice)
        changes: dict[str, Any] = {
            "age": rendering.present_age(request, website, profile.fetched_at),
            "nothing_new": is_pressed_in_vain,
            "announcement": "No change." if is_pressed_in_vain else "",
        }
    else:
        changes = updates.present_changes(request, website, profile, page)
        if changes["since"]:
            changes["announcement"] = f"{capfirst(changes['since'])}."
        if not is_automatic:
            changes["announcement"] = changes["announcement"] or "Refreshed."
    return render(request, "journey_page/_refreshed.html", changes | {"notice": notice})


def _notice(profile: profiles.Profile) -> presenters.Notice | None:
    """Return why there is nothing newer than this profile; None where there is."""
    if profile.problem is None:
        return None
    return presenters.present_notice(profile.problem, fetched_at=profile.fetched_at, now=datetime.now(UTC))


def _render_no_journey(request: SignedInRequest, visitor: VisitorContext, error: UpstreamError) -> HttpResponse:
    """Render the page that explains why there is no journey, and what the user can do."""
    website = visitor.website
    problem = presenters.present_problem(error, domain=website.domain, now=datetime.now(UTC))
    context: dict[str, object] = {
        "website": website,
        "visitor_id": visitor.visitor_id,
        "problem": problem,
        "other_websites": (),
        "fix_url": "",
        "managers": "",
    }
    if problem.is_elsewhere:
        context["other_websites"] = Website.objects.visible_to(request.user).exclude(pk=website.pk)
    if problem.fix:
        if request.user.is_superuser or website.role == Role.ADMIN:
            context["fix_url"] = reverse("website_key" if problem.fix == "key" else "website", args=[website.slug])
        else:
            context["managers"] = _name_managers(website)
    # 503 for whatever is wrong with DataFast: proxies like to replace the page of a 502 or 504 by their own.
    status = 404 if isinstance(error, NoJourney) else 503
    response = render(request, "journey_page/no_journey.html", context, status=status)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _name_managers(website: Website) -> str:
    """Return who manages a website, its own admins first: "Mina Park, Joe and 2 others"."""
    is_manager = Q(is_superuser=True) | Q(membership__website=website, membership__role=Role.ADMIN)
    managers = list(User.objects.filter(is_manager, is_active=True).distinct().order_by("is_superuser", "username"))
    shown, more = limit_list(managers, _MAX_MANAGERS_NAMED)
    names = [display_name(manager) for manager in shown]
    return join_list([*names, format_count(more, "other")] if more else names)
