"""The readable names of a website's goals and pages."""

from itertools import chain

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from visitors import profiles
from visitors.models import Membership, Website
from visitors.web.access import SignedInRequest, manager_required
from visitors.websites import actions
from visitors.websites.forms import MAX_NAMES, NameFormSet

# So many visitors are read for suggestions.
_VISITORS_READ = 5


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def names(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show the names. POST saves those that were changed."""
    initial = [
        {"kind": kind, "original": original, "name": name, "shown": name}
        for kind, found in sorted(website.names.items())
        for original, name in sorted(found.items())
    ]
    forms = NameFormSet(
        request.POST if request.method == "POST" else None,
        initial=initial,
        prefix="names",
        form_kwargs={"domain": website.domain},
        error_messages={"too_many_forms": f"A website can have at most {MAX_NAMES} names. Remove some first."},
    )
    if forms.is_bound and forms.is_valid():
        changed = [form.cleaned_data for form in forms if form.is_edited]
        actions.change_names(request.user, website, [(row["kind"], row["original"], row["name"]) for row in changed])
        messages.success(request, "Saved.")
        return redirect("website_names", website.slug)
    context = {
        "website": website,
        "forms": forms,
        "max_names": MAX_NAMES,
        "suggestions": _suggest_originals(request, website),
    }
    return render(request, "websites/names.html", context, status=422 if forms.is_bound else 200)


def _suggest_originals(request: SignedInRequest, website: Website) -> list[str]:
    """Return goals and pages of recent visitors that have no name yet, for users who may see visitors."""
    if not Membership.objects.filter(website=website, user=request.user).exists():
        return []
    journeys = profiles.get_recent_journeys(website, _VISITORS_READ)
    goals = chain.from_iterable(journey.goal_names for journey in journeys)
    pages = chain.from_iterable((page.label for page in journey.top_pages) for journey in journeys)
    known = {original for found in website.names.values() for original in found}
    return [original for original in dict.fromkeys(chain(goals, pages)) if original not in known]
