"""Pausing a website, and ending the pause."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from visitors.web.access import SignedInRequest, managed_website_or_404
from visitors.websites import actions


@require_POST
def pause(request: SignedInRequest, website: str) -> HttpResponse:
    """From now on nobody asks DataFast about this website's visitors."""
    site = managed_website_or_404(request, website)
    actions.pause(request.user, site)
    return redirect("website", site.slug)


@require_POST
def resume(request: SignedInRequest, website: str) -> HttpResponse:
    """DataFast is asked again."""
    site = managed_website_or_404(request, website)
    actions.resume(request.user, site)
    return redirect("website", site.slug)
