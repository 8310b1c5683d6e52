"""Removing a website, confirmed by typing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from visitors.formatting import format_count
from visitors.models import Membership, Snapshot, Website
from visitors.web.access import SignedInRequest, managed_website_or_404
from visitors.websites import actions


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, website: str) -> HttpResponse:
    """Say what goes with a website, and remove it once its address part was typed."""
    site = managed_website_or_404(request, website)
    typed = request.POST.get("typed", "").strip().lower()
    if request.method == "POST" and typed == site.slug.lower():
        actions.remove(request.user, site)
        messages.success(request, f"{site.name} is removed.")
        sees_to_more = request.user.is_superuser or Website.objects.managed_by(request.user).exists()
        return redirect(reverse("websites" if sees_to_more else "look_up"))
    context = {
        "website": site,
        "people": format_count(Membership.objects.filter(website=site).count(), "person", "people"),
        "kept": format_count(Snapshot.objects.filter(website=site).count(), "visitor"),
        "is_refused": request.method == "POST",
        "typed": typed,
    }
    return render(request, "websites/remove.html", context, status=422 if context["is_refused"] else 200)
