"""Following a visitor who is on the site: what is new since the page's last update, and nothing else."""

from datetime import UTC, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import HTMX_STOP_POLLING

from visitors import profiles
from visitors.accounts import sessions
from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.journey_page import presenters, updates
from visitors.models import VisitorContext
from visitors.profiles.budget import Purpose
from visitors.web.access import SignedInRequest, with_visitor
from visitors.web.kept_forms import accepts_old_token

# However many pages follow a visitor, DataFast is called no more often.
FOLLOW_INTERVAL = timedelta(seconds=10)


@accepts_old_token
@require_POST
@refuse_if_not_audited
@with_visitor
def follow(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """Answer with the changed parts of the page, out of band.

    204: nothing is new, and the visitor is on the site. 286: the visit has ended. The page of an erased or unknown
    visitor is redirected away from. Trouble with DataFast is a note beside the live mark, with `Retry-After` where it
    is known when to try again.
    """
    sessions.mark_automatic(request)
    website, visitor = context.website, context.visitor_id
    try:
        profile = profiles.refresh_profile(
            website, visitor, max_age=FOLLOW_INTERVAL, purpose=Purpose.LIVE, is_automatic=True
        )
    except (profiles.VisitorErased, NoJourney) as error:
        return updates.redirect_away(request, website, visitor, error)
    except UpstreamError as error:
        return _render_trouble(request, error)
    log.record_fragment(request.user, context)

    # While DataFast fails, whether the visit has ended is unknown.
    is_over = profile.problem is None and not profile.contents.journey.is_live(datetime.now(UTC))
    page = updates.PageState.read(request)
    if page.is_current(profile.version) and not is_over:
        return _render_trouble(request, profile.problem, profile) if profile.problem else HttpResponse(status=204)
    changes = updates.present_changes(request, website, profile, page, is_over=is_over)
    changes |= {"is_over": is_over, "trouble": _notice(profile.problem, profile) if profile.problem else None}
    status = HTMX_STOP_POLLING if is_over else 200
    return render(request, "journey_page/_followed.html", changes, status=status)


def _render_trouble(
    request: SignedInRequest, problem: UpstreamError, profile: profiles.Profile | None = None
) -> HttpResponse:
    """Render why nothing newer comes for now, beside the live mark; the rest of the page stays as it is."""
    context = {"trouble": profile and _notice(problem, profile), "sentence": str(problem), "swap": True}
    response = render(request, "journey_page/_follow_note.html", context)
    seconds = presenters.seconds_until_retry(problem, datetime.now(UTC))
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response


def _notice(problem: UpstreamError, profile: profiles.Profile) -> presenters.Notice:
    return presenters.present_notice(problem, fetched_at=profile.fetched_at, now=datetime.now(UTC))
