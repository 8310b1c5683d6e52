"""The page's report that it was on the screen: until then nothing on it counts as seen, so what was new stays new."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from visitors import profiles
from visitors.accounts import sessions
from visitors.lookup import last_seen
from visitors.web.access import SignedInRequest, visitor_id_or_404, website_or_404
from visitors.web.kept_forms import accepts_old_token


@accepts_old_token
@require_POST
def mark_seen(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """Record the `version` that the page shows as seen by this user; the newest one without it. The answer is empty.

    Another page may have fetched a newer one since, which this user has not seen.
    """
    sessions.mark_automatic(request)
    website, visitor = website_or_404(request, slug), visitor_id_or_404(visitor_id)
    profile = profiles.get_stored_profile(website, visitor)
    version = request.POST.get("version") or (profile.version if profile else "")
    journey = profiles.get_journey(website, visitor, version)
    if journey is not None:
        last_seen.mark_seen(request.user, website, visitor, journey)
    return HttpResponse(status=204)
