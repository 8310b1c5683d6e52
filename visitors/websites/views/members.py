"""The members of a website, their roles, and open invitations: to a website, or of administrators."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from visitors.accounts import invitations, presenters
from visitors.accounts.users import InvalidChange, display_name
from visitors.accounts.views.administration import render_people
from visitors.formatting import DisplayTime
from visitors.models import Invitation, Membership, Website
from visitors.roles import Role
from visitors.web.access import SignedInRequest, managed_website_or_404, manager_required
from visitors.web.forms import answer_required
from visitors.web.time_zones import time_zone_of
from visitors.websites.forms import AddMemberForm
from visitors.websites.members import add_member, members_of, remove_member, set_role


@dataclass(frozen=True, slots=True)
class Member:
    """A member, with the time of the last sign-in (None: never)."""

    membership: Membership
    name: str
    last_sign_in: DisplayTime | None


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def members(request: SignedInRequest, website: Website) -> HttpResponse:
    """List the members. POST gives an existing user a role, or invites one."""
    if request.method != "POST":
        return render_members(request, website)
    form = AddMemberForm(request.POST)
    if not form.is_valid():
        return render_members(request, website, form=form)
    user, role = form.user, Role(form.cleaned_data["role"])
    if user is None:
        invitation = invitations.invite(form.cleaned_data["name_or_email"], website, role, by=request.user)
        return render_members(request, website, invitation=invitation)
    try:
        add_member(website, user, role, by=request.user)
    except InvalidChange as error:
        form.add_error("name_or_email", str(error))
        return render_members(request, website, form=form)
    name = f"{display_name(user)} ({user.get_username()})"
    messages.success(request, f"{name} is now {role.with_article} of {website}.")
    return redirect("members", website.slug)


def render_members(
    request: SignedInRequest,
    website: Website,
    *,
    form: AddMemberForm | None = None,
    invitation: Invitation | None = None,
) -> HttpResponse:
    """Render the list with a refused form, or with a new invitation whose link is issued now."""
    zone, now = time_zone_of(request, website), datetime.now(UTC)
    context = {
        "website": website,
        "roles": list(Role),
        "members": [
            Member(membership, display_name(membership.user), presenters.last_sign_in(membership.user, now, zone))
            for membership in members_of(website)
        ],
        "form": form or AddMemberForm(),
        "open_invitations": presenters.open_invitations(website, now, zone),
        "issued": invitation and invitations.issue(invitation, request.user),
    }
    return render(request, "websites/members.html", context, status=422 if form else 200)


@require_POST
@manager_required
def change_role(request: SignedInRequest, website: Website, membership: int) -> HttpResponse:
    """Give a member another role."""
    member = get_object_or_404(members_of(website), pk=membership)
    try:
        role = Role(request.POST.get("role", ""))
    except ValueError as error:
        raise BadRequest("There is no such role.") from error
    try:
        set_role(member, role, by=request.user)
    except InvalidChange as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{display_name(member.user)} is now {role.with_article} of {website}.")
    return _redirect_to_members(request, website)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
@answer_required("yes")
def remove(request: SignedInRequest, website: Website, membership: int) -> HttpResponse:
    """Ask for confirmation, then take a member's role away."""
    member = get_object_or_404(members_of(website), pk=membership)
    name = display_name(member.user)
    if request.method != "POST":
        context = {"website": website, "membership": member, "name": name}
        return render(request, "websites/remove_member.html", context)
    try:
        remove_member(member, by=request.user)
    except InvalidChange as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{name} no longer has access to {website}.")
    return _redirect_to_members(request, website)


@require_POST
@answer_required("yes")
def withdraw_invitation(request: SignedInRequest, invitation: int) -> HttpResponse:
    """Delete an invitation; its link stops working."""
    found = _invitation_or_404(request, invitation)
    invitations.withdraw(found, by=request.user)
    messages.success(request, f"The invitation of {found.invited} is withdrawn. Its link no longer works.")
    return _redirect_to_list(found)


@require_POST
@answer_required("yes")
def renew_invitation(request: SignedInRequest, invitation: int) -> HttpResponse:
    """Replace the link and show the new one."""
    found = _invitation_or_404(request, invitation)
    try:
        invitations.renew(found, by=request.user)
    except invitations.InvalidInvitation:  # it has just been accepted
        messages.success(request, f"{found.invited} has just joined, so no new link is needed.")
        return _redirect_to_list(found)
    if found.website is None:
        return render_people(request, invitation=found)
    return render_members(request, found.website, invitation=found)


def _redirect_to_list(invitation: Invitation) -> HttpResponse:
    return redirect("members", invitation.website.slug) if invitation.website else redirect("people")


def _invitation_or_404(request: SignedInRequest, pk: int) -> Invitation:
    """Return an open invitation for users who manage its website, or for administrators.

    Others get the status that the page with the invitation gives them.
    """
    invitation = get_object_or_404(Invitation.objects.select_related("website"), pk=pk, used_at=None)
    if invitation.website:
        managed_website_or_404(request, invitation.website.slug)
    elif not request.user.is_superuser:
        raise PermissionDenied
    return invitation


def _redirect_to_members(request: SignedInRequest, website: Website) -> HttpResponse:
    """Redirect to the list, or to the home page for users who have given up their own role."""
    may_see = Website.objects.managed_by(request.user).filter(pk=website.pk).exists()
    return redirect("members", website.slug) if may_see else redirect("look_up")
