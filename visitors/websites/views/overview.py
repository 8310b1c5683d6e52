"""A website's own page: how it does, its facts, and what can be done about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from visitors.models import Membership, Website
from visitors.web.access import SignedInRequest, managed_website_or_404
from visitors.websites import actions
from visitors.websites.forms import FactsForm
from visitors.websites.views import status


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, website: str) -> HttpResponse:
    """How the website stands; takes its changed facts."""
    site = managed_website_or_404(request, website)
    form = FactsForm(request.POST or None, instance=site)
    if form.is_valid():
        actions.change(request.user, site, form.changed_data)
        messages.success(request, "Saved.")
        return redirect("website", site.slug)
    # As it is stored: the form has written into the other one.
    stored = get_object_or_404(Website.objects.with_last_answer(), pk=site.pk)
    (found,) = status.of(request, [stored])
    context = {
        "website": stored,
        "standing": found,
        "form": form,
        "sees_visitors": Membership.objects.filter(website=site, user=request.user).exists(),
    }
    return render(request, "websites/overview.html", context, status=422 if form.errors else 200)
