"""Following a visitor who is on the site: what has come since the page knew last, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import HTMX_STOP_POLLING

from visitors import profiles
from visitors.accounts.sign_in import sessions
from visitors.audit import log
from visitors.audit.decorators import audited
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.journey_page import presenters, rendering, updates
from visitors.lookup import last_seen
from visitors.models import Website
from visitors.profiles.purpose import Purpose
from visitors.web.access import SignedInRequest, visitor_context_or_404, visitor_id_or_404

# However many pages follow a visitor, the upstream is asked no more often.
FOLLOWED_EVERY = timedelta(seconds=10)


@require_POST
@audited
def follow(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """Answer with the parts of the page that are other than the page knows them, out of band.

    204: nothing is new, and the visitor is on the site. 286: the visit has ended. Whoever follows a visitor who was
    forgotten is led away from the page. Trouble with the upstream is a note beside the live mark, with `Retry-After`
    where it is known when to go on.
    """
    sessions.made_by_page(request)
    visitor = visitor_id_or_404(visitor_id)
    opened = visitor_context_or_404(request, website, visitor)
    site = opened.website
    known = updates.Known.read(request)
    try:
        profile = profiles.refresh(site, visitor, max_age=FOLLOWED_EVERY, purpose=Purpose.LIVE, opened=opened)
        told = profile.contents.journey
    except UpstreamError as error:
        return _without_news(request, site, visitor, error)
    except profiles.Superseded:
        return HttpResponse(status=204)  # there is a newer one already: it comes with the next turn
    log.record_fragment(request.user, opened, visitor)
    # Where the upstream does not say how it is now, nobody knows that the visit has ended.
    is_over = profile.problem is None and not told.is_live(datetime.now(UTC))
    if not (known.version != profile.version or is_over or known.is_behind(profile.version)):
        return _trouble(request, profile.problem, profile.fetched_at) if profile.problem else HttpResponse(status=204)
    try:
        context, profile = updates.parts(request, site, visitor, profile, known, is_over=is_over)
    except UpstreamError as error:
        return _without_news(request, site, visitor, error)
    if known.version != profile.version:
        last_seen.mark_seen(request.user, site, visitor, profile.contents.journey)
    context |= {
        "is_over": is_over,
        "trouble": _notice(profile.problem, profile.fetched_at) if profile.problem else None,
    }
    return render(request, "journey_page/_followed.html", context, status=HTMX_STOP_POLLING if is_over else 200)


def _without_news(request: SignedInRequest, website: Website, visitor_id: UUID, error: UpstreamError) -> HttpResponse:
    """Where nothing comes: away from the page of a visitor who is gone; else a note on it."""
    if isinstance(error, profiles.VisitorErased | NoJourney):
        return rendering.led_away(request, website, visitor_id, error)
    return _trouble(request, error)


def _trouble(request: SignedInRequest, problem: UpstreamError, fetched_at: datetime | None = None) -> HttpResponse:
    """Why nothing newer comes for now, beside the live mark; the page stays as it is."""
    notice = _notice(problem, fetched_at) if fetched_at else None
    context = {"trouble": notice, "sentence": str(problem), "swap": True}
    response = render(request, "journey_page/_follow_note.html", context)
    seconds = presenters.wait(problem, datetime.now(UTC))
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response


def _notice(problem: UpstreamError, fetched_at: datetime) -> presenters.Notice:
    return presenters.notice(problem, fetched_at=fetched_at, now=datetime.now(UTC))
