"""The page of a website that lists what can be connected to it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visitors.models import Website
from visitors.web.access import SignedInRequest, manager_required


@require_safe
@manager_required
def integrations(request: SignedInRequest, website: Website) -> HttpResponse:
    """List the ways to use Journeydesk in other programs, and how each of them stands for this website."""
    return render(request, "integrations/integrations.html", {"website": website})
