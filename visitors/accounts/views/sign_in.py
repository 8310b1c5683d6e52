"""Signing in and out."""

from datetime import timedelta
from math import ceil
from typing import Any

from axes.helpers import get_client_username
from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from visitors.accounts import throttling
from visitors.accounts.forms import SignInForm
from visitors.formatting import format_duration
from visitors.web.forms import InvalidFormStatusMixin


class SignIn(InvalidFormStatusMixin, LoginView):
    """Sign in with a user name or email, and a password."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the name of the OpenID issuer, "" for none."""
        return super().get_context_data(openid_name=settings.OIDC_ISSUER and settings.OIDC_NAME, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, and remember that this browser is the user's."""
        response = super().form_valid(form)
        throttling.remember_browser(response, form.get_user().get_username())
        return response


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()


def locked(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:  # noqa: ARG001
    """Respond to a password of a locked account or address (AXES_LOCKOUT_CALLABLE)."""
    seconds = throttling.seconds_locked(request, get_client_username(request, credentials))
    locked_for = format_duration(timedelta(minutes=ceil(seconds / 60)))
    if request.user.is_authenticated:  # on a page that requires the current password
        page = render(request, "accounts/locked.html", {"locked_for": locked_for}, status=429)
    else:
        view = SignIn()
        view.setup(request)
        # Unbound, as reading the errors of a bound form would check the password.
        form = SignInForm(request, initial={"username": request.POST.get("username", "")})
        context = view.get_context_data(form=form, locked_for=locked_for)
        page = render(request, SignIn.template_name, context, status=429)
    page["Retry-After"] = str(seconds)
    return page
