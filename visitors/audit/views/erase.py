"""Forgetting a visitor: what goes, the confirmation, and the deed."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from visitors.audit import erasure
from visitors.formatting import display_time, format_ago
from visitors.models import Website
from visitors.web.access import SignedInRequest, managed_website_or_404, visitor_id_or_404
from visitors.web.time_zones import time_zone_of


@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """Say what is kept of a visitor and what becomes of it; forget it when the end of the id was typed.

    For those who see to the website. Asks the upstream for nothing.
    """
    site, visitor = managed_website_or_404(request, slug), visitor_id_or_404(visitor_id)
    to_type = str(visitor).rpartition("-")[2]
    typed = request.POST.get("typed", "").strip()
    if request.method == "POST" and typed.lower() == to_type:
        erasure.forget(site, visitor, by=request.user)
        messages.success(
            request, f"Forgotten. What was kept of this visitor of {site.domain} is gone; the log no longer says who."
        )
        return redirect("look_up")
    found = erasure.traces(site, visitor)
    answered_at = found.answered_at
    context = {
        "website": site,
        "visitor_id": visitor,
        "traces": found,
        "answered": answered_at
        and display_time(answered_at, time_zone_of(request, site), format_ago(answered_at, datetime.now(UTC))),
        "to_type": to_type,
        "typed": typed,
        "is_reader": Website.objects.visible_to(request.user).filter(pk=site.pk).exists(),
        "is_refused": request.method == "POST",
    }
    return render(request, "audit/erase.html", context, status=422 if request.method == "POST" else 200)
