"""The page of a website that lists what can be connected to it."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from visitors.integrations.cards.ways import list_ways
from visitors.integrations.ways import Way
from visitors.models import Website
from visitors.web.access import SignedInRequest, manager_required


@require_safe
@manager_required
def integrations(request: SignedInRequest, website: Website) -> HttpResponse:
    """List the ways to use Journeydesk in other programs, and how each of them stands for this website."""
    groups = (
        ("Help desks and chat", "The other program shows a summary of the visitor.", list(list_ways(website))),
        ("Scripts and AI agents", "Each user creates a token, which sees what the user sees.", list(_list_tokens())),
    )
    return render(request, "integrations/integrations.html", {"website": website, "groups": groups})


def _list_tokens() -> Iterator[Way]:
    yield Way(
        "Access tokens",
        "For programs that read journeys. Created per user, on the account page.",
        "Per user",
        "",
        reverse("own_tokens"),
        "Your tokens",
    )
