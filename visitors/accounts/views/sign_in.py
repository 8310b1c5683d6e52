"""Signing in and out."""

from datetime import timedelta
from math import ceil
from typing import Any

from axes.helpers import get_client_username
from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from visitors.accounts.sign_in import throttling
from visitors.accounts.sign_in.forms import SignInForm
from visitors.formatting import format_duration
from visitors.web.forms import Refusing


class SignIn(Refusing, LoginView):
    """Django's own, by user name or e-mail."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and where else one may sign in."""
        return super().get_context_data(openid_name=settings.OIDC_ISSUER and settings.OIDC_NAME, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, and note that this browser is one of this person's."""
        response = super().form_valid(form)
        throttling.remember_browser(response, form.get_user().get_username())
        return response


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()


def locked(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:  # noqa: ARG001
    """Instead of the answer to a sign-in where too many have failed: for how long it is of no use to try."""
    seconds = throttling.seconds_locked(request, get_client_username(request, credentials))
    if request.user.is_authenticated:  # a current password was asked for
        return _too_many(request, "accounts/locked.html", {}, seconds)
    view = SignIn()
    view.setup(request)
    # A form without data: asked for its errors, it would try the password.
    form = SignInForm(request, initial={"username": request.POST.get("username", "")})
    return _too_many(request, SignIn.template_name, view.get_context_data(form=form), seconds)


def _too_many(request: HttpRequest, template: str, context: dict[str, Any], seconds: int) -> HttpResponse:
    locked_for = format_duration(timedelta(minutes=ceil(seconds / 60)))
    answer = render(request, template, context | {"locked_for": locked_for}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
