"""The page of an invitation's link. GET changes nothing, as chat tools open links too."""

import logging

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from visitors.accounts.forms import JoinForm
from visitors.accounts.invitations import InvalidInvitation, Problem, accept, check_recipient, read
from visitors.accounts.throttling import remember_browser
from visitors.accounts.users import display_name
from visitors.models import Invitation
from visitors.roles import Role

logger = logging.getLogger(__name__)

# The HTTP statuses of the page for an invitation that cannot be accepted; 410 for all other problems.
STATUSES = {Problem.INVALID_LINK: 404, Problem.WRONG_RECIPIENT: 403, Problem.ALREADY_GRANTED: 409}


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@sensitive_post_parameters("password1", "password2")
def show(request: HttpRequest, signed: str) -> HttpResponse:
    """Show an invitation. POST accepts it, for a signed-in user or with a new account."""
    user = request.user if isinstance(request.user, User) else None
    try:
        if request.method == "POST" and user is None:
            return _join(request, signed)
        if request.POST.get("answer") == "yes" and user:
            return _welcome(request, accept(signed, user))
        invitation = read(signed)
        if user:
            check_recipient(invitation, user)
    except InvalidInvitation as error:
        who = f"user {user.pk}" if user else "a signed-out user"
        logger.warning("An invitation was refused (%s) to %s.", error.problem, who)
        context = {"problem": error.problem, "email": error.email}
        return render(request, "accounts/invitation_refused.html", context, status=STATUSES.get(error.problem, 410))
    # A POST without the button: the form for a new account, sent after signing in in another tab. Ask.
    status = 400 if request.method == "POST" else 200
    return _render(request, invitation, JoinForm(invitation.invited), status=status)


def _join(request: HttpRequest, signed: str) -> HttpResponse:
    invitation = read(signed)
    form = JoinForm(invitation.invited, request.POST)
    if not form.is_valid():
        return _render(request, invitation, form, status=422)
    user = form.save(commit=False)
    try:
        invitation = accept(signed, user)
    except IntegrityError:
        # Another user has taken the name or email since the form was validated. Validate it again for the error.
        form = JoinForm(invitation.invited, request.POST)
        if form.is_valid():
            raise
        return _render(request, invitation, form, status=422)
    login(request, user, "django.contrib.auth.backends.ModelBackend")
    response = _welcome(request, invitation)
    remember_browser(response, user.get_username())
    return response


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(request, f"Welcome. You are now {invitation.grant}.")
    return redirect("look_up" if invitation.website else "websites")


def _render(request: HttpRequest, invitation: Invitation, form: JoinForm, *, status: int) -> HttpResponse:
    context = {
        "invitation": invitation,
        "invited_by": display_name(invitation.invited_by) if invitation.invited_by else "",
        "role": Role(invitation.role) if invitation.role else None,
        "form": form,
    }
    return render(request, "accounts/invitation.html", context, status=status)
