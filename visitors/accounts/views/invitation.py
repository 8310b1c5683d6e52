"""An invitation as its link shows it to whoever opens it. Reading it changes nothing: chat tools open links as well."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from visitors.accounts import invitations, people
from visitors.accounts.forms import JoinForm
from visitors.accounts.sign_in.throttling import remember_browser
from visitors.models import Invitation
from visitors.roles import Role

logger = logging.getLogger(__name__)

PASSWORDS = "django.contrib.auth.backends.ModelBackend"
_STATUS: dict[type[invitations.Unusable], int] = {
    invitations.NotALink: 404,
    invitations.Withdrawn: 410,
    invitations.Used: 410,
    invitations.Ended: 410,
    invitations.ForSomebodyElse: 403,
    invitations.NothingToGain: 409,
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@sensitive_post_parameters("password1", "password2")
def show(request: HttpRequest, signed: str) -> HttpResponse:
    """Show who invites to what. Whoever is signed in takes it with a button, others with a new account."""
    user = request.user if isinstance(request.user, User) else None
    try:
        if request.method == "POST":
            return _take(request, signed, user) if user else _join(request, signed)
        invitation = invitations.read(signed)
        if user:
            invitations.check_for(invitation, user)
    except invitations.Unusable as problem:
        return _refused(request, problem)
    return _page(request, invitation, JoinForm(invitation.invited))


def _take(request: HttpRequest, signed: str, user: User) -> HttpResponse:
    return _welcome(request, invitations.take(signed, user))


def _join(request: HttpRequest, signed: str) -> HttpResponse:
    invitation = invitations.read(signed)
    form = JoinForm(invitation.invited, request.POST)
    if not form.is_valid():
        return _page(request, invitation, form, status=422)
    user = form.as_user()
    try:
        invitation = invitations.join(signed, user)
    except IntegrityError:
        # Somebody took the name since the form looked.
        form.add_error("username", "This user name was taken this very moment. Choose another one.")
        return _page(request, invitation, form, status=422)
    login(request, user, PASSWORDS)
    response = _welcome(request, invitation)
    remember_browser(response, user.get_username())
    return response


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    place = f"{Role(invitation.role).one} of {invitation.website}" if invitation.website else "an administrator"
    messages.success(request, f"Welcome. You are {place} now.")
    return redirect("look_up" if invitation.website else "websites")


def _page(request: HttpRequest, invitation: Invitation, form: JoinForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "invitation": invitation,
        "invited_by": people.called(invitation.invited_by) if invitation.invited_by else "",
        "role": Role(invitation.role) if invitation.role else None,
        "form": form,
    }
    return render(request, "accounts/invitation.html", context, status=status)


def _refused(request: HttpRequest, problem: invitations.Unusable) -> HttpResponse:
    what = type(problem).__name__
    logger.warning("An invitation was refused (%s) to %s.", what, f"user {request.user.pk or 'nobody'}")
    context = {"what": what, "address": str(problem)}
    return render(request, "accounts/invitation_refused.html", context, status=_STATUS[type(problem)])
