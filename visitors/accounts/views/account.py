"""The user's own account: name, email, password, and signing out of every browser."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import BadRequest, ValidationError
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from visitors.accounts import sessions
from visitors.accounts.forms import EMAIL_TAKEN, AccountForm, ChangePasswordForm
from visitors.web import preferences
from visitors.web.access import SignedInRequest
from visitors.web.forms import InvalidFormStatusMixin, answer_required
from visitors.web.kept_forms import accepts_old_token
from visitors.web.time_zones import find_time_zone, listed_time_zones


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("current_password")
def account(request: SignedInRequest) -> HttpResponse:
    """Show and change the user's name and email."""
    # Both may be empty, so a form that arrives without its fields would delete them.
    if request.method == "POST" and not {"full_name", "email"} <= request.POST.keys():
        raise BadRequest("The form was sent without its fields.")
    form = AccountForm(request, request.user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except IntegrityError:  # since the form was validated
            form.add_error("email", EMAIL_TAKEN)
        else:
            messages.success(request, "Saved.")
            return redirect("account")
    return render(
        request,
        "accounts/account.html",
        {"form": form, "time_zones": listed_time_zones()},
        status=422 if form.errors else 200,
    )


class ChangePassword(InvalidFormStatusMixin, PasswordChangeView):
    """Change the password. Django keeps this session and ends the user's others."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/change_password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("account")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add the request, by which failures are counted."""
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        sessions.end_panels(form.user)
        messages.success(self.request, "Password changed. You are signed out elsewhere.")
        return super().form_valid(form)


change_password = ChangePassword.as_view()


@accepts_old_token
@require_POST
def change_preferences(request: SignedInRequest) -> HttpResponse:
    """Store the preferences that the form contains, and go back to its page; for a script, respond with nothing."""
    changes = {field: request.POST[field] for field in preferences.FIELDS if field in request.POST}
    if not changes:
        raise BadRequest("The form was sent without its fields.")
    if "time_zone" in changes:
        changes["time_zone"] = find_time_zone(changes["time_zone"])
    try:
        preferences.save_preferences(request, request.user, changes)
    except ValidationError as error:
        if set(error.message_dict) != {"time_zone"}:
            raise BadRequest("That is not a choice.") from error
        messages.error(request, " ".join(error.messages))
        return redirect("account")
    if request.htmx:
        return HttpResponse(status=204)
    messages.success(request, "Saved.")
    return redirect("account")


@require_POST
@answer_required("yes")
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """End all sessions of the user, including this one."""
    sessions.end_all(request.user)
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("sign_in")
