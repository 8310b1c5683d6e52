"""The page's report that it was on the screen: until then nothing on it counts as seen, so what was new stays new."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from visitors import profiles
from visitors.accounts import sessions
from visitors.lookup import last_seen
from visitors.models import VisitorContext
from visitors.web.access import SignedInRequest, with_visitor
from visitors.web.kept_forms import accepts_old_token


@accepts_old_token
@require_POST
@with_visitor
def mark_seen(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """Record the `version` that the page shows as seen by this user; the newest one without it. The answer is empty.

    Another page may have fetched a newer one since, which this user has not seen.
    """
    sessions.mark_automatic(request)
    newest, _ = context.snapshot or ("", None)
    journey = profiles.get_journey(context.website, context.visitor_id, request.POST.get("version") or newest)
    if journey is not None:
        last_seen.mark_seen(request.user, context.website, context.visitor_id, journey)
    return HttpResponse(status=204)
