"""A website's own page: how it does, its facts, and what can be done about it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from visitors.models import Website
from visitors.views.access import SignedInRequest, managed_website_or_404, personal
from visitors.views.websites import standing


@require_safe
@personal
def show(request: SignedInRequest, website: str) -> HttpResponse:
    """How the website stands."""
    site = managed_website_or_404(request, website)
    (found,) = standing.of(request, [get_object_or_404(Website.objects.with_last_answer(), pk=site.pk)])
    return render(request, "websites/overview.html", {"website": site, "standing": found})
