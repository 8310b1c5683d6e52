"""Password reset: request a link by mail, and set a new password with it."""

from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetDoneView, PasswordResetView
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode

from dashboard.addresses import absolute_url
from dashboard.clock import CLOCK_SKEW
from visitors.accounts import sessions
from visitors.accounts.forms import NewPasswordForm, ResetForm
from visitors.web.forms import InvalidFormStatusMixin


class TokenGenerator(PasswordResetTokenGenerator):
    """Django's, but a token that was made ahead of now is not valid: a clock was wrong, and was set back."""

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Whether the token is the user's, and was made within PASSWORD_RESET_TIMEOUT."""
        if not super().check_token(user, token):
            return False
        made_at = base36_to_int((token or "").partition("-")[0])
        return made_at <= self._num_seconds(self._now()) + CLOCK_SKEW.total_seconds()


_token_generator = TokenGenerator()


class PasswordReset(InvalidFormStatusMixin, PasswordResetView):
    """Take an email and mail a link. Without mail, the page names whom to ask."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/reset.html"
    email_template_name = "accounts/reset_email.txt"
    subject_template_name = "accounts/reset_subject.txt"
    form_class = ResetForm
    success_url = reverse_lazy("password_reset_sent")
    token_generator = _token_generator

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send a link. The response is the same for known and unknown emails."""
        if not settings.SENDS_MAIL:
            raise Http404("There is no form where no mail is sent.")
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sends_mail=settings.SENDS_MAIL, **kwargs)


class PasswordResetConfirm(InvalidFormStatusMixin, PasswordResetConfirmView):
    """Set a new password. Django first moves the link's token from the address into the session."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign_in")
    token_generator = _token_generator

    def form_valid(self, form: Any) -> HttpResponse:
        """Save the password, disconnect the panels, and unlock the account: its user is verified."""
        sessions.end_panels(form.user)
        reset(username=form.user.get_username())
        messages.success(self.request, "Your new password is set. Sign in with it.")
        return super().form_valid(form)


password_reset = PasswordReset.as_view()
password_reset_sent = PasswordResetDoneView.as_view(template_name="accounts/reset_sent.html")
password_reset_confirm = PasswordResetConfirm.as_view()


def make_reset_link(user: User) -> str:
    """Return a link with which the user sets a new password, for an administrator to pass on.

    It expires with the first new password, the next sign-in or a new email, and after PASSWORD_RESET_TIMEOUT. Nothing
    about it is stored.
    """
    args = [urlsafe_base64_encode(force_bytes(user.pk)), _token_generator.make_token(user)]
    return absolute_url(reverse("password_reset_confirm", args=args))
