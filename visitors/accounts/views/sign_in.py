"""Signing in and out."""

from datetime import timedelta
from math import ceil
from typing import Any

from axes.helpers import get_client_username
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator

from visitors.accounts import throttling
from visitors.accounts.forms import SignInForm
from visitors.accounts.users import resolve_username
from visitors.formatting import format_duration
from visitors.web import kept_forms
from visitors.web.forms import InvalidFormStatusMixin


@method_decorator(login_not_required, name="dispatch")
class SignIn(InvalidFormStatusMixin, LoginView):
    """Sign in with a user name or email, and a password."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Redirect a user who has signed in already, in another tab; explain that where another name was typed here."""
        if not request.user.is_authenticated:
            return super().dispatch(request, *args, **kwargs)
        typed = request.POST.get("username", "")
        if typed and resolve_username(typed) != request.user.get_username():
            return render(request, "accounts/signed_in_already.html", {"next": self.get_success_url()}, status=409)
        return self._redirect_or_show_kept_form()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the name of the OpenID issuer ("" for none), and the form that is kept until after the sign-in."""
        kept = self.request.POST.get(kept_forms.FIELD_NAME, "")
        return super().get_context_data(openid_name=settings.OIDC_ISSUER and settings.OIDC_NAME, kept=kept, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, and remember that this browser is the user's."""
        super().form_valid(form)
        response = self._redirect_or_show_kept_form()
        throttling.remember_browser(response, form.get_user().get_username())
        return response

    def _redirect_or_show_kept_form(self) -> HttpResponse:
        """Redirect to the next page, or show the form that was kept, to be sent now."""
        kept = kept_forms.KeptForm.load(self.request.POST.get(kept_forms.FIELD_NAME, ""))
        if kept:
            return render(self.request, "kept_form.html", {"kept": kept, "heading": "You’re signed in"})
        return HttpResponseRedirect(self.get_success_url())


sign_in = kept_forms.accepts_old_token(SignIn.as_view())
sign_out = kept_forms.accepts_old_token(LogoutView.as_view())


def render_keeping(request: HttpRequest, kept: kept_forms.KeptForm, page: str) -> HttpResponse:
    """Render the sign-in page in response to a form of `page` that needs a signed-in user."""
    return _render_sign_in(request, SignInForm(request), 401, kept=kept.dump(), next=page)


def locked(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:  # noqa: ARG001
    """Respond to a password of a locked account or address (AXES_LOCKOUT_CALLABLE)."""
    seconds = throttling.seconds_locked(request, get_client_username(request, credentials))
    locked_for = format_duration(timedelta(minutes=ceil(seconds / 60)))
    if request.user.is_authenticated:  # on a page that requires the current password
        page = render(request, "accounts/locked.html", {"locked_for": locked_for}, status=429)
    else:
        # Unbound, as reading the errors of a bound form would check the password.
        form = SignInForm(request, initial={"username": request.POST.get("username", "")})
        page = _render_sign_in(request, form, 429, locked_for=locked_for)
    page["Retry-After"] = str(seconds)
    return page


def _render_sign_in(request: HttpRequest, form: SignInForm, status: int, **context: Any) -> HttpResponse:
    view = SignIn()
    view.setup(request)
    return render(request, SignIn.template_name, view.get_context_data(form=form) | context, status=status)
