"""What can be done about an invitation that nobody has taken yet: take it back, or make a new link."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from visitors.accounts import invitations
from visitors.accounts.views import administration
from visitors.models import Invitation
from visitors.web.access import SignedInRequest, administrator_or_403, managed_website_or_404
from visitors.websites.views import members


@require_POST
def withdraw(request: SignedInRequest, invitation: int) -> HttpResponse:
    """Take it back: its link opens nothing from now on."""
    found = _invitation_or_404(request, invitation)
    invitations.withdraw(found, by=request.user)
    messages.success(request, f"The invitation of {found.invited} is withdrawn. Its link opens nothing any more.")
    return _back(found)


@require_POST
def renew(request: SignedInRequest, invitation: int) -> HttpResponse:
    """Make a new link in place of the old one, and show it."""
    found = _invitation_or_404(request, invitation)
    try:
        invitations.renew(found, by=request.user)
    except invitations.Used:
        messages.success(request, f"No new link is needed: {found.invited} has joined this very moment.")
        return _back(found)
    if found.website is None:
        return administration.page(request, ready=found)
    return members.page(request, found.website, ready=found)


def _back(invitation: Invitation) -> HttpResponse:
    return redirect("people", invitation.website.slug) if invitation.website else redirect("accounts")


def _invitation_or_404(request: SignedInRequest, number: int) -> Invitation:
    """An open invitation, for those who see to what it gives; for others as if they had asked for its page."""
    found = get_object_or_404(Invitation.objects.select_related("website"), pk=number, used_at=None)
    if found.website:
        managed_website_or_404(request, found.website.slug)
    else:
        administrator_or_403(request)
    return found
