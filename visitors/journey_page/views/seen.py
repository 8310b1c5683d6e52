"""The page's word that it was read: until then, nothing of it counts as seen, so what was new stays new."""

from contextlib import suppress

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from visitors import profiles
from visitors.accounts.sign_in import sessions
from visitors.lookup import last_seen
from visitors.web.access import SignedInRequest, visitor_id_or_404, website_or_404


@require_POST
def look(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """Keep what stands in the newest journey as what this person has seen. Answers with nothing."""
    sessions.made_by_page(request)
    site, visitor = website_or_404(request, website), visitor_id_or_404(visitor_id)
    kept = profiles.kept(site, visitor)
    if kept is not None:
        with suppress(profiles.Superseded):  # renewed this very moment; there are more looks
            last_seen.mark_seen(request.user, site, visitor, kept.contents.journey)
    return HttpResponse(status=204)
