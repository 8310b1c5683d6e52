"""A stand-in for a help desk, with the panel beside its conversations: to try the panel without one."""

from datetime import UTC, datetime, timedelta

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visitors.models import Website
from visitors.web.access import SignedInRequest


@require_safe
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # of every request, not of signed-in ones only
def desk(request: SignedInRequest) -> HttpResponse:
    """Show the stand-in. Only with DEBUG and in the demo.

    Its conversations are with the visitors whom the user saw last, and with an email address that is not known.
    """
    if not (settings.DEBUG or settings.IS_DEMO):
        raise Http404
    websites = Website.objects.visible_to(request.user).exclude(panel_origins=[])
    website = websites.first()
    now = datetime.now(UTC)
    people = [] if website is None else list(website.knownperson_set.exclude(email="").order_by("-score")[:6])
    conversations = [
        {
            "name": person.name or person.email,
            "email": person.email,
            "started_at": int((person.last_seen_at or now - timedelta(hours=1)).timestamp()),
            "visitor": str(person.visitor_id) if number % 2 == 0 else "",
        }
        for number, person in enumerate(people)
    ]
    conversations.append({"name": "Someone new", "email": "new@nowhere.example", "started_at": 0, "visitor": ""})
    return render(request, "integrations/panel/desk.html", {"website": website, "conversations": conversations})
