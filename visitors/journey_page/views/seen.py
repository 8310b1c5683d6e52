"""The page's report that it was read: until then nothing on it counts as seen, so what was new stays new."""

from contextlib import suppress

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from visitors import profiles
from visitors.accounts import sessions
from visitors.datafast.errors import UpstreamError
from visitors.lookup import last_seen
from visitors.web.access import SignedInRequest, visitor_id_or_404, website_or_404


@require_POST
def look(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """Record the newest journey as seen by this user. The answer is empty."""
    sessions.mark_automatic(request)
    website, visitor = website_or_404(request, slug), visitor_id_or_404(visitor_id)
    profile = profiles.get_stored_profile(website, visitor)
    if profile is not None:
        with suppress(UpstreamError):  # erased this very moment
            profile = profiles.load_contents(website, profile)
            last_seen.mark_seen(request.user, website, visitor, profile.contents.journey)
    return HttpResponse(status=204)
