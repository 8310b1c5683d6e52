"""Who may do what on one website, for those who see to it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from visitors.accounts import invitations, pending_invitations, people, presenters
from visitors.accounts.forms import ColleagueForm, RoleForm
from visitors.formatting import DisplayTime
from visitors.models import Invitation, Membership, Website
from visitors.roles import Role
from visitors.web.access import SignedInRequest, managed_website_or_404
from visitors.web.time_zones import time_zone_of


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a role on the website, and when they signed in last (None: never)."""

    membership: Membership
    name: str
    last_sign_in: DisplayTime | None


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, website: str) -> HttpResponse:
    """Show the website's people; add one. Whoever has an account has the role at once, others are invited."""
    site = managed_website_or_404(request, website)
    if request.method != "POST":
        return page(request, site)
    form = ColleagueForm(request.POST)
    if not form.is_valid():
        return page(request, site, form=form)
    somebody, role = form.cleaned_data["somebody"], Role(form.cleaned_data["role"])
    try:
        user = people.find(somebody)
        if user is None:
            return page(request, site, ready=invitations.invite(somebody, site, role, by=request.user))
        people.give_role(site, user, role, by=request.user)
    except people.Refused as refusal:
        form.add_error("somebody", str(refusal))
        return page(request, site, form=form)
    messages.success(request, f"{people.called(user)} ({user.get_username()}) is {role.one} of {site} now.")
    return redirect("people", site.slug)


def page(
    request: SignedInRequest, site: Website, *, form: ColleagueForm | None = None, ready: Invitation | None = None
) -> HttpResponse:
    """The page: with what was typed and refused, or with an invitation whose link is to be sent."""
    zone, now = time_zone_of(request, site), datetime.now(UTC)
    context = {
        "website": site,
        "roles": list(Role),
        "colleagues": [
            Colleague(there, people.called(there.user), presenters.last(there.user, now, zone))
            for there in people.of_website(site)
        ],
        "form": form or ColleagueForm(),
        "pending": pending_invitations.of(site, now, zone),
        "ready": ready and pending_invitations.hand_over(request, ready),
    }
    return render(request, "websites/members.html", context, status=422 if form else 200)


@require_POST
def change_role(request: SignedInRequest, website: str, membership: int) -> HttpResponse:
    """Give a colleague another role."""
    site = managed_website_or_404(request, website)
    there = _colleague_or_404(site, membership)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise BadRequest("There is no such role.")
    role = Role(form.cleaned_data["role"])
    try:
        people.change_role(there, role, by=request.user)
    except people.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{people.called(there.user)} is {role.one} of {site} now.")
    return _back(request, site)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, website: str, membership: int) -> HttpResponse:
    """Ask whether a colleague shall lose the role; take it away."""
    site = managed_website_or_404(request, website)
    there = _colleague_or_404(site, membership)
    name = people.called(there.user)
    if request.method != "POST":
        context = {"website": site, "colleague": there, "name": name}
        return render(request, "websites/remove_member.html", context)
    try:
        people.remove(there, by=request.user)
    except people.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{name} has no role on {site} any more.")
    return _back(request, site)


def _colleague_or_404(site: Website, number: int) -> Membership:
    return get_object_or_404(people.of_website(site), pk=number)


def _back(request: SignedInRequest, site: Website) -> HttpResponse:
    """To the page, for those who may still see it: one can give one's own role up."""
    sees = Website.objects.managed_by(request.user).filter(pk=site.pk).exists()
    return redirect("people", site.slug) if sees else redirect("look_up")
