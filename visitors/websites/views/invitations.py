"""Withdraw or renew an open invitation, to a website or of an administrator."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from visitors.accounts import invitations
from visitors.accounts.views.administration import render_people
from visitors.models import Invitation
from visitors.web.access import SignedInRequest, managed_website_or_404
from visitors.web.forms import answer_required
from visitors.websites.views.members import render_members


@require_POST
@answer_required("yes")
def withdraw(request: SignedInRequest, invitation: int) -> HttpResponse:
    """Delete an invitation; its link stops working."""
    found = _invitation_or_404(request, invitation)
    invitations.withdraw(found, by=request.user)
    messages.success(request, f"The invitation of {found.invited} is withdrawn. Its link opens nothing any more.")
    return _redirect_to_list(found)


@require_POST
@answer_required("yes")
def renew(request: SignedInRequest, invitation: int) -> HttpResponse:
    """Replace the link and show the new one."""
    found = _invitation_or_404(request, invitation)
    try:
        invitations.renew(found, by=request.user)
    except invitations.InvalidInvitation:  # it has just been accepted
        messages.success(request, f"No new link is needed: {found.invited} has joined this very moment.")
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
