"""The links to other tools that a website's journeys show."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from visitors.models import Website
from visitors.web.access import SignedInRequest, manager_required
from visitors.websites import actions
from visitors.websites.forms import MAX_LINKS, LinkFormSet


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def links(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show the links. POST saves all of them, in their order; those without label and address are removed."""
    forms = LinkFormSet(
        request.POST if request.method == "POST" else None,
        initial=website.links,
        prefix="links",
        error_messages={"too_many_forms": f"A website can have at most {MAX_LINKS} links. Remove some first."},
    )
    if forms.is_bound and forms.is_valid():
        rows = [form.cleaned_data for form in forms if form.cleaned_data.get("template")]
        actions.change_links(request.user, website, rows)
        messages.success(request, "Saved.")
        return redirect("website_links", website.slug)
    context = {"website": website, "forms": forms, "max_links": MAX_LINKS}
    return render(request, "websites/links.html", context, status=422 if forms.is_bound else 200)
